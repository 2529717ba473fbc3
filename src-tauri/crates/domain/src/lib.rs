//! Pure rules: what projects, features, bugs and runs are, and which changes to them are lawful.
//!
//! No clock, no files, no SQL, no async: every function here answers from its arguments alone,
//! so the rules of the product can be read in one sitting and tested in milliseconds.
#![deny(missing_docs)]

pub mod account;
pub mod checkpoint;
pub mod dependencies;
pub mod duplicates;
pub mod event;
pub mod evidence;
pub mod failure;
pub mod feature;
pub mod id;
pub mod interview;
pub mod layer;
pub mod legible;
pub mod lifecycle;
pub mod limits;
pub mod loops;
pub mod project;
pub mod prompt;
pub mod request;
pub mod run;
pub mod schedule;
pub mod spec;
pub mod split;
pub mod transcript;
pub mod wildcard;
