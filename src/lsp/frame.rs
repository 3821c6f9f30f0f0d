//! The frame around each message: `Content-Length`, an empty line, so many bytes.
//!
//! A length that no policy needs is refused before anything is set aside for it.

use std::io::{self, BufRead, Read as _};

/// Bytes of one message; a file of a policy has at most a hundredth of that.
const MESSAGE_BYTES: u64 = 128 << 20;
/// Bytes of one header line.
const HEADER_BYTES: u64 = 4096;

/// The content of the next message; none at the end of input.
///
/// # Errors
/// When the stream fails, or what comes is no frame: then nobody knows where the next one begins.
pub(super) fn read(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        let mut limited = input.by_ref().take(HEADER_BYTES);
        if limited.read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        if !line.ends_with('\n') {
            return Err(broken("a header has no end"));
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        let (name, value) = line
            .split_once(':')
            .ok_or_else(|| broken("a header has no colon"))?;
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse::<u64>().ok();
        }
    }
    let length = length.ok_or_else(|| broken("a message has no length"))?;
    if length > MESSAGE_BYTES {
        return Err(broken("a message is too long"));
    }
    let mut content = Vec::new();
    input.by_ref().take(length).read_to_end(&mut content)?;
    let whole = u64::try_from(content.len()).is_ok_and(|read| read == length);
    Ok(whole.then_some(content))
}

fn broken(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::read;

    #[test]
    fn frames_are_read_and_what_is_none_is_refused() {
        let mut two = &b"Content-Length: 2\r\nX: y\r\n\r\n{}content-length:3\r\n\r\nabc"[..];
        assert_eq!(read(&mut two).unwrap().unwrap(), b"{}");
        assert_eq!(read(&mut two).unwrap().unwrap(), b"abc");
        assert!(read(&mut two).unwrap().is_none());
        assert!(
            read(&mut &b"Content-Length: 9\r\n\r\n{}"[..])
                .unwrap()
                .is_none()
        );
        for bad in [
            "\r\n",
            "hello\r\n\r\n",
            "Content-Length: x\r\n\r\n",
            "Content-Length: 999999999999999999\r\n\r\n",
        ] {
            assert!(read(&mut bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
