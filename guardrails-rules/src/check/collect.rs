//! The order in which the files' declarations are collected: names first, then what they stand for.

use std::collections::BTreeMap;

use super::packages::Packages;
use super::symbols::{Collector, Symbols};
use super::{constants, parameter, schema, zone};
use crate::ast::File;
use crate::bundle::Bundle;

/// Collects what the files declare.
pub(super) fn collect(bundle: &Bundle, files: &[File]) -> Symbols {
    let mut collector = Collector {
        bundle,
        symbols: Symbols::default(),
        taken: BTreeMap::new(),
    };
    let declarations = || files.iter().flat_map(|file| &file.declarations);
    let lost = files.iter().flat_map(|file| &file.lost);
    collector.symbols.lost = lost.cloned().collect();
    declarations().for_each(|declaration| collector.name(declaration));
    zone::collect(&mut collector, files);
    schema::collect(&mut collector, files);
    constants::collect(&mut collector, files);
    parameter::collect(&mut collector, files);
    declarations().for_each(|declaration| collector.roles(declaration));
    collector.symbols.packages = Packages::new(files, collector.taken);
    collector.symbols
}
