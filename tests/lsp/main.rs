//! Plays an editor: starts `guard lsp`, and holds what it answers to the session written down in
//! `session.json`, step by step.
#![cfg(feature = "cli")]
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

struct Editor {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    root: String,
    document: String,
    text: String,
    requests: u64,
}

impl Editor {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_guard"))
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let root = format!("file://{}", folder.to_str().unwrap());
        Self {
            input: child.stdin.take(),
            output: BufReader::new(child.stdout.take().unwrap()),
            child,
            document: format!("{root}/quotes.guard"),
            root,
            text: String::new(),
            requests: 0,
        }
    }

    fn write(&mut self, content: &str) {
        let input = self.input.as_mut().unwrap();
        write!(input, "Content-Length: {}\r\n\r\n{content}", content.len()).unwrap();
        input.flush().unwrap();
    }

    fn read(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert_ne!(
                self.output.read_line(&mut line).unwrap(),
                0,
                "the server left"
            );
            match line.trim_end().strip_prefix("Content-Length: ") {
                Some(number) => length = number.parse().unwrap(),
                None if line.trim_end().is_empty() => break,
                None => {}
            }
        }
        let mut content = vec![0; length];
        self.output.read_exact(&mut content).unwrap();
        serde_json::from_slice(&content).unwrap()
    }

    /// The next answer; diagnostics that come before it are passed over.
    fn answer(&mut self) -> Value {
        loop {
            let message = self.read();
            if message.get("method").is_none() {
                return message;
            }
        }
    }

    /// The codes told of the document.
    fn codes(&mut self) -> Vec<String> {
        loop {
            let message = self.read();
            if message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == *self.document
            {
                let found = message["params"]["diagnostics"].as_array().unwrap().clone();
                return found
                    .iter()
                    .map(|it| it["code"].as_str().unwrap().to_owned())
                    .collect();
            }
        }
    }

    /// Line and UTF-16 column of the first place of a text.
    fn position(&self, needle: &str, behind: bool) -> Value {
        let at = self
            .text
            .find(needle)
            .unwrap_or_else(|| panic!("no {needle}"));
        let at = if behind { at + needle.len() } else { at };
        let head = &self.text[..at];
        let column = head.rsplit('\n').next().unwrap().encode_utf16().count();
        json!({ "line": head.matches('\n').count(), "character": column })
    }

    fn params(&self, step: &Value) -> Value {
        let mut params = step.get("params").cloned().unwrap_or_else(|| json!({}));
        if step.get("bare").is_none() {
            params["textDocument"] = json!({ "uri": self.document });
        }
        if let Some(needle) = step["at"].as_str() {
            params["position"] = self.position(needle, false);
        }
        if let Some(needle) = step["range"].as_str() {
            params["range"] = json!({ "start": self.position(needle, false), "end": self.position(needle, true) });
        }
        if params["rootUri"] == "$ROOT" {
            params["rootUri"] = json!(self.root);
        }
        params
    }

    fn notify(&mut self, method: &str, params: &Value) {
        self.write(&json!({ "jsonrpc": "2.0", "method": method, "params": params }).to_string());
    }

    fn show(&mut self, step: &Value, about: &str) {
        let opened = step["open"].as_str();
        let file = opened.or_else(|| step["change"].as_str()).unwrap();
        self.text = std::fs::read_to_string(Path::new("tests/lsp").join(file)).unwrap();
        let uri =
            json!({ "uri": self.document, "languageId": "guard", "version": 1, "text": self.text });
        if opened.is_some() {
            self.notify("textDocument/didOpen", &json!({ "textDocument": uri }));
        } else {
            let changes = json!([{ "text": self.text }]);
            self.notify(
                "textDocument/didChange",
                &json!({ "textDocument": uri, "contentChanges": changes }),
            );
        }
        let codes = self.codes();
        for code in step["codes"].as_array().unwrap() {
            assert!(
                codes.iter().any(|it| it == code.as_str().unwrap()),
                "{about}: {code} of {codes:?}"
            );
        }
        let least = usize::try_from(step["at_least"].as_u64().unwrap()).unwrap();
        assert!(codes.len() >= least, "{about}: {codes:?}");
        assert!(least > 0 || codes.is_empty(), "{about}: {codes:?}");
    }

    fn step(&mut self, step: &Value) {
        let about = step["about"].as_str().unwrap();
        if let Some(method) = step["request"].as_str() {
            self.requests += 1;
            let request = json!({
                "jsonrpc": "2.0", "id": self.requests, "method": method, "params": self.params(step),
            });
            self.write(&request.to_string());
        } else if let Some(method) = step["notify"].as_str() {
            return self.notify(method, &self.params(step));
        } else if let Some(raw) = step["raw"].as_str() {
            self.write(raw);
        } else {
            return self.show(step, about);
        }
        let answer = self.answer();
        if step.get("request").is_some() {
            assert_eq!(answer["id"], self.requests, "{about}");
        }
        let document = self.document.replace('/', "~1");
        let found = |pointer: &str| answer.pointer(&pointer.replace("$DOC", &document)).cloned();
        for (pointer, wanted) in step["expect"].as_object().into_iter().flatten() {
            let wanted = if wanted == "$DOC" {
                json!(self.document)
            } else {
                wanted.clone()
            };
            assert_eq!(
                found(pointer).unwrap_or(Value::Null),
                wanted,
                "{about}: {pointer} of {answer:#}"
            );
        }
        for (pointer, wanted) in step["contains"].as_object().into_iter().flatten() {
            let text = found(pointer).unwrap_or_else(|| panic!("{about}: {answer:#}"));
            assert!(
                text.as_str().unwrap().contains(wanted.as_str().unwrap()),
                "{about}: {answer:#}"
            );
        }
    }

    fn leave(mut self) -> Option<i32> {
        self.notify("exit", &json!(null));
        drop(self.input.take());
        self.child.wait().unwrap().code()
    }
}

