//! Attacks on the way in over the network, by somebody who is not signed in: each is refused before anything is done.
#![allow(clippy::disallowed_methods, reason = "a test is the owner of the processes it starts, and ends them")]

#[path = "support/mod.rs"]
#[allow(dead_code, reason = "each test binary uses its own part of the machine")]
mod support;

#[path = "lan_security/bytes.rs"]
mod bytes;
#[path = "lan_security/elsewhere.rs"]
mod elsewhere;
#[path = "lan_security/settings.rs"]
mod settings;
#[path = "lan_security/traversal.rs"]
mod traversal;
