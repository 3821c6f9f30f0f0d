//! (h) A process dies between `propose` and `complete`; the next start says which operation that
//! was.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crm_guardrails::Changes;

use crate::Result;
use crate::cast;
use crate::stage::{DRAFT, Stage, open_guard};
use crate::story::{Story, check};

/// Tells this program to play the process that dies.
pub(crate) const UNTIL_KILLED: &str = "--until-killed";
/// What that process says once it has proposed.
const PROPOSED: &str = "proposed ";

pub(crate) fn play(stage: &Stage, story: &mut Story) -> Result {
    story.say("A second process begins an operation, proposes, and is killed with SIGKILL.");
    let mut child = Command::new(std::env::current_exe()?)
        .arg(UNTIL_KILLED)
        .arg(stage.folder())
        .stdout(Stdio::piped())
        .spawn()?;
    let proposed = operation_of(&mut child);
    child.kill()?;
    child.wait()?;
    let id = proposed?;

    let guard = open_guard(stage.folder())?;
    let interrupted = guard.interrupted();
    for lost in interrupted {
        story.cite(format_args!(
            "interrupted: {} on {} for {} of {}, operation {}",
            lost.skill, lost.entity, lost.user, lost.tenant, lost.operation
        ));
    }
    check!(
        story,
        interrupted.len() == 1
            && interrupted
                .iter()
                .all(|lost| lost.operation.to_string() == id),
        "the next start reports that operation, and no other"
    );
    Ok(())
}

/// Waits until the child has proposed; it says so in one line.
fn operation_of(child: &mut Child) -> Result<String> {
    let out = child.stdout.take().ok_or("the child has no output")?;
    for line in BufReader::new(out).lines() {
        if let Some(id) = line?.strip_prefix(PROPOSED) {
            return Ok(id.to_owned());
        }
    }
    Err("the child ended before it proposed".into())
}

/// The part of the process that dies: begins, proposes, says so, and waits for its end.
pub(crate) fn play_until_killed(folder: &Path) -> Result {
    let stage = Stage::enter(folder)?;
    let quote = stage.crm.small_draft("u-18")?;
    let mut operation = stage.begin(&cast::colleague(), &DRAFT)?;
    drop(operation.propose(&Changes::update(&quote).set("discount", 5))?);
    writeln!(std::io::stdout(), "{PROPOSED}{}", operation.id())?;
    loop {
        std::thread::park();
    }
}
