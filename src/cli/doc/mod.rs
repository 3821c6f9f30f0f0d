//! `guard doc`: a policy as one page that people read, print and file.
//!
//! The page is worked out as data (`page`), room by room, and shown by one template that escapes all
//! it is given. It holds what the files say and nothing else: no time, no machine, no record, so that
//! the same files give the same bytes.

mod appendix;
mod chains;
mod drawing;
mod entities;
mod marks;
mod matrix;
mod page;
mod people;
mod risk;
mod rules;
mod source;
mod tables;
#[cfg(test)]
mod tests;
mod words;
mod written;

use std::fs;
use std::path::PathBuf;

use clap::Args;
use guardrails_rules::{Bundle, Compilation, Outline, compile, outline};
use minijinja::{Environment, UndefinedBehavior};

use self::page::{File, Page};
use self::words::Words;
use super::arguments::Policies;
use super::check;
use super::ending::Ending;
use super::output::Output;
use crate::policy::Policy;
use crate::{Error, ErrorKind, Fields, Result};

/// Of what, and where to.
#[derive(Debug, Args)]
pub(super) struct DocArgs {
    #[command(flatten)]
    policies: Policies,
    /// The file to write; one that is there is replaced
    #[arg(long, short, default_value = "policy.html")]
    out: PathBuf,
    /// What to call the policy, instead of by its package
    #[arg(long)]
    title: Option<String>,
    /// A date to put on the page; none otherwise, so that the same policy gives the same page
    #[arg(long)]
    date: Option<String>,
}

pub(super) fn run(args: &DocArgs, output: &mut Output) -> Result<Ending> {
    let bundle = match args.policies.bundle() {
        Ok(bundle) => bundle,
        Err(error) => return check::unread(&args.policies, error, output),
    };
    let compilation = compile(&bundle);
    let Some(policy) = &compilation.policy else {
        return check::checked(&args.policies, &bundle, &compilation, output);
    };
    let words = Words::new(output.language());
    let page = page(args, policy, &bundle, &compilation, &words);
    let html = render(&page)?;
    fs::write(&args.out, &html).map_err(|error| unwritten(args, error))?;
    let out = args.out.display().to_string();
    if output.is_json() {
        output.json_text(&Fields::from_iter([("wrote", out)]).to_json());
    } else {
        output.line(format!("wrote {out}: policy {}", policy.digest));
    }
    Ok(Ending::Fine)
}

fn page(
    args: &DocArgs,
    policy: &Policy,
    bundle: &Bundle,
    compilation: &Compilation,
    words: &Words,
) -> Page {
    let outline = outline(bundle);
    let tests = &compilation.tests;
    Page {
        language: words.tag(),
        words: words.all(),
        title: args.title.clone().unwrap_or_else(|| title(&outline, words)),
        digest: policy.digest.to_string(),
        date: args.date.clone(),
        version: env!("CARGO_PKG_VERSION"),
        files: files(&outline),
        warnings: compilation.diagnostics.len(),
        roles: people::roles(policy),
        entities: entities::entities(policy, bundle),
        rules: rules::groups(policy, bundle, &outline, tests),
        rule_count: policy
            .rules
            .iter()
            .filter(|rule| rule.table.is_none())
            .count(),
        tables: tables::tables(policy, bundle, &outline, tests),
        skills: people::skills(policy, &outline, words),
        chains: chains::chains(policy, &outline, words),
        risk: risk::risk(policy, bundle, &outline, words),
        constants: appendix::constants(&outline),
        lists: appendix::lists(&outline),
        tests: appendix::tests(policy, tests),
    }
}

fn files(outline: &Outline) -> Vec<File> {
    let file = |file: &guardrails_rules::OutlinedFile| File {
        path: file.path.to_string(),
        package: file.package.to_string(),
    };
    outline.files.iter().map(file).collect()
}

/// What the packages' names have in common.
fn title(outline: &Outline, words: &Words) -> String {
    let packages = outline.files.iter().map(|file| &*file.package);
    let mut packages = packages.filter(|package| !package.is_empty());
    let mut shared: Vec<&str> = packages.next().unwrap_or_default().split('.').collect();
    for package in packages {
        let same = shared
            .iter()
            .zip(package.split('.'))
            .take_while(|(a, b)| **a == *b);
        let same = same.count();
        shared.truncate(same);
    }
    let name = shared.join(".");
    if name.is_empty() {
        words.text("policy").to_owned()
    } else {
        name
    }
}

/// INVARIANT: the page's name ends in `.html`, so that the engine escapes whatever is put into it.
fn render(page: &Page) -> Result<String> {
    let failed = |error: minijinja::Error| {
        Error::new(ErrorKind::Setup, "the page cannot be made").with_source(error)
    };
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    for (name, text) in [
        ("page.html", include_str!("page.html")),
        ("pieces.html", include_str!("pieces.html")),
        ("style.css", include_str!("style.css")),
        ("filter.js", include_str!("filter.js")),
    ] {
        engine.add_template(name, text).map_err(failed)?;
    }
    let page = engine
        .get_template("page.html")
        .and_then(|template| template.render(page));
    page.map_err(failed)
}

fn unwritten(args: &DocArgs, error: std::io::Error) -> Error {
    let message = format!(
        "`{}` cannot be written: {}",
        args.out.display(),
        error.kind()
    );
    Error::new(ErrorKind::Setup, message)
        .with_help("name a file that this user may write, with `--out`")
        .with_source(error)
}
