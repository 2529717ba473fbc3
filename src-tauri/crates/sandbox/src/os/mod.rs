//! One module per operating system, all with the same questions.

#[cfg(any(windows, test))]
mod command_line;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
mod other;
#[cfg(any(target_os = "macos", all(test, unix)))]
mod seatbelt;
#[cfg(windows)]
mod windows;

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(target_os = "macos")]
use macos as system;
#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
use other as system;
#[cfg(windows)]
use windows as system;

pub use system::{forwarder, judges_ports, probe, stand_guard};
pub(crate) use system::{inner_shell, wrap};

use harness_domain::evidence::SandboxLevel;
use serde::Serialize;
use std::{fmt, str::FromStr, sync::OnceLock};

/// How strong the walls are on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The strongest level that was seen to work.
    pub level: SandboxLevel,
    /// What the walls are made of.
    pub kind: WallKind,
    /// Why it is not higher, and what to do about it; empty at the highest level.
    pub missing: Vec<String>,
}

/// What walls are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WallKind {
    /// Linux namespaces, by bubblewrap.
    Bubblewrap,
    /// Linux, where namespaces are forbidden: rights that the process gives up.
    Landlock,
    /// macOS: a profile that the kernel holds.
    Seatbelt,
    /// Nothing.
    None,
}

impl WallKind {
    /// Whether paths lead elsewhere inside: to a home and temporary files of the session's own in the place of the
    /// person's. Without that the session's lie at their own paths.
    pub fn replaces_home(self) -> bool {
        self == Self::Bubblewrap
    }

    /// Whether what is protected inside the project cannot be changed at all. Without that the host has to look after it.
    pub fn holds_places(self) -> bool {
        matches!(self, Self::Bubblewrap | Self::Seatbelt)
    }

    /// Whether every process inside ends with the first one.
    pub fn ends_processes(self) -> bool {
        self == Self::Bubblewrap
    }

    /// As people write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bubblewrap => "bubblewrap",
            Self::Landlock => "landlock",
            Self::Seatbelt => "seatbelt",
            Self::None => "none",
        }
    }
}

impl fmt::Display for WallKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for WallKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Bubblewrap, Self::Landlock, Self::Seatbelt, Self::None]
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| format!("{text} is no kind of wall; there are bubblewrap, landlock, seatbelt and none"))
    }
}

static CHOSEN: OnceLock<WallKind> = OnceLock::new();

/// Looks for walls of this kind only from now on, though stronger ones may be at hand. Call it before anything asks for
/// walls; a second call changes nothing. Levels are told and required as ever.
pub fn choose(kind: WallKind) {
    let _ = CHOSEN.set(kind);
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
fn chosen() -> Option<WallKind> {
    CHOSEN.get().copied()
}