#[test]
fn a_session_goes_as_it_is_written_down() {
    let folder = tempfile::tempdir().unwrap();
    let mut editor = Editor::start(folder.path());
    let session = include_str!("session.json");
    let steps: Vec<Value> = serde_json::from_str(session).unwrap();
    for step in &steps {
        editor.step(step);
    }
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn unsaved_text_lies_over_what_is_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let saved = "guard 1\nentity Customer { name : text }\n";
    std::fs::write(folder.path().join("customers.guard"), saved).unwrap();
    let mut editor = Editor::start(folder.path());
    editor.step(
        &json!({ "about": "begin", "request": "initialize", "params": { "rootUri": "$ROOT" } }),
    );
    let open = |text: &str| json!({ "textDocument": { "uri": editor.document, "text": text } });
    let right = open("guard 1\ngrant A on Customer { read name }\n");
    let wrong = open("guard 1\ngrant A on Customer { read nam }\n");
    editor.notify("textDocument/didOpen", &right);
    assert!(
        !editor.codes().contains(&"G0202".to_owned()),
        "the other file is known from disk"
    );
    editor.notify("textDocument/didOpen", &wrong);
    assert!(editor.codes().contains(&"G0202".to_owned()));
    assert_eq!(
        editor.leave(),
        Some(1),
        "an exit without a shutdown is a failure"
    );
}

#[test]
fn an_editor_in_chinese_is_answered_in_chinese() {
    let folder = tempfile::tempdir().unwrap();
    let mut editor = Editor::start(folder.path());
    let steps = json!([
        { "about": "begin", "request": "initialize", "params": { "rootUri": "$ROOT", "locale": "zh-CN" } },
        { "about": "open", "open": "whole.guard", "codes": [], "at_least": 0 },
        { "about": "class", "request": "textDocument/hover", "at": "phone with",
          "contains": { "/result/contents/value": "敏感级别 4（最高 5），个人信息（`phone`）。" } },
        { "about": "sight", "request": "textDocument/hover", "at": "phone with",
          "contains": { "/result/contents/value": "- `SALES_REP`（其他 AI 场景）：始终隐藏" } },
        { "about": "refused", "request": "textDocument/rename", "at": "discount :", "params": { "newName": "phone" },
          "contains": { "/error/message": "用这个名称，策略会出错" } },
        { "about": "mistakes", "change": "mistakes.guard", "codes": ["G0202"], "at_least": 10 },
        { "about": "mend", "request": "textDocument/codeAction", "range": "discont",
          "expect": { "/result/0/title": "写成 `discount`" } },
        { "about": "as written", "request": "textDocument/hover", "at": "amount > 100",
          "contains": { "/result/contents/value": "策略有错误，因此没有推算谁能看到它。" } },
        { "about": "unread", "request": "textDocument/rename", "at": "amount > 100", "params": { "newName": "sum_of_it" },
          "contains": { "/error/message": "策略中有读不懂的部分" } },
        { "about": "end", "request": "shutdown" },
    ]);
    for step in steps.as_array().unwrap() {
        editor.step(step);
    }
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn a_file_outside_of_the_workspace_is_read_without_its_folder() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let same = "guard 1\nentity Customer { nam : text }\n";
    std::fs::write(elsewhere.path().join("aaa.guard"), same).unwrap();
    let mut editor = Editor::start(folder.path());
    editor.step(
        &json!({ "about": "begin", "request": "initialize", "params": { "rootUri": "$ROOT" } }),
    );
    let root = elsewhere.path().to_str().unwrap();
    editor.document = format!("file://{root}/alone.guard");
    let text = "guard 1\nentity Customer { name : text }\ngrant A on Customer { read nam }\n";
    let open = json!({ "textDocument": { "uri": editor.document, "text": text } });
    editor.notify("textDocument/didOpen", &open);
    assert_eq!(editor.codes(), ["G0202"]);
    let other =
        json!({ "textDocument": { "uri": format!("file://{root}/aab.guard"), "text": same } });
    editor.notify("textDocument/didOpen", &other);
    assert_eq!(
        editor.codes(),
        ["G0216"],
        "what is open beside it takes part"
    );
    assert_eq!(editor.leave(), Some(1));
}

#[test]
fn what_is_no_frame_ends_the_session_with_an_error() {
    let endings: [(&[u8], i32); 6] = [
        (b"hello\r\n\r\n", 2),
        (b"Content-Length: many\r\n\r\n{}", 2),
        (b"Content-Length: 99999999999\r\n\r\n{}", 2),
        (b"\xff\xfe\x00\x00\r\n\r\n", 2),
        // What is cut off, and what never came, is an editor that went without a word.
        (b"Content-Length: 100\r\n\r\n{", 1),
        (b"", 1),
    ];
    for (sent, code) in endings {
        let mut editor = Editor::start(Path::new("/"));
        let mut input = editor.input.take().unwrap();
        input.write_all(sent).unwrap();
        drop(input);
        assert_eq!(editor.child.wait().unwrap().code(), Some(code), "{sent:?}");
    }
}
