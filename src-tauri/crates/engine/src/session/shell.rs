//! The shell that the CLI runs an agent's commands with: out of reach of the CLI's own keys and login.
//!
//! The CLI needs a key or a login; commands it runs for the agent need neither, but are children of the same person's
//! process. So the CLI is given a word to put in front of every command (`CLAUDE_CODE_SHELL_PREFIX`). Behind it the
//! command runs in a user namespace of its own, where the kernel refuses it the CLI's memory and environment, without
//! the variables that carry keys, and with the CLI's directory empty.

use crate::EngineError;
use harness_sandbox::{Wall, WallKind, inner_shell};
use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fs,
    path::{Path, PathBuf},
};

/// Variables of the CLI that its commands do not get to see.
const WITHHELD: [&str; 6] = [
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "ANTHROPIC_BASE_URL",
    "CLAUDE_CODE_OAUTH_TOKEN",
    "CLAUDE_CODE_SHELL_PREFIX",
    "CLAUDE_CONFIG_DIR",
];

/// What in the home directory shells and git run or obey when the CLI itself starts them, with its keys: an agent that
/// could write there would be handed the keys by the next session. They are empty inside, and stay so.
const OBEYED_BY_SHELLS: [&str; 9] =
    [".bash_login", ".bash_profile", ".bashrc", ".gitconfig", ".profile", ".zlogin", ".zprofile", ".zshenv", ".zshrc"];

/// Where the script lies inside walls.
const INSIDE: &str = "/run/harness/shell";

/// The homes and directories that a session's shell has to do with.
pub(super) struct Shell<'a> {
    /// A directory of the host's that no agent can write to.
    pub state: &'a Path,
    /// What the agent sees as the home directory.
    pub seen_home: &'a Path,
    /// What really lies there.
    pub private_home: &'a Path,
    /// The person's home directory, when there is one.
    pub real_home: Option<&'a Path>,
    /// The project's directory.
    pub project: &'a Path,
    /// The CLI's own directory, as the CLI sees it.
    pub config: &'a Path,
    /// The CLI's own home directory, as the CLI sees it; the agent's where there are no walls.
    pub cli_home: &'a Path,
}

