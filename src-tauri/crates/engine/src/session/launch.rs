//! How a session of the CLI is started: inside which walls, with what environment, with which tools.

#[cfg(unix)]
use super::gate::{self, Gate, Passage};
use super::{RunOptions, channel::SERVER_NAME, hold, shell::Shell};
use crate::{EngineError, OpenProject, git, home::Home};
use harness_agent::{
    Launch, Watchdogs,
    env::{CERTIFICATES, child_environment, rehearsal_environment},
};
use harness_domain::{
    id::{ProjectId, SessionId},
    run::Role,
};
use harness_rehearsal::Rehearsal;
#[cfg(unix)]
use harness_sandbox::AllowedHosts;
use harness_sandbox::{Network, Wall, WallKind};
use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};
use uuid::Uuid;

/// A request for the checks takes as long as the checks do; the CLI must not lose patience. In milliseconds.
const TOOL_TIMEOUT_MS: &str = "7200000";
/// The CLI's own retries of one request in a rehearsal, where a fault is meant.
const REHEARSAL_RETRIES: &str = "1";

/// The CLI's own home inside walls where paths lead elsewhere than outside.
const CLI_HOME: &str = "/run/harness/cli";

/// The built-in tools of every session that may change files.
const BUILDING_TOOLS: [&str; 14] = [
    "Bash",
    "BashOutput",
    "KillShell",
    "Read",
    "Write",
    "Edit",
    "MultiEdit",
    "NotebookEdit",
    "Glob",
    "Grep",
    "TodoWrite",
    "WebFetch",
    "WebSearch",
    "AskUserQuestion",
];

/// The built-in tools that a session of this role has.
pub(super) fn tools(role: Role) -> Vec<String> {
    let only_reads = |tool: &&str| !matches!(*tool, "Write" | "Edit" | "MultiEdit" | "NotebookEdit");
    let all = BUILDING_TOOLS.into_iter();
    match role {
        Role::Initializer | Role::Coding => all.map(str::to_owned).collect(),
        Role::Analyst | Role::Tester => all.filter(only_reads).map(str::to_owned).collect(),
    }
}

/// Everything about a session that does not depend on its card.
pub(crate) struct Start<'a> {
    pub project: &'a OpenProject,
    pub options: &'a RunOptions,
    pub cli: &'a Path,
    /// The home directory to hide; none for this process's own.
    pub home: Option<&'a Path>,
    pub rehearsal: Option<&'a Rehearsal>,
    pub session: &'a SessionId,
    /// What it is to be, in one word; a rehearsal finds its script by it.
    pub role: &'a str,
    /// The built-in tools it has.
    pub tools: Vec<String>,
    /// Whether it may change the project's files.
    pub may_write: bool,
    /// What a person lets the session read besides.
    pub granted: Vec<PathBuf>,
    /// The hosts that a person lets the session reach besides the usual ones.
    pub hosts: Vec<String>,
    pub mcp_tools: Vec<String>,
    pub budget_left_usd: Option<f64>,
}

impl Start<'_> {
    /// A launch without a prompt, and its way to the network, to be held as long as the session. Call it inside a tokio
    /// runtime.
    pub fn launch(&self) -> Result<(Launch, Option<Gate>), EngineError> {
        let walls = Walls::around(self)?;
        let id = Uuid::parse_str(&self.session.0).map_err(|error| EngineError::Refused(error.to_string()))?;
        let mut launch = Launch::new(self.cli.into(), self.project.dir().into(), walls.env, id);
        launch.wrapper = walls.words;
        launch.tools = self.tools.clone();
        launch.allowed_tools = self.mcp_tools.iter().map(|name| format!("mcp__{SERVER_NAME}__{name}")).collect();
        launch.mcp_servers = vec![SERVER_NAME.into()];
        launch.max_turns = Some(self.options.max_turns);
        launch.max_budget_usd = self.budget_left_usd;
        launch.watchdogs = Watchdogs { idle: self.options.idle, ..Watchdogs::default() };
        Ok((launch, walls.gate))
    }
}

