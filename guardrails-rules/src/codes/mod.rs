//! The codes of findings about policies: one file for each, with what it means, an example of it, and
//! the example mended. Whoever adds a code adds its file, its two lines here, and a failing case.
//!
//! `G00` files and limits, `G01` syntax, `G02` names, `G03` types, `G04` declarations, `G05`
//! accepted but doubtful (from `G0511` what analysis finds of a policy that compiles: those are in
//! `analyse`, and listed only where it is compiled), `G06` scripts of `do` (they live behind their door,
//! in `action`), `G08` tests, `G09` the compiler itself.

mod g0001_file_too_large;
mod g0002_bundle_too_large;
mod g0003_nul_byte;
mod g0004_not_utf8;
mod g0005_bad_path;
mod g0006_too_many;
mod g0007_not_a_file;
mod g0101_syntax;
mod g0102_unknown_declaration;
mod g0103_unbalanced;
mod g0104_text_not_closed;
mod g0105_nesting;
mod g0106_expression_too_deep;
mod g0107_bad_literal;
mod g0108_no_version;
mod g0109_unknown_version;
mod g0110_misplaced_header;
mod g0201_unknown_name;
mod g0202_unknown_field;
mod g0203_unknown_entity;
mod g0204_unknown_type;
mod g0205_unknown_skill;
mod g0206_unknown_chain;
mod g0207_no_list_file;
mod g0208_unknown_mask;
mod g0209_unknown_annotation;
mod g0210_unknown_word;
mod g0211_unknown_member;
mod g0212_unknown_function;
mod g0213_unknown_package;
mod g0214_unknown_role;
mod g0215_unknown_rule;
mod g0216_duplicate;
mod g0217_duplicate_part;
mod g0218_out_of_reach;
mod g0219_two_zones;
mod g0220_unknown_zone;
mod g0230_unknown_parameter;
mod g0231_bad_parameter;
mod g0232_package_not_used;
mod g0233_idle_use;
mod g0301_wrong_type;
mod g0302_money_and_number;
mod g0303_two_currencies;
mod g0304_percent_and_number;
mod g0305_may_be_missing;
mod g0306_bad_pattern;
mod g0307_bad_argument;
mod g0308_bad_placeholder;
mod g0309_part_of_a_day;
mod g0310_date_and_time;
mod g0311_not_aggregable;
mod g0401_bad_sensitivity;
mod g0402_bad_impact;
mod g0403_no_steps;
mod g0404_bad_quorum;
mod g0405_incomplete;
mod g0406_repeated;
mod g0407_out_of_range;
mod g0408_misplaced_effect;
mod g0409_never_in_force;
mod g0410_list_too_long;
mod g0411_row_width;
mod g0412_allow_not_alone;
mod g0413_bad_column;
mod g0414_translation_differs;
mod g0415_second_sign;
mod g0501_unused;
mod g0502_unmasked_pii;
mod g0503_unusable_skill;
mod g0504_odd_weights;
mod g0505_not_a_language;
mod g0801_case_column;
mod g0999_internal;

use std::sync::LazyLock;

use guardrails_core::Phrase;

use crate::action;
#[cfg(feature = "authoring")]
use crate::analyse;

/// What there is to know about one code.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Code {
    /// The code, such as `G0201`.
    pub code: &'static str,
    /// What it is about, in a few words.
    pub title: Phrase,
    /// What is wrong, and why it matters.
    pub why: Phrase,
    /// What to write instead.
    pub fix: Phrase,
    /// What brings it about.
    pub example: Example,
}

impl Code {
    /// The heading it stands under.
    #[must_use]
    pub fn group(&self) -> Phrase {
        match self.code.get(..3).unwrap_or_default() {
            "G00" => Phrase::fixed("Files and limits", "文件与上限"),
            "G01" => Phrase::fixed("Syntax", "语法"),
            "G02" => Phrase::fixed("Names", "名称"),
            "G03" => Phrase::fixed("Types", "类型"),
            "G04" => Phrase::fixed("Declarations", "声明"),
            "G05" => Phrase::fixed("Accepted, and doubtful", "接受但可疑"),
            "G06" => Phrase::fixed("Scripts", "脚本"),
            "G07" => Phrase::fixed("Analysis", "分析"),
            "G08" => Phrase::fixed("Tests", "测试"),
            _ => Phrase::fixed("This version", "此版本"),
        }
    }
}

/// What brings a code about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Example {
    /// A policy, and the same policy mended. Both can be compiled as they stand.
    Text {
        /// Brings the code about.
        wrong: &'static str,
        /// Is accepted without a finding.
        right: &'static str,
    },
    /// Something that a text alone cannot show, such as the size of a file.
    Said(Phrase),
}

/// All codes that this build can report, in order; those of analysis with the feature `authoring`.
#[must_use]
pub fn codes() -> &'static [&'static Code] {
    static ALL: LazyLock<Vec<&'static Code>> = LazyLock::new(all);
    &ALL
}

