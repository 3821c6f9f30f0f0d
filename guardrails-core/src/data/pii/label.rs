//! Words that announce what comes after them: a name, a number of one kind.

use crate::data::mask::narrow;

/// Labels after which a name stands. Their last characters are among those that the scan stops at.
pub(super) const NAME: &[&str] = &[
    "姓名",
    "户名",
    "联系人",
    "聯絡人",
    "联络人",
    "收件人",
    "收货人",
    "寄件人",
    "发件人",
    "经办人",
    "负责人",
    "申请人",
    "投保人",
    "被保险人",
    "受益人",
    "持卡人",
    "法人",
    "法定代表人",
    "签约人",
    "委托人",
    "代理人",
    "经手人",
    "介绍人",
    "推荐人",
    "当事人",
    "报案人",
    "业主",
    "患者",
    "收款人",
    "付款人",
    "紧急联系人",
    "对接人",
];

/// What ends like one of them and announces no person.
pub(super) const NOT_NAME: &[&str] = &["用户名", "账户名", "帐户名", "门户名"];

/// Labels after which a name stands as often as something else; only a clear name counts there.
pub(super) const LIKELY_NAME: &[&str] = &["客户", "会员", "业务员", "销售员", "用户", "业务人"];

/// English labels for names; a colon must follow, and no letter may stand before.
pub(super) const LATIN_NAME: &[&str] = &[
    "name",
    "contact",
    "contact person",
    "attn",
    "recipient",
    "customer",
    "applicant",
    "owner",
];

/// Labels of telephone numbers.
pub(super) const PHONE: &[&str] = &[
    "电话",
    "電話",
    "手机",
    "手機",
    "座机",
    "固话",
    "传真",
    "联系方式",
    "tel",
    "phone",
    "mobile",
    "fax",
];

/// Labels of identity numbers.
pub(super) const ID: &[&str] = &["身份证", "身份證", "证件", "公民身份", "idcard", "id card"];

/// Labels of bank cards and accounts.
pub(super) const CARD: &[&str] = &["卡", "账号", "帐号", "账户", "帐户", "card"];

/// Signs and words between a label and its value at most.
const MOST_BETWEEN: usize = 6;

/// Whether one of `labels` stands at the end of `before`, with only `号码：` and the like between.
pub(super) fn announced(before: &str, labels: &[&str]) -> bool {
    ends_with_any(before.trim_end_matches(between(MOST_BETWEEN)), labels)
}

/// Whether `text` ends with one of the labels, whatever the case of ASCII letters.
pub(super) fn ends_with_any(text: &str, labels: &[&str]) -> bool {
    labels
        .iter()
        .any(|label| without_end(text, label).is_some())
}

/// Whether `text` ends with an English label that starts a word.
pub(super) fn ends_with_word(text: &str, labels: &[&str]) -> bool {
    let text = text.trim_end_matches(' ');
    labels.iter().any(|label| {
        without_end(text, label)
            .is_some_and(|before| !before.ends_with(|c: char| c.is_ascii_alphanumeric()))
    })
}

/// The text before `label`, when it ends with it.
fn without_end<'t>(text: &'t str, label: &str) -> Option<&'t str> {
    let (before, end) = text.split_at_checked(text.len().checked_sub(label.len())?)?;
    end.eq_ignore_ascii_case(label).then_some(before)
}

/// What may stand between a label and a number; holds for so many characters.
fn between(mut left: usize) -> impl FnMut(char) -> bool {
    move |c| {
        let holds = left > 0 && (is_sign(c) || matches!(c, '是' | '为' | '号' | '码' | '機'));
        left = left.saturating_sub(1);
        holds
    }
}

/// Signs that set a value off from its label.
pub(super) fn is_sign(c: char) -> bool {
    matches!(
        narrow(c),
        ' ' | '\t'
            | ':'
            | '='
            | '"'
            | '\''
            | '“'
            | '”'
            | '「'
            | '」'
            | '【'
            | '】'
            | '['
            | ']'
            | '('
            | ')'
            | '*'
            | '|'
            | '-'
            | '_'
            | '#'
            | '`'
            | '、'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_label_ends_with_a_character_the_scan_stops_at() {
        for label in NAME.iter().chain(LIKELY_NAME) {
            let last = label.chars().next_back();
            assert!(last.is_some_and(|c| "主人名员户者".contains(c)), "{label}");
        }
    }
}
