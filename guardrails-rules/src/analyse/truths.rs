//! Sets of truths: what a condition may still come out as while not everything is settled.

use guardrails_core::process::Truth;

/// Some of false, unknown and true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Truths(u8);

impl Truths {
    pub(super) const NONE: Self = Self(0);
    pub(super) const FALSE: Self = Self(1);
    pub(super) const UNKNOWN: Self = Self(2);
    pub(super) const TRUE: Self = Self(4);
    /// What makes a rule apply.
    pub(super) const APPLIES: Self = Self(6);
    /// What keeps a grant from holding.
    pub(super) const NOT_TRUE: Self = Self(3);
    pub(super) const ANY: Self = Self(7);

    pub(super) fn of(truth: Truth) -> Self {
        match truth {
            Truth::False => Self::FALSE,
            Truth::Unknown => Self::UNKNOWN,
            Truth::True => Self::TRUE,
        }
    }

    pub(super) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn or_else(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) fn others(self) -> Self {
        Self(!self.0 & Self::ANY.0)
    }

    /// What `not` makes of them.
    pub(super) fn negated(self) -> Self {
        let (f, t) = (self.0 & 1, self.0 & 4);
        Self((f << 2) | (self.0 & 2) | (t >> 2))
    }

    /// What `and` makes of one from each.
    pub(super) fn and(self, other: Self) -> Self {
        let mut both = Self::NONE;
        if self == Self::NONE || other == Self::NONE {
            return both;
        }
        if self.meets(Self::FALSE) || other.meets(Self::FALSE) {
            both = both.or_else(Self::FALSE);
        }
        if self.meets(Self::TRUE) && other.meets(Self::TRUE) {
            both = both.or_else(Self::TRUE);
        }
        if self.meets(Self::UNKNOWN) && other.meets(Self::APPLIES)
            || other.meets(Self::UNKNOWN) && self.meets(Self::APPLIES)
        {
            both = both.or_else(Self::UNKNOWN);
        }
        both
    }

    /// What `or` makes of one from each.
    pub(super) fn or(self, other: Self) -> Self {
        self.negated().and(other.negated()).negated()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EACH: [Truth; 3] = [Truth::False, Truth::Unknown, Truth::True];

    fn members(set: u8) -> Vec<Truth> {
        let has = |truth: &Truth| Truths(set).meets(Truths::of(*truth));
        EACH.into_iter().filter(has).collect()
    }

    /// Every pair of sets: the set of what each pair of members comes to.
    #[test]
    fn sets_follow_the_logic_of_their_members() {
        for a in 0..8 {
            for b in 0..8 {
                let pairs = || {
                    members(a)
                        .into_iter()
                        .flat_map(move |x| members(b).into_iter().map(move |y| (x, y)))
                };
                let all = |results: Vec<Truth>| {
                    results
                        .into_iter()
                        .fold(Truths::NONE, |set, truth| set.or_else(Truths::of(truth)))
                };
                let and = all(pairs().map(|(x, y)| x.and(y)).collect());
                let or = all(pairs().map(|(x, y)| x.or(y)).collect());
                assert_eq!(Truths(a).and(Truths(b)), and);
                assert_eq!(Truths(a).or(Truths(b)), or);
            }
            let not = members(a)
                .into_iter()
                .fold(Truths::NONE, |set, truth| set.or_else(Truths::of(!truth)));
            assert_eq!(Truths(a).negated(), not);
        }
    }
}
