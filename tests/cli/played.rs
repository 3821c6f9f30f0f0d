//! Plays the pages of `docs/tutorials`, their translations and `docs/how-to` from top to bottom, each in a
//! folder of its own: a fence that names a file writes it, `sql` is run on `guard.db`, `console` is a transcript of the
//! command. `sh` is for what prepares the reader's machine, and not run.

use std::fs;
use std::path::{Path, PathBuf};

use super::administrator::administer;
use super::stage::{CHINESE, ENGLISH, Stage};

/// One fence of a page: where its text is, and what stands behind the back-ticks.
struct Fence<'t> {
    info: &'t str,
    text: &'t str,
}

fn fences(page: &str) -> Vec<Fence<'_>> {
    let inside = page.split("\n```").skip(1).step_by(2);
    inside
        .map(|fence| {
            let (info, text) = fence.split_once('\n').unwrap();
            Fence { info, text }
        })
        .collect()
}

/// Plays a page. `TRYCMD=overwrite` writes what the command really printed into it.
fn play(path: &Path, locale: &'static str) {
    let mut page = fs::read_to_string(path).unwrap();
    let stage = Stage::in_locale(locale);
    for at in 0..fences(&page).len() {
        let fence = &fences(&page)[at];
        match fence.info.split_once(' ') {
            Some((_, file)) => {
                let file = stage.folder().join(file);
                fs::create_dir_all(file.parent().unwrap()).unwrap();
                fs::write(file, format!("{}\n", fence.text)).unwrap();
            }
            None if fence.info == "sql" => {
                administer(&stage.folder().join("guard.db"), &[fence.text]);
            }
            None if fence.info == "console" => {
                let transcript = format!("```console\n{}\n```\n", fence.text);
                let played = stage.play(&transcript);
                page = page.replacen(&transcript, &played, 1);
            }
            None => {}
        }
    }
    if std::env::var_os("TRYCMD").is_some_and(|mode| mode == "overwrite") {
        fs::write(path, page).unwrap();
    }
}

fn play_all(folder: &str, locale: &'static str) {
    let pages = fs::read_dir(folder).unwrap();
    let mut pages: Vec<PathBuf> = pages.map(|page| page.unwrap().path()).collect();
    pages.sort();
    assert!(pages.len() > 1, "{folder}: {pages:?}");
    for page in pages {
        play(&page, locale);
    }
}

#[test]
fn tutorials() {
    play_all("docs/tutorials", ENGLISH);
}

#[test]
fn chinese_tutorials() {
    play_all("docs/zh/tutorials", CHINESE);
}

#[test]
fn how_to_pages() {
    play_all("docs/how-to", ENGLISH);
}
