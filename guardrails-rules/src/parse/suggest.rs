//! "Did you mean": the known word nearest to an unknown one.

use guardrails_core::{Language, Phrase, phrase};

/// A hint that names the nearest of `known`, when one is near enough to be meant.
pub(crate) fn did_you_mean<'k>(
    word: &str,
    known: impl IntoIterator<Item = &'k str>,
) -> Option<Phrase> {
    nearest(word, known).map(|name| phrase!("did you mean `{name}`?" | "是否想写 `{name}`？", name))
}

/// The nearest of `known`, when one is near enough to be meant: a third of its letters may differ.
#[must_use]
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let wanted: Vec<char> = word.to_lowercase().chars().take(LONGEST).collect();
    let allowed = (wanted.len() / 3).max(1);
    known
        .into_iter()
        .take(MOST)
        .filter(|name| *name != word)
        .map(|name| (distance(&wanted, name), name))
        .filter(|(distance, _)| *distance <= allowed && *distance < wanted.len())
        .min()
        .map(|(_, name)| name)
}

/// Names in back-ticks: `a`, `b` or `c`.
pub(crate) fn listed<S: AsRef<str>>(names: &[S]) -> Phrase {
    let quoted: Vec<Phrase> = names
        .iter()
        .map(|name| Phrase::from(format!("`{}`", name.as_ref())))
        .collect();
    joined(&quoted)
}

/// Phrases with commas and a last "or".
pub(crate) fn joined(phrases: &[Phrase]) -> Phrase {
    let (last, init) = match phrases {
        [] => return Phrase::default(),
        [only] => return only.clone(),
        [init @ .., last] => (last, init),
    };
    let said = |language: Language, comma: &str| {
        let init: Vec<&str> = init.iter().map(|phrase| phrase.text(language)).collect();
        init.join(comma)
    };
    let (en, zh) = (said(Language::English, ", "), said(Language::Chinese, "、"));
    Phrase::both(
        format!("{en} or {last}"),
        format!("{zh} 或 {}", last.text(Language::Chinese)),
    )
}

/// Longer words are compared by their beginning, so that no input makes this slow.
const LONGEST: usize = 32;
/// Names that are compared.
const MOST: usize = 5_000;

/// Letters to change, insert, remove, or exchange with a neighbour, without regard to case.
fn distance(wanted: &[char], name: &str) -> usize {
    let mut two_back: Vec<usize> = Vec::new();
    let mut back: Vec<usize> = (0..=wanted.len()).collect();
    let mut previous = None;
    for (row, letter) in name.to_lowercase().chars().take(LONGEST).enumerate() {
        let mut line = vec![row + 1];
        for (column, have) in wanted.iter().enumerate() {
            let at = |costs: &[usize], column: usize| costs.get(column).copied().unwrap_or(LONGEST);
            let substitute = at(&back, column) + usize::from(*have != letter);
            let mut best = substitute
                .min(at(&back, column + 1) + 1)
                .min(at(&line, column) + 1);
            let before = column.checked_sub(1).and_then(|at| wanted.get(at));
            if previous == Some(*have) && before == Some(&letter) {
                best = best.min(at(&two_back, column - 1) + 1);
            }
            line.push(best);
        }
        two_back = std::mem::replace(&mut back, line);
        previous = Some(letter);
    }
    back.last().copied().unwrap_or(LONGEST)
}

#[cfg(test)]
mod tests {
    use guardrails_core::Language;

    use super::{listed, nearest};

    #[test]
    fn near_words_are_found_and_far_ones_are_not() {
        let known = ["discount", "amount", "stage"];
        assert_eq!(nearest("discuont", known), Some("discount"));
        assert_eq!(nearest("Amount", known), Some("amount"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(nearest("", known), None);
    }

    #[test]
    fn lists_read_as_prose() {
        let three = listed(&["a", "b", "c"]);
        assert_eq!(three, "`a`, `b` or `c`");
        assert_eq!(three.text(Language::Chinese), "`a`、`b` 或 `c`");
        assert_eq!(listed(&["a"]), "`a`");
    }
}
