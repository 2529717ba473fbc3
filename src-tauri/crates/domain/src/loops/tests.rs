//! The whole of it against tables: what must be found, when exactly, and what must never be.

mod circles;
mod everyday;
mod ladder;
mod random;
mod stage;
