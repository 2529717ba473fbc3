//! How runs go and how they end: the real program, the real Claude CLI, real git and Node, and a scripted model.
#![allow(clippy::disallowed_methods, reason = "a test is the owner of the processes it starts, and ends them")]

#[path = "run_outcomes/bugs.rs"]
mod bugs;
#[path = "run_outcomes/faults.rs"]
mod faults;
#[path = "run_outcomes/gate.rs"]
mod gate;
#[path = "run_outcomes/giving_up.rs"]
mod giving_up;
#[path = "run_outcomes/life_cycle.rs"]
mod life_cycle;
#[path = "run_outcomes/limits.rs"]
mod limits;
#[path = "run_outcomes/live.rs"]
mod live;
#[path = "run_outcomes/modes.rs"]
mod modes;
#[path = "run_outcomes/sums.rs"]
mod sums;
#[path = "support/mod.rs"]
#[allow(dead_code, reason = "each test binary uses its own part of the machine")]
mod support;
