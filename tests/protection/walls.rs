//! The operating system's walls around whole runs, and the proof of them.
//!
//! The attacks are made by a program of the project that the agent merely starts: no rule about commands sees them, so
//! what holds them is the wall alone.

#[path = "walls/fallback.rs"]
mod fallback;
#[path = "walls/keys.rs"]
mod keys;
#[path = "walls/limits.rs"]
mod limits;
#[path = "walls/network.rs"]
mod network;
#[path = "walls/places.rs"]
mod places;
#[path = "walls/tools.rs"]
mod tools;