impl Start<'_> {
    /// Gives the session a network of its own with a way to the listed hosts; also gives the words to start it with
    /// inside the walls. Without what that takes the session has the host's network, and the run says so.
    #[cfg(unix)]
    fn way_out(
        &self,
        wall: &mut Wall,
        env: &mut BTreeMap<OsString, OsString>,
    ) -> Result<(Option<Gate>, Vec<OsString>), EngineError> {
        let forwarder = harness_sandbox::forwarder();
        let kind = harness_sandbox::probe().kind;
        let bounds = self.options.bounds.shell_line(kind == WallKind::Bubblewrap);
        if forwarder.is_none() && !harness_sandbox::judges_ports() {
            wall.network = Network::Host;
            let inside = if kind == WallKind::None { Vec::new() } else { in_shell(bounds + "exec \"$@\"") };
            return Ok((None, inside));
        }
        let mut ports = self.options.allowed_ports.clone();
        ports.extend(self.rehearsal.map(Rehearsal::port));
        let passage = Passage::to(AllowedHosts::usual().with(&self.hosts), self.project);
        let gate = match forwarder {
            Some(_) => Gate::open(passage, &ports)?,
            None => Gate::on_loopback(passage)?,
        };
        wall.network = Network::Isolated;
        wall.shown.extend(gate.dir().map(|dir| (dir.into(), gate::INSIDE.into())));
        wall.ports.extend(gate.port().into_iter().chain(ports.iter().copied()));
        let proxy = gate.proxy();
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"] {
            env.insert(name.into(), proxy.clone().into());
        }
        for name in ["NO_PROXY", "no_proxy"] {
            env.insert(name.into(), "localhost,127.0.0.1,::1".into());
        }
        env.insert("NODE_USE_ENV_PROXY".into(), "1".into()); // Node looks at the others only when told to
        let last = match forwarder {
            Some(forwarder) => {
                // Java takes no password this way, so it has no proxy where one is asked for.
                env.insert("JAVA_TOOL_OPTIONS".into(), gate::java_options().into());
                gate::forwarders(&forwarder, &ports)
            }
            None => "exec \"$@\"".to_owned(),
        };
        Ok((Some(gate), in_shell(bounds + &last)))
    }

    #[cfg(not(unix))]
    fn way_out(
        &self,
        wall: &mut Wall,
        _env: &mut BTreeMap<OsString, OsString>,
    ) -> Result<(Option<Gate>, Vec<OsString>), EngineError> {
        wall.network = Network::Host;
        Ok((None, Vec::new()))
    }
}

/// The words of a shell that does what `line` says with the command that follows.
#[cfg(unix)]
fn in_shell(line: String) -> Vec<OsString> {
    ["/bin/sh".into(), "-c".into(), line, "sh".into()].map(OsString::from).to_vec()
}

/// There are no sockets to hold.
#[cfg(not(unix))]
pub(crate) struct Gate;

struct Walls {
    words: Vec<OsString>,
    env: BTreeMap<OsString, OsString>,
    gate: Option<Gate>,
}

impl Walls {
    fn around(start: &Start<'_>) -> Result<Self, EngineError> {
        let project = start.project;
        let private_home = project.private_home();
        let kind = harness_sandbox::probe().kind;
        let real_home = start
            .home
            .map(Path::to_owned)
            .or_else(std::env::home_dir)
            .filter(|home| home.is_dir() && home.is_absolute() && *home != Path::new("/"));
        // Walls that can do so lay the private home in the place of the real one.
        let seen_home = match &real_home {
            Some(home) if kind.replaces_home() => home.clone(),
            _ => private_home.clone(),
        };
        // Beside its directory the CLI keeps a file in its home that may hold a key, and replaces that file as a whole:
        // nothing that is laid over the file stays there. So it has a home apart, which commands do not see.
        let cli_home = cli_home(&project.app.home, project.project.id, kind, &seen_home);
        let mut wall = Wall::around(project.dir(), &private_home);
        if kind != WallKind::None {
            let lies_at = project.app.home.cli_home(project.project.id);
            make_dir(&lies_at)?;
            wall.lent.push((lies_at, cli_home.clone()));
        }
        wall.hidden.push(project.app.home.root().to_owned());
        wall.readable.push(start.cli.to_owned());
        wall.readable.extend(start.granted.iter().cloned());
        if start.may_write {
            hold::look_at_prompts(project)?;
            let held = hold::hold(project)?;
            wall.protected.extend(held.protected);
            wall.readable.extend(held.readable);
        } else {
            wall.is_project_held = true;
        }
        let mut env = match start.rehearsal {
            Some(rehearsal) => {
                let base_url = rehearsal.base_url(start.role, &start.session.0);
                let config = rehearsal_config(project, kind, &seen_home, &cli_home)?;
                let mut env = rehearsal_environment(&base_url, &config, &cli_home);
                env.insert("CLAUDE_CODE_MAX_RETRIES".into(), REHEARSAL_RETRIES.into());
                env
            }
            None => {
                let mut env = real_account(&mut wall, real_home.as_deref(), &cli_home)?;
                if let Some(account) = &start.options.account {
                    account.give_to(&mut env);
                }
                env
            }
        };
        wall.readable.extend(certificates(&env, [real_home.as_deref(), Some(project.dir())]));
        if start.may_write {
            // A commit that an agent makes on the way carries the same name as the host's, and never fails for want of one.
            let (name, email) = git::identity(project.dir(), project.app.clock.now_ms())?;
            for (variable, value) in [("NAME", name), ("EMAIL", email)] {
                env.insert(format!("GIT_AUTHOR_{variable}").into(), value.clone().into());
                env.insert(format!("GIT_COMMITTER_{variable}").into(), value.into());
            }
        }
        env.insert("MCP_TOOL_TIMEOUT".into(), TOOL_TIMEOUT_MS.into());
        let config = env.get(OsStr::new("CLAUDE_CONFIG_DIR")).map(PathBuf::from);
        let config = config.or_else(|| real_home.as_ref().map(|home| home.join(".claude")));
        let config = config.unwrap_or_else(|| cli_home.join(".claude"));
        let state = project.app.home.project(project.project.id).join("walls");
        make_dir(&state)?;
        Shell {
            state: &state,
            seen_home: &seen_home,
            private_home: &private_home,
            real_home: real_home.as_deref(),
            project: project.dir(),
            config: &config,
            cli_home: &cli_home,
        }
        .set_up(&mut wall, &mut env)?;
        if real_home.is_none() && kind.replaces_home() {
            // Nothing is laid over a home that does not exist, so the private one is shown at its own path.
            wall.writable.push(private_home.clone());
        }
        let (gate, inside) = start.way_out(&mut wall, &mut env)?;
        let mut words = wall.wrap(real_home.as_deref(), env.get(OsStr::new("PATH")));
        words.extend(inside);
        Ok(Self { words, env, gate })
    }
}

