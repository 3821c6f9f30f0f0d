//! What keeps a file out of a bundle, whatever it says: its path, its size, a NUL byte.

use std::sync::Arc;

use guardrails_core::{Diagnostic, Place, phrase};

use super::{FILE_BYTES, POLICY_ENDING};
use crate::codes;
use crate::source::{SourceFile, narrow};

/// What keeps a file out of a bundle, whatever it says.
pub(super) fn fault(file: &SourceFile) -> Option<Diagnostic> {
    path_fault(file)
        .or_else(|| size_fault(file))
        .or_else(|| nul_fault(file))
}

fn path_fault(file: &SourceFile) -> Option<Diagnostic> {
    let path = &**file.path();
    let climbs = path
        .split('/')
        .any(|part| part.is_empty() || part == "." || part == "..");
    (climbs || path.contains('\\')).then(|| {
        let message = phrase!(
            "`{path}` is not a path inside the bundle" | "`{path}` 不是策略包之内的路径",
            path
        );
        let help = phrase!(
            "use a relative path with `/` between folders and without `..`"
                | "用相对路径，文件夹之间写 `/`，不写 `..`"
        );
        Diagnostic::error(codes::BAD_PATH, file.whole(), message).help(help)
    })
}

fn size_fault(file: &SourceFile) -> Option<Diagnostic> {
    let bytes = file.text().len();
    let policy = file.path().ends_with(POLICY_ENDING);
    (policy && bytes > FILE_BYTES).then(|| too_large(file.path(), bytes))
}

/// A file over the size limit, found before or after it was read.
pub(super) fn too_large(path: &Arc<str>, bytes: usize) -> Diagnostic {
    let place = Place {
        file: path.clone(),
        ..Place::default()
    };
    let message = phrase!(
        "the file has {bytes} bytes, over the limit `file_bytes` of {most}"
            | "文件有 {bytes} 字节，超过上限 `file_bytes`（{most}）",
        bytes,
        most = FILE_BYTES
    );
    let help =
        phrase!("split it into several files of one bundle" | "把它拆成同一个策略包里的几个文件");
    Diagnostic::error(codes::FILE_TOO_LARGE, place, message).help(help)
}

fn nul_fault(file: &SourceFile) -> Option<Diagnostic> {
    let at = narrow(file.text().find('\0')?);
    let place = file.place(at, at + 1);
    Some(
        Diagnostic::error(
            codes::NUL_BYTE,
            place,
            phrase!("the file holds a NUL byte" | "文件里有 NUL 字节"),
        )
        .help(phrase!(
            "save the file as plain UTF-8 text" | "把文件保存为纯 UTF-8 文本"
        )),
    )
}
