//! What each procedure does. A handler may block: it runs on a thread for that.

mod accounts;
mod board;
mod card;
mod checkpoints;
mod demo;
mod health;
mod image;
mod interview;
mod making;
mod policies;
mod projects;
mod requests;
mod review;
mod runs;
mod settings;
mod setup;
mod spec;
mod transcript;
mod transcript_filter;

pub use accounts::*;
pub use board::*;
pub use card::*;
pub use checkpoints::*;
pub use health::project_health;
pub use image::{image_add, image_get, image_remove};
pub use interview::{interview_accept, interview_end, interview_get, interview_send, interview_start, interview_stop};
pub use making::{directory_list, project_create, project_delete, project_demo, project_import};
pub use policies::{
    policy_check, policy_entry_add, policy_entry_remove, policy_view, prompt_list, prompt_reset, prompt_write,
};
pub use projects::{
    project_forget, project_get, project_list, project_open, project_rename, project_settings_read,
    project_settings_write, project_touch,
};
pub use requests::*;
pub use review::*;
pub use runs::*;
pub use settings::*;
pub use setup::*;
pub use spec::*;
pub use transcript::*;
pub use transcript_filter::*;
