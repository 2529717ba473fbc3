//! What a path leads to, and what names mean.

pub(crate) mod area;
#[cfg(unix)]
pub(crate) mod hard_link;
mod home_of_projects;
pub(crate) mod kernel;
pub(crate) mod live;
pub(crate) mod name;
mod open;
pub(crate) mod protected;
pub(crate) mod resolve;
pub(crate) mod secret;
mod secret_names;
pub mod windows;

pub use home_of_projects::why_no_project;
pub use open::Directory;
pub(crate) use protected::is_obeyed;
#[cfg(test)]
pub(crate) use protected::names as protected_names;
