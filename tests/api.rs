//! The API over a real run: started, watched and ended inside this process, as the desktop does it.
#![allow(clippy::disallowed_methods, reason = "a test is the owner of the processes it starts, and ends them")]

#[path = "api/hosted.rs"]
mod hosted;
#[path = "api/stage.rs"]
mod stage;
