//! Decimal text to the very number it says, or to nothing. Nothing is rounded on the way.

use rust_decimal::Decimal;

/// Digits of an exponent that are looked at; more than that no decimal holds.
const EXPONENT_DIGITS: usize = 4;

/// Reads `1200.50`, `-3`, `+4` or `1.5e3`: ASCII digits with at most one point between them. None for
/// any other spelling (`1,200`, `1_200`, `.5`, `１２`), and for what 28 digits do not hold exactly.
pub(crate) fn exact_number(text: &str) -> Option<Decimal> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent_of(exponent)?),
        None => (text, 0),
    };
    let (negative, digits) = match mantissa.split_at_checked(1)? {
        ("-", digits) => (true, digits),
        ("+", digits) => (false, digits),
        _ => (false, mantissa),
    };
    let (whole, fraction) = match digits.split_once('.') {
        Some((_, "")) => return None,
        Some((whole, fraction)) => (whole, fraction),
        None => (digits, ""),
    };
    let plain = |digits: &str| digits.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(fraction) {
        return None;
    }
    let number = Decimal::from_str_exact(digits).ok()?;
    let number = match exponent {
        0 => number,
        exponent => shifted(number, exponent)?,
    };
    Some(if negative && !number.is_zero() {
        -number
    } else {
        number
    })
}

fn exponent_of(text: &str) -> Option<i32> {
    let (negative, digits) = match text.split_at_checked(1)? {
        ("-", digits) => (true, digits),
        ("+", digits) => (false, digits),
        _ => (false, text),
    };
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let digits = digits.trim_start_matches('0');
    if !plain || digits.len() > EXPONENT_DIGITS {
        return None;
    }
    let size: i32 = if digits.is_empty() {
        0
    } else {
        digits.parse().ok()?
    };
    Some(if negative { -size } else { size })
}

/// A number of no sign, times a power of ten.
fn shifted(number: Decimal, exponent: i32) -> Option<Decimal> {
    if number.is_zero() {
        return Some(number);
    }
    let number = number.normalize();
    let scale = i32::try_from(number.scale()).ok()?.checked_sub(exponent)?;
    if let Ok(scale) = u32::try_from(scale) {
        return Decimal::try_from_i128_with_scale(number.mantissa(), scale).ok();
    }
    let factor = 10_i128.checked_pow(scale.unsigned_abs())?;
    let whole = number.mantissa().checked_mul(factor)?;
    Decimal::try_from_i128_with_scale(whole, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::exact_number;

    #[test]
    fn a_number_is_held_exactly_or_not_at_all() {
        for (text, read) in [
            ("0", "0"),
            ("-0", "0"),
            ("-0.00", "0"),
            ("1200.50", "1200.5"),
            ("+4", "4"),
            ("007", "7"),
            ("1e3", "1000"),
            ("1.5E+3", "1500"),
            ("25e-1", "2.5"),
            ("0e9999", "0"),
            ("1e-28", "0.0000000000000000000000000001"),
            ("1e28", "10000000000000000000000000000"),
            (
                "1234567890123456789012345.678",
                "1234567890123456789012345.678",
            ),
            (
                "79228162514264337593543950335",
                "79228162514264337593543950335",
            ),
        ] {
            let number = exact_number(text).map(|number| number.normalize().to_string());
            assert_eq!(number.as_deref(), Some(read), "{text}");
        }
        for text in [
            "",
            "-",
            "+",
            ".",
            ".5",
            "5.",
            "1,200",
            "1 200",
            "1_200",
            "１２",
            "12.",
            "1.2.3",
            "--1",
            "e3",
            "1e",
            "1e+",
            "1e99999",
            "1e400",
            "1e29",
            "1e-29",
            "0x10",
            "NaN",
            "inf",
            " 1",
            "1 ",
            "0.12345678901234567890123456789",
            "79228162514264337593543950336",
        ] {
            assert_eq!(exact_number(text), None, "{text}");
        }
    }
}
