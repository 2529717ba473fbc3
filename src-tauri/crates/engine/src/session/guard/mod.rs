//! May the agent make this call? Every call of every tool passes here before the CLI runs it.

mod input;
mod places;
#[cfg(all(test, unix))]
mod tests;

use crate::{EngineError, OpenProject, policy};
use harness_agent::ToolCall;
use harness_domain::id::SessionId;
use harness_sandbox::{
    Verdict, WallKind, Workspace, judge_url,
    policy::{Policy, Surroundings},
};
use input::{Input, Named};
pub(crate) use places::Places;
use serde_json::Value;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// Tools whose arguments name neither a file nor a command nor an address.
const TOUCH_NOTHING: [&str; 13] = [
    "AgentOutput",
    "AskUserQuestion",
    "BashOutput",
    "EnterPlanMode",
    "ExitPlanMode",
    "KillBash",
    "KillShell",
    "Task", // what a sub-agent does comes here call by call
    "TaskOutput",
    "TaskStop",
    "TodoRead",
    "TodoWrite",
    "WebSearch",
];

/// Judges the calls of one session, by the paths, commands and addresses in their arguments.
#[derive(Debug)]
pub(crate) struct SessionGuard {
    workspace: Workspace,
    policy: Policy,
    places: Places,
}

impl SessionGuard {
    /// A guard for a session of `project`.
    ///
    /// Fails with [`EngineError::ProjectMissing`] when its directory is not there any more, and with
    /// [`EngineError::Policy`] when a policy file is broken.
    pub fn new(project: &OpenProject, session: &SessionId) -> Result<Self, EngineError> {
        let policy = policy::load(project)?;
        let places = Places::of(project);
        let workspace = places
            .workspace(project, session, policy.layers())
            .map_err(|error| EngineError::ProjectMissing { path: project.dir().into(), detail: error.to_string() })?;
        Ok(Self { workspace, policy, places })
    }

    /// What the policy files let the session read besides, as far as walls can show it.
    pub fn granted(&self, project: &OpenProject) -> Vec<PathBuf> {
        let granted = self.policy.layers().readable(self.places.real_home.as_deref());
        let (shown, kept): (Vec<PathBuf>, Vec<PathBuf>) =
            granted.into_iter().partition(|path| self.workspace.may_be_shown(path));
        if !kept.is_empty() {
            let kept: Vec<String> = kept.iter().map(|path| path.display().to_string()).collect();
            let message = format!("The policy grants {}, but secrets lie there, so it is not shown.", kept.join(", "));
            project.notice("policy", message);
        }
        shown
    }

    /// The hosts that the policy files let the session reach besides the usual ones.
    pub fn hosts(&self) -> Vec<String> {
        self.policy.layers().hosts().map(str::to_owned).collect()
    }

    /// The files of the project that a call runs, by the path it names them by.
    pub fn files_run(&self, call: &ToolCall) -> BTreeSet<PathBuf> {
        let command = match call.tool.as_str() {
            "Bash" => Input::of(&call.input).and_then(|input| input.text("command").map(str::to_owned)),
            _ => None,
        };
        let cwd = call.cwd.as_deref().unwrap_or(self.workspace.root());
        let around = Surroundings { workspace: &self.workspace, cwd, is_walled: self.places.walls != WallKind::None };
        command.map(|command| self.policy.files_run(&command, &around)).unwrap_or_default()
    }

    /// What is to be done with the call.
    ///
    /// Looks at the file system, so it does not belong on a task that others wait for. What the file system is when the
    /// tool runs, nobody knows yet: that is for the walls.
    pub fn judge(&self, call: &ToolCall) -> Verdict {
        let Some(input) = Input::of(&call.input) else {
            return malformed(&call.tool, "its arguments are not an object");
        };
        let cwd = call.cwd.as_deref().unwrap_or(self.workspace.root());
        if !cwd.is_absolute() {
            return malformed(&call.tool, "the working directory is not known");
        }
        let verdict = match call.tool.as_str() {
            "Read" | "NotebookRead" => self.file(&input, &call.tool, cwd, Use::Read),
            "Write" | "Edit" | "MultiEdit" | "NotebookEdit" => self.file(&input, &call.tool, cwd, Use::Write),
            "LS" => self.directory(&input, cwd, Workspace::may_list),
            "Glob" => self.directory(&input, cwd, Workspace::may_read).stricter(self.pattern(&input, "pattern", cwd)),
            "Grep" => self.directory(&input, cwd, Workspace::may_read).stricter(self.pattern(&input, "glob", cwd)),
            "Bash" => self.command(&input, cwd),
            "WebFetch" => match input.text("url") {
                Some(url) => judge_url(url),
                None => malformed("WebFetch", "url must be text"),
            },
            tool if tool.starts_with("mcp__") => Verdict::allow(),
            tool if TOUCH_NOTHING.contains(&tool) => return Verdict::allow(),
            tool => Verdict::deny("tool.unknown", format!("{tool} is not a tool of this session")),
        };
        if !verdict.is_allowed() {
            return verdict;
        }
        self.everything_named(&call.input, &call.tool, cwd)
    }

