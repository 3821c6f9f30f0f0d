//! Which language findings are told in: `--lang`, or else the locale of the environment.

use clap::ValueEnum;

use crate::Language;

/// The variables that POSIX names for the language of messages, the strongest first.
const LOCALE: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];

/// A language by its ISO 639 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Lang {
    /// English
    En,
    /// Chinese, in simplified characters
    Zh,
}

/// The language that was asked for, or that of the environment.
pub(super) fn chosen(asked: Option<Lang>) -> Language {
    match asked {
        Some(Lang::En) => Language::English,
        Some(Lang::Zh) => Language::Chinese,
        None => of_locale(|name| std::env::var(name).ok()),
    }
}

/// The first variable that says something decides; English when the product does not speak it.
fn of_locale(variable: impl Fn(&str) -> Option<String>) -> Language {
    LOCALE
        .iter()
        .filter_map(|name| variable(name))
        .find(|locale| !locale.is_empty())
        .and_then(|locale| Language::from_tag(&locale))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Language, of_locale};

    fn language(variables: &[(&str, &str)]) -> Language {
        of_locale(|name| {
            let set = variables.iter().find(|(have, _)| *have == name);
            set.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_strongest_variable_that_is_set_decides() {
        assert_eq!(language(&[("LANG", "zh_CN.UTF-8")]), Language::Chinese);
        assert_eq!(
            language(&[("LC_ALL", "C"), ("LANG", "zh_CN.UTF-8")]),
            Language::English
        );
        assert_eq!(
            language(&[("LC_ALL", ""), ("LC_MESSAGES", "zh_TW"), ("LANG", "C")]),
            Language::Chinese
        );
    }

    #[test]
    fn a_language_that_is_not_spoken_is_english() {
        assert_eq!(language(&[("LANG", "fr_FR.UTF-8")]), Language::English);
        assert_eq!(language(&[]), Language::English);
    }
}
