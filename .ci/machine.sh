# Sourced: what the machine must have before cargo and pip can do the rest, and how it gets it.
# Debian packages are installed only when something is missing, and only here.

# Installs Debian packages as root, through sudo, or says what a person has to install.
install_packages() {
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -qq)
    if ! command -v apt-get >/dev/null; then
        echo "missing: $*; this machine has no apt-get, install them by hand" >&2
        return 1
    fi
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null || {
            echo "missing: $*; run \`sudo apt-get install $*\` once, then try again" >&2
            return 1
        }
        apt=(sudo -n "${apt[@]}")
    fi
    echo "installing by apt: $*"
    # A fresh machine has no package lists, an old one outdated lists: both fail at first.
    "${apt[@]}" -y --no-install-recommends install "$@" >/dev/null 2>&1 ||
        { "${apt[@]}" update && "${apt[@]}" -y --no-install-recommends install "$@" >/dev/null; }
}

# rustc links with cc, and the embedded SQLite is C.
require_compiler() {
    command -v cargo >/dev/null || {
        echo 'missing: cargo; install Rust from https://rustup.rs, then try again' >&2
        return 1
    }
    command -v cc >/dev/null || install_packages build-essential
}

require_python() {
    local python=${PYTHON:-python3}
    command -v "$python" >/dev/null || install_packages python3 python3-venv || return 1
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 9))' || {
        echo "$python is older than 3.9; name a newer one with PYTHON=python3.x" >&2
        return 1
    }
}

# The virtual environment with the pinned tools; made anew when it is broken, filled anew when the pins change.
require_venv() {
    local pins=guardrails-py/requirements-dev.txt
    cmp -s "$pins" .venv/installed-pins.txt && .venv/bin/python -c '' 2>/dev/null && return 0
    require_python || return 1
    # Debian ships Python without ensurepip; the package that brings it is python3-venv.
    "${PYTHON:-python3}" -c 'import ensurepip' 2>/dev/null || install_packages python3-venv || return 1
    "${PYTHON:-python3}" -m venv --clear .venv &&
        .venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$pins" &&
        cp "$pins" .venv/installed-pins.txt
}

# Our extension module in the virtual environment, from the same target folder and profile as the tests.
install_extension() {
    require_venv && VIRTUAL_ENV=$PWD/.venv PATH=$PWD/.venv/bin:$PATH \
        .venv/bin/maturin develop --locked --manifest-path guardrails-py/Cargo.toml
}
