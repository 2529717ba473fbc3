//! What a path leads to, and what names mean.

pub(crate) mod area;
#[cfg(unix)]
pub(crate) mod hard_link;
pub(crate) mod kernel;
pub(crate) mod live;
pub(crate) mod name;
pub(crate) mod protected;
pub(crate) mod resolve;
pub(crate) mod secret;
mod secret_names;
pub mod windows;
