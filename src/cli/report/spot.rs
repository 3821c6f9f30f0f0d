//! Places in a policy as programs outside name them: a path from the working directory, and both
//! ends of the text.

use std::fmt;
use std::path::{Path, PathBuf};

use guardrails_rules::Bundle;

use crate::Place;

/// Where a report's findings are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Spot {
    /// The file, with `/` between folders.
    pub(super) path: String,
    /// Which text; none for what is wrong with the file as a whole.
    pub(super) region: Option<Region>,
}

impl Spot {
    /// A line of a file that is no policy; the file as a whole where no line is named.
    pub(in super::super) fn line(path: &str, line: Option<u32>) -> Self {
        Self {
            path: path.replace('\\', "/"),
            region: line.map(|line| Region {
                line,
                column: 1,
                end_line: line,
                end_column: 1,
            }),
        }
    }
}

impl fmt::Display for Spot {
    /// `path:line`, or the path alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        match self.region {
            Some(region) => write!(f, ":{}", region.line),
            None => Ok(()),
        }
    }
}

/// A stretch of text. Lines and columns count from 1, columns in code points; the end is the column
/// after the last character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Region {
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) end_line: u32,
    pub(super) end_column: u32,
}

/// The files that places are in.
pub(in super::super) struct Sources<'a> {
    /// What the command was pointed at.
    named: &'a Path,
    /// The folder that the bundle's paths begin in.
    folder: PathBuf,
    bundle: Option<&'a Bundle>,
}

impl<'a> Sources<'a> {
    /// The files of a bundle that was read from `named`; without a bundle, ends are not known.
    pub(in super::super) fn new(named: &'a Path, bundle: Option<&'a Bundle>) -> Self {
        let folder = match named.is_dir() {
            true => Some(named),
            false => named.parent(),
        };
        let folder = folder.unwrap_or(Path::new(""));
        Self {
            named,
            folder: folder.strip_prefix(".").unwrap_or(folder).to_owned(),
            bundle,
        }
    }

    pub(in super::super) fn spot(&self, place: &Place) -> Spot {
        let path = match &*place.file {
            "" => self.named.to_owned(),
            file => self.folder.join(file),
        };
        Spot {
            path: path.display().to_string().replace('\\', "/"),
            region: place.is_known().then(|| self.region(place)),
        }
    }

    fn region(&self, place: &Place) -> Region {
        let marked = || {
            let text = self.bundle?.file(&place.file)?.text();
            text.get(place.start as usize..place.end as usize)
        };
        let marked = marked().unwrap_or_default();
        let last = marked.rsplit('\n').next().unwrap_or_default();
        let (breaks, wide) = (number(marked.matches('\n').count()), characters(last));
        let from = if breaks == 0 { place.column } else { 1 };
        Region {
            line: place.line,
            column: place.column,
            end_line: place.line.saturating_add(breaks),
            end_column: from.saturating_add(wide),
        }
    }
}

fn characters(text: &str) -> u32 {
    number(text.chars().count())
}

/// Fits: a file has at most a mebibyte.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
