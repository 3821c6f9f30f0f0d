//! One request to one answer. What cannot be answered is `null`, as the protocol wants it.

use guardrails_core::phrase;
use guardrails_rules::format;
use guardrails_rules::service::{Completion, CompletionKind, Declared, DeclaredKind, Stretch};
use lsp_server::ErrorCode;
use serde_json::{Map, Value, json};

use super::workspace::{Document, Workspace};
use super::{position, proposed};

type Answer = Result<Value, (i32, String)>;

pub(super) fn answer(workspace: &Workspace, method: &str, params: &Value) -> Answer {
    let known: fn(&Workspace, &Document<'_>, &Value) -> Answer = match method {
        "textDocument/hover" => hover,
        "textDocument/completion" => completion,
        "textDocument/definition" => definition,
        "textDocument/references" => references,
        "textDocument/rename" => rename,
        "textDocument/documentSymbol" => symbols,
        "textDocument/formatting" => formatting,
        "textDocument/codeAction" => actions,
        _ => {
            let why = format!("`{method}` is not served");
            return Err((ErrorCode::MethodNotFound as i32, why));
        }
    };
    if params
        .pointer("/textDocument/uri")
        .is_none_or(|uri| !uri.is_string())
    {
        let why = "`textDocument.uri` is missing".to_owned();
        return Err((ErrorCode::InvalidParams as i32, why));
    }
    workspace
        .document(params)
        .map_or(Ok(Value::Null), |document| {
            known(workspace, &document, params)
        })
}

fn at(document: &Document<'_>, params: &Value) -> Option<usize> {
    position::offset(document.source.text(), params.get("position")?)
}

fn hover(workspace: &Workspace, document: &Document<'_>, params: &Value) -> Answer {
    let described =
        at(document, params).and_then(|at| document.service.describe(&document.name, at));
    Ok(described.map_or(Value::Null, |described| {
        json!({
            "contents": { "kind": "markdown", "value": described.text.text(workspace.language()) },
            "range": position::range(document.source.text(), described.range),
        })
    }))
}

fn completion(_: &Workspace, document: &Document<'_>, params: &Value) -> Answer {
    let offered = at(document, params).map(|at| document.service.complete(&document.name, at));
    Ok(offered.unwrap_or_default().iter().map(offer).collect())
}

fn offer(completion: &Completion) -> Value {
    // The numbers are the protocol's `CompletionItemKind`.
    let kind = match completion.kind {
        CompletionKind::Keyword => 14,
        CompletionKind::Type => 22,
        CompletionKind::Entity => 7,
        CompletionKind::Field => 5,
        CompletionKind::Member => 20,
        CompletionKind::Value => 21,
        CompletionKind::Function => 3,
        CompletionKind::Annotation => 10,
        _ => 18,
    };
    json!({ "label": completion.label, "kind": kind, "detail": completion.detail })
}

fn definition(workspace: &Workspace, document: &Document<'_>, params: &Value) -> Answer {
    let found = at(document, params).and_then(|at| document.service.definition(&document.name, at));
    Ok(found.map_or(Value::Null, |stretch| {
        location(workspace, document, &stretch)
    }))
}

fn references(workspace: &Workspace, document: &Document<'_>, params: &Value) -> Answer {
    let found = at(document, params).map(|at| document.service.references(&document.name, at));
    let found = found.unwrap_or_default();
    Ok(found
        .iter()
        .map(|stretch| location(workspace, document, stretch))
        .collect())
}

fn location(workspace: &Workspace, document: &Document<'_>, stretch: &Stretch) -> Value {
    json!({
        "uri": workspace.uri(document.root, &stretch.path),
        "range": range_of(document, stretch),
    })
}

fn range_of(document: &Document<'_>, stretch: &Stretch) -> Value {
    let source = document.service.bundle().file(&stretch.path);
    position::range(
        source.map_or("", |source| source.text()),
        stretch.range.clone(),
    )
}

fn rename(workspace: &Workspace, document: &Document<'_>, params: &Value) -> Answer {
    let name = params.get("newName").and_then(Value::as_str).unwrap_or("");
    let refused = |why: String| (ErrorCode::RequestFailed as i32, why);
    let at = at(document, params).ok_or_else(|| refused("no such place".to_owned()))?;
    let edits = document.service.rename(&document.name, at, name);
    let edits = edits.map_err(|why| refused(why.phrase().text(workspace.language()).to_owned()))?;
    let mut changes: Map<String, Value> = Map::new();
    for edit in &edits {
        let uri = workspace.uri(document.root, &edit.path);
        let edit = json!({ "range": range_of(document, edit), "newText": name });
        if let Some(list) = changes
            .entry(uri)
            .or_insert_with(|| json!([]))
            .as_array_mut()
        {
            list.push(edit);
        }
    }
    Ok(json!({ "changes": changes }))
}

fn symbols(_: &Workspace, document: &Document<'_>, _: &Value) -> Answer {
    let declared = document.service.declared(&document.name);
    Ok(declared.iter().map(|it| symbol(document, it)).collect())
}

fn symbol(document: &Document<'_>, declared: &Declared) -> Value {
    // The numbers are the protocol's `SymbolKind`.
    let kind = match declared.kind {
        DeclaredKind::Entity => 5,
        DeclaredKind::Field => 8,
        DeclaredKind::Enum => 10,
        DeclaredKind::Member => 22,
        DeclaredKind::Const => 14,
        DeclaredKind::List => 18,
        DeclaredKind::Rule | DeclaredKind::Table | DeclaredKind::Test => 12,
        _ => 19,
    };
    let range = position::range(document.source.text(), declared.range.clone());
    let parts: Vec<Value> = declared
        .parts
        .iter()
        .map(|part| symbol(document, part))
        .collect();
    json!({
        "name": declared.name, "kind": kind, "range": range, "selectionRange": range, "children": parts,
    })
}

/// One edit of the whole text; none for a text with mistakes of form, or one that is in style.
fn formatting(_: &Workspace, document: &Document<'_>, _: &Value) -> Answer {
    let text = document.source.text();
    Ok(match format(document.source) {
        Ok(new) if new != **text => {
            json!([{ "range": position::range(text, 0..text.len()), "newText": new }])
        }
        _ => json!([]),
    })
}

/// The names that findings propose, each as an edit.
fn actions(workspace: &Workspace, document: &Document<'_>, params: &Value) -> Answer {
    let text = document.source.text();
    let bound = |key: &str| position::offset(text, params.pointer(&format!("/range/{key}"))?);
    let (Some(start), Some(end)) = (bound("start"), bound("end")) else {
        return Ok(json!([]));
    };
    let found = document.service.diagnostics().iter();
    let near = found.filter(|finding| {
        let (from, to) = (finding.place.start as usize, finding.place.end as usize);
        *finding.place.file == *document.name && from <= end && start <= to
    });
    let actions = near.filter_map(|finding| {
        let name = proposed(finding)?;
        let range = position::range(
            text,
            finding.place.start as usize..finding.place.end as usize,
        );
        let uri = workspace.uri(document.root, &document.name);
        Some(json!({
            "title": phrase!("Write `{name}`" | "写成 `{name}`", name).text(workspace.language()),
            "kind": "quickfix",
            "edit": { "changes": { uri: [{ "range": range, "newText": name }] } },
        }))
    });
    Ok(actions.collect())
}
