//! The Language Server Protocol: messages in, answers and diagnostics out, one after the other.
//!
//! It speaks and counts in UTF-16; what there is to say about a policy is
//! `guardrails_rules::service`'s to know. A message that cannot be understood is answered with an
//! error and changes nothing.

mod answer;
mod frame;
mod position;
mod uri;
mod workspace;

use std::io::{self, BufRead, Write};
use std::path::Path;

use lsp_server::{ErrorCode, Message, Notification, Request, Response};
use serde_json::{Value, json};

use crate::Diagnostic;
use workspace::Workspace;

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// `shutdown`, then `exit`.
    Orderly,
    /// `exit` or the end of input without `shutdown`.
    Abruptly,
}

/// Serves one editor until it leaves.
///
/// # Errors
/// When a stream fails, or what comes in is no framing of messages at all.
pub(crate) fn serve(input: &mut impl BufRead, output: &mut impl Write) -> io::Result<Ended> {
    let mut session = Session::default();
    loop {
        let Some(content) = frame::read(input)? else {
            return Ok(session.ended());
        };
        let Ok(message) = serde_json::from_slice::<Message>(&content) else {
            // The frame was whole, its content was not: the next frame may be better. Whose answer
            // this is cannot be told, and the protocol's `null` is not in reach: 0 is nobody's.
            let why = "this message is not JSON-RPC".to_owned();
            let refused = Response::new_err(0.into(), ErrorCode::ParseError as i32, why);
            Message::Response(refused).write(output)?;
            continue;
        };
        match message {
            Message::Notification(note) if note.method == "exit" => return Ok(session.ended()),
            Message::Notification(note) => session.notice(&note, output)?,
            Message::Request(request) => session.request(request, output)?,
            // We ask nothing, so nothing is answered to us.
            Message::Response(_) => {}
        }
    }
}

#[derive(Default)]
struct Session {
    stage: Stage,
    workspace: Workspace,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Stage {
    #[default]
    New,
    Running,
    ShutDown,
}

impl Session {
    fn ended(&self) -> Ended {
        match self.stage {
            Stage::ShutDown => Ended::Orderly,
            Stage::New | Stage::Running => Ended::Abruptly,
        }
    }

    fn request(&mut self, request: Request, output: &mut impl Write) -> io::Result<()> {
        let Request { id, method, params } = request;
        let refuse = |code: ErrorCode, why: &str| Err((code as i32, why.to_owned()));
        let answer = match (self.stage, method.as_str()) {
            (Stage::New, "initialize") => {
                self.stage = Stage::Running;
                self.workspace.begin(&params);
                Ok(capabilities())
            }
            (Stage::New, _) => refuse(ErrorCode::ServerNotInitialized, "begin with `initialize`"),
            (Stage::ShutDown, _) => refuse(
                ErrorCode::InvalidRequest,
                "only `exit` may follow `shutdown`",
            ),
            (Stage::Running, "initialize") => {
                refuse(ErrorCode::InvalidRequest, "this was begun already")
            }
            (Stage::Running, "shutdown") => {
                self.stage = Stage::ShutDown;
                Ok(Value::Null)
            }
            (Stage::Running, method) => answer::answer(&self.workspace, method, &params),
        };
        let response = match answer {
            Ok(result) => Response::new_ok(id, result),
            Err((code, why)) => Response::new_err(id, code, why),
        };
        Message::Response(response).write(output)
    }

    fn notice(&mut self, note: &Notification, output: &mut impl Write) -> io::Result<()> {
        if self.stage != Stage::Running {
            return Ok(());
        }
        let touched = match note.method.as_str() {
            "textDocument/didOpen" => self.workspace.open(&note.params),
            "textDocument/didChange" => self.workspace.change(&note.params),
            "textDocument/didSave" => self.workspace.reread(&note.params),
            "textDocument/didClose" => self.workspace.close(&note.params),
            "workspace/didChangeWatchedFiles" => return self.all(output),
            _ => None,
        };
        match touched {
            Some(root) => self.publish(&root, output),
            None => Ok(()),
        }
    }

    fn all(&mut self, output: &mut impl Write) -> io::Result<()> {
        for root in self.workspace.roots() {
            self.workspace.refresh(&root);
            self.publish(&root, output)?;
        }
        Ok(())
    }

    /// Tells what is wrong in each file of a bundle, and that nothing is wrong where something was.
    fn publish(&mut self, root: &Path, output: &mut impl Write) -> io::Result<()> {
        for (uri, found) in self.workspace.findings(root) {
            let params = json!({ "uri": uri, "diagnostics": found });
            let note = Notification::new("textDocument/publishDiagnostics".to_owned(), params);
            Message::Notification(note).write(output)?;
        }
        Ok(())
    }
}

fn capabilities() -> Value {
    json!({
        "serverInfo": { "name": "guard", "version": env!("CARGO_PKG_VERSION") },
        "capabilities": {
            "positionEncoding": "utf-16",
            // Whole texts: policies are small, and one truth is simpler than two.
            "textDocumentSync": { "openClose": true, "change": 1, "save": true },
            "hoverProvider": true,
            "completionProvider": { "triggerCharacters": [".", "@", ":"] },
            "definitionProvider": true,
            "referencesProvider": true,
            "renameProvider": true,
            "documentSymbolProvider": true,
            "documentFormattingProvider": true,
            "codeActionProvider": true,
        },
    })
}

/// The name that a finding proposes instead of what it underlines.
fn proposed(finding: &Diagnostic) -> Option<&str> {
    let rest = finding.help.as_str().strip_prefix("did you mean `")?;
    rest.split('`').next()
}
