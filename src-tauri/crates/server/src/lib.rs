//! The way in over the network: REST and WebSockets from the one list of procedures, and the web interface.
//!
//! Every request passes the guards (address, host, origin, size, time), is authenticated, and ends in
//! [`harness_api::Api::run`]. Nothing here knows what a procedure does.
#![deny(missing_docs)]

mod absent;
pub mod aliases;
mod answers;
mod assets;
pub mod auth;
mod body;
pub mod config;
mod connection;
mod door;
mod guard;
mod health;
mod input;
mod metrics;
mod names;
pub mod openapi;
mod paging;
mod peer;
mod reply;
mod rest;
mod state;
mod stream;
mod tls;

pub use config::ServeConfig;
pub use door::{Door, ServeError, serve};
pub use peer::Peer;
pub use reply::{failure, status_of};
pub use state::{State, Visitor};
