//! Dice with a seed: the same data on every machine and in every run.
//!
//! `SplitMix64` (Steele, Lea, Flood 2014): one addition and three mixing steps. Plenty for a
//! demonstration, and not for anything that must be secret.

/// A deterministic source of numbers.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from `low` up to and including `high`.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        let span = u64::from(high.saturating_sub(low)) + 1;
        low + u32::try_from(self.roll() % span).unwrap_or(0)
    }

    /// True once in `n` times.
    pub(crate) fn once_in(&mut self, n: u32) -> bool {
        self.between(1, n) == 1
    }

    /// One of the words.
    pub(crate) fn pick<'w>(&mut self, words: &[&'w str]) -> &'w str {
        let last = u32::try_from(words.len().saturating_sub(1)).unwrap_or(0);
        let at = self.between(0, last);
        words.get(at as usize).copied().unwrap_or("")
    }
}
