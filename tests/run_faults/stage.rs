//! A project with one test that passes, runs of it that can be watched and killed, and a look at the machine's processes.

use crate::support::{Ended, Machine, PATIENCE, git};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Condvar, Mutex},
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// Where bubblewrap is looked for; covering all of them is how a machine without it is played.
const BUBBLEWRAPS: [&str; 4] =
    ["/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap", "/run/current-system/sw/bin/bwrap"];

/// Processes that a dead host left may live no longer than this.
pub const DEATH_WITHIN: Duration = Duration::from_secs(15);

/// A machine with one project.
pub struct Stage {
    pub machine: Machine,
    pub dir: PathBuf,
}

impl Stage {
    /// A Node project whose one test passes, not under version control, with a card for each name.
    pub fn new(cards: &[&str]) -> Self {
        let stage = Self::empty();
        stage.file("package.json", r#"{"private": true, "type": "module", "scripts": {"test": "node --test"}}"#);
        stage.file("test/base.test.js", "import test from 'node:test';\ntest('the base holds', () => {});\n");
        for card in cards {
            stage.ok(&["features", "add", card]);
        }
        stage
    }

    /// A project directory with nothing in it.
    pub fn empty() -> Self {
        let machine = Machine::new();
        // Spaces and characters of several bytes, as on people's machines.
        let dir = machine.project("my app 日本").canonicalize().expect("it was made a moment ago");
        Self { machine, dir }
    }

    /// Writes a file of the project.
    pub fn file(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.dir.join(name);
        fs::create_dir_all(path.parent().expect("it is below the project")).expect("a directory");
        fs::write(path, text).expect("a file");
    }

    /// Reads a file of the project.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.dir.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// A command about this project; it must succeed. Returns what it printed.
    pub fn ok(&self, words: &[&str]) -> String {
        let ended = self.tell(words);
        assert_eq!(ended.code, Some(0), "{words:?} must succeed: {ended:?}");
        ended.stdout
    }

    /// A command about this project.
    pub fn tell(&self, words: &[&str]) -> Ended {
        let project = self.dir.to_str().expect("a plain path");
        self.machine.harness(&[words, &["--project", project]].concat())
    }

    /// A command about this project that prints JSON.
    pub fn json(&self, words: &[&str]) -> Value {
        let printed = self.ok(&[words, &["--json"]].concat());
        serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: not JSON: {printed}"))
    }

    /// The card of that name.
    pub fn card(&self, name: &str) -> Value {
        let cards = self.machine.features(&self.dir);
        cards.into_iter().find(|card| card["name"] == name).unwrap_or_else(|| panic!("there is no card {name}"))
    }

    /// The runs of the project, newest first.
    pub fn runs(&self) -> Vec<Value> {
        self.json(&["runs", "list"]).as_array().expect("a list").clone()
    }

    /// One run with its sessions and changes of state.
    pub fn a_run(&self, id: u32) -> Value {
        self.json(&["runs", "show", &id.to_string()])
    }

    /// Every message of a session, as it was stored.
    pub fn transcript(&self, session: &Value) -> String {
        self.ok(&["runs", "transcript", session.as_str().expect("the id of a session")])
    }

    /// `git` in the project.
    pub fn git(&self, words: &[&str]) -> String {
        git(&self.dir, words)
    }

    /// The words of `harness run` on this project with a scripted model.
    pub fn words_of(&self, scenario: &Value, more: &[&str]) -> Vec<String> {
        let name = scenario["name"].as_str().expect("a scenario has a name");
        let file = self.machine.scenario(name, &scenario.to_string());
        let dir = self.dir.to_str().expect("a plain path");
        let words = ["run", dir, "--rehearse", &file, "--json"];
        let quickly: &[&str] = if more.contains(&"--backoff") { &[] } else { &["--backoff", "0.05"] };
        words.iter().chain(quickly).chain(more).map(|word| (*word).to_owned()).collect()
    }

    /// Starts a run and goes on at once.
    pub fn start(&self, scenario: &Value, more: &[&str]) -> Watched {
        Watched::over(self.machine.command(&self.words_of(scenario, more)))
    }

    /// Starts a run on a machine that has no walls to offer, and temporary files of its own.
    pub fn start_unwalled(&self, scenario: &Value, more: &[&str]) -> Watched {
        let mut run = self.machine.command(&self.words_of(scenario, more));
        run.env("HARNESS_WALL", "none");
        Watched::over(self.without_bubblewrap(&run))
    }

    /// The same command on a machine without bubblewrap, with temporary files of its own.
    pub fn without_bubblewrap(&self, command: &Command) -> Command {
        let root = self.machine.path("").canonicalize().expect("it is there");
        let (root, tmp) = (root.display().to_string(), self.machine.project("tmp").display().to_string());
        let mut words = ["bwrap", "--die-with-parent", "--dev-bind", "/", "/", "--bind", &tmp, "/tmp"].to_vec();
        words.extend(["--bind", &root, &root]);
        // Whatever of the product lies below /tmp stays in sight.
        let checkout =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..").canonicalize().expect("it is built from here");
        let built = Path::new(env!("CARGO_BIN_EXE_harness")).canonicalize().expect("it is built");
        for path in [checkout.to_str(), built.to_str()] {
            let path = path.expect("a plain path");
            words.extend(["--ro-bind", path, path]);
        }
        let programs: BTreeSet<PathBuf> = BUBBLEWRAPS.iter().filter_map(|path| fs::canonicalize(path).ok()).collect();
        for program in &programs {
            words.extend(["--dev-bind", "/dev/null", program.to_str().expect("a plain path")]);
        }
        inside(&words, command)
    }

    /// A run from start to end.
    pub fn run(&self, scenario: &Value, more: &[&str]) -> (Ended, Vec<Value>) {
        self.start(scenario, more).end()
    }

    /// The same, and every card must pass in the end.
    pub fn run_to_all_passing(&self, scenario: &Value, more: &[&str]) -> Vec<Value> {
        let (ended, events) = self.run(scenario, more);
        assert_eq!(ended.code, Some(0), "the run must end with every card passing: {}", told(&ended, &events));
        for card in self.machine.features(&self.dir) {
            assert_eq!(card["status"], "passing", "the exit code says that every card passes: {card}");
        }
        events
    }

    /// The command line of every process that belongs to this machine: by its environment, its working directory, its
    /// arguments, or a mark in them.
    pub fn processes(&self, marks: &[&str]) -> Vec<(u32, String)> {
        let root = self.machine.path("").to_str().expect("a plain path").trim_end_matches('/').to_owned();
        let own = std::process::id();
        let entries = fs::read_dir("/proc").expect("these tests read /proc").flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        pids.filter(|pid| *pid != own)
            .filter_map(|pid| {
                let about = Path::new("/proc").join(pid.to_string());
                let read = |name| String::from_utf8_lossy(&fs::read(about.join(name)).unwrap_or_default()).into_owned();
                let command = read("cmdline").replace('\0', " ");
                let cwd = fs::read_link(about.join("cwd")).unwrap_or_default();
                let is_ours = command.contains(&root)
                    || read("environ").contains(&root)
                    || cwd.starts_with(&root)
                    || marks.iter().any(|mark| command.contains(mark));
                is_ours.then_some((pid, command))
            })
            .collect()
    }

    /// Kills the host without a warning in the middle of a session, once that session and everything in `alive` runs;
    /// afterwards nothing of it may be left. The words in `alive` must stand in no other command line of the machine.
    pub fn kill(&self, run: Watched, alive: &[&str]) {
        crate::support::eventually(&format!("everything runs that is to be orphaned: {alive:?}"), || {
            let running = self.processes(alive);
            let has = |is_it: &dyn Fn(&str) -> bool| running.iter().any(|(_, command)| is_it(command));
            // Not the shell that is yet to start it, and whose line names it too.
            let sleeps = |word: &&str| has(&|command| command.starts_with("sleep ") && command.contains(*word));
            has(&|command| command.contains("--session-id")) && alive.iter().all(sleeps)
        });
        self.kill_at_once(run, alive);
    }

    /// Kills the host without a warning; afterwards nothing of it may be left.
    pub fn kill_at_once(&self, run: Watched, marks: &[&str]) {
        let text = |event: &Value| Some(event["session"].as_str()?.to_owned());
        let sessions: Vec<String> = run.seen().iter().filter_map(text).collect();
        run.kill();
        let marks: Vec<&str> = marks.iter().copied().chain(sessions.iter().map(String::as_str)).collect();
        let killed_at = Instant::now();
        loop {
            let left = self.processes(&marks);
            if left.is_empty() {
                return;
            }
            assert!(killed_at.elapsed() < DEATH_WITHIN, "the host is dead, and these live on: {left:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // Whatever a test that failed has left behind. It names the machine's own directory, so it is nobody else's.
        for (pid, _) in self.processes(&[]) {
            let _ = Command::new("sh").args(["-c", &format!("kill -KILL {pid} 2> /dev/null")]).status();
        }
    }
}

/// Kills one process without a warning.
pub fn kill(pid: u32) {
    let status = Command::new("sh").args(["-c", &format!("kill -KILL {pid}")]).status().expect("there is a shell");
    assert!(status.success(), "process {pid} was alive a moment ago");
}

/// `command` with other words before its own, in the same environment.
pub fn inside(words: &[&str], command: &Command) -> Command {
    let mut outer = Command::new(words[0]);
    outer.args(&words[1..]).arg(command.get_program()).args(command.get_args()).env_clear().stdin(Stdio::null());
    outer.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    outer
}

/// An end and what was heard before it, for the message of an assertion.
pub fn told(ended: &Ended, events: &[Value]) -> String {
    let events: Vec<String> = events.iter().map(Value::to_string).collect();
    format!("exit {:?}, stderr {:?}, events:\n{}", ended.code, ended.stderr, events.join("\n"))
}

/// How a run ended, as its last event tells.
pub fn end_of(events: &[Value]) -> &Value {
    let last = events.iter().find(|event| event["event"] == "run_ended");
    &last.unwrap_or_else(|| panic!("the run never ended: {events:?}"))["end"]
}

/// The messages a person sees about a topic.
pub fn notices<'a>(events: &'a [Value], topic: &str) -> Vec<&'a str> {
    let about = events.iter().filter(|event| event["event"] == "noticed" && event["topic"] == topic);
    about.filter_map(|event| event["message"].as_str()).collect()
}

/// A program that is being watched. Killed when it is dropped.
pub struct Watched {
    child: Child,
    heard: Arc<(Mutex<Heard>, Condvar)>,
    readers: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Heard {
    stdout: String,
    events: Vec<Value>,
    stderr: String,
    is_over: bool,
}

impl Watched {
    pub fn over(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let heard: Arc<(Mutex<Heard>, Condvar)> = Arc::default();
        let (stdout, stderr) = (child.stdout.take().expect("piped"), child.stderr.take().expect("piped"));
        let (of_stdout, of_stderr) = (heard.clone(), heard.clone());
        let reading = std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines() {
                let line = line.expect("the program prints text");
                let mut heard = of_stdout.0.lock().expect("nobody panics while holding it");
                heard.events.extend(serde_json::from_str(&line).ok());
                heard.stdout += &(line + "\n");
                of_stdout.1.notify_all();
            }
            of_stdout.0.lock().expect("nobody panics while holding it").is_over = true;
            of_stdout.1.notify_all();
        });
        let complaints = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = BufReader::new(stderr).read_to_end(&mut bytes);
            of_stderr.0.lock().expect("nobody panics while holding it").stderr =
                String::from_utf8_lossy(&bytes).into_owned();
        });
        Self { child, heard, readers: vec![reading, complaints] }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The events up to now.
    pub fn seen(&self) -> Vec<Value> {
        self.heard.0.lock().expect("nobody panics while holding it").events.clone()
    }

    /// The first event that `is_it` accepts, awaited.
    pub fn until(&self, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        let mut heard = self.heard.0.lock().expect("nobody panics while holding it");
        loop {
            if let Some(event) = heard.events.iter().find(|event| is_it(event)) {
                return event.clone();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!heard.is_over && !left.is_zero(), "this never happened: {what}; only:\n{}", heard.stdout);
            heard = self.heard.1.wait_timeout(heard, left).expect("nobody panics while holding it").0;
        }
    }

    /// Waits until the run is in a state.
    pub fn until_state(&self, state: &str) {
        self.until(&format!("the run is {state}"), |event| {
            event["event"] == "run_state_changed" && event["to"] == state
        });
    }

    /// Waits until the agent calls a tool, for the `times`-th time.
    pub fn until_tool(&self, subject: &str) {
        self.until(&format!("the agent calls {subject:?}"), |event| {
            event["event"] == "tool_used" && event["subject"].as_str().is_some_and(|text| text.contains(subject))
        });
    }

    /// Kills it without a warning.
    pub fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it can be waited for");
    }

    /// Waits for its end; what hangs is killed and fails the test.
    pub fn end(mut self) -> (Ended, Vec<Value>) {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("it can be waited for") {
                break status;
            }
            if Instant::now() > deadline {
                let heard = self.heard.0.lock().expect("nobody panics while holding it").stdout.clone();
                panic!("the run hangs; so far it said:\n{heard}");
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        for reader in self.readers.drain(..) {
            reader.join().expect("reading cannot fail");
        }
        let heard = self.heard.0.lock().expect("nobody panics while holding it");
        let ended = Ended { code: status.code(), stdout: heard.stdout.clone(), stderr: heard.stderr.clone() };
        (ended, heard.events.clone())
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A scenario of coding sessions.
pub fn coding(name: &str, steps: Value) -> Value {
    json!({ "name": name, "title": format!("Rehearsal: {name}"), "roles": { "coding": steps } })
}

/// A turn with one command.
pub fn bash(command: &str) -> Value {
    json!({ "calls": [{ "Bash": { "command": command, "description": "a step of the test" } }] })
}

/// A turn that takes the next card.
pub fn take_card() -> Value {
    json!({ "calls": ["feature_get_next"] })
}

/// A turn that asks for the checks.
pub fn ask_for_checks() -> Value {
    json!({ "calls": [{ "feature_mark_passing": { "feature_id": "{{ feature_get_next.feature.id }}" } }] })
}

/// Sessions that build each card with one command and pass.
pub fn builds(name: &str, command: &str) -> Value {
    coding(name, json!([take_card(), bash(command), ask_for_checks(), { "say": "Done." }]))
}

/// Something to build that differs from card to card.
pub const BUILD: &str = "mkdir -p src && date +%s%N > src/part-$$.txt";
