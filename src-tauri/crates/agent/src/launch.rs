//! What to start: everything that one session of the CLI depends on.

use crate::{env::MARKER, process::Command};
use serde_json::{Map, Value, json};
use std::{
    collections::BTreeMap,
    ffi::OsString,
    io::{self, Write},
    path::PathBuf,
    time::Duration,
};
use tempfile::NamedTempFile;
use uuid::Uuid;

/// Settings longer than this go into a file: the argument list is short on some systems, and is shown by `ps`.
const SETTINGS_IN_ARGUMENTS: usize = 8 * 1024;

/// One session of the CLI, ready to be started.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The CLI, as [`locate`](mod@crate::locate) found it.
    pub program: PathBuf,
    /// What to start it inside of: the words of a command line such as `bwrap … --`. Empty: nothing.
    pub wrapper: Vec<OsString>,
    /// Where it works: the project's directory.
    pub cwd: PathBuf,
    /// Its complete environment. Nothing of ours is added but the session's marker, `HARNESS_SESSION`.
    pub env: BTreeMap<OsString, OsString>,
    /// The id it is told to use, and the marker by which its leftovers are found.
    pub session_id: Uuid,
    /// The first user message. Goes over standard input, whatever its length, never into the argument list. Empty:
    /// nothing is sent before [`Handle::say`](crate::Handle::say).
    pub prompt: String,
    /// Pictures that go with the prompt: media type and bytes.
    pub images: Vec<(String, Vec<u8>)>,
    /// A model or its alias; none leaves the choice to the CLI.
    pub model: Option<String>,
    /// Used by the CLI while `model` is overloaded.
    pub fallback_model: Option<String>,
    /// `low` to `max`; none leaves the choice to the CLI.
    pub effort: Option<String>,
    /// The built-in tools that exist for the agent. Empty: none at all.
    pub tools: Vec<String>,
    /// Rules such as `mcp__features__*` that need no question.
    pub allowed_tools: Vec<String>,
    /// Names of in-channel MCP servers; their messages reach [`AgentHost::mcp`](crate::AgentHost::mcp).
    pub mcp_servers: Vec<String>,
    /// The CLI's settings (permissions, sandbox); null for none.
    pub settings: Value,
    /// Where settings too long for the argument list are written for the length of the session. Must lie outside the
    /// project and be visible inside `wrapper`; none means the system's temporary directory.
    pub scratch_dir: Option<PathBuf>,
    /// Which of the person's own settings files count: `user,project`, or empty for none.
    pub setting_sources: String,
    /// The session ends with `max_turns` after so many turns of the model.
    pub max_turns: Option<u32>,
    /// The session ends with `budget_exhausted` when it cost more, in US dollars.
    pub max_budget_usd: Option<f64>,
    /// Added to the CLI's own system prompt; goes over standard input too.
    pub append_system_prompt: Option<String>,
    /// Continues this earlier session, as a new one under `session_id`.
    pub resume: Option<Uuid>,
    /// Further directories that the CLI's file tools may use.
    pub add_dirs: Vec<PathBuf>,
    /// Whether a result is not the end: the session then waits for the next [`Handle::say`](crate::Handle::say), without a
    /// limit, until [`Handle::leave`](crate::Handle::leave).
    pub is_conversation: bool,
    /// How long silence is believed.
    pub watchdogs: Watchdogs,
}

impl Launch {
    /// A session of `program` in `cwd` with nothing allowed and nothing limited but by the default watchdogs.
    pub fn new(program: PathBuf, cwd: PathBuf, env: BTreeMap<OsString, OsString>, session_id: Uuid) -> Self {
        Self {
            program,
            wrapper: Vec::new(),
            cwd,
            env,
            session_id,
            prompt: String::new(),
            images: Vec::new(),
            model: None,
            fallback_model: None,
            effort: None,
            tools: Vec::new(),
            allowed_tools: Vec::new(),
            mcp_servers: Vec::new(),
            settings: Value::Null,
            scratch_dir: None,
            setting_sources: String::new(),
            max_turns: None,
            max_budget_usd: None,
            append_system_prompt: None,
            resume: None,
            add_dirs: Vec::new(),
            is_conversation: false,
            watchdogs: Watchdogs::default(),
        }
    }
}

