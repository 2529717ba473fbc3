//! The self-test of the walls: real attempts to get out, made inside the very walls that sessions have.
//!
//! A scratch project with a home of its own stands for the person's. Nothing of the person's own is read or written,
//! whether the walls hold or not.

mod attempts;

use super::{RunOptions, bounds::Bounds, gate::Gate, guard::SessionGuard, launch::Start};
use crate::{App, EngineError, OpenProject, clock::SystemClock, home::Home};
use attempts::{ATTEMPTS, Attempt, GRANTED, NOT_SHOWN, Sign, THROUGH, UNLISTED};
use harness_agent::{kill_tree, process_identity};
use harness_domain::{id::SessionId, run::Role};
use harness_rehearsal::{Rehearsal, Scenario};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fs,
    io::Write as _,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::Duration,
};
use tokio::process::Command;
use uuid::Uuid;

/// How long one attempt may take; the usual one takes some hundredths of a second.
const PATIENCE: Duration = Duration::from_secs(20);
/// The secret that lies about for attempts to find. It opens nothing.
const TOKEN: &str = "prove-decoy-5ecret";
/// The file in the CLI's directory that says who is logged in.
const LOGIN: &str = ".credentials.json";
/// Processes that the fork bomb may have before it is ended.
const BOMB_BOUND: u32 = 100;

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// It did not get through.
    Held,
    /// It got through: what is said of the walls is not true on this machine.
    NotHeld,
    /// It could not be made here.
    NotTested,
}

/// One attempt and its outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proof {
    /// A stable name, such as `read.secret`.
    pub id: String,
    /// What was attempted.
    pub what: String,
    /// What came of it.
    pub outcome: Held,
    /// What was seen, when it says more than the outcome.
    pub detail: String,
    /// How long it took, in milliseconds.
    pub took_ms: u32,
}

/// What a project's policy adds to the usual walls.
#[derive(Debug, Default)]
struct Added {
    /// What sessions may read besides.
    granted: Vec<PathBuf>,
    /// What they may reach besides.
    hosts: Vec<String>,
}

/// Makes every attempt, one after the other, inside walls like those of a session without a policy. Takes some seconds.
///
/// Fails with `EngineError` when the scratch project cannot be set up. Where this machine has no walls, nothing is
/// attempted and every proof says [`Held::NotHeld`]: nothing would hold it.
pub async fn prove() -> Result<Vec<Proof>, EngineError> {
    attempt_all(Added::default()).await
}

/// As [`prove`], inside walls with what the policy of `project` lets its sessions read and reach besides; the proofs about
/// that name it. Nothing of the project itself is looked at.
///
/// Fails with `EngineError` also when the project's directory is missing or a policy file is broken.
pub async fn prove_for(project: &OpenProject) -> Result<Vec<Proof>, EngineError> {
    let guard = SessionGuard::new(project, &SessionId(Uuid::new_v4().to_string()))?;
    let added = Added { granted: guard.granted(project), hosts: guard.hosts() };
    let granted: Vec<String> = added.granted.iter().map(|path| path.display().to_string()).collect();
    let hosts = added.hosts.join(", ");
    let mut proofs = attempt_all(added).await?;
    for proof in proofs.iter_mut().filter(|proof| proof.outcome == Held::Held) {
        proof.detail = match proof.id.as_str() {
            GRANTED if !granted.is_empty() => format!("with {} granted", granted.join(", ")),
            UNLISTED if !hosts.is_empty() => format!("with {hosts} listed besides the usual hosts"),
            GRANTED | UNLISTED => "the project's policy adds none".into(),
            _ => continue,
        };
    }
    Ok(proofs)
}

async fn attempt_all(added: Added) -> Result<Vec<Proof>, EngineError> {
    let scratch = Scratch::set_up(added).await?;
    if scratch.words.is_empty() {
        let missing = harness_sandbox::probe().missing.join("; ");
        return Ok(ATTEMPTS.iter().map(|attempt| proof(attempt, Held::NotHeld, missing.clone())).collect());
    }
    let mut proofs = Vec::new();
    for attempt in ATTEMPTS {
        proofs.push(timed(scratch.make(attempt, &scratch.words)).await);
    }
    proofs.push(timed(scratch.bomb()).await);
    Ok(proofs)
}

