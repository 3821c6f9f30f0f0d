//! Which of two ways to see a field shows more, and what each is called.

use guardrails_core::data::{Access, Mask};
use guardrails_core::{Phrase, phrase};

use super::change::Direction;

/// From which strictness on a mask shows nothing of a value.
fn shows_nothing(access: &Access) -> bool {
    match access {
        Access::Masked(mask) => mask.strictness() >= Mask::Redact.strictness(),
        Access::Read | Access::Hidden => false,
    }
}

/// Whether a field that was seen one way is seen more, less or otherwise now; none where it comes to
/// the same. Masks go by how strict they are; two of one strictness cannot be compared, nor can
/// `partial` masks of which one keeps more at the head and the other more at the tail.
#[must_use]
pub fn compare_access(old: &Access, new: &Access) -> Option<Direction> {
    if old == new || shows_nothing(old) && shows_nothing(new) {
        return None;
    }
    if let (Access::Masked(Mask::Partial(a, b)), Access::Masked(Mask::Partial(c, d))) = (old, new) {
        return Some(match (a <= c && b <= d, a >= c && b >= d) {
            (true, _) => Direction::Widened,
            (_, true) => Direction::Narrowed,
            _ => Direction::Changed,
        });
    }
    Some(match old.strictness().cmp(&new.strictness()) {
        std::cmp::Ordering::Greater => Direction::Widened,
        std::cmp::Ordering::Less => Direction::Narrowed,
        std::cmp::Ordering::Equal => Direction::Changed,
    })
}

/// A way to see a field in words: `read`, `hidden`, `masked with partial(3, 4)`.
#[must_use]
pub fn say_access(access: &Access) -> Phrase {
    match access {
        Access::Read => phrase!("read" | "可读"),
        Access::Hidden => phrase!("hidden" | "隐藏"),
        Access::Masked(Mask::Partial(head, tail)) => phrase!(
            "masked with partial({head}, {tail})" | "以 partial({head}, {tail}) 脱敏",
            head,
            tail
        ),
        Access::Masked(mask) => {
            let mask = mask.name();
            phrase!("masked with {mask}" | "以 {mask} 脱敏", mask)
        }
    }
}

#[cfg(test)]
mod tests {
    use guardrails_core::policy::Sensitivity;

    use super::*;

    #[test]
    fn masks_go_by_how_much_they_leave() {
        let masked = |mask| Access::Masked(mask);
        let secret = Mask::Default(Sensitivity::new(5).unwrap());
        let of = |old: &Access, new: &Access| compare_access(old, new);
        let (phone, email) = (masked(Mask::Phone), masked(Mask::Email));
        assert_eq!(of(&phone, &email), Some(Direction::Widened));
        assert_eq!(of(&email, &Access::Hidden), Some(Direction::Narrowed));
        assert_eq!(of(&masked(Mask::Redact), &masked(secret)), None);
        let partial = |head, tail| masked(Mask::Partial(head, tail));
        assert_eq!(of(&partial(3, 4), &partial(3, 5)), Some(Direction::Widened));
        assert_eq!(of(&partial(3, 4), &partial(4, 3)), Some(Direction::Changed));
        assert_eq!(
            of(&partial(9, 9), &partial(8, 9)),
            Some(Direction::Narrowed)
        );
    }
}
