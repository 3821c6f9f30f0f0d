//! Who appears: people that the CRM has signed in, each with an AI acting for them.
//!
//! A host builds a principal from its own session, never from what a model says.

use crm_guardrails::Principal;

/// 陈晓 sells for acme.
pub(crate) fn rep() -> Principal {
    copilot_of(Principal::user("acme", "u-17").role("SALES_REP"))
}

/// 王磊 sells for acme too.
pub(crate) fn colleague() -> Principal {
    copilot_of(Principal::user("acme", "u-18").role("SALES_REP"))
}

/// 陈晓 herself, on a day when she stands in for the manager.
pub(crate) fn rep_as_manager() -> Principal {
    Principal::user("acme", "u-17")
        .role("SALES_REP")
        .role("SALES_MANAGER")
}

/// 李娜 manages acme's desk; she approves in person, no AI in between.
pub(crate) fn manager() -> Principal {
    Principal::user("acme", "u-02").role("SALES_MANAGER")
}

/// 李娜's own copilot.
pub(crate) fn managers_copilot() -> Principal {
    copilot_of(manager())
}

/// 周敏 writes acme's contracts.
pub(crate) fn lawyer() -> Principal {
    copilot_of(Principal::user("acme", "u-31").role("LEGAL"))
}

/// Grace sells for globex, the other tenant.
pub(crate) fn stranger() -> Principal {
    copilot_of(Principal::user("globex", "g-05").role("SALES_REP"))
}

/// Walter manages globex's desk.
pub(crate) fn strange_manager() -> Principal {
    Principal::user("globex", "g-01").role("SALES_MANAGER")
}

fn copilot_of(person: Principal) -> Principal {
    person.agent("sales_copilot").model("qwen:14b")
}