/// The words of a launch, and the file that one of them may name.
#[derive(Debug)]
pub(crate) struct CommandLine {
    pub(crate) command: Command,
    /// Deleted when dropped, so to be held as long as the session.
    pub(crate) settings: Option<NamedTempFile>,
}

impl Launch {
    /// Where the settings file would be written.
    pub(crate) fn scratch_dir(&self) -> PathBuf {
        self.scratch_dir.clone().unwrap_or_else(std::env::temp_dir)
    }

    /// The whole command line. Fails when the settings file cannot be written.
    pub(crate) fn command_line(&self) -> io::Result<CommandLine> {
        let (settings_argument, settings) = self.settings_argument()?;
        let mut words = self.wrapper.iter().cloned().chain([self.program.clone().into_os_string()]);
        let program = words.next().unwrap_or_default();
        let mut arguments: Vec<OsString> = words.collect();
        arguments.extend(self.fixed_arguments());
        arguments.extend(self.chosen_arguments());
        if let Some(settings) = settings_argument {
            arguments.push("--settings".into());
            arguments.push(settings);
        }
        let mut env = self.env.clone();
        env.insert(MARKER.into(), self.session_id.to_string().into());
        let command = Command { program, arguments, cwd: self.cwd.clone(), env, session: self.session_id };
        Ok(CommandLine { command, settings })
    }

    fn fixed_arguments(&self) -> Vec<OsString> {
        let servers: Map<String, Value> =
            self.mcp_servers.iter().map(|name| (name.clone(), json!({ "type": "sdk", "name": name }))).collect();
        let fixed = "-p --output-format stream-json --input-format stream-json --verbose --include-partial-messages \
                     --permission-prompt-tool stdio --strict-mcp-config";
        let mut arguments: Vec<OsString> = fixed.split_ascii_whitespace().map(OsString::from).collect();
        // `--name=value` where the value may be empty or begin with a dash.
        arguments.push(format!("--setting-sources={}", self.setting_sources).into());
        arguments.push("--mcp-config".into());
        arguments.push(json!({ "mcpServers": servers }).to_string().into());
        arguments.push("--session-id".into());
        arguments.push(self.session_id.to_string().into());
        arguments.push(format!("--tools={}", self.tools.join(",")).into());
        arguments
    }

    fn chosen_arguments(&self) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = Vec::new();
        let mut add = |name: &str, value: Option<String>| {
            arguments.extend(value.map(|value| OsString::from(format!("--{name}={value}"))));
        };
        add("model", self.model.clone());
        add("fallback-model", self.fallback_model.clone());
        add("effort", self.effort.clone());
        add("max-turns", self.max_turns.map(|turns| turns.to_string()));
        add("max-budget-usd", self.max_budget_usd.map(|dollars| dollars.to_string()));
        add("resume", self.resume.map(|session| session.to_string()));
        for rule in &self.allowed_tools {
            add("allowedTools", Some(rule.clone()));
        }
        if self.resume.is_some() {
            arguments.push("--fork-session".into()); // the CLI takes an id of our choice only for a fork
        }
        for dir in &self.add_dirs {
            let mut argument = OsString::from("--add-dir=");
            argument.push(dir);
            arguments.push(argument);
        }
        arguments
    }

    fn settings_argument(&self) -> io::Result<(Option<OsString>, Option<NamedTempFile>)> {
        if self.settings.is_null() {
            return Ok((None, None));
        }
        let text = self.settings.to_string();
        if text.len() <= SETTINGS_IN_ARGUMENTS {
            return Ok((Some(text.into()), None));
        }
        let mut file =
            tempfile::Builder::new().prefix("harness-settings-").suffix(".json").tempfile_in(self.scratch_dir())?;
        file.write_all(text.as_bytes())?;
        file.flush()?;
        Ok((Some(file.path().into()), Some(file)))
    }

    /// What the CLI is told before the prompt: which hooks it must ask us about, and what is kept off its arguments.
    pub(crate) fn initialize_request(&self) -> Value {
        // A hook that gets no answer in time is denied by the CLI; ours may wait for a person, so they get a day.
        let hook = |id: &str| json!([{ "matcher": null, "hookCallbackIds": [id], "timeout": 24 * 60 * 60 }]);
        let mut request = json!({
            "hooks": {
                "PreToolUse": hook("PreToolUse"),
                "PostToolUse": hook("PostToolUse"),
                "PostToolUseFailure": hook("PostToolUseFailure"),
                "Stop": hook("Stop"),
                "PreCompact": hook("PreCompact"),
            },
            "sdkMcpServers": self.mcp_servers,
        });
        if let Some(prompt) = &self.append_system_prompt {
            request["appendSystemPrompt"] = json!(prompt);
        }
        request
    }
}

