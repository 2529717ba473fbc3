//! Files of the project that somebody's program obeys, outside every wall, without being asked to.

use super::{
    live::LiveFiles,
    name::{folded, is_short_form},
};
use crate::Verdict;
use harness_domain::prompt::PROMPTS;
use std::{
    borrow::Cow,
    path::{Component, Path},
};

/// What is protected, and what to say about it.
struct Protected {
    rule: &'static str,
    why: &'static str,
}

const GIT: Protected = Protected {
    rule: "path.git",
    why: "is git's own: its hooks and settings run commands on the person's machine. Use git commands",
};
const OBEYED: Protected = Protected {
    rule: "path.obeyed",
    why: "is where git or another program looks for commands, as this project is set up. Ask the person to change it",
};
const AGENT: Protected = Protected {
    rule: "path.agent-settings",
    why: "tells agents on the person's machine what to run and to obey. Ask the person to change it",
};
const HARNESS: Protected = Protected {
    rule: "path.harness",
    why: "tells the harness how to run sessions like this one. Ask the person to change it",
};
const EDITOR: Protected = Protected {
    rule: "path.runs-by-itself",
    why: "makes a program on the person's machine run commands when the project is opened. Ask the person to change it",
};

/// Directories and files that are protected wherever in the project they lie, with everything below. In lower case.
const ANYWHERE: [(&str, &Protected); 29] = [
    (".git", &GIT),
    (".claude", &AGENT),
    (".claude.json", &AGENT),
    (".mcp.json", &AGENT),
    (".cursor", &AGENT),
    (".codex", &AGENT),
    (".gemini", &AGENT),
    (".windsurf", &AGENT),
    (".roo", &AGENT),
    (".kiro", &AGENT),
    (".amazonq", &AGENT),
    (".continue", &AGENT),
    (".opencode", &AGENT),
    ("opencode.json", &AGENT),
    ("opencode.jsonc", &AGENT),
    (".aider.conf.yml", &AGENT),
    (".idea", &EDITOR),
    (".run", &EDITOR),
    (".zed", &EDITOR),
    (".fleet", &EDITOR),
    (".devcontainer", &EDITOR),
    (".devcontainer.json", &EDITOR),
    (".envrc", &EDITOR),
    (".exrc", &EDITOR),
    (".vimrc", &EDITOR),
    (".nvimrc", &EDITOR),
    (".nvim.lua", &EDITOR),
    (".lvimrc", &EDITOR),
    (".dir-locals.el", &EDITOR),
];

/// In `.vscode`, what runs nothing.
const HARMLESS_IN_VSCODE: [&str; 2] = ["extensions.json", "cspell.json"];

/// Start-up files of a home directory that is the session's own: what later sessions would run with every command.
const AT_HOME: [&str; 17] = [
    ".bashrc",
    ".bash_profile",
    ".bash_login",
    ".bash_logout",
    ".bash_aliases",
    ".profile",
    ".zshrc",
    ".zshenv",
    ".zprofile",
    ".zlogin",
    ".zlogout",
    ".inputrc",
    ".gitconfig",
    ".gitattributes",
    ".config/git",
    ".config/fish",
    ".claude-rehearsal",
];

/// The names that are protected directly below the project.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    ANYWHERE.iter().map(|(name, _)| *name).chain([".vscode", ".harness", "prompts"])
}

/// Whether a program obeys what is called so; not what the host writes for itself.
pub(crate) fn is_obeyed(relative: &Path) -> bool {
    let is_specification =
        relative.file_name().and_then(|name| name.to_str()).is_some_and(|name| is_spec(&folded(name)));
    by_name(relative).is_some() && !is_specification
}

