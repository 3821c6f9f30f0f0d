//! A sales copilot works in a CRM behind the guard: ten scenes, from a masked phone number to a
//! tampered audit record. Run it with `make demo`, or:
//!
//! ```sh
//! cargo run --example sales_copilot
//! ```
//!
//! Everything happens in a temporary folder: the CRM's own SQLite file, filled by a generator, and
//! the guard's store beside it. The copilot is scripted: it asks for what a model would ask for,
//! and no model is called. Each `✓` is a check; when one fails, the process exits with 1.

mod admin;
mod cast;
mod data;
mod scenes;
mod stage;
mod story;

use std::path::Path;
use std::process::ExitCode;

use stage::Stage;
use story::{Story, check, thousands};

pub(crate) type Result<T = (), E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

fn main() -> Result<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments
        .next()
        .is_some_and(|first| first == scenes::UNTIL_KILLED)
    {
        let folder = arguments.next().ok_or("the folder is missing")?;
        scenes::play_until_killed(Path::new(&folder))?;
        return Ok(ExitCode::SUCCESS);
    }
    let folder = tempfile::tempdir()?;
    let mut story = Story::begin();
    if let Err(error) = tell(folder.path(), &mut story) {
        check!(story, false, "the story broke off: {error}");
    }
    Ok(story.end())
}

fn tell(folder: &Path, story: &mut Story) -> Result {
    let stage = Stage::set(folder)?;
    let size = stage.crm.size()?;
    story.title("CRM Guardrails: a sales copilot at work");
    story.say(format_args!(
        "A CRM of two companies: {} customers, {} quotes, {} contracts, all made up.",
        thousands(size.customers),
        thousands(size.quotes),
        thousands(size.contracts)
    ));
    story.say("The copilot is scripted; no model is called. Every ✓ is a check.");
    check!(
        story,
        size.customers >= 2_000 && size.quotes >= 5_000 && size.contracts >= 500,
        "the CRM is filled and the guard stands in front of it"
    );
    test_policies(story)?;
    for scene in scenes::ALL {
        story.scene(scene.letter, scene.title);
        // A scene that breaks off is a failed check, and the story goes on.
        if let Err(error) = (scene.play)(&stage, story) {
            check!(story, false, "the scene broke off: {error}");
        }
    }
    Ok(())
}

/// Policies bring tests of their own; here they run as they would in a build.
fn test_policies(story: &mut Story) -> Result {
    let (findings, report) = stage::policy_tests()?;
    for finding in &findings {
        story.cite(finding);
    }
    for result in &report.results {
        for failure in &result.failures {
            story.cite(format_args!("{}: {failure}", result.name));
        }
    }
    check!(
        story,
        findings.is_empty() && report.failed() == 0 && report.passed() > 0,
        "the policies compile without a warning, and the {} tests in them pass",
        report.passed()
    );
    Ok(())
}
