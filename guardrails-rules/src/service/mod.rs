//! What an editor asks of a policy while it is written: where a name is declared and used, what it is
//! and who sees it, what may stand here, what a rename changes.
//!
//! Places are paths and byte offsets; protocols are their speakers' business. Files with mistakes are
//! read as far as they go: what is wrong in one declaration takes nothing from the others.

mod complete;
mod describe;
mod mention;
mod rename;
mod schema;
mod sees;
mod symbol;
mod walk;

use std::ops::Range;

use guardrails_core::policy::Policy;
use guardrails_core::{Diagnostic, Phrase};

use crate::ast::{File, Span};
use crate::bundle::Bundle;
use crate::compile::compile;
use crate::parse;
use crate::source::SourceFile;

pub use complete::{Completion, CompletionKind};
pub use rename::RenameRefused;
pub use symbol::{Declared, DeclaredKind};

use mention::{Mention, Mentions};
use schema::Schema;

/// A stretch of a file of the bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The path within the bundle.
    pub path: String,
    /// Bytes.
    pub range: Range<usize>,
}

/// What there is to say about a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// The name as written.
    pub range: Range<usize>,
    /// Markdown.
    pub text: Phrase,
}

/// One state of a bundle, with answers about it.
#[derive(Debug)]
pub struct Service {
    bundle: Bundle,
    files: Vec<File>,
    schema: Schema,
    mentions: Mentions,
    diagnostics: Vec<Diagnostic>,
    /// None while anything is an error.
    policy: Option<Policy>,
}

impl Service {
    /// Reads a bundle. Texts of any kind will do; each answer is about what could be read.
    #[must_use]
    pub fn new(bundle: Bundle) -> Self {
        let sources = (0_u32..).zip(bundle.sources());
        let files: Vec<File> = sources
            .map(|(index, source)| parse::file(source, index).0)
            .collect();
        let schema = Schema::of(&files, &bundle);
        let mentions = walk::mentions(&files, &schema, &bundle);
        let compiled = compile(&bundle);
        Self {
            bundle,
            files,
            schema,
            mentions,
            diagnostics: compiled.diagnostics,
            policy: compiled.policy,
        }
    }

    /// The bundle the answers are about.
    #[must_use]
    pub fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    /// Everything that is wrong, in the order of files and lines.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Where the name at an offset is declared.
    #[must_use]
    pub fn definition(&self, path: &str, offset: usize) -> Option<Stretch> {
        let mention = self.mention(path, offset)?;
        let mut all = self.mentions.of(&mention.symbol);
        self.stretch(all.find(|mention| mention.declares)?.span)
    }

    /// Where the name at an offset is written, its declaration included.
    #[must_use]
    pub fn references(&self, path: &str, offset: usize) -> Vec<Stretch> {
        let Some(mention) = self.mention(path, offset) else {
            return Vec::new();
        };
        let all = self.mentions.of(&mention.symbol);
        all.filter_map(|mention| self.stretch(mention.span))
            .collect()
    }

    /// What the name at an offset is.
    #[must_use]
    pub fn describe(&self, path: &str, offset: usize) -> Option<Description> {
        let mention = self.mention(path, offset)?;
        Some(Description {
            range: range(mention.span),
            text: describe::describe(self, &mention.symbol)?,
        })
    }

    /// What may stand at an offset.
    #[must_use]
    pub fn complete(&self, path: &str, offset: usize) -> Vec<Completion> {
        let Some(source) = self.source(path) else {
            return Vec::new();
        };
        complete::complete(&self.schema, source.text(), offset)
    }

    /// The edits that give the name at an offset another one, everywhere.
    ///
    /// # Errors
    /// Why it cannot be renamed, or not to this.
    pub fn rename(
        &self,
        path: &str,
        offset: usize,
        name: &str,
    ) -> Result<Vec<Stretch>, RenameRefused> {
        rename::rename(self, path, offset, name)
    }

    /// What the file declares, in its order.
    #[must_use]
    pub fn declared(&self, path: &str) -> Vec<Declared> {
        let sources = self.bundle.sources().iter().zip(&self.files);
        let file = sources.filter(|(source, _)| &**source.path() == path);
        file.flat_map(|(source, file)| symbol::declared(file, source))
            .collect()
    }

    fn source(&self, path: &str) -> Option<&SourceFile> {
        self.bundle
            .sources()
            .iter()
            .find(|source| &**source.path() == path)
    }

    fn mention(&self, path: &str, offset: usize) -> Option<&Mention> {
        let sources = self.bundle.sources();
        let file = sources.iter().position(|source| &**source.path() == path)?;
        self.mentions
            .at(u32::try_from(file).ok()?, u32::try_from(offset).ok()?)
    }

    fn stretch(&self, span: Span) -> Option<Stretch> {
        let source = self
            .bundle
            .sources()
            .get(usize::try_from(span.file).ok()?)?;
        Some(Stretch {
            path: source.path().to_string(),
            range: range(span),
        })
    }
}

fn range(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

#[cfg(test)]
mod tests;
