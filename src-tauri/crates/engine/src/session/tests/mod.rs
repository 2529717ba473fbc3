//! What follows from the end of a session, of a host, and of a run, without a CLI in between.

mod approving;
mod beginning;
mod ending;
mod recovering;
