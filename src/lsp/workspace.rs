//! The files an editor works on: what is on disk, under what is open and not saved yet.
//!
//! A bundle is found from a document: the highest folder on the way up to the workspace's folder that
//! holds `.guard` files itself, without a folder between that holds none. A document outside of the
//! workspace stands alone, with what else is open from its folder.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use guardrails_rules::service::Service;
use guardrails_rules::{Bundle, SourceFile};
use serde_json::{Value, json};

use super::{position, uri};
use crate::{Diagnostic, Severity};
use guardrails_core::Language;

/// A document of the editor.
struct Open {
    uri: String,
    text: String,
}

/// A bundle, in its last state.
struct Known {
    service: Option<Service>,
    /// What kept the files from being a bundle.
    refused: Vec<Diagnostic>,
    /// Files that were told to have findings.
    told: BTreeSet<String>,
}

/// Everything that is open.
#[derive(Default)]
pub(super) struct Workspace {
    folder: Option<PathBuf>,
    language: Option<Language>,
    open: BTreeMap<PathBuf, Open>,
    bundles: BTreeMap<PathBuf, Known>,
}

/// A document, with the bundle it is part of.
pub(super) struct Document<'w> {
    pub(super) root: &'w Path,
    pub(super) service: &'w Service,
    /// Its path within the bundle.
    pub(super) name: String,
    pub(super) source: &'w SourceFile,
}

impl Workspace {
    /// Takes note of the folder and the language that the editor names.
    pub(super) fn begin(&mut self, params: &Value) {
        let folder = params.pointer("/workspaceFolders/0/uri");
        let folder = folder
            .or_else(|| params.get("rootUri"))
            .and_then(Value::as_str);
        self.folder = folder.and_then(uri::path);
        let locale = params.get("locale").and_then(Value::as_str);
        self.language = locale.and_then(Language::from_tag);
    }

    /// The language to answer in.
    pub(super) fn language(&self) -> Language {
        self.language.unwrap_or_default()
    }

    pub(super) fn open(&mut self, params: &Value) -> Option<PathBuf> {
        let text = params.pointer("/textDocument/text")?.as_str()?;
        self.put(params, text)
    }

    pub(super) fn change(&mut self, params: &Value) -> Option<PathBuf> {
        let changes = params.get("contentChanges")?.as_array()?;
        let text = changes.last()?.get("text")?.as_str()?;
        self.put(params, text)
    }

    pub(super) fn reread(&mut self, params: &Value) -> Option<PathBuf> {
        let path = document(params)?.1;
        self.refreshed(&path)
    }

    pub(super) fn close(&mut self, params: &Value) -> Option<PathBuf> {
        let path = document(params)?.1;
        self.open.remove(&path);
        self.refreshed(&path)
    }

    fn put(&mut self, params: &Value, text: &str) -> Option<PathBuf> {
        let (uri, path) = document(params)?;
        let text = text.to_owned();
        self.open.insert(path.clone(), Open { uri, text });
        self.refreshed(&path)
    }

    fn refreshed(&mut self, path: &Path) -> Option<PathBuf> {
        let root = self.root(path)?;
        self.refresh(&root);
        Some(root)
    }

    pub(super) fn roots(&self) -> Vec<PathBuf> {
        self.bundles.keys().cloned().collect()
    }

    /// The folder of a document's bundle.
    fn root(&self, path: &Path) -> Option<PathBuf> {
        let own = path.parent()?;
        let mut root = own;
        let above = own.ancestors().skip(1);
        let inside = above.take_while(|folder| {
            self.folder
                .as_ref()
                .is_some_and(|workspace| folder.starts_with(workspace))
        });
        for folder in inside {
            if !holds_policies(folder) {
                break;
            }
            root = folder;
        }
        Some(root.to_path_buf())
    }

    /// What to read of a bundle: its folder. Outside of the workspace only files that are open, since
    /// nobody said that such a folder is a bundle, nor how much else is in it.
    fn on_disk(&self, root: &Path) -> Vec<PathBuf> {
        let workspace = self.folder.as_deref();
        if workspace.is_some_and(|workspace| root.starts_with(workspace)) {
            return vec![root.to_path_buf()];
        }
        let open = self.open.keys();
        open.filter(|path| self.root(path).as_deref() == Some(root))
            .cloned()
            .collect()
    }

