//! Numbers in free text: digits with the separators people put between them, read as groups, and
//! the groups tried as resident ID, bank card and telephone number, in that order.

use smallvec::SmallVec;

use super::digits::{Dialled, classify, is_bank_card, is_mobile, is_resident_id};
use super::label::{CARD, ID, PHONE, announced};
use super::{PiiKind, Scan};
use crate::data::mask::narrow;

/// Digits of the shortest number looked for: a landline's 7 after a label.
const SHORTEST: usize = 7;
/// Digits of the longest number looked for: a card's 19.
const LONGEST: usize = 19;
/// Separators between two groups at most, such as `) -`.
const MOST_SEPARATORS: usize = 3;

/// Reads the numbers that start at the digit at `start`; answers where they end.
pub(super) fn scan(scan: &mut Scan<'_>, start: usize) -> usize {
    let row = Row::read(scan.text, start);
    if row.digits.len() < SHORTEST {
        return row.end;
    }
    let mut at = 0;
    while at < row.groups.len() {
        match row.number_at(scan, at) {
            Some(hit) => {
                scan.record(hit.kind, hit.start, hit.end);
                at = hit.last + 1;
            }
            None => at += 1,
        }
    }
    row.end
}

/// Digits without a break.
#[derive(Clone, Copy)]
struct Group {
    /// Bytes in the text.
    start: usize,
    end: usize,
    /// Place among the row's digits.
    first: usize,
    past: usize,
    /// A dot stands before it.
    after_dot: bool,
    /// One past an `X` right after it that ends there.
    check_x: Option<usize>,
}

impl Group {
    fn len(&self) -> usize {
        self.past - self.first
    }
}

/// Groups of digits with nothing but separators between them.
struct Row {
    groups: SmallVec<[Group; 8]>,
    digits: SmallVec<[u8; 64]>,
    end: usize,
}

struct Hit {
    kind: PiiKind,
    start: usize,
    end: usize,
    last: usize,
}

impl Row {
    fn read(text: &str, start: usize) -> Self {
        let mut row = Self {
            groups: SmallVec::new(),
            digits: SmallVec::new(),
            end: start,
        };
        let mut after_dot = false;
        let mut next = start;
        loop {
            row.read_group(text, next, after_dot);
            let rest = text.get(row.end..).unwrap_or("");
            let Some((length, dot)) = separators(rest) else {
                return row;
            };
            after_dot = dot;
            next = row.end + length;
        }
    }

    fn read_group(&mut self, text: &str, start: usize, after_dot: bool) {
        let first = self.digits.len();
        let mut end = start;
        let mut check_x = None;
        for c in text.get(start..).unwrap_or("").chars() {
            match narrow(c) {
                digit @ '0'..='9' => self.digits.push(u8::try_from(digit).unwrap_or(b'0')),
                'x' | 'X' => {
                    check_x = ends_word(text, end + c.len_utf8());
                    break;
                }
                _ => break,
            }
            end += c.len_utf8();
        }
        self.end = end;
        self.groups.push(Group {
            start,
            end,
            first,
            past: self.digits.len(),
            after_dot,
            check_x,
        });
    }

    /// The number that starts with the group at `at`: of the kinds that have a check digit the first
    /// that fits, else the longest telephone number.
    fn number_at(&self, scan: &Scan<'_>, at: usize) -> Option<Hit> {
        let mut phone = None;
        let mut card = None;
        for next in at..self.groups.len() {
            let span = self.span(at, next)?;
            match span.digits.len() {
                0..SHORTEST => continue,
                SHORTEST..=12 => phone = span.phone(scan).or(phone),
                13..=LONGEST => {
                    let id = span.resident_id();
                    if id.is_some() {
                        return id;
                    }
                    card = card.or_else(|| span.bank_card());
                    phone = span.phone(scan).or(phone);
                }
                _ => break,
            }
        }
        card.or(phone).or_else(|| self.span(at, at)?.labelled(scan))
    }

    fn span(&self, at: usize, last_index: usize) -> Option<Span<'_>> {
        let groups = self.groups.get(at..=last_index)?;
        let (first, last) = (groups.first()?, groups.last()?);
        Some(Span {
            groups,
            first,
            last,
            digits: self.digits.get(first.first..last.past)?,
            last_index,
        })
    }
}

/// Some groups in a row, read as one number.
struct Span<'r> {
    groups: &'r [Group],
    first: &'r Group,
    last: &'r Group,
    digits: &'r [u8],
    last_index: usize,
}

