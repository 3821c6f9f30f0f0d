//! `file:` addresses and paths.

use std::path::{Path, PathBuf};

/// The path of a `file:` address.
pub(super) fn path(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    let rest = rest.strip_prefix("localhost").unwrap_or(rest);
    let mut bytes = Vec::with_capacity(rest.len());
    let mut input = rest.bytes();
    while let Some(byte) = input.next() {
        if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
            let (high, low) = (digit(input.next())?, digit(input.next())?);
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    let path = String::from_utf8(bytes).ok()?;
    // `/C:/…` is how Windows' drives are written.
    let drive = path.as_bytes().get(2) == Some(&b':');
    Some(PathBuf::from(if drive {
        path.trim_start_matches('/')
    } else {
        &path
    }))
}

/// The `file:` address of a path.
pub(super) fn uri(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    let root = if text.starts_with('/') { "" } else { "/" };
    let mut uri = format!("file://{root}");
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' | b':' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::{path, uri};
    use std::path::{Path, PathBuf};

    #[test]
    fn addresses_and_paths_lead_to_each_other() {
        let home = Path::new("/srv/政策 1/a.guard");
        assert_eq!(uri(home), "file:///srv/%E6%94%BF%E7%AD%96%201/a.guard");
        assert_eq!(path(&uri(home)), Some(home.to_path_buf()));
        assert_eq!(path("untitled:1"), None);
        assert_eq!(path("file:///a%2"), None);
        assert_eq!(path("file:///c:/a"), Some(PathBuf::from("c:/a")));
    }
}
