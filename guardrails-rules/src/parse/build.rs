//! One declaration's text to its tree; header lines and documentation go where they belong.

use guardrails_core::{Diagnostic, Name, phrase};
use pest::Parser as _;

use super::context::ParseContext;
use super::grammar::{Grammar, Rule};
use super::scan::Chunk;
use super::tree::{Built, Node};
use super::{error, grant, rule, scan, skill, small, table, test};
use crate::ast::{Comment, Declaration, Dotted, File, Span};
use crate::codes;

/// Collects the declarations of one file.
pub(super) struct Builder {
    file: File,
    findings: Vec<Diagnostic>,
}

impl Builder {
    pub(super) fn new(comments: Vec<Comment>, findings: Vec<Diagnostic>, lost: Vec<Name>) -> Self {
        Self {
            file: File {
                version: None,
                package: None,
                declarations: Vec::new(),
                lost,
                comments,
            },
            findings,
        }
    }

    /// Parses one declaration and adds it, or what is wrong with it.
    pub(super) fn declaration(&mut self, file: ParseContext<'_>, chunk: &Chunk) {
        let Some(text) = file.text().get(chunk.range.clone()) else {
            return;
        };
        let context = ParseContext {
            base: u32::try_from(chunk.range.start).unwrap_or(u32::MAX),
            ..file
        };
        let built = match Grammar::parse(entry(chunk.keyword), text) {
            Ok(mut pairs) => match pairs.next() {
                Some(pair) => self.build(&Node::new(pair, context), file),
                None => Ok(()),
            },
            Err(fault) => Err(Box::new(error::syntax(context, text, chunk.keyword, fault))),
        };
        if let Err(finding) = built {
            self.findings.push(*finding);
            self.file.lost.extend(scan::declared_name(text));
        }
    }

    /// How many declarations there are so far.
    #[cfg(feature = "authoring")]
    pub(super) fn declared(&self) -> usize {
        self.file.declarations.len()
    }

    /// The file, with its findings in the order of the text.
    pub(super) fn finish(mut self) -> (File, Vec<Diagnostic>) {
        self.findings.sort_by_key(|finding| finding.place.start);
        (self.file, self.findings)
    }

    fn build(&mut self, node: &Node<'_>, file: ParseContext<'_>) -> Built<()> {
        let declaration = match node.rule() {
            Rule::version_decl => return self.version(node),
            Rule::package_decl => return self.package(node),
            Rule::zone_decl => Declaration::Zone(node.children().need(Rule::text)?.quoted()?),
            Rule::use_decl => Declaration::Use(small::name_of(node)?),
            Rule::enum_decl => Declaration::Enum(small::enumeration(node)?),
            Rule::const_decl => Declaration::Const(small::constant(node)?),
            Rule::param_decl => Declaration::Param(small::parameter(node)?),
            Rule::list_decl => Declaration::List(small::list(node)?),
            Rule::entity_decl => {
                let doc = self.documentation(node.span(), file);
                Declaration::Entity(small::entity(node, doc)?)
            }
            Rule::grant_decl => Declaration::Grant(grant::grant(node)?),
            Rule::skill_decl => Declaration::Skill(skill::skill(node)?),
            Rule::rule_decl => Declaration::Rule(rule::rule(node)?),
            Rule::risk_decl => Declaration::Risk(skill::risk(node)?),
            Rule::approval_decl => Declaration::Approval(skill::approval(node)?),
            Rule::table_decl => Declaration::Table(table::table(node)?),
            Rule::test_decl => Declaration::Test(test::test(node)?),
            _ => return Err(node.bug()),
        };
        self.file.declarations.push(declaration);
        Ok(())
    }

    fn version(&mut self, node: &Node<'_>) -> Built<()> {
        let number = node.children().need(Rule::integer)?;
        let version = super::literal::whole(&number)?;
        self.header(node, self.file.version.is_some(), "guard")?;
        self.file.version = Some((version, number.span()));
        Ok(())
    }

    fn package(&mut self, node: &Node<'_>) -> Built<()> {
        let name: Dotted = small::name_of(node)?;
        self.header(node, self.file.package.is_some(), "package")?;
        self.file.package = Some(name);
        Ok(())
    }

    /// Header lines stand once, before everything else.
    fn header(&self, node: &Node<'_>, twice: bool, word: &str) -> Built<()> {
        let late = !self.file.declarations.is_empty();
        if !twice && !late {
            return Ok(());
        }
        let message = if twice {
            phrase!(
                "`{word}` is written twice in this file" | "这个文件里写了两次 `{word}`",
                word
            )
        } else {
            phrase!(
                "`{word}` stands after other declarations" | "`{word}` 写在了其他声明之后",
                word
            )
        };
        let mut fault = node.fault(codes::MISPLACED_HEADER, message);
        fault.help = phrase!(
            "write `{word}` once, at the top of the file" | "在文件开头写一次 `{word}`",
            word
        );
        Err(fault)
    }

    /// The `///` lines that end where the declaration begins.
    fn documentation(&self, declaration: Span, file: ParseContext<'_>) -> String {
        let mut next = declaration.start;
        let mut lines = Vec::new();
        let comments = &self.file.comments;
        let before = comments.partition_point(|comment| comment.span.end <= declaration.start);
        for comment in comments.iter().take(before).rev() {
            let gap = file.source.slice(comment.span.end, next);
            if !comment.documents || !gap.trim().is_empty() {
                break;
            }
            let text = file.source.slice(comment.span.start, comment.span.end);
            lines.push(text.trim_start_matches('/').trim());
            next = comment.span.start;
        }
        lines.reverse();
        lines.join("\n")
    }
}

/// The grammar's rule for declarations of a word.
pub(super) fn entry(keyword: &str) -> Rule {
    match keyword {
        "guard" => Rule::version_decl,
        "package" => Rule::package_decl,
        "timezone" => Rule::zone_decl,
        "use" => Rule::use_decl,
        "entity" => Rule::entity_decl,
        "enum" => Rule::enum_decl,
        "const" => Rule::const_decl,
        "param" => Rule::param_decl,
        "list" => Rule::list_decl,
        "grant" => Rule::grant_decl,
        "skill" => Rule::skill_decl,
        "risk" => Rule::risk_decl,
        "approval" => Rule::approval_decl,
        "table" => Rule::table_decl,
        "test" => Rule::test_decl,
        _ => Rule::rule_decl,
    }
}
