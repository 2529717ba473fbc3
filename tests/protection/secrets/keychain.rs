//! The API key in a real keychain, and the one process that gets it.

use super::planted::anthropic;
use crate::{stage::*, support::Ended};
use serde_json::Value;
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Command, Stdio},
};

/// The secret service of a machine: none, or one with this password.
#[derive(Clone, Copy)]
enum Keychain<'a> {
    NoBus,
    NoService,
    Unlocked(&'a str),
}

/// Whether a secret service is on the bus: the daemon goes into the background before it is.
const IS_THERE: &str = "dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner \
                        string:org.freedesktop.secrets | grep -q true";

/// Runs `script` in a shell on the stage's machine; `$harness` is the program.
fn with(stage: &Stage, keychain: Keychain<'_>, script: &str, env: &[(&str, &str)]) -> Ended {
    let home = stage.machine.path("home");
    let run = home.join("run");
    fs::create_dir_all(&run).expect("a directory");
    fs::set_permissions(&run, fs::Permissions::from_mode(0o700)).expect("its mode");
    // No file that starts a service by itself: what runs is what the test starts.
    let bus = stage.machine.path("bus.conf");
    let config = format!(
        "<busconfig><type>session</type><listen>unix:tmpdir={}</listen><policy context=\"default\"><allow send_destination=\"*\" \
         eavesdrop=\"true\"/><allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>",
        run.display()
    );
    fs::write(&bus, config).expect("a file");
    let (mut words, unlock) = match keychain {
        Keychain::NoBus => (Vec::new(), String::new()),
        Keychain::NoService => {
            (vec!["dbus-run-session", "--config-file", bus.to_str().expect("plain"), "--"], String::new())
        }
        Keychain::Unlocked(password) => (
            vec!["dbus-run-session", "--config-file", bus.to_str().expect("plain"), "--"],
            format!(
                "printf %s '{password}' | gnome-keyring-daemon --unlock --components=secrets --daemonize > /dev/null\n\
                 for try in $(seq 200); do {IS_THERE} && break; sleep 0.05; done\n"
            ),
        ),
    };
    let script = format!("{unlock}{script}");
    words.extend(["sh", "-c", &script]);
    let mut command = Command::new(words[0]);
    command
        .args(&words[1..])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", &home)
        .env("XDG_RUNTIME_DIR", &run)
        .env("HARNESS_HOME", stage.machine.path("data"))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("harness", env!("CARGO_BIN_EXE_harness"))
        .env("dir", &stage.dir)
        .envs(env.iter().copied())
        .stdin(Stdio::null());
    let child =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("dbus and gnome-keyring are installed");
    crate::support::finish(child)
}

/// A fake Claude CLI: it only tells, as a checksum, which key it got. The real one would send it to its maker.
fn telltale(stage: &Stage) -> String {
    let path = stage.machine.path("telltale-claude");
    let script = "#!/bin/sh\n[ \"$1\" = --version ] && { echo '2.1.197 (fake)'; exit 0; }\n\
                  printf %s \"$ANTHROPIC_API_KEY\" | sha256sum | cut -c1-64 > \"$HOME/key-seen.txt\"\n\
                  cat /proc/[0-9]*/cmdline | tr '\\0' ' ' > \"$HOME/words-seen.txt\" 2> /dev/null\n\
                  echo \"the key is $ANTHROPIC_API_KEY\" >&2\nexit 3\n";
    fs::write(&path, script).expect("a script");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("its mode");
    path.to_str().expect("a plain path").to_owned()
}

/// A file that the fake wrote to the home it saw, the CLI's own: what lies in the project may be put aside with a card.
fn seen(stage: &Stage, name: &str) -> PathBuf {
    stage.machine.path("data/projects/1/cli").join(name)
}

