//! What a row of digits is: telephone number, resident ID, bank card. Pure arithmetic on ASCII
//! digits; where they stand in a text is not this file's business.

/// A telephone number without its prefixes.
pub(crate) enum Dialled<'d> {
    /// Eleven digits.
    Mobile(&'d [u8]),
    /// Area code and subscriber's number.
    Landline {
        /// All digits.
        number: &'d [u8],
        /// How many of them are the area code.
        area: usize,
    },
    /// A number of another country, with its country code.
    Foreign(&'d [u8]),
}

/// Reads digits as a telephone number, lenient in what a field of telephone numbers may hold: any
/// eleven digits that start with 1 are a mobile number.
pub(crate) fn classify(digits: &[u8], international: bool) -> Option<Dialled<'_>> {
    let (national, chinese) = without_country(digits, international);
    if international && !chinese {
        return (8..=15)
            .contains(&digits.len())
            .then_some(Dialled::Foreign(digits));
    }
    if let Some(mobile) = mobile(national) {
        return Some(Dialled::Mobile(mobile));
    }
    let area = area_length(national).or_else(|| area_without_zero(national, chinese))?;
    (7..=8)
        .contains(&national.len().saturating_sub(area))
        .then_some(Dialled::Landline {
            number: national,
            area,
        })
}

fn mobile(national: &[u8]) -> Option<&[u8]> {
    match national {
        [b'1', ..] if national.len() == 11 => Some(national),
        [b'0', mobile @ ..] if is_mobile(mobile) => Some(mobile),
        _ => None,
    }
}

/// The digits without 86, +86 or 0086, and whether that stood there.
pub(crate) fn without_country(digits: &[u8], international: bool) -> (&[u8], bool) {
    match digits {
        [b'0', b'0', b'8', b'6', rest @ ..] => (rest, true),
        [b'8', b'6', rest @ ..] if international || rest.len() == 11 => (rest, true),
        _ => (digits, false),
    }
}

/// A mobile number of mainland China: eleven digits, 13 to 19 first (MIIT number plan).
pub(crate) fn is_mobile(digits: &[u8]) -> bool {
    matches!(digits, [b'1', b'3'..=b'9', ..]) && digits.len() == 11
}

/// How many digits of a number that starts with 0 are its area code: 3 for 010 and 02x, 4 for the
/// rest (MIIT number plan).
pub(crate) fn area_length(digits: &[u8]) -> Option<usize> {
    match digits {
        [b'0', b'1', b'0', ..] | [b'0', b'2', b'0'..=b'5' | b'7'..=b'9', ..] => Some(3),
        [b'0', b'3'..=b'9', _, _, ..] => Some(4),
        _ => None,
    }
}

/// The same for a number after +86, where the 0 is left out.
fn area_without_zero(digits: &[u8], chinese: bool) -> Option<usize> {
    match digits {
        [b'1', b'0', ..] | [b'2', b'0'..=b'5' | b'7'..=b'9', ..] if chinese => Some(2),
        [b'3'..=b'9', _, _, ..] if chinese => Some(3),
        _ => None,
    }
}

/// Whether 17 digits and a check character are a resident ID: a province, a real date, and ISO 7064
/// MOD 11-2.
pub(crate) fn is_resident_id(digits: &[u8], check: u8) -> bool {
    digits.len() == 17
        && is_province(digits)
        && has_real_date(digits)
        && check_11_2(digits) == check
}

/// GB/T 2260: the first digit of the region code names one of the areas 1 to 6, or 71, 81 to 83, 91.
fn is_province(digits: &[u8]) -> bool {
    matches!(
        digits,
        [b'1', b'1'..=b'5', ..]
            | [b'2', b'1'..=b'3', ..]
            | [b'3', b'1'..=b'7', ..]
            | [b'4', b'1'..=b'6', ..]
            | [b'5', b'0'..=b'4', ..]
            | [b'6', b'1'..=b'5', ..]
            | [b'7', b'1', ..]
            | [b'8', b'1'..=b'3', ..]
            | [b'9', b'1', ..]
    )
}

fn has_real_date(digits: &[u8]) -> bool {
    let number = |from: usize, to: usize| -> u32 {
        digits.get(from..to).map_or(0, |part| {
            part.iter()
                .fold(0, |sum, digit| sum * 10 + u32::from(digit & 0x0F))
        })
    };
    let (year, month, day) = (number(6, 10), number(10, 12), number(12, 14));
    let year_is_likely = (1900..=2099).contains(&year);
    year_is_likely
        && i32::try_from(year)
            .is_ok_and(|year| chrono::NaiveDate::from_ymd_opt(year, month, day).is_some())
}

/// The check character: weights 2^(17-i) mod 11 over the digits, and 12 minus the sum mod 11.
fn check_11_2(digits: &[u8]) -> u8 {
    let sum = digits
        .iter()
        .fold(0_u32, |sum, digit| (sum + u32::from(digit & 0x0F)) * 2 % 11);
    match (12 - sum) % 11 {
        10 => b'X',
        value => b'0' + u8::try_from(value).unwrap_or(0),
    }
}

/// Whether 13 to 19 digits may be a bank card: an issuer's first digit (3 to 6, or 9 for national
/// schemes; ISO/IEC 7812-1) and the Luhn check digit.
pub(crate) fn is_bank_card(digits: &[u8]) -> bool {
    (13..=19).contains(&digits.len())
        && matches!(digits.first(), Some(b'3'..=b'6' | b'9'))
        && luhn(digits)
}

fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, digit)| {
            let value = u32::from(digit & 0x0F);
            match (i % 2, value) {
                (0, value) => value,
                (_, value @ 0..=4) => value * 2,
                (_, value) => value * 2 - 9,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}