fn proof(attempt: &Attempt, outcome: Held, detail: String) -> Proof {
    Proof { id: attempt.id.into(), what: attempt.what.into(), outcome, detail, took_ms: 0 }
}

async fn timed(attempt: impl Future<Output = Proof>) -> Proof {
    let began = std::time::Instant::now();
    let proof = attempt.await;
    Proof { took_ms: u32::try_from(began.elapsed().as_millis()).unwrap_or(u32::MAX), ..proof }
}

/// A project, a home, a data directory and some services, all of them for the attempts.
struct Scratch {
    root: tempfile::TempDir,
    /// The words of the walls, with the inner shell's.
    words: Vec<OsString>,
    env: BTreeMap<OsString, OsString>,
    port: u16,
    _gate: Option<Gate>,
    _rehearsal: Rehearsal,
}

impl Scratch {
    async fn set_up(added: Added) -> Result<Self, EngineError> {
        let failed = |source| EngineError::File { path: std::env::temp_dir(), action: "written", source };
        let root = tempfile::Builder::new().prefix("harness-prove-").tempdir().map_err(failed)?;
        let at = |name: &str| root.path().join(name);
        for dir in ["project", "home/.ssh", "outside", "data"] {
            fs::create_dir_all(at(dir)).map_err(failed)?;
        }
        fs::write(at("home/.ssh/id_ed25519"), TOKEN).map_err(failed)?;
        fs::write(at("outside/file"), "").map_err(failed)?;
        // The place for attempts is the system's, wherever a person's projects may live.
        let bounds = crate::bounds::Bounds::default();
        let app = App { bounds, ..App::open(Home::at(at("data"))?, Arc::new(SystemClock))? };
        let project = app.open_directory(&at("project"))?;
        crate::git::prepare(
            project.dir(),
            &crate::git::Prepare {
                run: harness_domain::id::RunId(1),
                uncommitted: crate::git::Uncommitted::Include,
                keep: &[],
                max_file_bytes: crate::git::MAX_FILE_BYTES,
                lock_wait: PATIENCE,
                at_ms: app.clock.now_ms(),
            },
        )?;
        let rehearsal = Rehearsal::start(Scenario::load("demo")?).await.map_err(|source| EngineError::File {
            path: "127.0.0.1".into(),
            action: "listened on",
            source,
        })?;
        let options = RunOptions::default();
        let start = Start {
            project: &project,
            options: &options,
            cli: Path::new("/bin/sh"),
            home: Some(&at("home")),
            rehearsal: Some(&rehearsal),
            session: &SessionId(Uuid::new_v4().to_string()),
            role: Role::Coding.as_str(),
            tools: Vec::new(),
            may_write: true,
            mcp_tools: Vec::new(),
            granted: added.granted.clone(),
            hosts: added.hosts,
            budget_left_usd: None,
        };
        let (launch, gate) = start.launch()?;
        let mut env = launch.env;
        let config = env.get(OsStr::new("CLAUDE_CONFIG_DIR")).map(PathBuf::from).unwrap_or_default();
        // Where the CLI finds its own directory in the home, the private home lies there.
        let login = match config.strip_prefix(at("home")) {
            Ok(below) => project.private_home().join(below),
            Err(_) => config.clone(),
        };
        fs::create_dir_all(&login).map_err(failed)?;
        fs::write(login.join(LOGIN), TOKEN).map_err(failed)?;
        env.insert("LOGIN".into(), config.join(LOGIN).into());
        env.insert("CLI_HOME".into(), env.get(OsStr::new("HOME")).cloned().unwrap_or_default());
        env.insert("GRANTED".into(), lines(&added.granted));
        let name = root.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
        let port = greet_on_loopback(&name).map_err(failed)?;
        Ok(Self { root, words: launch.wrapper, env, port, _gate: gate, _rehearsal: rehearsal })
    }

