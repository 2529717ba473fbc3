//! What each procedure does.

mod stub;
pub use stub::*;
