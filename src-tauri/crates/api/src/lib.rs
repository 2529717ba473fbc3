//! The one definition of the API: every procedure with its types, what it reads and changes, and who may call it.
//!
//! There is no transport here. A desktop window, an HTTP server and a test all end in [`Api::run`], and listen through
//! [`Api::subscribe`]. [`with_procedures!`] hands the list to whoever derives something from it.
#![deny(missing_docs)]

mod board;
mod caller;
mod error;
mod handle;
mod host;
mod lan;
mod procedures;
pub mod schema;
pub mod shape;
mod stream;
mod topic;
pub mod typescript;

pub use board::BoardChange;
pub use caller::{Caller, CallerRole};
pub use error::{ApiError, ErrorCode};
pub use host::{Answer, Api, LONGEST_RETRY};
pub use lan::{Lan, ServedLan};
pub use procedures::{Kind, Method, Nothing, Procedure};
pub use stream::{Frame, Frames, JoinStream};
pub use topic::{Topic, touches};

#[cfg(test)]
mod tests;
