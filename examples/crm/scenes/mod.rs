//! The scenes, in order. Each is one file: what happens, and what must hold.

mod approval;
mod contract;
mod discount;
mod judged;
mod killed;
mod narrowed;
mod reading;
mod skills;
mod tampered;
mod tenants;

pub(crate) use killed::{UNTIL_KILLED, play_until_killed};

use crate::Result;
use crate::stage::Stage;
use crate::story::Story;

/// One scene of the story.
pub(crate) struct Scene {
    pub(crate) letter: char,
    pub(crate) title: &'static str,
    pub(crate) play: fn(&Stage, &mut Story) -> Result,
}

const fn scene(letter: char, title: &'static str, play: fn(&Stage, &mut Story) -> Result) -> Scene {
    Scene {
        letter,
        title,
        play,
    }
}

pub(crate) const ALL: &[Scene] = &[
    scene('a', "Twenty quotes, two readers", reading::play),
    scene('b', "Ten per cent", discount::play),
    scene('c', "Twenty per cent", approval::play),
    scene('d', "A clause that must not be", contract::play),
    scene('e', "Three skills that are not to be had", skills::play),
    scene('f', "The other tenant", tenants::play),
    scene('g', "An administrator changes her mind", narrowed::play),
    scene('h', "Killed in the middle", killed::play),
    scene('i', "What nobody judged", judged::play),
    scene('j', "One byte", tampered::play),
];