/// The CLI's own home, as the CLI sees it: apart from that of its commands wherever there are walls between them.
pub(super) fn cli_home(home: &Home, project: ProjectId, walls: WallKind, seen_home: &Path) -> PathBuf {
    match walls {
        WallKind::None => seen_home.to_owned(),
        walls if walls.replaces_home() => CLI_HOME.into(),
        _ => home.cli_home(project),
    }
}

/// Where the CLI of a rehearsal keeps what is its own, as the CLI sees it.
///
/// What the commands of agents must not see of it lies in their home only where it can be covered there.
fn rehearsal_config(
    project: &OpenProject,
    kind: WallKind,
    seen_home: &Path,
    cli_home: &Path,
) -> Result<PathBuf, EngineError> {
    const NAME: &str = ".claude-rehearsal";
    if kind != WallKind::None && !kind.replaces_home() {
        let config = cli_home.join(NAME);
        make_dir(&config)?;
        return Ok(config);
    }
    make_dir(&project.private_home().join(NAME))?;
    Ok(seen_home.join(NAME))
}

/// The certificates that the environment names, which the walls would hide in the home or among temporary files.
///
/// A value that names the home or the project, or a directory above one of them, would undo the walls.
fn certificates(env: &BTreeMap<OsString, OsString>, walled: [Option<&Path>; 2]) -> Vec<PathBuf> {
    let named = CERTIFICATES.iter().filter_map(|name| env.get(OsStr::new(name)));
    let paths = named.flat_map(std::env::split_paths).filter(|path| path.is_absolute());
    paths.filter(|path| !walled.iter().flatten().any(|place| place.starts_with(path))).collect()
}

/// The person's own login: the CLI's directory is shown to the CLI as it is, everything else of the home is not.
fn real_account(
    wall: &mut Wall,
    real_home: Option<&Path>,
    cli_home: &Path,
) -> Result<BTreeMap<OsString, OsString>, EngineError> {
    let mut env = child_environment(std::env::vars_os());
    env.insert("HOME".into(), cli_home.into());
    if let Some(config) = env.get(OsStr::new("CLAUDE_CONFIG_DIR")).map(PathBuf::from) {
        make_dir(&config)?;
        wall.protected.extend(obeyed_later(&config)?);
        wall.writable.push(config);
        return Ok(env);
    }
    let Some(real_home) = real_home else { return Ok(env) };
    let config = real_home.join(".claude");
    make_dir(&config)?;
    wall.protected.extend(obeyed_later(&config)?);
    match wall.lent.first() {
        Some((lies_at, _)) => show_account(real_home, &config, lies_at)?,
        // Without walls its home is the agent's too, and has no login.
        None => drop(env.insert("CLAUDE_CONFIG_DIR".into(), config.clone().into())),
    }
    wall.writable.push(config);
    Ok(env)
}