/// What is to be said of a change to `relative`, below the project and resolved as `real`.
pub(crate) fn refusal(relative: &Path, real: &Path, live: &LiveFiles) -> Option<Verdict> {
    let refused =
        |protected: &Protected| Some(Verdict::deny(protected.rule, format!("{} {}", real.display(), protected.why)));
    if let Some(protected) = by_name(relative) {
        return refused(protected);
    }
    if live.hold(relative) {
        return refused(&OBEYED);
    }
    if is_in_bare_repository(relative, real) {
        return refused(&GIT);
    }
    #[cfg(unix)]
    if super::hard_link::has_other_names(real) {
        return Some(Verdict::deny(
            "path.hard-link",
            format!(
                "{} has further names, which may lie outside the project; copy it, remove it and move the copy to its place",
                real.display()
            ),
        ));
    }
    None
}

/// What is to be said of a change in the session's own home directory or other private places.
pub(crate) fn in_private_home(real: &Path, home: Option<&Path>) -> Verdict {
    let relative = home.and_then(|home| real.strip_prefix(home).ok());
    let is_start_up = relative.is_some_and(|relative| {
        AT_HOME.iter().any(|name| super::area::is_below_in_any_case(relative, Path::new(name)))
    });
    if is_start_up {
        let why = "is run or obeyed by every later command; change the project instead";
        return Verdict::deny("path.start-up", format!("{} {why}", real.display()));
    }
    Verdict::allow()
}

/// What is to be said of the removal of a directory that holds a repository or protected settings of its own.
pub(crate) fn held_by(real: &Path) -> Option<Verdict> {
    ANYWHERE.iter().find(|(name, _)| real.join(name).symlink_metadata().is_ok()).map(|(name, protected)| {
        Verdict::deny(protected.rule, format!("{} {}", real.join(name).display(), protected.why))
    })
}

fn by_name(relative: &Path) -> Option<&'static Protected> {
    let parts = relative.components().filter_map(|part| match part {
        Component::Normal(name) => name.to_str(),
        _ => None,
    });
    // A backslash separates names on the systems where somebody else may check this out.
    let names: Vec<Cow<'_, str>> = parts.flat_map(|part| part.split('\\')).map(folded).collect();
    let mut places = names.iter().enumerate();
    places.find_map(|(depth, name)| by_one_name(name, names.get(depth + 1).map(Cow::as_ref), depth == 0))
}

/// What protects everything that is called `name`, has `below` for the next name on the way, and begins at the top or not.
fn by_one_name(name: &str, below: Option<&str>, is_at_top: bool) -> Option<&'static Protected> {
    if let Some((_, protected)) = ANYWHERE.iter().find(|(known, _)| is_called(name, known)) {
        return Some(protected);
    }
    if name.starts_with(".harness") || is_short_form(name, ".harness") {
        return Some(&HARNESS);
    }
    if name.ends_with(".code-workspace") || name.ends_with(".run.xml") {
        return Some(&EDITOR);
    }
    if is_called(name, ".vscode") {
        let is_harmless =
            below.is_some_and(|below| HARMLESS_IN_VSCODE.contains(&below) || below.ends_with(".code-snippets"));
        return (!is_harmless).then_some(&EDITOR);
    }
    let is_prompt = |below: &str| is_spec(below) || PROMPTS.iter().any(|prompt| below == prompt.file);
    let is_ours = is_spec(name) || (name == "prompts" && below.is_some_and(is_prompt));
    (is_at_top && is_ours).then_some(&HARNESS)
}

fn is_spec(name: &str) -> bool {
    name == ".spec_manifest.json" || (name.starts_with("app_spec") && name.ends_with(".txt"))
}

fn is_called(found: &str, name: &str) -> bool {
    found == name || (found.contains('~') && is_short_form(found, name))
}

/// Whether a change would be one to a repository without a working tree, or make one: git obeys the settings of such a
/// directory as soon as somebody stands in it.
fn is_in_bare_repository(relative: &Path, real: &Path) -> bool {
    let levels = relative.components().count();
    real.ancestors().skip(1).take(levels).any(|dir| {
        // Its file comes last where all else was laid ready.
        let is_head =
            real.parent() == Some(dir) && real.file_name().is_some_and(|name| name.eq_ignore_ascii_case("HEAD"));
        dir.join("objects").is_dir() && dir.join("refs").is_dir() && (is_head || dir.join("HEAD").is_file())
    })
}
