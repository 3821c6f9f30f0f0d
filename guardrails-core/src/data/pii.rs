//! Personal data in free text: where it is, and of what kind.
//!
//! One pass over the bytes looks for triggers: a digit, an `@`, the last character of a label such
//! as `联系人`. At a trigger an anchored check decides; nothing is searched for twice, so time is
//! linear in the text whatever it holds. Boundaries go by character class and never by `\b`, which
//! sees none between a Chinese character and a digit. Full-width digits, letters and signs count as
//! their ASCII forms.
//!
//! This file must not decide what is shown instead: that is the mask's business.

pub(crate) mod digits;
mod email;
mod label;
mod number;
mod person;

/// A kind of personal data that [`find`] knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PiiKind {
    /// A telephone number: Chinese mobile (1[3-9] and nine digits) or landline (area code and 7 or
    /// 8 digits), with +86 or without, or a foreign number with `+` (ITU-T E.164).
    Phone,
    /// A Chinese resident ID of 18 characters: GB 11643, a real date, ISO 7064 MOD 11-2.
    ResidentId,
    /// A bank card number: 13 to 19 digits with the Luhn check digit (ISO/IEC 7812-1).
    BankCard,
    /// An e-mail address.
    Email,
    /// A person's name after a label that announces one.
    Name,
}

impl PiiKind {
    /// A stable lower-case word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::ResidentId => "resident_id",
            Self::BankCard => "bank_card",
            Self::Email => "email",
            Self::Name => "name",
        }
    }
}

/// Where personal data stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Finding {
    /// What it is.
    pub kind: PiiKind,
    /// Its first byte.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
}

/// Finds personal data in `text`, in order and without overlap.
///
/// Without a label nothing is taken for a name; with `身份证`, `卡号` or `电话` before it a number is
/// believed without its check digit.
#[must_use]
pub fn find(text: &str) -> Vec<Finding> {
    let mut scan = Scan {
        text,
        found: Vec::new(),
    };
    let mut at = 0;
    while let Some(trigger) = next_trigger(text, at) {
        let reached = match trigger {
            Trigger::Digit(start) => number::scan(&mut scan, start),
            Trigger::AtSign(start, end) => email::scan(&mut scan, start, end),
            Trigger::Label(end) => person::scan(&mut scan, end),
        };
        // INVARIANT: each step goes forward, so the loop ends.
        at = reached.max(at + 1);
        while !text.is_char_boundary(at) {
            at += 1;
        }
    }
    scan.found
}

/// A text, and what was found in it so far.
struct Scan<'t> {
    text: &'t str,
    found: Vec<Finding>,
}

impl<'t> Scan<'t> {
    /// The text from `at` on.
    fn from(&self, at: usize) -> &'t str {
        self.text.get(at..).unwrap_or("")
    }

    /// The text up to `at`.
    fn upto(&self, at: usize) -> &'t str {
        self.text.get(..at).unwrap_or("")
    }

    /// Records a finding in place of those it overlaps. They can only be the last ones, since the
    /// scan goes forward.
    fn record(&mut self, kind: PiiKind, mut start: usize, end: usize) {
        while let Some(last) = self.found.pop_if(|last| last.end > start) {
            start = start.min(last.start);
        }
        self.found.push(Finding { kind, start, end });
    }
}

enum Trigger {
    /// The first of a run of digits.
    Digit(usize),
    /// First byte of an `@`, and one past its last.
    AtSign(usize, usize),
    /// One past the last character of what may be a label.
    Label(usize),
}

/// The next place at or after `from` where something may begin.
fn next_trigger(text: &str, from: usize) -> Option<Trigger> {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'0'..=b'9' => return Some(Trigger::Digit(at)),
            b'@' => return Some(Trigger::AtSign(at, at + 1)),
            b':' => return Some(Trigger::Label(at + 1)),
            // Lead bytes of three-byte characters: the Chinese ones, and the full-width forms.
            0xE0..=0xEF => {
                if let Some(trigger) = bytes.get(at..at + 3).and_then(|c| wide_trigger(c, at)) {
                    return Some(trigger);
                }
                at += 3;
            }
            _ => at += 1,
        }
    }
    None
}

fn wide_trigger(character: &[u8], at: usize) -> Option<Trigger> {
    match character {
        [0xEF, 0xBC, 0x90..=0x99] => Some(Trigger::Digit(at)),
        [0xEF, 0xBC, 0xA0] => Some(Trigger::AtSign(at, at + 3)),
        // 主 人, 名 员, 户, 者, and the full-width colon: see `label`.
        [0xE4, 0xB8, 0xBB]
        | [0xE4, 0xBA, 0xBA]
        | [0xE5, 0x90, 0x8D]
        | [0xE5, 0x91, 0x98]
        | [0xE6, 0x88, 0xB7]
        | [0xE8, 0x80, 0x85]
        | [0xEF, 0xBC, 0x9A] => Some(Trigger::Label(at + 3)),
        _ => None,
    }
}