    fn at(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// Makes one attempt behind `words`, which are those of the walls but for tests of this self-test.
    async fn make(&self, attempt: &Attempt, words: &[OsString]) -> Proof {
        let before = self.state(attempt.sign);
        let mut victim = match victim() {
            Ok(victim) => victim,
            Err(error) => return proof(attempt, Held::NotTested, format!("no process to attack: {error}")),
        };
        let ran = self.run(attempt.line, words, victim.id().unwrap_or_default()).await;
        let is_victim_gone = victim.try_wait().ok().flatten().is_some();
        let _ = victim.kill().await;
        let Ok(printed) = ran else { return proof(attempt, Held::NotTested, "it could not be started".into()) };
        let is_through = match attempt.sign {
            Sign::Printed => printed.contains(THROUGH),
            Sign::Victim => is_victim_gone,
            Sign::Outside | Sign::Places => self.state(attempt.sign) != before,
        };
        // A walled-in shell that never ran proves nothing.
        if !printed.contains(BEGAN) || printed.contains(NOT_SHOWN) {
            return proof(attempt, Held::NotTested, printed.trim().to_owned());
        }
        proof(attempt, if is_through { Held::NotHeld } else { Held::Held }, String::new())
    }

    /// Everything that an attempt of this kind must not change.
    fn state(&self, sign: Sign) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        let places: &[&str] = match sign {
            Sign::Outside => &["outside", "home"],
            Sign::Places => &[
                "project/.git/hooks",
                "project/.git/config",
                "project/.git/info",
                "project/.claude",
                "project/.mcp.json",
                "data/policy.yaml",
                "data/projects/1/cli",
            ],
            Sign::Printed | Sign::Victim => &[],
        };
        for place in places {
            collect(&self.at(place), &mut files);
        }
        files
    }

    async fn run(&self, line: &str, words: &[OsString], victim: u32) -> std::io::Result<String> {
        let mut command = self.command(line, words, victim);
        let child = command.spawn()?;
        match tokio::time::timeout(PATIENCE, child.wait_with_output()).await {
            Ok(output) => {
                let output = output?;
                Ok(String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr))
            }
            Err(_) => Ok(format!("{BEGAN} and did not come to an end")),
        }
    }

    fn command(&self, line: &str, words: &[OsString], victim: u32) -> Command {
        // As the CLI does: its own process first, with the key at hand, and the command behind the prefix.
        let line = format!("echo {BEGAN}; cd \"$PROJECT\"; {line}");
        let cli = r#"if [ -n "$CLAUDE_CODE_SHELL_PREFIX" ]; then "$CLAUDE_CODE_SHELL_PREFIX" "$LINE"; else sh -c "$LINE"; fi; true"#;
        let all: Vec<OsString> = words.iter().cloned().chain(["/bin/sh", "-c", cli].map(OsString::from)).collect();
        #[expect(
            clippy::disallowed_methods,
            reason = "the self-test owns its attempts; they are waited for and killed on drop"
        )]
        let mut command = Command::new(&all[0]);
        command.args(&all[1..]).env_clear().envs(&self.env).current_dir(self.at("project")).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.env("LINE", line).env("PROJECT", self.at("project")).env("TOKEN", TOKEN);
        command
            .env("OUTSIDE", self.at("outside"))
            .env("DECOY", self.at("home/.ssh/id_ed25519"))
            .env("DATA", self.at("data"));
        command
            .env("VICTIM", victim.to_string())
            .env("PORT", self.port.to_string())
            .env("ABSTRACT", self.abstract_name());
        command
    }

    fn abstract_name(&self) -> String {
        self.root.path().file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// A fork bomb: the session must be ended, and soon.
    async fn bomb(&self) -> Proof {
        const ATTEMPT: Attempt = Attempt {
            id: "limits.fork-bomb",
            what: "take the machine down with processes without end",
            line: "i=0; while [ $i -lt 2000 ]; do sleep 15 & i=$((i+1)); done; wait",
            sign: Sign::Printed,
        };
        let mut child = match self.command(ATTEMPT.line, &self.words, 0).spawn() {
            Ok(child) => child,
            Err(error) => return proof(&ATTEMPT, Held::NotTested, error.to_string()),
        };
        let Some(process) = child.id().and_then(process_identity) else {
            return proof(&ATTEMPT, Held::NotTested, "its process could not be looked at".into());
        };
        let bounds = Bounds { processes: BOMB_BOUND, ..Bounds::default() };
        let (outcome, detail) = tokio::select! {
            why = bounds.exceeded(process) => (Held::Held, why),
            _ = child.wait() => (Held::NotHeld, "nobody ended it".into()),
            () = tokio::time::sleep(PATIENCE) => (Held::NotHeld, "nobody ended it".into()),
        };
        let _ = tokio::task::spawn_blocking(move || kill_tree(process, Uuid::new_v4())).await;
        proof(&ATTEMPT, outcome, detail)
    }
}

