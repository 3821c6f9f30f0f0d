//! How much one run of the analysis may do, so that a large policy cannot make it hang.

/// Pairs of rules that are searched.
pub(super) struct Work {
    left: usize,
    cut: bool,
}

impl Work {
    pub(super) fn new(pairs: usize) -> Self {
        Self {
            left: pairs,
            cut: false,
        }
    }

    /// Takes one search from what is left; whether there was one.
    #[must_use]
    pub(super) fn ask(&mut self) -> bool {
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                true
            }
            None => {
                self.cut = true;
                false
            }
        }
    }

    /// Whether something was left out.
    pub(super) fn is_done(&self) -> bool {
        self.cut
    }
}
