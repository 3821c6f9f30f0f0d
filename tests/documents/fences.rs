//! Finds the fences of a document.

use std::fs;
use std::path::{Path, PathBuf};

/// One fenced block.
#[derive(Debug, Clone)]
pub struct Fence {
    /// What stands behind the back-ticks, such as `guard` or `guard G0302`.
    pub info: String,
    pub text: String,
    /// The line of the opening back-ticks, from 1.
    pub line: usize,
}

/// A file of this repository.
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

pub fn read(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap()
}

pub fn fences(name: &str) -> Vec<Fence> {
    let mut found: Vec<Fence> = Vec::new();
    let mut open = false;
    for (at, line) in read(name).lines().enumerate() {
        match line.strip_prefix("```") {
            Some(info) if !open => {
                let info = info.trim().to_owned();
                assert!(
                    !info.is_empty(),
                    "{name}:{}: a fence of no language",
                    at + 1
                );
                found.push(Fence {
                    info,
                    text: String::new(),
                    line: at + 1,
                });
                open = true;
            }
            Some(_) => open = false,
            None if open => {
                let text = &mut found.last_mut().unwrap().text;
                text.push_str(line);
                text.push('\n');
            }
            None => {}
        }
    }
    assert!(!open, "{name}: a fence is never closed");
    found
}

/// Relative links lead to a file or folder, seen from where the document is, and to a heading in it.
pub fn check_links(name: &str) {
    let folder = path(name).parent().unwrap().to_owned();
    for link in prose(&read(name)).split("](").skip(1) {
        let target = link.split(')').next().unwrap();
        if target.contains("://") {
            continue;
        }
        let (file, heading) = target.split_once('#').unwrap_or((target, ""));
        let file = if file.is_empty() {
            path(name)
        } else {
            folder.join(file)
        };
        assert!(file.exists(), "{name}: no such file: {target}");
        if !heading.is_empty() {
            let text = fs::read_to_string(&file).unwrap();
            assert!(
                headings(&text).any(|found| found == heading),
                "{name}: no such heading: {target}"
            );
        }
    }
}

/// A document without its fences.
pub fn prose(text: &str) -> String {
    text.split("```").step_by(2).collect()
}

/// The headings of a document, as links name them.
pub fn headings(text: &str) -> impl Iterator<Item = String> {
    let lines: Vec<String> = prose(text).lines().map(str::to_owned).collect();
    lines.into_iter().filter_map(|line| {
        let title = line.strip_prefix('#')?.trim_start_matches('#').trim();
        let kept = title
            .chars()
            .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        Some(kept.collect::<String>().to_lowercase().replace(' ', "-"))
    })
}
