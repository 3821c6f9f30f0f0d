//! Packages: which of them each file says it relies on, and which it does.
//!
//! All files of a bundle share one space of names, so that no name means two things; `use` says where
//! names come from. Nothing here changes what a name means: what a file leaves out is told, and what
//! it says in vain.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use guardrails_core::{Name, phrase};

use super::context::Context;
use super::symbols::Space;
use crate::ast::{Declaration, File, Ident, Span, TypeKind, TypeRef};
use crate::codes;

#[derive(Default)]
pub(super) struct Packages {
    names: BTreeSet<Name>,
    /// In the order of the files.
    homes: Vec<Home>,
    declared: BTreeMap<(Space, Name), Span>,
    /// File and package, where a name of the package is used.
    relied_on: RefCell<BTreeSet<(u32, Name)>>,
}

struct Home {
    package: Option<Name>,
    uses: Vec<(Name, Span)>,
}

impl Packages {
    pub(super) fn new(files: &[File], declared: BTreeMap<(Space, Name), Span>) -> Self {
        let homes: Vec<Home> = files.iter().map(Home::new).collect();
        Self {
            names: homes
                .iter()
                .filter_map(|home| home.package.clone())
                .collect(),
            homes,
            declared,
            relied_on: RefCell::default(),
        }
    }

    pub(super) fn contains(&self, package: &Name) -> bool {
        self.names.contains(package)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|name| &**name)
    }

    fn home(&self, file: u32) -> Option<&Home> {
        self.homes.get(usize::try_from(file).ok()?)
    }

    /// The package that a name at this place comes from, when it is another one; whether the file
    /// uses it, and whether this is the first time.
    fn foreign(&self, space: Space, name: &Name, at: Span) -> Option<(Name, Told)> {
        let there = self.declared.get(&(space, name.clone()))?;
        let package = self.home(there.file)?.package.clone()?;
        let here = self.home(at.file)?;
        if here.package.as_ref() == Some(&package) {
            return None;
        }
        let first = self
            .relied_on
            .borrow_mut()
            .insert((at.file, package.clone()));
        let used = here.uses.iter().any(|(name, _)| *name == package);
        let told = if used || !first {
            Told::Already
        } else {
            Told::Not
        };
        Some((package, told))
    }
}

/// Whether a reliance is written at the top of the file, or was reported before.
#[derive(PartialEq, Eq)]
enum Told {
    Already,
    Not,
}

impl Home {
    fn new(file: &File) -> Self {
        let uses = file
            .declarations
            .iter()
            .filter_map(|declaration| match declaration {
                Declaration::Use(package) => Some((package.joined(), package.span)),
                _ => None,
            });
        Self {
            package: file.package.as_ref().map(crate::ast::Dotted::joined),
            uses: uses.collect(),
        }
    }
}

impl Context<'_> {
    /// Takes note of a name that stands somewhere; tells when the file does not say where it is from.
    pub(super) fn refer(&self, space: Space, name: &Name, at: Span) {
        let Some((package, Told::Not)) = self.symbols.packages.foreign(space, name, at) else {
            return;
        };
        let message = phrase!(
            "`{name}` is of the package `{package}`, which this file does not use"
                | "`{name}` 属于包 `{package}`，而此文件没有使用它",
            name,
            package = &package
        );
        self.report(
            self.warning(codes::PACKAGE_NOT_USED, at, message)
                .help(phrase!(
                    "write `use {package}` at the top of the file" | "在文件开头写 `use {package}`",
                    package = &package
                )),
        );
    }

    /// Takes note of the types that fields and parameters name.
    pub(super) fn refer_to_types(&self, files: &[File]) {
        for declaration in files.iter().flat_map(|file| &file.declarations) {
            match declaration {
                Declaration::Entity(entity) => {
                    entity
                        .fields
                        .iter()
                        .for_each(|field| self.refer_to_type(&field.ty));
                }
                Declaration::Param(param) => self.refer_to_type(&param.ty),
                _ => {}
            }
        }
    }

    fn refer_to_type(&self, ty: &TypeRef) {
        match &ty.kind {
            TypeKind::Named(Ident { text, span }, _) => self.refer(Space::Type, text, *span),
            TypeKind::List(item) => self.refer_to_type(item),
            TypeKind::Enum(_) => {}
        }
    }

    /// Reports each `use` of a package that the file uses nothing of.
    pub(super) fn report_idle_uses(&self) {
        let packages = &self.symbols.packages;
        let relied_on = packages.relied_on.borrow();
        for (file, home) in (0..).zip(&packages.homes) {
            for (package, span) in &home.uses {
                let known = packages.contains(package);
                if !known || relied_on.contains(&(file, package.clone())) {
                    continue;
                }
                let message = phrase!(
                    "nothing of the package `{package}` is used in this file"
                        | "此文件没有使用包 `{package}` 中的任何内容",
                    package
                );
                self.report(
                    self.warning(codes::IDLE_USE, *span, message)
                        .help(phrase!("remove it" | "删去它")),
                );
            }
        }
    }
}