fn told_by(stage: &Stage, name: &str) -> String {
    fs::read_to_string(seen(stage, name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn checksum(key: &str) -> String {
    let script = format!("printf %s '{key}' | sha256sum | cut -c1-64");
    let output = Command::new("sh").args(["-c", &script]).output().expect("there is a shell");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

const RUN: &str = "\"$harness\" run \"$dir\" --claude \"$fake\" --json --backoff 0.01 --max-sessions 1";

#[test]
fn a_key_goes_from_the_keychain_to_the_cli_and_nowhere_else() {
    let (stored, other) = (anthropic(50), anthropic(51));
    // Enough of them: a card is parked when its sessions crash.
    let stage = Stage::new(&["One", "Two", "Three", "Four", "Five", "Six"]);
    let fake = telltale(&stage);
    let open = Keychain::Unlocked("a password");
    let ask = |script: &str, more: &[(&str, &str)]| {
        let env = [&[("fake", fake.as_str()), ("key", stored.as_str())], more].concat();
        with(&stage, open, script, &env)
    };
    let status = |more: &[(&str, &str)]| -> Value {
        let ended = ask("\"$harness\" key status --json", more);
        serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"))
    };
    let run = |more: &[(&str, &str)]| {
        let _ = fs::remove_file(seen(&stage, "key-seen.txt"));
        let ended = ask(RUN, more);
        assert!(seen(&stage, "key-seen.txt").exists(), "a session was started: {ended:?}");
        assert!(!told_by(&stage, "words-seen.txt").contains(&stored[20..60]), "an argument is seen by every user");
        for text in [&ended.stdout, &ended.stderr] {
            assert!(!text.contains(&stored[20..60]) && !text.contains(&other[20..60]), "it is shown: {text}");
        }
        told_by(&stage, "key-seen.txt")
    };
    assert_eq!(status(&[])["keychain"], "empty", "there is none yet");
    assert_eq!(run(&[]), checksum(""), "and a session gets none");

    let set = ask("printf '  %s\\n' \"$key\" | \"$harness\" key set", &[]);
    assert_eq!(set.code, Some(0), "it is stored: {set:?}");
    assert!(!format!("{set:?}").contains(&stored[20..60]), "and not shown: {set:?}");
    assert_eq!(status(&[])["keychain"], "stored", "another process finds it");
    assert_eq!(run(&[]), checksum(&stored), "the CLI gets exactly this key");

    let both = [("ANTHROPIC_API_KEY", other.as_str())];
    assert_eq!(run(&both), checksum(&stored), "what was stored on purpose goes before what lies around");
    let doctor = ask("\"$harness\" doctor --claude \"$fake\"", &both);
    assert!(doctor.stdout.contains("billed to the API key in the keychain"), "which one wins is told: {doctor:?}");
    for (choice, expected) in
        [("environment", other.as_str()), ("subscription", ""), ("keychain", &stored), ("auto", &stored)]
    {
        let chosen = ask(&format!("\"$harness\" key use {choice}"), &both);
        assert_eq!(chosen.code, Some(0), "{choice}: {chosen:?}");
        assert_eq!(run(&both), checksum(expected), "the person chose {choice}");
    }
    let rehearsal = stage
        .run(&builds("rehearsal", "printf %s \"$ANTHROPIC_API_KEY\" > seen-by-agent.txt"), &["--max-sessions", "1"]);
    assert!(!stage.read("seen-by-agent.txt").contains(&stored[20..60]), "a rehearsal has no account: {rehearsal:?}");

    for file in ["data/app.db", "data/app.db-wal", "data/projects/1/project.db", "data/projects/1/project.db-wal"] {
        let bytes = fs::read(stage.machine.path(file)).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(&stored[20..60]) && !text.contains(&other[20..60]), "{file} has it");
    }
    let removed = ask("\"$harness\" key remove", &[]);
    assert_eq!(removed.code, Some(0), "it goes: {removed:?}");
    assert_eq!(status(&[])["keychain"], "empty", "it is gone");
    assert_eq!(run(&both), checksum(&other), "then the environment's key counts");
}

#[test]
fn a_keychain_that_cannot_be_used_is_told_with_what_to_do() {
    let stage = Stage::new(&["Build"]);
    let (fake, key) = (telltale(&stage), anthropic(52));
    let env = [("fake", fake.as_str()), ("key", key.as_str())];
    let set = "printf %s \"$key\" | \"$harness\" key set";
    for (what, keychain) in [("no bus", Keychain::NoBus), ("no service", Keychain::NoService)] {
        let ended = with(&stage, keychain, set, &env);
        assert_eq!(ended.code, Some(1), "{what}: {ended:?}");
        assert!(
            ended.stderr.contains("no keychain") && ended.stderr.contains("ANTHROPIC_API_KEY"),
            "{what}: {ended:?}"
        );
        assert!(!ended.stderr.contains(&key[20..60]), "{what}: the key is not shown: {ended:?}");
    }
    let ended = with(&stage, Keychain::Unlocked("right"), set, &env);
    assert_eq!(ended.code, Some(0), "it is stored: {ended:?}");
    let locked = with(
        &stage,
        Keychain::Unlocked("wrong"),
        "\"$harness\" key set < /dev/null; printf %s \"$key\" | \"$harness\" key set",
        &env,
    );
    assert!(locked.stderr.contains("it is empty"), "nothing is no key: {locked:?}");
    assert!(
        locked.code == Some(1) && locked.stderr.contains("locked"),
        "another password does not open it: {locked:?}"
    );

    let run = with(&stage, Keychain::Unlocked("wrong"), RUN, &env);
    assert_eq!(run.code, Some(1), "no run on an account that was not chosen: {run:?}");
    assert!(run.stdout.contains("no_account") && run.stderr.contains("harness key use subscription"), "{run:?}");
    assert!(!seen(&stage, "key-seen.txt").exists(), "no session was started");
    let server = [&env[..], &[("ANTHROPIC_API_KEY", key.as_str())]].concat();
    let script = format!("\"$harness\" key use environment && {RUN}");
    let run = with(&stage, Keychain::NoBus, &script, &server);
    assert_eq!(told_by(&stage, "key-seen.txt"), checksum(&key), "a server needs no keychain: {run:?}");
}
