//! Made-up people whose numbers look right and belong to nobody.
//!
//! - A resident ID has a real date and a right check digit (GB 11643, ISO 7064 mod 11-2), but its
//!   region is a province itself (`310000`): cards are issued by counties, never under that code.
//! - A mobile number starts like one of today's, but its middle group is `0000`. No block of
//!   Chinese numbers is reserved for fiction; this is the least likely to be anyone's.
//! - A bank card is Luhn-valid under `6200 0000`, which UnionPay's own documents use for examples.
//! - E-mail addresses are at names that RFC 2606 keeps free for examples.

use super::random::Dice;

/// The language a customer writes in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tongue {
    Chinese,
    English,
}

/// A person, with everything a CRM would know of them.
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) phone: String,
    pub(crate) email: String,
    pub(crate) resident_id: String,
    pub(crate) bank_card: String,
}

const SURNAMES: &[&str] = &[
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林",
    "何", "郭", "马", "罗", "欧阳", "司马",
];
const GIVEN: &[&str] = &[
    "伟", "芳", "娜", "敏", "静", "磊", "洋", "艳", "勇", "杰", "婷", "雪", "明轩", "思远", "雨桐",
    "子涵", "建国", "晓燕", "志强", "海波",
];
const FIRST_NAMES: &[&str] = &[
    "James", "Mary", "Robert", "Linda", "Oliver", "Amelia", "Noah", "Grace", "Lucas", "Chloe",
    "Henry", "Ivy",
];
const LAST_NAMES: &[&str] = &[
    "Smith", "Johnson", "Brown", "Taylor", "Wilson", "Clarke", "Walker", "Hughes", "Murray", "Reid",
];
const PREFIXES: &[&str] = &[
    "130", "133", "135", "138", "139", "150", "153", "158", "176", "180", "186", "189", "198",
];
const PROVINCES: &[&str] = &["11", "12", "31", "32", "33", "35", "37", "44", "51"];
const MAIL_HOSTS: &[&str] = &[
    "example.com",
    "mail.example.com",
    "example.net",
    "corp.invalid",
];

pub(crate) fn person(dice: &mut Dice, tongue: Tongue, number: u32) -> Person {
    let (name, mailbox) = match tongue {
        Tongue::Chinese => (
            format!("{}{}", dice.pick(SURNAMES), dice.pick(GIVEN)),
            format!("contact{number}"),
        ),
        Tongue::English => english_name(dice, number),
    };
    Person {
        name,
        phone: mobile(dice, tongue),
        email: format!("{mailbox}@{}", dice.pick(MAIL_HOSTS)),
        resident_id: resident_id(dice),
        bank_card: bank_card(dice),
    }
}

fn english_name(dice: &mut Dice, number: u32) -> (String, String) {
    let (first, last) = (dice.pick(FIRST_NAMES), dice.pick(LAST_NAMES));
    let mailbox = format!("{first}.{last}{number}").to_lowercase();
    (format!("{first} {last}"), mailbox)
}

fn mobile(dice: &mut Dice, tongue: Tongue) -> String {
    let (prefix, last) = (dice.pick(PREFIXES), dice.between(0, 9999));
    match tongue {
        Tongue::Chinese => format!("{prefix}0000{last:04}"),
        Tongue::English => format!("+86 {prefix}-0000-{last:04}"),
    }
}

fn resident_id(dice: &mut Dice) -> String {
    let (year, month) = (dice.between(1955, 2004), dice.between(1, 12));
    let day = dice.between(1, days_in(year, month));
    let province = dice.pick(PROVINCES);
    let serial = dice.between(1, 999);
    let body = format!("{province}0000{year:04}{month:02}{day:02}{serial:03}");
    let check = mod_11_2(&body);
    format!("{body}{check}")
}

fn days_in(year: u32, month: u32) -> u32 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 31,
    }
}

/// ISO 7064 mod 11-2: each place weighs twice the one after it; the remainder picks the digit.
fn mod_11_2(digits: &str) -> char {
    let remainder = digits
        .bytes()
        .fold(0, |sum, digit| (sum + usize::from(digit - b'0')) * 2 % 11);
    "10X98765432".chars().nth(remainder).unwrap_or('0')
}

fn bank_card(dice: &mut Dice) -> String {
    let body = format!("62000000{:07}", dice.between(0, 9_999_999));
    let check = luhn(&body);
    format!("{body}{check}")
}

/// The digit that makes `digits` valid (ISO/IEC 7812-1, annex B).
fn luhn(digits: &str) -> u32 {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0');
            let doubled = if place % 2 == 0 { digit * 2 } else { digit };
            doubled / 10 + doubled % 10
        })
        .sum();
    (10 - sum % 10) % 10
}
