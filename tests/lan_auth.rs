//! Attacks on the door to the network, against the real program: each is a sentence about what an attacker does not get.
#![allow(clippy::disallowed_methods, reason = "a test is the owner of the processes it starts, and ends them")]

#[path = "lan_auth/browser.rs"]
mod browser;
#[path = "support/mod.rs"]
#[allow(dead_code, reason = "each test binary uses its own part of the machine")]
mod support;

#[path = "lan_auth/accounts.rs"]
mod accounts;
#[path = "lan_auth/forgery.rs"]
mod forgery;
#[path = "lan_auth/guessing.rs"]
mod guessing;
#[path = "lan_auth/roles.rs"]
mod roles;
#[path = "lan_auth/sessions.rs"]
mod sessions;
#[path = "lan_auth/tls.rs"]
mod tls;
