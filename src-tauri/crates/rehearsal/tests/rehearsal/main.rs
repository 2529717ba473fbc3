//! The scripted model from outside: what comes over the wire, what the real CLI makes of it, and whether the shipped
//! scenarios do what they say.

mod client;
mod demo;
mod faults;
mod host;
mod real_cli;
mod script;
mod shipped;
mod wire;
