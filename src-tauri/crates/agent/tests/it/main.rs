//! The crate against the real Claude CLI, which talks to a scripted model on loopback; and, for what the real one
//! cannot be made to do, against a shell script that plays a broken one.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

#[cfg(unix)]
mod broken;
#[cfg(target_os = "linux")]
mod death;
mod failures;
mod locate;
mod session;
mod steering;
mod support;
