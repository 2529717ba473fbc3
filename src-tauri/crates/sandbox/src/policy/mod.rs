//! What an agent may run: built-in hard blocks, then the organisation's file, then the project's.

mod append;
mod blocked;
mod entry;
mod file;
mod judge;
mod layers;

pub use crate::command::{RULES, Rule, listed_commands};
pub use append::{EntryList, add_entry, remove_entry};
pub use blocked::HARD_BLOCKS;
pub(crate) use blocked::{Why, blocked};
pub use entry::{Called, Entry};
pub use file::{MOST_ENTRIES, PolicyError, PolicyFile, Scope};
pub use judge::{Policy, Surroundings};
pub use layers::{Layers, Standing};
