//! The host is killed with signal 9: nothing of the session may go on.

use crate::support::{Host, Model, PATIENCE, Room, bash, runs, text};
use harness_agent::{is_alive, kill_tree, reap_marked, start};
use harness_domain::run::ProcessIdentity;
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    time::Instant,
};
use uuid::Uuid;

/// Set in the process that plays the host.
const ROLE: &str = "HARNESS_AGENT_TEST_HOST";

fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    #[expect(clippy::disallowed_methods, reason = "the test itself plays the host's parent")]
    Command::new(program)
}

/// Not a test of its own: the host that the next test kills. Does nothing unless it is told to play that role.
#[tokio::test]
async fn the_host_that_is_killed() {
    if std::env::var_os(ROLE).is_none() {
        return;
    }
    let room = Room::new();
    let model = Model::new(|n, _| match n {
        0 => bash("echo $$ > bash; (setsid sh -c 'echo $$ > daemon; exec sleep 600' &); sleep 600"),
        _ => text("never asked"),
    })
    .await;
    let running = start(room.launch(&model), Arc::new(Host::default())).await.unwrap();
    let read = |name: &str| std::fs::read_to_string(room.project().join(name)).ok().filter(|pid| pid.ends_with('\n'));
    crate::support::until("both run", || read("bash").is_some() && read("daemon").is_some()).await;
    let (bash, daemon) = (read("bash").unwrap(), read("daemon").unwrap());
    println!("PIDS {} {} {} {}", running.process().pid, bash.trim(), daemon.trim(), room.project().display());
    running.finished().await;
}

#[test]
fn when_the_host_is_killed_the_agent_and_all_it_started_die_with_it() {
    let this = std::env::current_exe().unwrap();
    let mut host = command(this)
        .args(["--exact", "death::the_host_that_is_killed", "--nocapture"])
        .env(ROLE, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(host.stdout.take().unwrap()).lines();
    let line = lines.map_while(Result::ok).find_map(|line| line.split_once("PIDS ").map(|(_, pids)| pids.to_owned()));
    let line = line.expect("the host tells what it started");
    let mut stranger = command("sleep").arg("600").env("HARNESS_SESSION", Uuid::new_v4().to_string()).spawn().unwrap();
    let words: Vec<&str> = line.split_whitespace().collect();
    let (pids, project) = (&words[..3], words[3]);
    assert!(pids.iter().all(|pid| runs(pid)), "the CLI, its command and a daemon run: {line}");

    host.kill().unwrap(); // signal 9
    host.wait().unwrap();
    let killed = Instant::now();
    while pids.iter().any(|pid| runs(pid)) {
        assert!(
            killed.elapsed() < PATIENCE,
            "of {line} something is left: {:?}",
            pids.iter().map(|p| runs(p)).collect::<Vec<_>>()
        );
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(runs(&stranger.id().to_string()), "another host's session goes on");
    stranger.kill().unwrap();
    stranger.wait().unwrap();
    // The killed host could not tidy up after itself.
    std::fs::remove_dir_all(Path::new(project).parent().unwrap()).unwrap();
}

#[test]
fn what_a_host_left_behind_is_found_by_its_number_and_start_or_by_its_marker() {
    let session = Uuid::new_v4();
    let orphan = |session: Uuid| {
        command("setsid").args(["sleep", "600"]).env("HARNESS_SESSION", session.to_string()).spawn().unwrap()
    };
    let other = Uuid::new_v4();
    let (mut first, mut second, mut stranger) = (orphan(session), orphan(session), orphan(other));
    let started = |pid: u32| -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        stat.rsplit_once(')').unwrap().1.split_whitespace().nth(19).unwrap().parse().unwrap()
    };
    // The marker is there from the exec on; until then the child is a copy of this test.
    let is_sleep =
        |pid: u32| std::fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.trim() == "sleep");
    let waiting = Instant::now();
    while ![first.id(), second.id(), stranger.id()].into_iter().all(is_sleep) {
        assert!(waiting.elapsed() < PATIENCE, "the three start");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let identity = ProcessIdentity { pid: first.id(), started: started(first.id()) };
    let reused = ProcessIdentity { started: identity.started + 1, ..identity };
    assert!(is_alive(identity) && !is_alive(reused), "a number alone is no identity");
    assert_eq!(kill_tree(reused, Uuid::new_v4()), 0, "a process that only has the number is not touched");
    assert!(is_alive(identity), "it still runs");
    assert_eq!(kill_tree(identity, session), 2, "the process, and what carries the same marker");
    assert!(!is_alive(identity), "it is gone");
    assert!(runs(&stranger.id().to_string()), "another session is not touched");
    assert_eq!(reap_marked(other), 1, "by the marker alone");
    assert_eq!(reap_marked(other), 0, "and nothing is left to find");
    for child in [&mut first, &mut second, &mut stranger] {
        child.wait().unwrap();
    }
}