    /// Reads a bundle anew, with what is open in the place of what is on disk.
    pub(super) fn refresh(&mut self, root: &Path) {
        let mut files: BTreeMap<String, SourceFile> = BTreeMap::new();
        let mut refused = Vec::new();
        for path in self.on_disk(root) {
            match Bundle::read(&path) {
                Ok(bundle) => files.extend(
                    bundle
                        .files()
                        .map(|file| (file.path().to_string(), file.clone())),
                ),
                // What is not there yet is no mistake of the text that is being written.
                Err(error) => refused.extend(error.diagnostics().iter().cloned()),
            }
        }
        for (path, open) in &self.open {
            if self.root(path).as_deref() == Some(root)
                && let Some(name) = name(root, path)
            {
                refused.retain(|finding| *finding.place.file != *name);
                files.insert(name.clone(), SourceFile::new(name, &open.text));
            }
        }
        let service = match Bundle::from_files(files.into_values().collect()) {
            Ok(bundle) => Some(Service::new(bundle)),
            Err(error) => {
                refused.extend(error.diagnostics().iter().cloned());
                None
            }
        };
        let told = self
            .bundles
            .remove(root)
            .map(|known| known.told)
            .unwrap_or_default();
        let known = Known {
            service,
            refused,
            told,
        };
        self.bundles.insert(root.to_path_buf(), known);
    }

    /// What to tell about each file of a bundle.
    pub(super) fn findings(&mut self, root: &Path) -> Vec<(String, Vec<Value>)> {
        let Some(known) = self.bundles.get(root) else {
            return Vec::new();
        };
        let found = known
            .service
            .as_ref()
            .map(Service::diagnostics)
            .unwrap_or_default();
        let mut files: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for name in &known.told {
            files.entry(name.clone()).or_default();
        }
        let open = self.open.keys().filter_map(|path| name(root, path));
        for name in open {
            files.entry(name).or_default();
        }
        for finding in found.iter().chain(&known.refused) {
            let told = self.told(root, known, finding);
            files
                .entry(finding.place.file.to_string())
                .or_default()
                .push(told);
        }
        let with: BTreeSet<String> = files
            .iter()
            .filter(|(_, found)| !found.is_empty())
            .map(|(name, _)| name.clone())
            .collect();
        if let Some(known) = self.bundles.get_mut(root) {
            known.told = with;
        }
        let named = files.into_iter().filter(|(name, _)| !name.is_empty());
        named
            .map(|(name, found)| (self.uri(root, &name), found))
            .collect()
    }

    fn told(&self, root: &Path, known: &Known, finding: &Diagnostic) -> Value {
        let language = self.language();
        let place = |place: &crate::Place| {
            let source = known
                .service
                .as_ref()
                .and_then(|service| service.bundle().file(&place.file));
            let text = source.map_or("", |source| source.text());
            position::range(text, place.start as usize..place.end as usize)
        };
        let mut message = finding.message.text(language).to_owned();
        let help = finding.help.text(language);
        if !help.is_empty() {
            message = format!("{message}\n{help}");
        }
        let notes: Vec<Value> = finding
            .notes
            .iter()
            .map(|note| {
                let location =
                    json!({ "uri": self.uri(root, &note.place.file), "range": place(&note.place) });
                json!({ "location": location, "message": note.message.text(language) })
            })
            .collect();
        json!({
            "range": place(&finding.place),
            "severity": match finding.severity { Severity::Error => 1, Severity::Warning => 2 },
            "code": finding.code,
            "source": "guard",
            "message": message,
            "relatedInformation": notes,
        })
    }

    /// The document that a request is about.
    pub(super) fn document(&self, params: &Value) -> Option<Document<'_>> {
        let (_, path) = document(params)?;
        let (root, known) = self.bundles.get_key_value(&self.root(&path)?)?;
        let service = known.service.as_ref()?;
        let name = name(root, &path)?;
        let source = service.bundle().file(&name)?;
        Some(Document {
            root,
            service,
            name,
            source,
        })
    }

    /// The address of a file of a bundle: as the editor spells it, when it is open.
    pub(super) fn uri(&self, root: &Path, name: &str) -> String {
        let path = root.join(name);
        self.open
            .get(&path)
            .map_or_else(|| uri::uri(&path), |open| open.uri.clone())
    }
}

fn document(params: &Value) -> Option<(String, PathBuf)> {
    let uri = params.pointer("/textDocument/uri")?.as_str()?;
    Some((uri.to_owned(), uri::path(uri)?))
}

/// The path within the bundle.
fn name(root: &Path, path: &Path) -> Option<String> {
    let inside = path.strip_prefix(root).ok()?.to_str()?;
    Some(inside.replace('\\', "/"))
}

fn holds_policies(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .any(|path| path.extension().is_some_and(|ending| ending == "guard"))
}
