//! `docs/zh`: each page is a translation of an English one, and says the same block by block.
//!
//! What is compared: the kinds of blocks, the fences, the code, the numbers and the links that each section names, and the
//! cells of tables that are made by the guard. The fences are run by the tests of the English pages.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use super::fences::{Fence, fences, headings, path, prose, read};
use super::wording::Wording;

/// An English page and its translation.
struct Pair {
    english: String,
    chinese: String,
}

fn pairs() -> Vec<Pair> {
    let mut pairs = Vec::new();
    let mut folders = vec!["docs/zh".to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(path(&folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let chinese = format!("{folder}/{name}");
            if path(&chinese).is_dir() {
                folders.push(chinese);
            } else {
                let english = english_of(&chinese).unwrap();
                pairs.push(Pair { english, chinese });
            }
        }
    }
    assert!(pairs.len() >= 6, "{}", pairs.len());
    pairs
}

/// The page that a Chinese one translates. `None` for a page that is not Chinese.
fn english_of(chinese: &str) -> Option<String> {
    let inside = chinese.strip_prefix("docs/zh/")?;
    Some(match inside {
        "README.md" => inside.to_owned(),
        _ => format!("docs/{inside}"),
    })
}

/// The translation of an English page, if there is one.
fn chinese_of(english: &str) -> Option<String> {
    let inside = english.strip_prefix("docs/").unwrap_or(english);
    let chinese = format!("docs/zh/{inside}");
    (english_of(&chinese)? == english && path(&chinese).exists()).then_some(chinese)
}

/// One block of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Block {
    /// A heading of this level.
    Heading(usize),
    Paragraph(String),
    Item(String),
    /// A row of a table.
    Row(Vec<String>),
    /// A fence, by what stands behind its back-ticks.
    Fence(String),
    Comment(String),
}

impl Block {
    /// What both languages have in common: the block without its words.
    fn shape(&self) -> Self {
        match self {
            Self::Paragraph(_) => Self::Paragraph(String::new()),
            Self::Item(_) => Self::Item(String::new()),
            Self::Row(cells) => {
                let is_empty = |cell: &String| if cell.is_empty() { "" } else { "…" }.to_owned();
                Self::Row(cells.iter().map(is_empty).collect())
            }
            other => other.clone(),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Paragraph(text) | Self::Item(text) => text.clone(),
            Self::Row(cells) => cells.join(" | "),
            Self::Heading(_) | Self::Fence(_) | Self::Comment(_) => String::new(),
        }
    }
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut in_fence = false;
    let mut goes_on = false;
    for line in text.lines() {
        if let Some(info) = line.strip_prefix("```") {
            in_fence = !in_fence;
            if in_fence {
                blocks.push(Block::Fence(info.to_owned()));
            }
            goes_on = false;
            continue;
        }
        if in_fence {
            continue;
        }
        let block = if line.trim().is_empty() {
            goes_on = false;
            continue;
        } else if line.starts_with('#') {
            Block::Heading(line.chars().take_while(|c| *c == '#').count())
        } else if line.starts_with("<!--") {
            Block::Comment(line.to_owned())
        } else if let Some(row) = line.strip_prefix('|') {
            let row = row.strip_suffix('|').unwrap();
            Block::Row(row.split('|').map(|cell| cell.trim().to_owned()).collect())
        } else if let Some(item) = line.strip_prefix("- ") {
            goes_on = true;
            blocks.push(Block::Item(item.to_owned()));
            continue;
        } else {
            match blocks.last_mut() {
                Some(Block::Paragraph(text) | Block::Item(text)) if goes_on => {
                    text.push(' ');
                    text.push_str(line.trim());
                    continue;
                }
                _ => {}
            }
            goes_on = true;
            blocks.push(Block::Paragraph(line.to_owned()));
            continue;
        };
        goes_on = false;
        blocks.push(block);
    }
    blocks
}

/// The blocks of each section, from one heading to the next. The line that links to the other language is
/// left out.
fn sections(page: &str) -> Vec<Vec<Block>> {
    let mut sections: Vec<Vec<Block>> = Vec::new();
    for block in blocks(&read(page)) {
        if matches!(block, Block::Heading(_)) {
            sections.push(Vec::new());
        }
        sections.last_mut().unwrap().push(block);
    }
    sections[0].remove(1);
    sections
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(is_han)
}

fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// The words of a section that stand in back-ticks, and those among them that are translated.
fn code(section: &[Block]) -> (BTreeSet<String>, usize) {
    let text: Vec<String> = section.iter().map(Block::text).collect();
    let text = text.join("\n");
    let spans = text.split('`').skip(1).step_by(2).map(str::to_owned);
    let is_a_test_name = |span: &String| span.contains("won quote") || is_chinese(span);
    let (names, code): (BTreeSet<_>, BTreeSet<_>) = spans.partition(is_a_test_name);
    (code, names.len())
}

