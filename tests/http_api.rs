//! The API over HTTP, of the real program: the same as from within, in HTTP's own words.
#![allow(clippy::disallowed_methods, reason = "a test is the owner of the processes it starts, and ends them")]

#[path = "support/mod.rs"]
#[allow(dead_code, reason = "each test binary uses its own part of the machine")]
mod support;

#[path = "http_api/documented.rs"]
mod documented;
#[path = "http_api/lists.rs"]
mod lists;
#[path = "http_api/rest.rs"]
mod rest;
#[path = "http_api/restart.rs"]
mod restart;
#[path = "http_api/resuming.rs"]
mod resuming;
#[path = "http_api/sockets.rs"]
mod sockets;
#[path = "http_api/stage.rs"]
mod stage;
