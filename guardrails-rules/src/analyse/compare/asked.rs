//! Which approval is asked for where both policies ask for one.

use guardrails_core::{Name, Phrase, phrase};

use super::ask::Asker;
use super::book::{Book, Unit};
use super::chains::Order;
use super::change::{Change, Direction, Subject};
use super::decisions::{Books, Found, all, approval_by};
use crate::analyse::answer::Answer;
use crate::analyse::formula::Claim;

/// Adds the cases in which other chains are asked for than before: fewer or weaker ones, more or
/// stricter ones, or merely others.
pub(super) fn approvals(
    books: &Books<'_, '_>,
    order: &Order<'_>,
    asker: &mut Asker,
    out: &mut Vec<Found>,
) {
    let asks = |unit: &Unit<'_>| !matches!(unit.asks(None), Claim::Any(ways) if ways.is_empty());
    if !books.missed().iter().any(|missed| asks(missed.unit)) {
        return;
    }
    let both = vec![
        books.old.denies(all).negated(),
        books.new.denies(all).negated(),
        books.old.asks(all),
        books.new.asks(all),
    ];
    let new_covers = || covers(books.old, books.new, |old, new| order.new_covers(new, old));
    let old_covers = || covers(books.new, books.old, |new, old| order.old_covers(old, new));
    let ways = [
        (Direction::Widened, old_covers(), new_covers().negated()),
        (Direction::Narrowed, new_covers(), old_covers().negated()),
        (
            Direction::Changed,
            old_covers().negated(),
            new_covers().negated(),
        ),
    ];
    for (direction, one, other) in ways {
        let claim = Claim::All([both.clone(), vec![one, other]].concat());
        let answer = asker.ask(books.scene, &claim);
        if !answer.is_never() {
            out.push(found(books, direction, answer));
        }
    }
}

/// Each chain that the one book asks for has one that the other asks for and that covers it.
fn covers<'s>(
    wanted: &Book<'s>,
    by: &Book<'s>,
    covers: impl Fn(&Name, &Name) -> bool,
) -> Claim<'s> {
    let each = wanted.chains().into_iter().map(|chain| {
        let by_chains = by.chains().into_iter().filter(|other| covers(chain, other));
        let mut ways: Vec<Claim<'s>> = by_chains.map(|other| asked(by, other)).collect();
        ways.push(asked(wanted, chain).negated());
        Claim::Any(ways)
    });
    Claim::All(each.collect())
}

fn asked<'s>(book: &Book<'s>, chain: &Name) -> Claim<'s> {
    book.says(all, |unit| unit.asks(Some(chain)))
}

fn found(books: &Books<'_, '_>, direction: Direction, answer: Answer) -> Found {
    let sides = match answer.example() {
        Some(example) => (
            approval_by(books.old, example),
            approval_by(books.new, example),
        ),
        None => (
            phrase!("one approval" | "一种审批"),
            phrase!("another" | "另一种审批"),
        ),
    };
    let change = Change::new(Subject::Decision, direction, Phrase::default(), sides);
    Found {
        key: format!("approvals {direction}"),
        verb: books.old.verb,
        who: Phrase::default(),
        change: change.answered(answer),
    }
}
