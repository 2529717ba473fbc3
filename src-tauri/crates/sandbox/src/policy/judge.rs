//! One command line against everything that counts.

use super::Layers;
use crate::{Verdict, Workspace, command};
use std::path::Path;

/// Where and how a command line would run.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// Which paths may be read and written.
    pub workspace: &'a Workspace,
    /// The directory the shell is in.
    pub cwd: &'a Path,
    /// Whether the operating system's walls stand around it. Some things are allowed only then, because nobody can tell
    /// from the outside what they do.
    pub is_walled: bool,
}

/// What commands may be run: the built-in rules and the files above them.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    layers: Layers,
}

impl Policy {
    /// The built-in rules alone.
    pub fn built_in() -> Self {
        Self::default()
    }

    /// The built-in rules with the files of an organisation and a project above them.
    #[must_use]
    pub fn with_layers(self, layers: Layers) -> Self {
        Self { layers }
    }

    /// The files above the built-in rules.
    pub fn layers(&self) -> &Layers {
        &self.layers
    }

    /// Judges a command line: every command in it, however deep it stands.
    ///
    /// Never fails and never panics: what cannot be read is refused, with the reason.
    pub fn judge(&self, command: &str, around: &Surroundings<'_>) -> Verdict {
        command::judge_line(self, command, around)
    }
}
