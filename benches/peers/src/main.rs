//! We and the field's engines side by side, in one process, on the same questions.
//!
//! Every pair is held to the same answers before it is measured, and then measured in turns. What a
//! peer lets its user prepare (parsed policies, requests, inputs) is prepared outside the measured
//! time. Our own figures include what a peer does not do: permission, risk and audit.

mod alone;
mod compile;
mod masks;
mod measure;
mod ours;
mod peers;
mod report;
mod rules;
mod skills;

// The record, the rules and the guard that our criterion bench measures on.
#[path = "../../fixture/mod.rs"]
mod fixture;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    if compile::is_child() {
        return Ok(());
    }
    let mut rows = alone::rows();
    rows.extend(compile::rows());
    rows.extend(skills::rows());
    rows.extend(rules::rows());
    rows.extend(masks::rows());
    println!("{}", report::table(&rows));
    let file = report::write(&rows)?;
    println!("written to {}", file.display());
    Ok(())
}
