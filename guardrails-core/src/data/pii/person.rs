//! Names in free text, after a label that announces one: `姓名：张三`, `联系人李四电话138…`,
//! `Name: John Smith`.
//!
//! Where a name ends cannot be known without a dictionary. So a name right after a colon is taken
//! long rather than short, since one word too many behind a mask does no harm and one character of
//! a name left over does; without a colon only a clear name counts: surname, given name, and then a
//! sign or one of the words that follow names.

use super::label::{
    LATIN_NAME, LIKELY_NAME, NAME, NOT_NAME, ends_with_any, ends_with_word, is_sign,
};
use super::{PiiKind, Scan};
use crate::data::mask::{compound, is_han, is_surname, is_syllabic, narrow};

/// Signs between a label and the name at most.
const MOST_SIGNS: usize = 6;
/// Characters of the longest run looked at.
const LONGEST_RUN: usize = 20;

/// Words that follow a name and end it.
const AFTER: &[&str] = &[
    "电话", "電話", "手机", "手機", "身份", "邮箱", "邮件", "住址", "地址", "性别", "年龄", "先生",
    "女士", "小姐", "同志", "老师", "经理", "总监", "主任", "工程", "联系", "微信", "证件", "号码",
    "卡号", "银行", "出生", "民族", "职务", "职位", "部门", "公司", "单位", "备注", "客户", "已经",
    "要求", "需要", "希望", "今天", "明天", "昨天", "反馈", "表示", "来电", "家住", "现住", "生于",
    "账号", "帐号", "传真", "住在", "打来", "请回",
];
/// Single words that end a clear name.
const AFTER_CLEAR: &str = "的已在说于将要会是为与并请称想让把被对从电男女";
/// What starts with a surname and is no name.
const NO_NAME: &[&str] = &[
    "方式", "方便", "方面", "方法", "方案", "时间", "常用", "安排", "全部", "任何", "高级", "管理",
    "成员", "许可", "文件", "包括", "明细", "权限", "花费", "单独", "公司", "项目", "关系", "商务",
    "同意", "支付", "信息", "应该", "应当", "如何", "满意", "经理", "计划", "于是", "和",
];

/// Reads the name after the label that ends at `end`, if one ends there; answers where to go on.
pub(super) fn scan(scan: &mut Scan<'_>, end: usize) -> usize {
    let Some(label) = Label::before(scan.upto(end)) else {
        return end;
    };
    let (skipped, announced) = signs(scan.from(end));
    let trust = match label {
        Label::Name if announced => Trust::Announced,
        Label::Latin => Trust::Announced,
        Label::Name | Label::Likely => Trust::Clear,
    };
    let start = end + skipped;
    let length = name_length(scan.from(start), trust);
    if length == 0 {
        return end;
    }
    scan.record(PiiKind::Name, start, start + length);
    start + length
}

#[derive(Clone, Copy)]
enum Label {
    Name,
    Likely,
    Latin,
}

impl Label {
    fn before(text: &str) -> Option<Self> {
        let bare = text.strip_suffix([':', '：']);
        if let Some(bare) = bare {
            return ends_with_word(bare, LATIN_NAME).then_some(Self::Latin);
        }
        if ends_with_any(text, NAME) && !ends_with_any(text, NOT_NAME) {
            return Some(Self::Name);
        }
        ends_with_any(text, LIKELY_NAME).then_some(Self::Likely)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// A colon or the like says that a name follows.
    Announced,
    /// Only what is a name on the face of it counts.
    Clear,
}

/// Bytes of the signs at the start of `after`, and whether they say that a value follows.
fn signs(after: &str) -> (usize, bool) {
    let mut length = 0;
    let mut announced = false;
    for c in after.chars().take(MOST_SIGNS) {
        match narrow(c) {
            ':' | '=' | '是' | '为' | '叫' | '】' | '|' => announced = true,
            '\n' | '\r' => {}
            c if is_sign(c) => {}
            _ => break,
        }
        length += c.len_utf8();
    }
    (length, announced)
}

fn name_length(text: &str, trust: Trust) -> usize {
    match text.chars().next() {
        Some(c) if is_syllabic(c) => match trust {
            Trust::Announced => announced_length(run(text)),
            Trust::Clear => clear_length(run(text)),
        },
        Some(c) if c.is_alphabetic() && (trust == Trust::Announced || c.is_uppercase()) => {
            words_length(text)
        }
        _ => 0,
    }
}

/// The characters of a name's script at the start, with the dots inside it.
fn run(text: &str) -> &str {
    let mut end = 0;
    for (at, c) in text.char_indices().take(LONGEST_RUN) {
        if is_syllabic(c) {
            end = at + c.len_utf8();
        } else if !is_dot(c) {
            break;
        }
    }
    text.get(..end).unwrap_or("")
}

fn is_dot(c: char) -> bool {
    matches!(c, '·' | '•' | '・')
}

/// Up to the word that ends a name; without one, four characters whole, and of a longer run as much
/// as a surname and two more.
fn announced_length(run: &str) -> usize {
    let ends = |at: &usize| starts_with_any(run.get(*at..).unwrap_or(""), AFTER);
    let mut positions = run.char_indices().map(|(at, _)| at).skip(2);
    if let Some(end) = positions.find(ends) {
        return end;
    }
    let characters = run.chars().count();
    if characters <= 4 || run.contains(is_dot) {
        return run.len();
    }
    bytes_of(run, surname_length(run) + 2)
}

fn clear_length(run: &str) -> usize {
    if !is_surname(run) || starts_with_any(run, NO_NAME) {
        return 0;
    }
    let surname = surname_length(run);
    (surname + 1..=surname + 2)
        .map(|count| bytes_of(run, count))
        .find(|end| is_end(run, *end))
        .unwrap_or(0)
}

fn is_end(run: &str, end: usize) -> bool {
    let rest = run.get(end..).unwrap_or("");
    let long_enough = run.chars().take(2).all(is_han);
    long_enough
        && (rest.is_empty()
            || starts_with_any(rest, AFTER)
            || rest.starts_with(|c| AFTER_CLEAR.contains(c)))
}

fn surname_length(run: &str) -> usize {
    if compound(run).is_some() { 2 } else { 1 }
}

fn bytes_of(run: &str, count: usize) -> usize {
    run.char_indices()
        .nth(count)
        .map_or(run.len(), |(at, _)| at)
}

fn starts_with_any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.starts_with(word))
}

/// Words of a name in another script: the first, and up to three more with a capital; after a small
/// letter one more word of any kind.
fn words_length(text: &str) -> usize {
    let small = text.starts_with(|c: char| c.is_lowercase());
    let mut end = word_length(text);
    let more = if small { 1 } else { 3 };
    for _ in 0..more {
        let rest = text.get(end..).unwrap_or("");
        let Some(next) = rest.strip_prefix(' ') else {
            break;
        };
        let fits = next.starts_with(|c: char| c.is_uppercase() || (small && c.is_lowercase()));
        if !fits {
            break;
        }
        end += 1 + word_length(next);
    }
    end
}

fn word_length(text: &str) -> usize {
    let word = text
        .find(|c: char| is_han(c) || !(c.is_alphabetic() || matches!(c, '\'' | '’' | '-' | '.')))
        .unwrap_or(text.len());
    text.get(..word)
        .map_or(0, |word| word.trim_end_matches('.').len())
}
