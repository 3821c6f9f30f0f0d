//! The codes of what analysis finds of a policy that compiles: one file for each, as in `crate::codes`.

mod g0511_never_matches;
mod g0512_shadowed;
mod g0513_approval_denied;
mod g0514_table_gap;
mod g0515_table_overlap;
mod g0516_row_unreached;
mod g0517_step_never_overdue;
mod g0518_clause_overruled;
mod g0519_grant_unused;
mod g0520_skill_blind;
mod g0521_chain_unused;
mod g0522_clause_regranted;
mod g0523_answers_guesses;
mod g0525_write_unusable;
mod g0526_beyond_no_scope;
mod g0530_rule_untested;
mod g0531_rule_without_owner;
mod g0532_rule_without_reason;
mod g0590_analysis_cut;

use crate::codes::listed;

listed! {
    NEVER_MATCHES = g0511_never_matches;
    SHADOWED = g0512_shadowed;
    APPROVAL_DENIED = g0513_approval_denied;
    TABLE_GAP = g0514_table_gap;
    TABLE_OVERLAP = g0515_table_overlap;
    ROW_UNREACHED = g0516_row_unreached;
    STEP_NEVER_OVERDUE = g0517_step_never_overdue;
    CLAUSE_OVERRULED = g0518_clause_overruled;
    GRANT_UNUSED = g0519_grant_unused;
    SKILL_BLIND = g0520_skill_blind;
    CHAIN_UNUSED = g0521_chain_unused;
    CLAUSE_REGRANTED = g0522_clause_regranted;
    ANSWERS_GUESSES = g0523_answers_guesses;
    WRITE_UNUSABLE = g0525_write_unusable;
    BEYOND_NO_SCOPE = g0526_beyond_no_scope;
    RULE_UNTESTED = g0530_rule_untested;
    RULE_WITHOUT_OWNER = g0531_rule_without_owner;
    RULE_WITHOUT_REASON = g0532_rule_without_reason;
    ANALYSIS_CUT = g0590_analysis_cut;
}