/// How long each silence is believed before the session is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watchdogs {
    /// From the start to the CLI's first answer; nothing of the model is needed for it.
    pub first_byte: Duration,
    /// Between two lines. Time in which the CLI waits for an answer of ours does not count; time in which a tool runs
    /// does, so it must be longer than the longest command may take.
    pub idle: Duration,
    /// From the result to the exit; what is left then is killed, and the result stands.
    pub after_result: Duration,
    /// From an interrupt to SIGTERM.
    pub stop_grace: Duration,
    /// From SIGTERM to SIGKILL.
    pub terminate_grace: Duration,
}

impl Default for Watchdogs {
    fn default() -> Self {
        Self {
            first_byte: Duration::from_secs(60),
            idle: Duration::from_secs(15 * 60), // the CLI's own limit of one Bash call is 10 minutes
            after_result: Duration::from_secs(10),
            stop_grace: Duration::from_secs(5),
            terminate_grace: Duration::from_secs(2),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(launch: &Launch) -> Vec<String> {
        let command = launch.command_line().unwrap().command;
        command.arguments.iter().map(|word| word.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn the_wrapper_comes_first_and_nothing_secret_is_in_the_words() {
        let mut launch = Launch::new("/opt/claude".into(), "/project".into(), BTreeMap::new(), Uuid::nil());
        launch.wrapper = ["bwrap", "--unshare-pid", "--"].map(OsString::from).to_vec();
        launch.prompt = "PROMPT".into();
        launch.append_system_prompt = Some("SYSTEM".into());
        launch.env.insert("ANTHROPIC_API_KEY".into(), "KEY".into());
        launch.add_dirs = vec!["-odd name".into()];
        let command = launch.command_line().unwrap().command;
        assert_eq!(command.program, "bwrap", "the wrapper is what is started");
        let words = words(&launch);
        assert_eq!(words[..3], ["--unshare-pid", "--", "/opt/claude"], "and it starts the CLI");
        assert!(words.contains(&"--add-dir=-odd name".to_owned()), "a value is never taken for an option: {words:?}");
        let line = words.join(" ");
        assert!(!["PROMPT", "SYSTEM", "KEY"].iter().any(|secret| line.contains(secret)), "ps shows it to all: {line}");
        assert_eq!(command.env.len(), 2, "the environment that was given, and the marker");
    }

    #[test]
    fn no_tools_and_no_setting_sources_are_said_explicitly() {
        let words = words(&Launch::new("claude".into(), "/p".into(), BTreeMap::new(), Uuid::nil()));
        assert!(words.contains(&"--tools=".to_owned()), "saying nothing would mean every tool: {words:?}");
        assert!(words.contains(&"--setting-sources=".to_owned()), "saying nothing would mean every file: {words:?}");
        assert!(!words.contains(&"--settings".to_owned()), "there are none");
    }

    #[test]
    fn a_resumed_session_gets_an_id_of_its_own() {
        let mut launch = Launch::new("claude".into(), "/p".into(), BTreeMap::new(), Uuid::nil());
        launch.resume = Some(Uuid::max());
        let words = words(&launch);
        assert!(words.contains(&"--fork-session".to_owned()), "or the CLI refuses --session-id: {words:?}");
        assert!(words.contains(&format!("--resume={}", Uuid::max())), "{words:?}");
    }
}
