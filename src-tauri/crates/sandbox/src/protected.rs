//! What inside a project only its person may change, in one list for every layer that protects it.
//!
//! These are the places whose content somebody's tools *obey* later, outside any wall: git, the Claude CLI, editors'
//! agents, and this product. The path guard refuses them by name; the operating system's wall makes them unchangeable,
//! whether or not they exist yet.

use std::path::{Component, Path};

/// What a protected path is when it exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One file.
    File,
    /// A directory, protected with everything below it.
    Directory,
}

/// One place in a project that agents may read and not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Protected {
    /// Relative to the project, with `/` between components.
    pub path: &'static str,
    /// What it is when it exists.
    pub shape: Shape,
    /// Why, as the end of the sentence "… is protected:".
    pub why: &'static str,
}

const fn file(path: &'static str, why: &'static str) -> Protected {
    Protected { path, shape: Shape::File, why }
}

const fn directory(path: &'static str, why: &'static str) -> Protected {
    Protected { path, shape: Shape::Directory, why }
}

const HOOKS: &str = "git runs what lies there at the person's next commit";
const GIT_SETTINGS: &str = "git's settings name programs that git runs";
const CLAUDE: &str = "the Claude CLI obeys it, hooks included, the next time the person starts it here";
const MCP: &str = "it names programs that agents start";
const AGENT: &str = "agents on the person's machine obey it, the next time one is started here";
const EDITOR: &str = "it makes an editor or a shell run commands when the project is opened";
const POLICY: &str = "it says what agents may do";

/// Every protected place. Those in `.git` hold for every git directory that belongs to the project, the ones of
/// submodules included. Everything else in `.git` is written by git itself when an agent commits.
pub const PROTECTED: &[Protected] = &[
    directory(".git/hooks", HOOKS),
    file(".git/config", GIT_SETTINGS),
    file(".git/config.worktree", GIT_SETTINGS),
    directory(".git/info", "git takes attributes and exclusions from it"),
    directory(".git/worktrees", "it says where other working trees take their settings from"),
    directory(".git/remotes", "git fetches from and pushes to what it names"),
    directory(".git/branches", "git fetches from and pushes to what it names"),
    directory(".claude", CLAUDE),
    file(".mcp.json", MCP),
    file(".claude.json", CLAUDE),
    directory(".cursor", MCP),
    directory(".codex", AGENT),
    directory(".gemini", AGENT),
    directory(".windsurf", AGENT),
    directory(".roo", AGENT),
    directory(".kiro", AGENT),
    directory(".amazonq", AGENT),
    directory(".continue", AGENT),
    directory(".opencode", AGENT),
    file(".aider.conf.yml", AGENT),
    directory(".idea", EDITOR),
    directory(".run", EDITOR),
    directory(".zed", EDITOR),
    directory(".fleet", EDITOR),
    directory(".devcontainer", EDITOR),
    file(".devcontainer.json", EDITOR),
    file(".envrc", EDITOR),
    file(".exrc", EDITOR),
    file(".vimrc", EDITOR),
    file(".nvimrc", EDITOR),
    file(".nvim.lua", EDITOR),
    file(".lvimrc", EDITOR),
    file(".dir-locals.el", EDITOR),
    // Not the whole directory: which extensions a project recommends runs nothing.
    file(".vscode/mcp.json", MCP),
    file(".vscode/tasks.json", EDITOR),
    file(".vscode/settings.json", EDITOR),
    file(".vscode/launch.json", EDITOR),
    directory(".harness", POLICY),
];

/// Files that must not appear in a git directory that does not have them, because git would then take its settings
/// and hooks from elsewhere. No wall can hold their place (git fails on an empty one), so the host looks for them.
pub const MUST_NOT_APPEAR_IN_GIT: &[&str] = &["commondir"];

