//! The tools as clients meet them: over the control channel and over streams, on real projects in temporary directories.

mod inputs;
mod protocol;
mod roles;
mod stage;
mod stdio;
mod tools;
mod verdicts;
