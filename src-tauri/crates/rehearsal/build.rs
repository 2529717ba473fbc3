//! Rebuilds the crate when a scenario's file is added or removed: `include_dir!` only sees changes of files it knows.

#![allow(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]

fn main() {
    println!("cargo::rerun-if-changed=scenarios");
    println!("cargo::rerun-if-changed=build.rs");
}
