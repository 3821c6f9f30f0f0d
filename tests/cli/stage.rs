//! Where a transcript is played: a folder of its own, which becomes the working directory.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use trycmd::TestCases;

/// The locales that pages are played in.
pub const ENGLISH: &str = "C";
pub const CHINESE: &str = "zh_CN.UTF-8";

/// What all transcripts have in common. The time limit only turns a hang into a failure.
pub fn cases() -> TestCases {
    // Pages are in English unless they ask for another language.
    cases_in(ENGLISH)
}

/// The same for pages that are played in another locale.
pub fn cases_in(locale: &str) -> TestCases {
    let cases = TestCases::new();
    cases.timeout(Duration::from_secs(120));
    cases.env("LC_ALL", locale);
    cases
}

/// A folder that is gone with the test.
pub struct Stage {
    outer: tempfile::TempDir,
    folder: PathBuf,
    locale: &'static str,
}

impl Stage {
    pub fn new() -> Self {
        Self::in_locale(ENGLISH)
    }

    pub fn in_locale(locale: &'static str) -> Self {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("folder");
        fs::create_dir(&folder).unwrap();
        Self {
            outer,
            folder,
            locale,
        }
    }

    /// The working directory of the transcript.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Plays one transcript, with identifiers that are only known now put in for their names.
    /// `TRYCMD=overwrite` writes what really happened back into the page.
    pub fn run(&self, chapter: &str, page: &str, names: &[(&str, String)]) {
        let source = Path::new("tests/cli").join(chapter).join(page);
        let mut text = fs::read_to_string(&source).unwrap();
        for (name, value) in names {
            text = text.replace(name, value);
        }
        let mut text = self.play_as(page, &text);
        if std::env::var_os("TRYCMD").is_some_and(|mode| mode == "overwrite") {
            for (name, value) in names {
                text = text.replace(value, name);
            }
            fs::write(&source, text).unwrap();
        }
    }

    /// Plays a transcript that stands in no file of its own, and gives it back: as it was, or with
    /// `TRYCMD=overwrite` as it really went.
    pub fn play(&self, transcript: &str) -> String {
        self.play_as("transcript.md", transcript)
    }

    fn play_as(&self, page: &str, transcript: &str) -> String {
        let page = self.outer.path().join(page);
        fs::write(&page, transcript).unwrap();
        let input = page.with_extension("in");
        fs::rename(&self.folder, &input).unwrap();
        cases_in(self.locale).case(&page).run();
        fs::rename(&input, &self.folder).unwrap();
        fs::read_to_string(&page).unwrap()
    }
}
