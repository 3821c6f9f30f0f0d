//! The name that was meant, where a name is misspelt.

/// How many known names are compared with a mistyped one.
pub(crate) const COMPARED: usize = 2_000;
/// The longest name that is compared, in characters.
pub(crate) const COMPARED_CHARS: usize = 64;

/// The known name that differs least, when it looks like the same word: up to a third of the letters may
/// differ, and no more than three. Capital and small letters count as alike.
pub(crate) fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let lowered = word.to_lowercase();
    let asked: Vec<char> = lowered.chars().take(COMPARED_CHARS + 1).collect();
    let most = asked.len().div_ceil(3).min(3);
    known
        .into_iter()
        .take(COMPARED)
        .filter(|name| *name != word)
        .filter_map(|name| Some((distance(&asked, &name.to_lowercase())?, name)))
        .filter(|(distance, _)| *distance <= most && *distance < asked.len())
        .min()
        .map(|(_, name)| name)
}

/// How many characters must be put in, taken out or replaced (Levenshtein); `None` for names too
/// long to compare.
pub(crate) fn distance(asked: &[char], name: &str) -> Option<usize> {
    let name: Vec<char> = name.chars().take(COMPARED_CHARS + 1).collect();
    if asked.len() > COMPARED_CHARS || name.len() > COMPARED_CHARS {
        return None;
    }
    let mut row: Vec<usize> = (0..=name.len()).collect();
    for (i, a) in asked.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, b) in row.iter_mut().skip(1).zip(&name) {
            let replaced = diagonal + usize::from(a != b);
            diagonal = *cell;
            left = replaced.min(*cell + 1).min(left + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_edits_of_characters() {
        let count = |a: &str, b: &str| distance(&a.chars().collect::<Vec<_>>(), b);
        assert_eq!(count("", ""), Some(0));
        assert_eq!(count("", "abc"), Some(3));
        assert_eq!(count("abc", ""), Some(3));
        assert_eq!(count("quote.draft", "qoute.draft"), Some(2));
        assert_eq!(count("折扣上限", "折扣下限"), Some(1));
        assert_eq!(count("kitten", "sitting"), Some(3));
        assert_eq!(count("a", &"b".repeat(65)), None);
    }
}
