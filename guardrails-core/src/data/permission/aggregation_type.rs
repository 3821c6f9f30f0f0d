//! Reads the column `aggregation_type`: which figures an AGGREGATED row leaves of a field.

use crate::policy::{Aggregable, Aggregation};

/// The words of the column, in upper case like those of `access_type`.
pub(crate) const WORDS: [(&str, Aggregation); 5] = [
    ("COUNT", Aggregation::Count),
    ("SUM", Aggregation::Sum),
    ("AVG", Aggregation::Average),
    ("MIN", Aggregation::Least),
    ("MAX", Aggregation::Greatest),
];

/// The figures that a row names, or every one where it names none.
///
/// # Errors
/// The first word that is none of [`WORDS`]: the row then leaves no figure.
pub(crate) fn read(text: Option<&str>) -> Result<Aggregable, &str> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(Aggregable::every(1));
    };
    let figure = |word| {
        let found = WORDS.iter().find(|(have, _)| *have == word);
        found.map(|(_, figure)| *figure).ok_or(word)
    };
    let figures: Vec<Aggregation> = text
        .split(',')
        .map(|word| figure(word.trim()))
        .collect::<Result<_, _>>()?;
    Ok(Aggregable::by(&figures, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_named_by_exact_words() {
        for none in [None, Some("")] {
            assert_eq!(read(none), Ok(Aggregable::every(1)));
        }
        let two = Aggregable::by(&[Aggregation::Average, Aggregation::Count], 1);
        assert_eq!(
            read(Some("AVG")),
            Ok(Aggregable::by(&[Aggregation::Average], 1))
        );
        assert_eq!(read(Some("COUNT, AVG")), Ok(two));
        for (text, word) in [
            ("avg", "avg"),
            (" ", ""),
            ("SUM,", ""),
            ("SUM AVG", "SUM AVG"),
            ("AVG,MEDIAN", "MEDIAN"),
            ("\0", "\0"),
        ] {
            assert_eq!(read(Some(text)), Err(word), "{text:?}");
        }
    }

    #[test]
    fn every_figure_of_the_language_has_a_word() {
        for (word, figure) in Aggregation::WORDS {
            assert!(WORDS.contains(&(word.to_uppercase().as_str(), *figure)));
        }
    }
}
