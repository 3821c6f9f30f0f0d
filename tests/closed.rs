//! What keeps the Python binding closed: a panic is a refusal, and what it interrupted is over.
//!
//! The file under test is the binding's own. It is tested here because a Rust test of the binding
//! would have to be linked with a Python interpreter.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests"
)]

#[path = "../guardrails-py/src/closed.rs"]
mod closed;

use closed::{Slot, closed};
use crm_guardrails::{Error, ErrorKind};

#[test]
fn a_panic_is_a_refusal() {
    let error = closed::<()>(|| panic!("13812345678")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert_eq!(error.code(), "GUARD_PANICKED");
    assert!(!format!("{error:#} {error:?}").contains("138"));
}

#[test]
fn what_panicked_is_over() {
    let slot = Slot::new(Vec::<u8>::new());
    let error = slot.run::<()>(|_| panic!("inside")).unwrap_err();
    assert_eq!(error.code(), "GUARD_PANICKED");
    assert!(!slot.is_open());
    assert_eq!(slot.run(|_| Ok(())).unwrap_err().code(), "OPERATION_ENDED");
    assert_eq!(slot.end(|_| Ok(())).unwrap_err().code(), "OPERATION_ENDED");
}

#[test]
fn an_error_leaves_it_open() {
    let slot = Slot::new(7);
    let failed = slot.run::<()>(|_| Err(Error::new(ErrorKind::Store, "no answer")));
    assert_eq!(failed.unwrap_err().kind(), ErrorKind::Store);
    assert_eq!(slot.run(|value| Ok(*value)).unwrap(), 7);
}

#[test]
fn whoever_comes_meanwhile_is_refused() {
    let slot = Slot::new(());
    let meanwhile = slot.run(|()| Ok((slot.run(|()| Ok(())), slot.end(|()| Ok(())))));
    let (ran, ended) = meanwhile.unwrap();
    assert_eq!(ran.unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(ended.unwrap_err().kind(), ErrorKind::Conflict);
    assert!(slot.is_open());
}

#[test]
fn it_ends_once() {
    let slot = Slot::new(7);
    assert_eq!(slot.end(Ok).unwrap(), 7);
    assert_eq!(slot.end(Ok).unwrap_err().code(), "OPERATION_ENDED");
}

#[test]
fn a_panic_at_the_end_ends_it() {
    let slot = Slot::new(());
    let panicked = slot.end::<()>(|()| panic!("inside")).unwrap_err();
    assert_eq!(panicked.code(), "GUARD_PANICKED");
    assert_eq!(slot.end(Ok).unwrap_err().code(), "OPERATION_ENDED");
}