/// The protected place that `relative` is, or lies below; none when agents may change it.
///
/// `relative` is relative to the project, normalised, with symlinks resolved by the caller. Letters' case does not
/// count: on many file systems `.GIT` is `.git`. Directories *above* a protected place are not protected by this.
pub fn protecting(relative: &Path) -> Option<&'static Protected> {
    let parts: Vec<String> = relative
        .components()
        .map(|component| match component {
            Component::Normal(name) => name.to_string_lossy().to_lowercase(),
            other => other.as_os_str().to_string_lossy().into_owned(),
        })
        .collect();
    PROTECTED.iter().find(|protected| {
        let mut rest = parts.iter();
        protected.path.split('/').all(|name| rest.next().is_some_and(|part| part == name))
    })
}

/// Whether somebody's program obeys what is called so, wherever in the project it lies: what the path guard refuses to tools
/// by its name. `relative` is relative to the project. Specifications do not count: the host itself writes them.
///
/// Most of these lie at the top and are held by walls. The others no wall can hold before they are there, so what a session
/// left of them is kept out of commits.
pub fn is_obeyed(relative: &Path) -> bool {
    crate::path::is_obeyed(relative)
}

/// Those of [`PROTECTED`] that lie in the git directory, with their paths relative to it.
pub fn in_git_directory() -> impl Iterator<Item = Protected> {
    PROTECTED.iter().filter_map(|protected| {
        let path = protected.path.strip_prefix(".git/")?;
        Some(Protected { path, ..*protected })
    })
}

/// Those of [`PROTECTED`] that lie outside the git directory.
pub fn in_working_tree() -> impl Iterator<Item = &'static Protected> {
    PROTECTED.iter().filter(|protected| !protected.path.starts_with(".git/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_at_or_below_a_protected_place_is_protected_whatever_the_case_of_its_letters() {
        for path in
            [".git/hooks", ".git/hooks/pre-commit", ".GIT/Hooks/x", ".claude/settings.json", ".mcp.json", ".MCP.json"]
        {
            assert!(protecting(Path::new(path)).is_some(), "{path} is obeyed later");
        }
        for path in
            [".git/index", ".git/refs/heads/main", ".gitignore", "src/.mcp.json.md", "claude", ".git/configs", ""]
        {
            assert_eq!(protecting(Path::new(path)), None, "{path} is an agent's to change");
        }
    }

    #[test]
    fn every_entry_is_relative_and_in_lower_case_or_it_would_never_match() {
        for protected in PROTECTED {
            assert_eq!(protected.path, protected.path.to_lowercase(), "compared in lower case");
            assert_eq!(protecting(Path::new(protected.path)), Some(protected), "found by its own name");
        }
        assert_eq!(in_git_directory().count() + in_working_tree().count(), PROTECTED.len(), "each is on one side");
    }

    #[test]
    fn what_tools_may_not_change_at_the_top_the_walls_hold_too() {
        for name in crate::path::protected_names().filter(|name| name.starts_with('.') && *name != ".git") {
            let is_held = PROTECTED.iter().any(|place| place.path.split('/').next() == Some(name));
            assert!(is_held, "{name} is refused to tools, so a program that an agent wrote must not make it either");
        }
    }

    #[test]
    fn what_programs_obey_is_known_by_its_name_at_any_depth() {
        for path in [
            ".vscode/tasks.json",
            "sub/.claude/settings.json",
            "a/b/.mcp.json",
            "prompts/system.md",
            "opencode.json",
            // Also below a name that means something itself, and does not mean this.
            "prompts/.claude/settings.json",
            "prompts/.envrc",
            "prompts/sub/.mcp.json",
            ".vscode/a.code-snippets/.git/config",
            "prompts\\system.md",
        ] {
            assert!(is_obeyed(Path::new(path)), "{path} is obeyed");
        }
        for path in
            [".vscode/extensions.json", "prompts/app_spec.txt", "prompts/greeting.md", "src/app.js", "app_spec.txt"]
        {
            assert!(!is_obeyed(Path::new(path)), "{path} is work like any other, or the host's own");
        }
    }
}