/// Paths, one on each line. One that holds a line's end itself is two that are not there.
fn lines(paths: &[PathBuf]) -> OsString {
    let mut lines = OsString::new();
    for path in paths {
        lines.push(path);
        lines.push("\n");
    }
    lines
}

/// What every attempt prints first.
const BEGAN: &str = "attempt-began";

fn collect(path: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    if let Ok(entries) = fs::read_dir(path) {
        entries.flatten().for_each(|entry| collect(&entry.path(), files));
    } else if let Ok(bytes) = fs::read(path) {
        files.insert(path.to_owned(), bytes);
    }
}

/// A process that stands for the host's others.
fn victim() -> std::io::Result<tokio::process::Child> {
    #[expect(clippy::disallowed_methods, reason = "the self-test owns this child and kills it after the attempt")]
    Command::new("/bin/sh")
        .args(["-c", "read -r _", "prove-victim"])
        .env("PROVE_SECRET", TOKEN)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
}

/// A service on loopback that greets whoever comes, for as long as this process lives.
fn greet_on_loopback(name: &str) -> std::io::Result<u16> {
    #[cfg(target_os = "linux")]
    {
        use std::os::{
            linux::net::SocketAddrExt,
            unix::net::{SocketAddr, UnixListener},
        };
        let listener = UnixListener::bind_addr(&SocketAddr::from_abstract_name(name)?)?;
        std::thread::Builder::new().name("prove-greeter".into()).spawn(move || {
            for mut client in listener.incoming().flatten() {
                let _ = client.write_all(b"prove-greeting\n");
            }
        })?;
    }
    #[cfg(not(target_os = "linux"))]
    let _ = name; // only Linux has sockets by name
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    std::thread::Builder::new().name("prove-greeter".into()).spawn(move || {
        for mut client in listener.incoming().flatten() {
            let _ = client.write_all(b"prove-greeting\n");
        }
    })?;
    Ok(port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_attempt_is_held_inside_the_walls() {
        let proofs = prove().await.expect("the scratch project is set up");
        let through: Vec<&Proof> = proofs.iter().filter(|proof| proof.outcome != Held::Held).collect();
        assert!(through.is_empty(), "each of these would be a hole: {through:#?}");
    }

    #[tokio::test]
    async fn without_walls_the_attempts_get_through_and_the_self_test_says_so() {
        let granted = tempfile::tempdir().expect("a temporary directory");
        let added = Added { granted: vec![granted.path().into()], hosts: Vec::new() };
        let scratch = Scratch::set_up(added).await.expect("the scratch project is set up");
        let mut without = scratch;
        // Outside, the home is where it is, and there is no inner shell.
        without.env.insert("HOME".into(), without.at("home").into());
        without.env.insert("CLI_HOME".into(), without.at("data/projects/1/cli").into());
        without.env.remove(OsStr::new("CLAUDE_CODE_SHELL_PREFIX"));
        // Those that harm nothing where nothing holds them.
        let expected = [
            "write.outside",
            "write.home",
            "write.link",
            "write.hard-link",
            "write.rename",
            "write.granted",
            "read.secret",
            "read.environment",
            "read.key",
            "read.data",
            "process.kill",
            "git.hooks",
            "git.settings",
            "git.info",
            "cli.settings",
            "mcp.settings",
            "policy.file",
            "shell.start-up",
            "network.loopback",
        ];
        for id in expected {
            let attempt = ATTEMPTS.iter().find(|attempt| attempt.id == id).expect("it is in the list");
            let made = without.make(attempt, &[]).await;
            assert_eq!(
                made.outcome,
                Held::NotHeld,
                "{id} gets through where there is no wall, or it proves nothing: {made:?}"
            );
        }
    }
}
