//! One module per operating system, all with the same two questions.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod other;

#[cfg(target_os = "linux")]
pub use linux::{forwarder, probe};
#[cfg(target_os = "linux")]
pub(crate) use linux::{inner_shell, wrap};
#[cfg(not(target_os = "linux"))]
pub use other::{forwarder, probe};
#[cfg(not(target_os = "linux"))]
pub(crate) use other::{inner_shell, wrap};

use harness_domain::evidence::SandboxLevel;

/// How strong the walls are on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The strongest level that was seen to work.
    pub level: SandboxLevel,
    /// Why it is not higher, and what to do about it; empty at the highest level.
    pub missing: Vec<String>,
}