/// Makes the CLI find the person's login in `cli_home`: its directory by a link, and a copy of the file beside it that
/// says who is logged in. The CLI replaces that file as a whole, which a file laid over from outside does not allow.
fn show_account(real_home: &Path, config: &Path, cli_home: &Path) -> Result<(), EngineError> {
    let (own, link) = (cli_home.join(".claude.json"), cli_home.join(".claude"));
    let from = real_home.join(".claude.json");
    if from.is_file() {
        copy_over(&from, &own)?;
    }
    if fs::read_link(&link).is_ok_and(|target| target == config) {
        return Ok(());
    }
    let made = match fs::remove_file(&link) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => make_link(config, &link),
    };
    made.map_err(|source| EngineError::File { path: link, action: "made", source })
}

#[cfg(unix)]
fn make_link(target: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

#[cfg(not(unix))]
fn make_link(_target: &Path, _link: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// What in the CLI's directory later sessions outside any wall obey: hooks, plugins, instructions. An agent that could
/// change them would be out of its walls the next time the person starts the CLI by hand. What is missing is made, since
/// only what exists can be protected.
fn obeyed_later(config: &Path) -> Result<Vec<PathBuf>, EngineError> {
    const FILES: [(&str, &str); 2] = [("settings.json", "{}\n"), ("CLAUDE.md", "")];
    const DIRECTORIES: [&str; 7] = ["agents", "commands", "hooks", "output-styles", "plugins", "rules", "skills"];
    let mut paths = Vec::new();
    for (name, empty) in FILES {
        let path = config.join(name);
        match fs::File::create_new(&path).and_then(|mut file| file.write_all(empty.as_bytes())) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(EngineError::File { path, action: "written", source: error });
            }
            _ => paths.push(path),
        }
    }
    for name in DIRECTORIES {
        let path = config.join(name);
        make_dir(&path)?;
        paths.push(path);
    }
    // Where older versions of the CLI install themselves.
    paths.extend(Some(config.join("local")).filter(|path| path.exists()));
    Ok(paths)
}

/// Copies a file to a place that an agent may write to: whatever it put there is replaced, and no link is followed.
fn copy_over(from: &Path, to: &Path) -> Result<(), EngineError> {
    let copy = || -> io::Result<()> {
        let bytes = fs::read(from)?;
        let dir = to.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(dir)?;
        file.write_all(&bytes)?;
        file.persist(to)?;
        Ok(())
    };
    copy().map_err(|source| EngineError::File { path: to.into(), action: "written", source })
}

fn make_dir(path: &Path) -> Result<(), EngineError> {
    fs::create_dir_all(path).map_err(|source| EngineError::File { path: path.into(), action: "written", source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_link_that_an_agent_left_in_its_home_is_replaced_and_not_followed() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let (from, precious, to) = (dir.path().join("from"), dir.path().join("precious"), dir.path().join("to"));
        fs::write(&from, "who is logged in").expect("a file");
        fs::write(&precious, "the person's own").expect("a file");
        std::os::unix::fs::symlink(&precious, &to).expect("a link");
        copy_over(&from, &to).expect("it is copied");
        assert_eq!(fs::read_to_string(&precious).expect("a file"), "the person's own", "the host must not write there");
        assert_eq!(fs::read_to_string(&to).expect("a file"), "who is logged in", "the copy took the link's place");
        assert!(!fs::symlink_metadata(&to).expect("it exists").is_symlink(), "and is a file of its own");
    }

    #[test]
    fn certificates_are_shown_unless_their_place_is_what_the_walls_hide() {
        let named = |path: &str| BTreeMap::from([("SSL_CERT_DIR".into(), path.into())]);
        let shown = |path: &str| certificates(&named(path), [Some(Path::new("/home/me")), Some(Path::new("/srv/app"))]);
        assert_eq!(shown("/home/me/corp.pem"), [PathBuf::from("/home/me/corp.pem")], "a company's lie anywhere");
        assert_eq!(shown("/a:/b"), [PathBuf::from("/a"), PathBuf::from("/b")], "a list is one of directories");
        for path in ["/", "/home", "/home/me", "/home/me/", "/srv", "/srv/app", "corp.pem"] {
            assert!(shown(path).is_empty(), "{path} holds more than certificates");
        }
    }

    #[test]
    fn what_later_sessions_obey_is_protected_also_where_it_did_not_exist() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        fs::write(dir.path().join("settings.json"), "{\"model\":\"opus\"}").expect("a file");
        let paths = obeyed_later(dir.path()).expect("the directory can be written");
        for name in ["settings.json", "CLAUDE.md", "hooks", "plugins", "skills"] {
            let path = dir.path().join(name);
            assert!(path.exists() && paths.contains(&path), "{name} must exist to be protected: {paths:?}");
        }
        let settings = fs::read_to_string(dir.path().join("settings.json")).expect("a file");
        assert_eq!(settings, "{\"model\":\"opus\"}", "what the person chose stays");
    }
}