impl Span<'_> {
    fn hit(&self, kind: PiiKind, start: usize, end: usize) -> Option<Hit> {
        Some(Hit {
            kind,
            start,
            end,
            last: self.last_index,
        })
    }

    fn resident_id(&self) -> Option<Hit> {
        let (body, check) = match (self.digits, self.last.check_x) {
            (digits, Some(_)) if digits.len() == 17 => (digits, b'X'),
            ([body @ .., check], _) => (body, *check),
            _ => return None,
        };
        let end = self.last.check_x.filter(|_| check == b'X');
        is_resident_id(body, check).then(|| {
            self.hit(
                PiiKind::ResidentId,
                self.first.start,
                end.unwrap_or(self.last.end),
            )
        })?
    }

    fn bank_card(&self) -> Option<Hit> {
        (is_bank_card(self.digits) && self.is_card_shaped())
            .then(|| self.hit(PiiKind::BankCard, self.first.start, self.last.end))?
    }

    /// In one piece, in fours, six and the rest, or 4-6-5 as on cards of 15 digits.
    fn is_card_shaped(&self) -> bool {
        let lengths: SmallVec<[usize; 20]> = self.groups.iter().map(Group::len).collect();
        match lengths.as_slice() {
            [_] | [6, _] | [4, 6, 4 | 5] => true,
            [fours @ .., last] => fours.iter().all(|length| *length == 4) && *last <= 4,
            [] => false,
        }
    }

    fn phone(&self, scan: &Scan<'_>) -> Option<Hit> {
        let before = scan.upto(self.first.start);
        let plus = ["+", "＋"].into_iter().find(|sign| before.ends_with(sign));
        let start = self.opening(before, self.first.start - plus.map_or(0, str::len), scan);
        let fits = match classify(self.digits, plus.is_some())? {
            Dialled::Mobile(number) => is_mobile(number) && self.is_mobile_shaped(number.len()),
            Dialled::Landline { number, area } => self.is_landline_shaped(number, area),
            Dialled::Foreign(_) => self.groups.len() <= 5,
        };
        fits.then(|| self.hit(PiiKind::Phone, start, self.last.end))?
    }

    /// Where the number starts, its own opening bracket included: `(010)62345678`, `(+86)138…`.
    fn opening(&self, before: &str, start: usize, scan: &Scan<'_>) -> usize {
        let inside = scan.from(start).get(..self.last.end - start).unwrap_or("");
        let bracket = before
            .get(..start)
            .and_then(|before| before.chars().next_back())
            .filter(|c| narrow(*c) == '(' && inside.contains([')', '）']));
        start - bracket.map_or(0, char::len_utf8)
    }

    /// Up to three groups, or all of them of one or two digits; with dots only 3.4.4.
    fn is_mobile_shaped(&self, national: usize) -> bool {
        let groups = self.national_groups(national);
        let dotted = groups.iter().skip(1).any(|group| group.after_dot);
        let in_threes = groups.iter().map(Group::len).eq([3, 4, 4]);
        let short = groups.iter().all(|group| group.len() <= 2);
        in_threes || (!dotted && (groups.len() <= 3 || short))
    }

    /// In one piece, or the area code apart from a number in one or two groups.
    fn is_landline_shaped(&self, number: &[u8], area: usize) -> bool {
        let groups = self.national_groups(number.len());
        if groups.iter().skip(1).any(|group| group.after_dot) {
            return false;
        }
        let subscriber = number.get(area).copied().unwrap_or(b'0');
        match groups {
            [_] => matches!(subscriber, b'2'..=b'8'),
            [code, _] | [code, _, _] => code.len() == area && subscriber != b'0',
            _ => false,
        }
    }

    /// The groups without those that hold the country code alone.
    fn national_groups(&self, national: usize) -> &[Group] {
        let prefix = self.digits.len().saturating_sub(national);
        let skipped = self
            .groups
            .iter()
            .take_while(|group| group.past - self.first.first <= prefix)
            .count();
        self.groups.get(skipped..).unwrap_or(&[])
    }

    /// A number of one group that its label explains, whatever its check digit.
    fn labelled(&self, scan: &Scan<'_>) -> Option<Hit> {
        let before = scan.upto(self.first.start);
        let (kind, end) = match (self.digits.len(), self.last.check_x) {
            (17, Some(end)) if announced(before, ID) => (PiiKind::ResidentId, end),
            (15 | 18, _) if announced(before, ID) => (PiiKind::ResidentId, self.last.end),
            (12..=19, _) if announced(before, CARD) => (PiiKind::BankCard, self.last.end),
            (7..=11, _) if announced(before, PHONE) => (PiiKind::Phone, self.last.end),
            _ => return None,
        };
        self.hit(kind, self.first.start, end)
    }
}

/// Length in bytes of the separators at the start of `rest`, when a digit follows them, and whether
/// a dot is among them.
fn separators(rest: &str) -> Option<(usize, bool)> {
    let mut length = 0;
    let mut dot = false;
    for (count, c) in rest.chars().enumerate() {
        match narrow(c) {
            '0'..='9' if count > 0 => return Some((length, dot)),
            ' ' | '-' | '(' | ')' if count < MOST_SEPARATORS => {}
            '.' if count < MOST_SEPARATORS => dot = true,
            _ => return None,
        }
        length += c.len_utf8();
    }
    None
}

/// `end`, when no letter or digit of ASCII follows there.
fn ends_word(text: &str, end: usize) -> Option<usize> {
    let next = text.get(end..)?.chars().next().map(narrow);
    next.is_none_or(|c| !c.is_ascii_alphanumeric())
        .then_some(end)
}
