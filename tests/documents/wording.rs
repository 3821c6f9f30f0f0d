//! docs/wording.md: the Chinese words that are not in use stand nowhere in the code.

use std::fs;
use std::path::{Path, PathBuf};

use super::fences::{path, read};

/// What reads personal data has the words that people write in letters.
const WORDS_OF_PEOPLE: &str = "guardrails-core/src/data/pii";

/// The words that the page lists.
pub struct Wording {
    not_in_use: Vec<String>,
    kept: Vec<String>,
}

impl Wording {
    pub fn read() -> Self {
        let page = read("docs/wording.md");
        let listed = |start: &str| -> Vec<String> {
            let line = page.lines().find_map(|line| line.strip_prefix(start));
            let words = line.unwrap().split('`').skip(1).step_by(2);
            words.map(str::to_owned).collect()
        };
        let (not_in_use, kept) = (listed("- not in use are "), listed("- except in "));
        assert!(not_in_use.len() > 5 && kept.len() > 3);
        Self { not_in_use, kept }
    }

    /// A word in this text that is not in use.
    pub fn odd_word(&self, text: &str) -> Option<&str> {
        let text = self
            .kept
            .iter()
            .fold(text.to_owned(), |text, word| text.replace(word, ""));
        let mut words = self.not_in_use.iter().map(String::as_str);
        words.find(|word| text.contains(word))
    }
}

/// All Rust in a folder.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap().path();
        if entry == path(WORDS_OF_PEOPLE) {
            continue;
        }
        if entry.is_dir() {
            sources(&entry, found);
        } else if entry.extension().is_some_and(|end| end == "rs") {
            found.push(entry);
        }
    }
}

#[test]
fn texts_in_the_code_keep_to_the_words() {
    let wording = Wording::read();
    let mut files = Vec::new();
    for folder in [
        "src",
        "guardrails-core/src",
        "guardrails-rules/src",
        "guardrails-orm/src",
    ] {
        sources(&path(folder), &mut files);
    }
    assert!(files.len() > 100, "{}", files.len());
    let mut odd = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        // Unit tests have texts of all kinds.
        let text = text.split("\nmod tests {").next().unwrap();
        for (at, line) in text.lines().enumerate() {
            if let Some(word) = wording.odd_word(line) {
                odd.push(format!("{}:{}: {word}", file.display(), at + 1));
            }
        }
    }
    assert!(odd.is_empty(), "{}", odd.join("\n"));
}