impl Shell<'_> {
    /// Makes the CLI of this session run commands through the script; extends `wall` and `env` accordingly.
    ///
    /// Where no wall can be put up inside another, commands only lose the variables: the CLI's memory stays readable to
    /// them, and the level of the walls says so.
    pub fn set_up(&self, wall: &mut Wall, env: &mut BTreeMap<OsString, OsString>) -> Result<(), EngineError> {
        if cfg!(windows) {
            return Ok(());
        }
        let bash = Path::new("/bin/bash");
        let shell = if bash.is_file() { bash } else { Path::new("/bin/sh") };
        // What the CLI remembers of the person's shell, for every command to start with.
        let snapshots =
            [self.config.to_path_buf(), self.cli_home.join(".claude")].map(|dir| dir.join("shell-snapshots"));
        let mut masked = vec![self.config.to_path_buf()];
        if self.cli_home != self.seen_home {
            masked.push(self.cli_home.to_path_buf());
            self.remove_copies()?;
        }
        let words = inner_shell(&masked, &snapshots, &WITHHELD);
        let kind = harness_sandbox::probe().kind;
        let words = words.unwrap_or_else(|| {
            let unset = WITHHELD.iter().flat_map(|name| ["-u".into(), OsString::from(name)]);
            ["/usr/bin/env".into()].into_iter().chain(unset).collect()
        });
        let script = self.state.join("shell");
        let text = script_text(&words, shell, self.seen_home);
        write_program(&script, &text).map_err(|source| EngineError::File {
            path: script.clone(),
            action: "written",
            source,
        })?;
        env.insert("SHELL".into(), shell.into());
        if kind == WallKind::None {
            env.insert("CLAUDE_CODE_SHELL_PREFIX".into(), script.into());
            return Ok(());
        }
        let empty = self.state.join("empty");
        fs::write(&empty, "").map_err(|source| EngineError::File { path: empty.clone(), action: "written", source })?;
        if kind.replaces_home() {
            self.hold_home(wall, &empty)?;
            wall.shown.push((script, INSIDE.into()));
            env.insert("CLAUDE_CODE_SHELL_PREFIX".into(), INSIDE.into());
            env.insert("GIT_CONFIG_GLOBAL".into(), self.seen_home.join(".gitconfig").into());
        } else {
            self.clear_temporary()?;
            let persons = self.real_home.map(|home| home.join(".gitconfig")).filter(|path| path.is_file());
            let settings = persons.unwrap_or(empty);
            env.insert("CLAUDE_CODE_SHELL_PREFIX".into(), script.clone().into());
            env.insert("GIT_CONFIG_GLOBAL".into(), settings.clone().into());
            wall.readable.extend([script, settings]);
        }
        if let Some(path) = env.get(OsStr::new("PATH")).map(|path| self.trusted(path)) {
            env.insert("PATH".into(), path);
        }
        Ok(())
    }

    /// Takes away the temporary files of the session before, where they lie in the home.
    fn clear_temporary(&self) -> Result<(), EngineError> {
        let path = self.private_home.join(Wall::TEMPORARY);
        match fs::remove_dir_all(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(EngineError::File { path, action: "removed", source })
            }
            _ => Ok(()),
        }
    }

    /// Lays an empty file over everything in the home that shells run by themselves.
    fn hold_home(&self, wall: &mut Wall, empty: &Path) -> Result<(), EngineError> {
        for name in OBEYED_BY_SHELLS {
            let is_persons = name == ".gitconfig" && self.real_home.is_some_and(|home| home.join(name).is_file());
            if is_persons {
                continue; // shown as it is, and not to be changed
            }
            let own = self.private_home.join(name);
            // A link would lead the stand-in to wherever it points.
            if own.is_symlink() {
                fs::remove_file(&own).map_err(|source| EngineError::File { path: own, action: "removed", source })?;
            }
            wall.shown.push((empty.to_owned(), self.seen_home.join(name)));
        }
        Ok(())
    }

    /// Removes what the CLI kept in the agents' home while that was its own too: it may hold a key.
    fn remove_copies(&self) -> Result<(), EngineError> {
        for entry in fs::read_dir(self.private_home).into_iter().flatten().flatten() {
            if entry.file_name().as_encoded_bytes().starts_with(b".claude.json") {
                let path = entry.path();
                let is_dir = entry.file_type().is_ok_and(|kind| kind.is_dir());
                let removed = if is_dir { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
                removed.map_err(|source| EngineError::File { path, action: "removed", source })?;
            }
        }
        Ok(())
    }

    /// The directories of `path` in which an agent cannot put a program of its own.
    fn trusted(&self, path: &OsStr) -> OsString {
        let is_trusted = |dir: &PathBuf| {
            let is_agents = dir.starts_with(self.project) || dir.starts_with(self.private_home);
            // Below the home only what is shown of the person's own cannot be written to.
            let is_made_up = dir.starts_with(self.seen_home) && !(self.real_home.is_some() && dir.is_dir());
            dir.is_absolute() && !is_agents && !is_made_up && dir != self.seen_home
        };
        std::env::join_paths(std::env::split_paths(path).filter(is_trusted)).unwrap_or_default()
    }
}

#[cfg(windows)]
fn script_text(_words: &[OsString], _shell: &Path, _home: &Path) -> Vec<u8> {
    Vec::new()
}

#[cfg(windows)]
fn write_program(path: &Path, text: &[u8]) -> std::io::Result<()> {
    fs::write(path, text)
}

#[cfg(unix)]
fn script_text(words: &[OsString], shell: &Path, home: &Path) -> Vec<u8> {
    let mut text = b"#!/bin/sh\nexport HOME=".to_vec();
    quote(home.as_os_str(), &mut text);
    text.extend(b"\nexec");
    for word in words.iter().map(OsString::as_os_str).chain([shell.as_os_str()]) {
        text.push(b' ');
        quote(word, &mut text);
    }
    text.extend(b" -c \"$1\"\n");
    text
}

#[cfg(unix)]
fn quote(word: &OsStr, text: &mut Vec<u8>) {
    use std::os::unix::ffi::OsStrExt;
    text.push(b'\'');
    text.extend(word.as_bytes().iter().flat_map(|byte| match byte {
        b'\'' => b"'\\''".to_vec(),
        other => vec![*other],
    }));
    text.push(b'\'');
}

#[cfg(unix)]
fn write_program(path: &Path, text: &[u8]) -> std::io::Result<()> {
    use std::{io::Write as _, os::unix::fs::PermissionsExt};
    let dir = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(dir)?;
    let mut file = tempfile::NamedTempFile::new_in(dir)?;
    file.write_all(text)?;
    file.as_file().set_permissions(fs::Permissions::from_mode(0o755))?;
    file.persist(path)?;
    Ok(())
}