/// These codes, those of scripts, and those of analysis.
fn all() -> Vec<&'static Code> {
    let mut all: Vec<&Code> = CODES.iter().chain(action::CODES).copied().collect();
    #[cfg(feature = "authoring")]
    all.extend(analyse::CODES);
    all.sort_by_key(|entry| entry.code);
    all
}

/// The entry of a code.
#[must_use]
pub fn explain(code: &str) -> Option<&'static Code> {
    codes().iter().copied().find(|entry| entry.code == code)
}

/// Names the codes of a folder's files: a constant for each, and the list of all.
macro_rules! listed {
    ($($name:ident = $file:ident;)*) => {
        $(pub(crate) const $name: &str = $file::CODE.code;)*
        pub(crate) const CODES: &[&$crate::codes::Code] = &[$($file::CODE),*];
    };
}
pub(crate) use listed;

listed! {
    FILE_TOO_LARGE = g0001_file_too_large;
    BUNDLE_TOO_LARGE = g0002_bundle_too_large;
    NUL_BYTE = g0003_nul_byte;
    NOT_UTF8 = g0004_not_utf8;
    BAD_PATH = g0005_bad_path;
    TOO_MANY = g0006_too_many;
    NOT_A_FILE = g0007_not_a_file;
    SYNTAX = g0101_syntax;
    UNKNOWN_DECLARATION = g0102_unknown_declaration;
    UNBALANCED = g0103_unbalanced;
    TEXT_NOT_CLOSED = g0104_text_not_closed;
    NESTING = g0105_nesting;
    EXPRESSION_TOO_DEEP = g0106_expression_too_deep;
    BAD_LITERAL = g0107_bad_literal;
    NO_VERSION = g0108_no_version;
    UNKNOWN_VERSION = g0109_unknown_version;
    MISPLACED_HEADER = g0110_misplaced_header;
    UNKNOWN_NAME = g0201_unknown_name;
    UNKNOWN_FIELD = g0202_unknown_field;
    UNKNOWN_ENTITY = g0203_unknown_entity;
    UNKNOWN_TYPE = g0204_unknown_type;
    UNKNOWN_SKILL = g0205_unknown_skill;
    UNKNOWN_CHAIN = g0206_unknown_chain;
    NO_LIST_FILE = g0207_no_list_file;
    UNKNOWN_MASK = g0208_unknown_mask;
    UNKNOWN_ANNOTATION = g0209_unknown_annotation;
    UNKNOWN_WORD = g0210_unknown_word;
    UNKNOWN_MEMBER = g0211_unknown_member;
    UNKNOWN_FUNCTION = g0212_unknown_function;
    UNKNOWN_PACKAGE = g0213_unknown_package;
    UNKNOWN_ROLE = g0214_unknown_role;
    UNKNOWN_RULE = g0215_unknown_rule;
    DUPLICATE = g0216_duplicate;
    DUPLICATE_PART = g0217_duplicate_part;
    OUT_OF_REACH = g0218_out_of_reach;
    TWO_ZONES = g0219_two_zones;
    UNKNOWN_ZONE = g0220_unknown_zone;
    UNKNOWN_PARAMETER = g0230_unknown_parameter;
    BAD_PARAMETER = g0231_bad_parameter;
    PACKAGE_NOT_USED = g0232_package_not_used;
    IDLE_USE = g0233_idle_use;
    WRONG_TYPE = g0301_wrong_type;
    MONEY_AND_NUMBER = g0302_money_and_number;
    TWO_CURRENCIES = g0303_two_currencies;
    PERCENT_AND_NUMBER = g0304_percent_and_number;
    MAY_BE_MISSING = g0305_may_be_missing;
    BAD_PATTERN = g0306_bad_pattern;
    BAD_ARGUMENT = g0307_bad_argument;
    BAD_PLACEHOLDER = g0308_bad_placeholder;
    PART_OF_A_DAY = g0309_part_of_a_day;
    DATE_AND_TIME = g0310_date_and_time;
    NOT_AGGREGABLE = g0311_not_aggregable;
    BAD_SENSITIVITY = g0401_bad_sensitivity;
    BAD_IMPACT = g0402_bad_impact;
    NO_STEPS = g0403_no_steps;
    BAD_QUORUM = g0404_bad_quorum;
    INCOMPLETE = g0405_incomplete;
    REPEATED = g0406_repeated;
    OUT_OF_RANGE = g0407_out_of_range;
    MISPLACED_EFFECT = g0408_misplaced_effect;
    NEVER_IN_FORCE = g0409_never_in_force;
    LIST_TOO_LONG = g0410_list_too_long;
    ROW_WIDTH = g0411_row_width;
    ALLOW_NOT_ALONE = g0412_allow_not_alone;
    BAD_COLUMN = g0413_bad_column;
    TRANSLATION_DIFFERS = g0414_translation_differs;
    SECOND_SIGN = g0415_second_sign;
    UNUSED = g0501_unused;
    UNMASKED_PII = g0502_unmasked_pii;
    UNUSABLE_SKILL = g0503_unusable_skill;
    ODD_WEIGHTS = g0504_odd_weights;
    NOT_A_LANGUAGE = g0505_not_a_language;
    CASE_COLUMN = g0801_case_column;
    INTERNAL = g0999_internal;
}
