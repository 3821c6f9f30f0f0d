# Sourced by the scripts beside it: runs a job as named parts, lets no part stop the next one, and ends with
# one table and one exit code. It knows nothing of what the parts do.
#
#   part NAME COMMAND...     run COMMAND; what it prints is shown, and kept in target/ci/JOB-NAME.log
#   try NAME COMMAND...      the same, but a failure counts as one only under CI=true, else as skipped
#   skip NAME WHY            say plainly that NAME does not run; under CI=true that is a failure
#   note TEXT                what the table adds about the part just run
#   finish                   print the table; exit with 0 only if no part failed

set -uo pipefail

job=$(basename "$0")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root" && mkdir -p "${CARGO_TARGET_DIR:-target}" || exit 1
target=$(cd "${CARGO_TARGET_DIR:-target}" && pwd -P)
logs=$target/ci
summary=$logs/$job.summary
failures=0
mkdir -p "$logs" && : >"$summary" || exit 1

export CARGO_TARGET_DIR=$target
# Output goes through a pipe, so cargo has to be told when it ends at a terminal.
[ ! -t 1 ] || export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-always}

in_ci() { [ "${CI:-}" = true ]; }

part() {
    local name=$1 began=$SECONDS status
    shift
    heading "$name"
    "$@" 2>&1 </dev/null | tee "$logs/$job-$name.log"
    status=${PIPESTATUS[0]}
    if [ "$status" -eq 0 ]; then record ok "$name" "$((SECONDS - began)) s"; else fail "$name" "$((SECONDS - began)) s"; fi
    return "$status"
}

try() {
    local name=$1
    if in_ci; then part "$@"; return; fi
    shift
    heading "$name"
    "$@" && record ok "$name" || record skipped "$name" 'see above'
}

skip() {
    heading "$1"
    echo "does not run: $2"
    if in_ci; then fail "$1" "does not run: $2"; else record skipped "$1" "$2"; fi
}

heading() { printf '\n== %s: %s ==\n' "$job" "$1"; }

record() { printf '%-8s %-14s %s\n' "$1" "$2" "${3:-}" >>"$summary"; }

fail() {
    record FAILED "$@"
    failures=$((failures + 1))
}

note() { [ -z "$1" ] || printf '%23s %s\n' '' "$1" >>"$summary"; }

finish() {
    heading summary
    if [ "$failures" -eq 0 ]; then echo "$job: passed"; else echo "$job: $failures failed"; fi >>"$summary"
    cat "$summary"
    exit "$((failures > 0))"
}
