//! The API over a real run: started, watched and ended inside this process, as the desktop does it.
#![allow(clippy::disallowed_methods, reason = "a test is the owner of the processes it starts, and ends them")]

#[path = "api/besides.rs"]
mod besides;
#[path = "api/hosted.rs"]
mod hosted;
#[path = "api/interview.rs"]
mod interview;
#[path = "api/stage.rs"]
mod stage;