/// A text without what stands in back-ticks, and without the targets of links.
fn words(text: &str) -> String {
    let words: Vec<&str> = text.split('`').step_by(2).collect();
    let words = words.join("``");
    let mut parts = words.split("](");
    let first = parts.next().unwrap().to_owned();
    let rest = parts.filter_map(|part| part.split_once(')'));
    rest.fold(first, |text, (_, rest)| text + "]" + rest)
}

/// The numbers that a section writes in digits.
fn numbers(section: &[Block]) -> BTreeSet<String> {
    let text: Vec<String> = section.iter().map(Block::text).collect();
    let text = words(&text.join("\n"));
    let numbers = text.split(|c: char| !c.is_ascii_digit() && !",.:".contains(c));
    let numbers = numbers.map(|it| it.trim_matches(|c: char| !c.is_ascii_digit()));
    numbers
        .filter(|it| !it.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Where the links of a section lead: the file, and the number of the heading in it.
fn links(page: &str, section: &[Block]) -> Vec<(String, Option<usize>)> {
    let folder = Path::new(page).parent().unwrap();
    let mut found = Vec::new();
    for block in section {
        for link in block.text().split("](").skip(1) {
            let target = link.split(')').next().unwrap();
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let file = if file.is_empty() {
                page.to_owned()
            } else {
                plain(&folder.join(file))
            };
            let number =
                (!heading.is_empty()).then(|| headings(&read(&file)).position(|it| it == heading));
            found.push((file, number.flatten()));
        }
    }
    found.sort();
    found
}

/// A path without `..`.
fn plain(path: &Path) -> String {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain.to_str().unwrap().to_owned()
}

#[test]
fn both_pages_link_to_each_other() {
    for Pair { english, chinese } in pairs() {
        let up = "../".repeat(english.matches('/').count());
        let there = format!("[中文]({up}{chinese})");
        let there = there
            .replace("(../docs/", "(")
            .replace("(../../docs/", "(../");
        let up = "../".repeat(chinese.matches('/').count());
        let back = format!("[English]({up}{english})");
        let back = back.replace(
            &format!("({up}docs/"),
            &format!("({}", up.replacen("../", "", 1)),
        );
        for (page, link) in [(&english, there), (&chinese, back)] {
            let text = read(page);
            let line = text.lines().nth(2).unwrap();
            assert!(line.starts_with(&link), "{page}:3: should link {link}");
        }
    }
}

#[test]
fn the_blocks_are_the_same() {
    for Pair { english, chinese } in pairs() {
        let (there, here) = (sections(&english), sections(&chinese));
        assert_eq!(there.len(), here.len(), "{chinese}: number of headings");
        for (at, (there, here)) in there.iter().zip(&here).enumerate() {
            let shapes = |blocks: &[Block]| blocks.iter().map(Block::shape).collect::<Vec<_>>();
            assert_eq!(
                shapes(there),
                shapes(here),
                "{english} and {chinese} differ below heading {at}"
            );
        }
    }
}

#[test]
fn each_section_names_the_same_code_numbers_and_pages() {
    let mut differences = Vec::new();
    for Pair { english, chinese } in pairs() {
        let titles: Vec<String> = headings(&read(&english)).collect();
        for (at, (there, here)) in sections(&english)
            .iter()
            .zip(sections(&chinese))
            .enumerate()
        {
            let ((code_there, names_there), (code_here, names_here)) = (code(there), code(&here));
            let odd: Vec<_> = code_there.symmetric_difference(&code_here).collect();
            if !odd.is_empty() || names_there != names_here {
                differences.push(format!("{chinese}, {}: code {odd:?}", titles[at]));
            }
            let (numbers_there, numbers_here) = (numbers(there), numbers(&here));
            let odd: Vec<_> = numbers_there.symmetric_difference(&numbers_here).collect();
            if !odd.is_empty() {
                differences.push(format!("{chinese}, {}: numbers {odd:?}", titles[at]));
            }
            let mut expected = links(&english, there);
            for (file, _) in &mut expected {
                *file = chinese_of(file).unwrap_or_else(|| file.clone());
            }
            expected.sort();
            let found = links(&chinese, &here);
            if expected != found {
                differences.push(format!(
                    "{chinese}, {}: links {found:?} instead of {expected:?}",
                    titles[at]
                ));
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// A line without its comment.
fn uncommented<'t>(kind: &str, line: &'t str) -> &'t str {
    let mark = match kind {
        "guard" | "condition" | "rust" => "//",
        "python" | "sh" => "# ",
        _ => return line,
    };
    let found = line
        .match_indices(mark)
        .find(|(at, _)| line[..*at].is_empty() || line[..*at].ends_with(' '));
    found.map_or(line, |(at, _)| &line[..at]).trim_end()
}

/// Whether a line of a fence says the same in both languages.
fn is_same_line(kind: &str, there: &str, here: &str) -> bool {
    let (there, here) = (uncommented(kind, there), uncommented(kind, here));
    if !matches!(kind, "guard" | "python") {
        return there == here;
    }
    // What stands in quotes may be translated.
    let (there, here) = (there.split('"'), here.split('"'));
    there.clone().count() == here.clone().count()
        && there
            .zip(here)
            .enumerate()
            .all(|(at, (there, here))| there == here || at % 2 == 1 && is_chinese(here))
}

/// The lines of a fence that are the same in both languages, but for comments and texts in quotes.
fn comparable(page: &str, fence: &Fence) -> Vec<String> {
    let lines = fence.text.lines().map(str::to_owned);
    match fence.info.as_str() {
        // What the command prints is in the reader's language.
        "console" => lines
            .filter(|line| line.starts_with("$ ") || line.starts_with("? "))
            .collect(),
        // What a program prints is held to the page by the test that runs it.
        "text" if page.contains("/tutorials/") => lines.map(|_| String::new()).collect(),
        _ => lines.collect(),
    }
}

#[test]
fn the_fences_are_the_same() {
    for Pair { english, chinese } in pairs() {
        let (there, here) = (fences(&english), fences(&chinese));
        assert_eq!(there.len(), here.len(), "{chinese}: number of fences");
        for (there, here) in there.iter().zip(&here) {
            let place = format!("{english}:{} and {chinese}:{}", there.line, here.line);
            assert_eq!(there.info, here.info, "{place}");
            let kind = there.info.split(' ').next().unwrap();
            let (there, here) = (comparable(&english, there), comparable(&chinese, here));
            assert_eq!(there.len(), here.len(), "{place}: number of lines");
            for (there, here) in there.iter().zip(&here) {
                assert!(is_same_line(kind, there, here), "{place}:\n{there}\n{here}");
            }
        }
    }
}

/// The rows of the tables that tests write into the English pages: those between two comments, and those
/// with the titles of codes in both languages.
fn made_rows(page: &str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut made = false;
    for block in blocks(&read(page)) {
        match block {
            Block::Comment(text) => made = text.starts_with("<!-- made from"),
            Block::Row(cells) if made => rows.push(cells),
            _ => {}
        }
    }
    rows
}

#[test]
fn cells_of_made_tables_have_one_translation_each() {
    let mut count = 0;
    for Pair { english, chinese } in pairs() {
        let mut translations: BTreeMap<String, String> = BTreeMap::new();
        let mut originals: BTreeMap<String, String> = BTreeMap::new();
        for (there, here) in made_rows(&english).into_iter().zip(made_rows(&chinese)) {
            for (there, here) in there.into_iter().zip(here) {
                count += 1;
                let spans = |text: &str| -> Vec<String> {
                    let spans = text.split('`').skip(1).step_by(2);
                    spans.map(str::to_owned).collect()
                };
                assert_eq!(spans(&there), spans(&here), "{chinese}: {here}");
                let first = translations.entry(there.clone()).or_insert(here.clone());
                assert_eq!(*first, here, "{chinese}: two translations of {there}");
                let first = originals.entry(here.clone()).or_insert(there.clone());
                assert_eq!(*first, there, "{chinese}: {here} translates two texts");
            }
        }
    }
    assert!(count > 500, "{count}");
}

/// The English page has each title in both languages, as the guard has it; here Chinese comes first.
#[test]
fn codes_have_their_titles() {
    let rows = |page: &str| -> Vec<Vec<String>> {
        let blocks = blocks(&read(page)).into_iter();
        let rows = blocks.filter_map(|block| match block {
            Block::Row(cells) if cells.len() == 3 && is_chinese(&cells.concat()) => Some(cells),
            _ => None,
        });
        rows.collect()
    };
    let english = rows("docs/errors.md");
    let chinese = rows("docs/zh/errors.md");
    assert!(english.len() > 150, "{}", english.len());
    for row in english {
        let expected = vec![row[0].clone(), row[2].clone(), row[1].clone()];
        assert!(
            chinese.contains(&expected),
            "docs/zh/errors.md should have the row\n| {} |",
            expected.join(" | ")
        );
    }
}

#[test]
fn the_words_are_those_of_the_messages() {
    let wording = Wording::read();
    for Pair { chinese, .. } in pairs() {
        for line in prose(&read(&chinese)).lines() {
            assert_eq!(wording.odd_word(line), None, "{chinese}: {line}");
        }
    }
}

/// Words beside each other, of which one is Chinese and the other is not, have a blank between them, and
/// punctuation after Chinese is full-width, with no blank after it.
#[test]
fn blanks_and_punctuation_are_those_of_the_messages() {
    let is_latin = |c: char| c.is_ascii_alphanumeric() || c == '`';
    let is_half_width = |c: char| ",;:!?()".contains(c);
    let is_full_width = |c: char| "，。：；、）”".contains(c);
    for Pair { chinese, .. } in pairs() {
        for line in prose(&read(&chinese)).lines() {
            let line = words(line).replace(" |", "|");
            let pairs = line.chars().zip(line.chars().skip(1));
            for (left, right) in pairs {
                let (left_is, right_is) = (is_han(left), is_han(right));
                let odd = left_is && (is_latin(right) || is_half_width(right))
                    || right_is && (is_latin(left) || is_half_width(left))
                    || is_full_width(left) && right == ' ';
                assert!(!odd, "{chinese}: {left}{right} in: {line}");
            }
        }
    }
}
