//! The codes of what can be wrong with a `do { … }` script: one file for each, as in `crate::codes`.

mod g0601_limit;
mod g0602_syntax;
mod g0603_refused;
mod g0604_unknown;
mod g0605_type;
mod g0606_chain;
mod g0607_effect_text;
mod g0608_variable;
mod g0609_no_effect;
mod g0610_engine;

use crate::codes::listed;

listed! {
    LIMIT = g0601_limit;
    SYNTAX = g0602_syntax;
    REFUSED = g0603_refused;
    UNKNOWN = g0604_unknown;
    TYPE = g0605_type;
    CHAIN = g0606_chain;
    EFFECT_TEXT = g0607_effect_text;
    VARIABLE = g0608_variable;
    NO_EFFECT = g0609_no_effect;
    ENGINE = g0610_engine;
}
