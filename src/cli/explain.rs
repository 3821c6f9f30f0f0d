//! `guard explain`: what a code means, a policy that brings it about, and what to write instead.

use clap::Args;
use guardrails_core::skills;
use guardrails_rules::{Example, nearest};
use serde::Serialize;

use super::ending::Ending;
use super::output::Output;
use super::reasons::refusals;
use crate::{Error, ErrorKind, Language, Phrase, Result, phrase};

/// Which code.
#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// The code, such as `G0201` or `OUT_OF_SCOPE`; without it all codes are listed
    code: Option<String>,
}

/// What there is to say about one code, in one language.
#[derive(Debug, Serialize)]
struct Entry {
    code: &'static str,
    group: String,
    title: String,
    why: String,
    /// What to write instead; empty for refusals, whose `why` says what to do.
    fix: String,
    /// What brings it about; empty for refusals.
    example: String,
    /// The example mended; empty where the example is no policy.
    mended: &'static str,
}

pub(super) fn run(args: &ExplainArgs, output: &mut Output) -> Result<Ending> {
    let entries = entries(output.language());
    match &args.code {
        Some(code) => one(code, &entries, output)?,
        None => list(&entries, output)?,
    }
    Ok(Ending::Fine)
}

fn one(code: &str, entries: &[Entry], output: &Output) -> Result<()> {
    let entry = entries
        .iter()
        .find(|entry| entry.code.eq_ignore_ascii_case(code.trim()))
        .ok_or_else(|| unknown(code, entries, output.language()))?;
    if output.is_json() {
        return output.json(entry);
    }
    let say = |phrase: Phrase| phrase.text(output.language()).to_owned();
    output.line(format!("{}: {}", entry.code, entry.title));
    output.gap();
    output.lines(&entry.why);
    if !entry.example.is_empty() {
        output.gap();
        output.line(say(phrase!("for example" | "例如")));
        indented(&entry.example, output);
    }
    if !entry.fix.is_empty() {
        output.gap();
        output.lines(&entry.fix);
    }
    if !entry.mended.is_empty() {
        output.gap();
        output.line(say(phrase!("mended" | "改正之后")));
        indented(entry.mended, output);
    }
    Ok(())
}

fn indented(text: &str, output: &Output) {
    text.lines()
        .for_each(|line| output.line(format!("    {line}")));
}

/// All codes under the headings of their groups.
fn list(entries: &[Entry], output: &Output) -> Result<()> {
    if output.is_json() {
        return output.json(&entries);
    }
    let mut group = "";
    for entry in entries {
        if entry.group != group {
            if !group.is_empty() {
                output.gap();
            }
            output.line(&entry.group);
            group = &entry.group;
        }
        output.line(format!("  {}  {}", entry.code, entry.title));
    }
    Ok(())
}

/// The codes of refusals, of the language and of role lines, in groups and in order.
fn entries(language: Language) -> Vec<Entry> {
    let said = |phrase: &Phrase| phrase.text(language).to_owned();
    let refusals = refusals().into_iter().map(|refusal| Entry {
        code: refusal.code,
        group: said(&phrase!("Refusals" | "拒绝")),
        title: said(&refusal.title),
        why: said(&refusal.why),
        fix: String::new(),
        example: String::new(),
        mended: "",
    });
    let findings = guardrails_rules::codes().iter().map(|code| {
        let (example, mended) = match &code.example {
            Example::Text { wrong, right } => (wrong.trim_start().to_owned(), right.trim_start()),
            Example::Said(what) => (said(what), ""),
            _ => (String::new(), ""),
        };
        Entry {
            code: code.code,
            group: said(&code.group()),
            title: said(&code.title),
            why: said(&code.why),
            fix: said(&code.fix),
            example,
            mended,
        }
    });
    let lines = skills::CODES.iter().map(|code| Entry {
        code: code.code,
        group: said(&phrase!(
            "Rows and role lines of the database" | "数据库里的行和角色行"
        )),
        title: said(&code.title),
        why: said(&code.why),
        fix: said(&code.fix),
        example: code.example.to_owned(),
        mended: "",
    });
    refusals.chain(findings).chain(lines).collect()
}

fn unknown(code: &str, entries: &[Entry], language: Language) -> Error {
    let code = code.trim();
    let known = entries.iter().map(|entry| entry.code);
    let meant = nearest(&code.to_uppercase(), known);
    let help = match meant {
        Some(meant) => phrase!("did you mean `{meant}`?" | "是否想写 `{meant}`？", meant),
        None => phrase!(
            "`guard explain` lists all codes; a rule's own code is explained where it is written"
                | "`guard explain` 列出所有代码；规则自己的代码在写它的地方说明"
        ),
    };
    let message = phrase!("there is no code `{code}`" | "没有代码 `{code}`", code);
    Error::new(ErrorKind::NotFound, message.text(language).to_owned())
        .with_help(help.text(language).to_owned())
}
