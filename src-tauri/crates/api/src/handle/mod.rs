//! What each procedure does. A handler may block: it runs on a thread for that.

mod board;
mod card;
mod checkpoints;
mod demo;
mod projects;
mod requests;
mod runs;
mod settings;
mod stub;
mod transcript;

pub use board::*;
pub use card::*;
pub use checkpoints::{
    checkpoint_create, checkpoint_delete, checkpoint_list, checkpoint_pin, checkpoint_preview, checkpoint_restore,
    checkpoint_undo,
};
pub use projects::{
    project_forget, project_get, project_list, project_open, project_rename, project_settings_read,
    project_settings_write, project_touch,
};
pub use requests::*;
pub use runs::*;
pub use settings::*;
pub use stub::*;
pub use transcript::{transcript_outline, transcript_search, transcript_window};
