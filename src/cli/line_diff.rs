//! Which lines of a text another one changes, with three lines around each change.
//!
//! Exact for texts of up to some thousand changed lines; beyond [`CELLS`] the middle is shown as
//! changed in whole.

/// Lines shown around a change.
const AROUND: usize = 3;
/// Pairs of lines that are compared.
const CELLS: usize = 4_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line<'t> {
    Same(&'t str),
    Gone(&'t str),
    New(&'t str),
}

/// The changed lines, marked `-` and `+`, each stretch under a line with its number.
pub(super) fn line_diff(before: &str, after: &str) -> String {
    let lines = compare(&lines_of(before), &lines_of(after));
    let changed = |line: &Line<'_>| !matches!(line, Line::Same(_));
    let near = |at: usize| {
        let from = at.saturating_sub(AROUND);
        let around = lines.iter().skip(from).take(at - from + AROUND + 1);
        around.into_iter().any(changed)
    };
    let mut out = String::new();
    let mut number = 1;
    let mut shown = false;
    for (at, line) in lines.iter().enumerate() {
        let show = near(at);
        if show && !shown {
            out.push_str(&format!("@@ line {number} @@\n"));
        }
        shown = show;
        let (mark, text) = match line {
            Line::Same(text) => (' ', text),
            Line::Gone(text) => ('-', text),
            Line::New(text) => ('+', text),
        };
        if show {
            out.push_str(format!("{mark}{text}").trim_end());
            out.push('\n');
        }
        number += usize::from(mark != '+');
    }
    out
}

fn lines_of(text: &str) -> Vec<&str> {
    text.lines().collect()
}

fn compare<'t>(before: &[&'t str], after: &[&'t str]) -> Vec<Line<'t>> {
    let pairs = || before.iter().zip(after);
    let head = pairs().take_while(|(a, b)| a == b).count();
    let (before_rest, after_rest) = (tail(before, head), tail(after, head));
    let back = before_rest.iter().rev().zip(after_rest.iter().rev());
    let foot = back.take_while(|(a, b)| a == b).count();
    let (gone, last) = before_rest.split_at(before_rest.len() - foot);
    let new = after_rest
        .get(..after_rest.len() - foot)
        .unwrap_or_default();
    let mut lines: Vec<Line<'t>> = before
        .iter()
        .take(head)
        .map(|line| Line::Same(line))
        .collect();
    lines.extend(middle(gone, new));
    lines.extend(last.iter().map(|line| Line::Same(line)));
    lines
}

fn tail<'l, 't>(lines: &'l [&'t str], from: usize) -> &'l [&'t str] {
    lines.get(from..).unwrap_or_default()
}

/// The longest common lines stay; what is between them goes or comes.
fn middle<'t>(gone: &[&'t str], new: &[&'t str]) -> Vec<Line<'t>> {
    if gone.len().saturating_mul(new.len()) > CELLS {
        let gone = gone.iter().map(|line| Line::Gone(line));
        return gone.chain(new.iter().map(|line| Line::New(line))).collect();
    }
    let table = common(gone, new);
    let at = |a: usize, b: usize| {
        table
            .get(a)
            .and_then(|row| row.get(b))
            .copied()
            .unwrap_or(0)
    };
    let (mut a, mut b) = (0, 0);
    let mut lines = Vec::new();
    loop {
        match (gone.get(a), new.get(b)) {
            (Some(left), Some(right)) if left == right => {
                lines.push(Line::Same(left));
                (a, b) = (a + 1, b + 1);
            }
            (Some(left), Some(_)) if at(a + 1, b) >= at(a, b + 1) => {
                lines.push(Line::Gone(left));
                a += 1;
            }
            (_, Some(right)) => {
                lines.push(Line::New(right));
                b += 1;
            }
            (Some(left), None) => {
                lines.push(Line::Gone(left));
                a += 1;
            }
            (None, None) => return lines,
        }
    }
}

/// How many lines the rests of both have in common, from each pair of lines on.
fn common(gone: &[&str], new: &[&str]) -> Vec<Vec<u32>> {
    let mut table = vec![vec![0; new.len() + 1]];
    for left in gone.iter().rev() {
        let below = table.last().map_or(&[][..], Vec::as_slice);
        let mut row = vec![0; new.len() + 1];
        let mut beside = 0;
        for (at, right) in new.iter().enumerate().rev() {
            let cell = |at: usize| below.get(at).copied().unwrap_or(0);
            beside = if left == right {
                cell(at + 1) + 1
            } else {
                cell(at).max(beside)
            };
            if let Some(cell) = row.get_mut(at) {
                *cell = beside;
            }
        }
        table.push(row);
    }
    table.reverse();
    table
}

#[cfg(test)]
mod tests {
    use super::line_diff;

    #[test]
    fn changed_lines_are_shown_with_their_neighbours() {
        let before = "a\nb\nc\nd\ne\nf\ng\nh\n";
        let after = "a\nb\nc\nd\nE\nf\nnew\ng\nh\n";
        let shown = "@@ line 2 @@\n b\n c\n d\n-e\n+E\n f\n+new\n g\n h\n";
        assert_eq!(line_diff(before, after), shown);
        assert_eq!(line_diff(before, before), "");
    }
}