    /// A tool on one file.
    fn file(&self, input: &Input<'_>, tool: &str, cwd: &Path, usage: Use) -> Verdict {
        let name = if tool.starts_with("Notebook") { "notebook_path" } else { "file_path" };
        match input.text(name) {
            Some(path) => self.path(path, cwd, usage),
            None => malformed(tool, &format!("{name} must be text")),
        }
    }

    /// A tool on a directory, which is the working directory when none is named.
    fn directory(&self, input: &Input<'_>, cwd: &Path, may: fn(&Workspace, &Path, &Path) -> Verdict) -> Verdict {
        match input.get("path") {
            None | Some(Value::Null) => may(&self.workspace, cwd, cwd),
            Some(Value::String(path)) => self.each_reading(path, |path| may(&self.workspace, path, cwd)),
            Some(_) => malformed("this tool", "path must be text"),
        }
    }

    /// A pattern of file names, which must stay below the directory it is looked for in, or name one that may be read.
    fn pattern(&self, input: &Input<'_>, name: &str, cwd: &Path) -> Verdict {
        let pattern = match input.get(name) {
            None | Some(Value::Null) => return Verdict::allow(),
            Some(Value::String(pattern)) => pattern.trim(),
            Some(_) => return malformed("this tool", &format!("{name} must be text")),
        };
        if input::climbs(pattern) {
            let reason =
                format!("{pattern:?} leads out of the directory it is looked for in; name a directory of the project");
            return Verdict::deny("path.pattern", reason);
        }
        let fixed = input::fixed_part(pattern);
        if fixed.starts_with(['/', '~', '\\']) || Path::new(fixed).is_absolute() {
            return self.path(fixed, cwd, Use::Read);
        }
        if fixed.is_empty() {
            return Verdict::allow();
        }
        let base = match input.get("path") {
            Some(Value::String(path)) => self.places.expanded(path.trim()),
            _ => cwd.to_owned(),
        };
        self.workspace.may_read(&base.join(fixed), cwd)
    }

    fn path(&self, text: &str, cwd: &Path, usage: Use) -> Verdict {
        self.each_reading(text, |path| {
            if input::is_device(path) {
                let reason = format!("{} is a device; file tools work on files", path.display());
                return Verdict::deny("path.kernel", reason);
            }
            match usage {
                Use::Read => self.workspace.may_read(path, cwd),
                Use::Write => self.workspace.may_write(path, cwd),
            }
        })
    }

    /// Judges a path in every way that the CLI may read it: without the blanks around it, with the home directory for
    /// `~`, and with its characters composed.
    fn each_reading(&self, text: &str, judge: impl Fn(&Path) -> Verdict) -> Verdict {
        let trimmed = input::trimmed(text);
        if trimmed.is_empty() {
            // The CLI takes it for the working directory, which is hardly what was meant.
            return judge(Path::new(""));
        }
        let expanded = self.places.expanded(trimmed);
        let verdict = judge(&expanded);
        if verdict.is_allowed() && self.places.walls != WallKind::None && expanded != Path::new(trimmed) {
            let reason = format!("this tool has another home directory than commands; write {}", expanded.display());
            return Verdict::deny("tool.home", reason);
        }
        match input::composed(&expanded) {
            Some(composed) if verdict.is_allowed() => judge(&composed),
            _ => verdict,
        }
    }

    fn command(&self, input: &Input<'_>, cwd: &Path) -> Verdict {
        let Some(command) = input.text("command") else { return malformed("Bash", "command must be text") };
        if input.get("dangerouslyDisableSandbox").is_some_and(|value| *value != Value::Bool(false)) {
            let reason = "commands do not leave the sandbox; run it without dangerouslyDisableSandbox";
            return Verdict::deny("shell.sandbox", reason);
        }
        self.shell(command, cwd)
    }

    fn shell(&self, command: &str, cwd: &Path) -> Verdict {
        let around = Surroundings { workspace: &self.workspace, cwd, is_walled: self.places.walls != WallKind::None };
        self.policy.judge(command, &around)
    }

    /// Judges what arguments name besides those that the tool is known for: of a tool of another kind, and of one that
    /// will know more arguments tomorrow.
    fn everything_named(&self, input: &Value, tool: &str, cwd: &Path) -> Verdict {
        let is_known = !tool.starts_with("mcp__");
        let mut verdict = Verdict::allow();
        input::each_named(input, !is_known, &mut |named| {
            if !verdict.is_allowed() {
                return;
            }
            verdict = match named {
                // A tool of the CLI's own was asked about its path by what it does with it.
                Named::Path(path) if is_known => self.path(path, cwd, Use::Read),
                Named::Path(path) => self.path(path, cwd, Use::Write),
                Named::Url(url) if is_known && tool != "WebFetch" => judge_url(url),
                Named::Url(_) if is_known => Verdict::allow(),
                Named::Url(url) => judge_url(url),
                Named::Command(_) if is_known => Verdict::allow(),
                Named::Command(command) => self.shell(command, self.workspace.root()),
                Named::TooDeep => malformed(tool, "its arguments are nested too deep"),
            };
        });
        verdict
    }
}

/// What is done with a path.
#[derive(Clone, Copy)]
enum Use {
    Read,
    Write,
}

fn malformed(tool: &str, what: &str) -> Verdict {
    Verdict::deny("tool.malformed", format!("the call of {tool} cannot be judged: {what}"))
}
