//! Real commands inside the real wall (tests named `outside_walls…` run without one).

use super::*;
use harness_domain::evidence::{CheckKind, SandboxLevel};
use harness_sandbox::{Network, Wall};
use std::{
    fs,
    sync::{Arc, Mutex},
};
use tempfile::TempDir;

/// A project, a private home and a home to hide, gone when dropped.
struct Ground {
    root: TempDir,
}

impl Ground {
    fn new() -> Self {
        let root = tempfile::tempdir().expect("a temporary directory");
        for dir in ["project", "private", "real"] {
            fs::create_dir(root.path().join(dir)).expect("a directory");
        }
        Self { root }
    }

    fn dir(&self, name: &str) -> PathBuf {
        fs::canonicalize(self.root.path()).expect("the directory exists").join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.dir("project").join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(path, text).expect("a file");
    }

    fn outside_walls(&self) -> CheckEnvironment {
        let mut env = CheckEnvironment::of_this_machine(self.dir("project"), self.dir("private"));
        env.wall = None;
        env.real_home = Some(self.dir("real"));
        env.timeout = Duration::from_secs(60);
        env
    }

    fn walled(&self) -> CheckEnvironment {
        assert_eq!(probe().level, SandboxLevel::Full, "these tests need bubblewrap: {:?}", probe().missing);
        CheckEnvironment { wall: Some(Wall::around(self.dir("project"), self.dir("private"))), ..self.outside_walls() }
    }
}

fn check(command: &str) -> Check {
    Check { kind: CheckKind::Test, command: command.into(), origin: "test".into() }
}

async fn run(command: &str, env: &CheckEnvironment) -> CheckResult {
    run_check(&check(command), env, CancellationToken::new()).await.expect("the check runs")
}

/// Whether a process with `word` in its command line lives.
#[cfg(target_os = "linux")]
fn lives(word: &str) -> bool {
    fs::read_dir("/proc").expect("/proc").flatten().any(|process| {
        let is_other = process.file_name().to_str() != Some(&std::process::id().to_string());
        is_other
            && fs::read(process.path().join("cmdline"))
                .is_ok_and(|line| String::from_utf8_lossy(&line).split('\0').any(|argument| argument == word))
    })
}

#[cfg(target_os = "linux")]
async fn waits_until(mut is_true: impl FnMut() -> bool) -> bool {
    for _ in 0..500 {
        if is_true() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    false
}

/// A length for `sleep` that no other test and no other run uses, as a name for the process.
fn unique_sleep(number: u32) -> String {
    format!("9{:07}{number:02}", std::process::id())
}

#[tokio::test]
async fn a_passing_node_project_passes_and_its_tests_are_counted() {
    let ground = Ground::new();
    ground.write("package.json", r#"{"scripts":{"test":"node --test"}}"#);
    ground.write(
        "sum.test.js",
        "const test = require('node:test'); const assert = require('node:assert');
         test('adds', () => assert.equal(1 + 1, 2)); test('skips', { skip: true }, () => {});
         test('serves', (t, done) => { const s = require('node:http').createServer((q, r) => r.end('hi'));
           s.listen(0, '127.0.0.1', () => fetch('http://127.0.0.1:' + s.address().port)
             .then(r => r.text()).then(text => { assert.equal(text, 'hi'); s.close(); done(); })); });",
    );
    let result = run("npm test", &ground.walled()).await;
    assert!(result.is_ok(), "the project's tests pass, a server on loopback included: {}", result.output_tail);
    assert_eq!(result.tests_run, Some(2), "the skipped one did not run: {}", result.output_tail);
}

#[tokio::test]
async fn a_failing_node_project_fails_with_its_assertion_in_the_tail() {
    let ground = Ground::new();
    ground.write("package.json", r#"{"scripts":{"test":"node --test"}}"#);
    ground.write("sum.test.js", "require('node:test')('adds', () => require('node:assert').equal(1 + 1, 3));");
    let result = run("npm test", &ground.walled()).await;
    assert_eq!(result.exit_code, Some(1), "node's failing tests exit with 1");
    assert!(result.output_tail.contains("2 == 3"), "the agent needs to see why: {}", result.output_tail);
    assert_eq!(result.tests_run, Some(1), "a failed test ran");
}

#[tokio::test]
async fn output_and_errors_are_interleaved_as_they_were_written() {
    let ground = Ground::new();
    let result = run("echo 1; echo 2 >&2; echo 3; exit 7", &ground.walled()).await;
    assert_eq!((result.output_tail.as_str(), result.exit_code), ("1\n2\n3\n", Some(7)), "one pipe keeps the order");
}

#[tokio::test]
async fn a_check_sees_only_named_variables_and_the_home_behind_the_wall() {
    let ground = Ground::new();
    fs::write(ground.dir("real").join("secret"), "s3cret").expect("a secret");
    let mut env = ground.walled();
    env.env.insert("FORCE_COLOR".into(), "1".into());
    let result = run("env; echo; test ! -e \"$HOME/secret\" && touch \"$HOME/cache\" && cat", &env).await;
    assert!(result.is_ok(), "the home is the private one, and input is empty: {}", result.output_tail);
    assert!(ground.dir("private").join("cache").exists(), "what it caches is kept for the next check");
    for line in ["CI=true", "TERM=dumb", "NO_COLOR=1", "npm_config_offline=true"] {
        assert!(result.output_tail.lines().any(|seen| seen == line), "{line} is set: {}", result.output_tail);
    }
    for name in ["FORCE_COLOR=", "CARGO_MANIFEST_DIR=", "USER="] {
        assert!(
            !result.output_tail.lines().any(|seen| seen.starts_with(name)),
            "{name} is not: {}",
            result.output_tail
        );
    }
}

#[tokio::test]
async fn the_project_can_be_written_and_the_world_around_it_cannot() {
    let ground = Ground::new();
    let outside = ground.dir("outside");
    fs::create_dir(&outside).expect("a directory");
    let result =
        run(&format!("touch inside && ! touch {}/owned && ! touch /etc/owned", outside.display()), &ground.walled())
            .await;
    assert!(result.is_ok(), "only the project is writable: {}", result.output_tail);
    assert!(ground.dir("project").join("inside").exists(), "what is written inside stays");
    assert!(!outside.join("owned").exists(), "what is written outside does not arrive");
}

#[tokio::test]
async fn a_server_on_the_hosts_loopback_cannot_be_reached() {
    let server = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = server.local_addr().expect("an address").port();
    let knock = format!(
        "node -e \"require('net').connect({port}, '127.0.0.1').on('connect', () => {{ console.log('REACHED'); process.exit() }})\""
    );
    let ground = Ground::new();
    let mut env = ground.walled();
    let result = run(&knock, &env).await;
    assert!(result.output_tail.contains("ECONNREFUSED"), "its own loopback is empty: {}", result.output_tail);
    env.wall.as_mut().expect("a wall").network = Network::Host;
    let result = run(&knock, &env).await;
    assert!(
        result.output_tail.contains("REACHED"),
        "the same knock is heard without isolation: {}",
        result.output_tail
    );
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn at_the_time_limit_the_grandchildren_die_too() {
    let ground = Ground::new();
    for (number, mut env) in [(1, ground.walled()), (2, ground.outside_walls())] {
        env.timeout = Duration::from_millis(700);
        let sleep = unique_sleep(number);
        let command = format!("echo begun; setsid sleep {sleep} & (sleep {sleep} & sleep {sleep}) ; sleep {sleep}");
        let start = Instant::now();
        let result = run(&command, &env).await;
        // Longer would mean that it was waited for in vain after it should have been killed.
        assert!(start.elapsed() < Duration::from_millis(4_500), "the answer comes at once: {:?}", start.elapsed());
        assert!(result.is_timed_out && result.exit_code.is_none() && !result.is_ok(), "it never ends: {result:?}");
        assert_eq!(result.output_tail, "begun\n", "what it said until then is kept");
        assert!((700..5_000).contains(&result.duration_ms), "stopped at its limit: {} ms", result.duration_ms);
        assert!(waits_until(|| !lives(&sleep)).await, "no process may be left, walled: {}", env.wall.is_some());
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_daemon_left_behind_neither_delays_the_result_nor_survives_it() {
    let ground = Ground::new();
    for (number, env) in [(3, ground.walled()), (4, ground.outside_walls())] {
        let sleep = unique_sleep(number);
        let start = Instant::now();
        let result = run(&format!("setsid sh -c 'trap \"\" HUP TERM; sleep {sleep}' & echo done"), &env).await;
        assert!(result.is_ok() && result.output_tail == "done\n", "the check itself passed: {result:?}");
        assert!(start.elapsed() < Duration::from_secs(10), "an open pipe must not hold it: {:?}", start.elapsed());
        assert!(waits_until(|| !lives(&sleep)).await, "the daemon is gone, walled: {}", env.wall.is_some());
    }
}

#[tokio::test]
async fn outside_walls_a_child_that_is_still_writing_may_finish_its_line() {
    let ground = Ground::new();
    let result = run("(sleep 0.1; echo late) & echo early", &ground.outside_walls()).await;
    assert_eq!(result.output_tail, "early\nlate\n", "half a second is enough for a pipeline to drain");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_cancelled_check_is_gone_with_everything_it_started() {
    let ground = Ground::new();
    for (number, mut env) in [(5, ground.walled()), (6, ground.outside_walls())] {
        let sleep = unique_sleep(number);
        let cancel = CancellationToken::new();
        let stop = cancel.clone();
        env.on_output = Some(Arc::new(move |_| stop.cancel()));
        let outcome = run_check(&check(&format!("sleep {sleep} & echo go; sleep {sleep}")), &env, cancel).await;
        assert!(matches!(outcome, Err(CheckError::Cancelled)), "a cancelled check proves nothing: {outcome:?}");
        assert!(waits_until(|| !lives(&sleep)).await, "nothing goes on behind our back");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_check_that_nobody_waits_for_any_more_is_killed() {
    let ground = Ground::new();
    for (number, env) in [(7, ground.walled()), (8, ground.outside_walls())] {
        let sleep = unique_sleep(number);
        let check = check(&format!("setsid sleep {sleep} & sleep {sleep}"));
        {
            let running = run_check(&check, &env, CancellationToken::new());
            tokio::pin!(running);
            tokio::select! {
                outcome = &mut running => unreachable!("it sleeps for ages: {outcome:?}"),
                is_seen = waits_until(|| lives(&sleep)) => assert!(is_seen, "it runs"),
            }
        }
        assert!(waits_until(|| !lives(&sleep)).await, "dropping it must end it, walled: {}", env.wall.is_some());
    }
}

#[tokio::test]
async fn a_flood_of_output_leaves_its_end_and_how_much_came_before() {
    let ground = Ground::new();
    let result = run("yes ' a line of the flood' | head -c 200M; echo the end", &ground.walled()).await;
    assert!(result.is_ok(), "a chatty check may pass: {:?}", result.exit_code);
    assert!(result.output_tail.len() <= OUTPUT_LIMIT, "{} bytes are kept", result.output_tail.len());
    assert!(
        result.output_tail.starts_with("[… 200.0 MiB of earlier"),
        "it says what is missing: {:.60}",
        result.output_tail
    );
    assert!(result.output_tail.ends_with("the end\n"), "the end is kept");
}

#[tokio::test]
async fn bytes_that_are_no_text_do_not_lose_the_text_around_them() {
    let ground = Ground::new();
    let result = run(r"printf 'a\377\376b\000c \303\244\n'", &ground.walled()).await;
    assert_eq!(result.output_tail, "a\u{FFFD}\u{FFFD}bc ä\n", "what is no character is marked, NUL is dropped");
}

#[tokio::test]
async fn live_output_is_the_whole_output_in_whole_characters() {
    let ground = Ground::new();
    let heard = Arc::new(Mutex::new(String::new()));
    let mut env = ground.walled();
    let listener = Arc::clone(&heard);
    env.on_output = Some(Arc::new(move |text| listener.lock().expect("no panic before").push_str(text)));
    run(r"printf '\303'; sleep 0.05; printf '\244\n'; seq 1 20000", &env).await;
    let heard = heard.lock().expect("no panic before");
    assert!(heard.starts_with("ä\n1\n") && heard.ends_with("\n20000\n"), "{} bytes heard", heard.len());
    assert_eq!(heard.lines().count(), 20_001, "nothing is lost on the way");
}

#[tokio::test]
async fn a_command_that_does_not_exist_is_a_failed_check() {
    let ground = Ground::new();
    let result = run("no-such-command --version", &ground.walled()).await;
    assert_eq!(result.exit_code, Some(127), "the shell ran and says so: {}", result.output_tail);
}

#[tokio::test]
async fn a_check_below_the_walls_project_runs_in_its_own_directory() {
    let ground = Ground::new();
    ground.write("it's a/sub dir/file", "");
    let mut env = ground.walled();
    env.dir = ground.dir("project").join("it's a/sub dir");
    let result = run("pwd; ls; exit 3", &env).await;
    assert!(result.output_tail.ends_with("it's a/sub dir\nfile\n"), "{}", result.output_tail);
    assert_eq!(result.exit_code, Some(3), "the exit code comes through");
}

#[tokio::test]
async fn what_the_project_did_not_cause_is_an_error_and_not_a_failed_check() {
    let ground = Ground::new();
    let cancel = CancellationToken::new();
    let mut env = ground.walled();

    let outcome = run_with_shell(Path::new("/no/such/sh"), &check("true"), &env, &cancel).await;
    assert!(matches!(outcome, Err(CheckError::ShellMissing { .. })), "no shell: {outcome:?}");

    let outcome = run_check(&check("echo a\0b"), &env, cancel.clone()).await;
    assert!(matches!(outcome, Err(CheckError::NotStarted { .. })), "no system can start this: {outcome:?}");

    env.wall.as_mut().expect("a wall").home = ground.dir("no-such-home");
    let outcome = run_check(&check("true"), &env, cancel.clone()).await;
    assert!(
        matches!(&outcome, Err(CheckError::WallFailed { message }) if message.contains("no-such-home")),
        "the wall could not be put up: {outcome:?}"
    );

    fs::remove_dir_all(ground.dir("project")).expect("the project can be removed");
    let outcome = run_check(&check("true"), &env, cancel.clone()).await;
    assert!(matches!(outcome, Err(CheckError::DirectoryMissing { .. })), "the project is gone: {outcome:?}");

    cancel.cancel();
    let outcome = run_check(&check("true"), &ground.outside_walls_at("/"), cancel).await;
    assert!(matches!(outcome, Err(CheckError::Cancelled)), "cancelled before it began: {outcome:?}");
}

impl Ground {
    fn outside_walls_at(&self, dir: &str) -> CheckEnvironment {
        CheckEnvironment { dir: dir.into(), ..self.outside_walls() }
    }
}

#[cfg(target_os = "linux")]
const HOST_GROUND: &str = "HARNESS_TEST_HOST_GROUND";

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_check_dies_with_a_host_that_is_killed() {
    let ground = Ground::new();
    let sleep = unique_sleep(9);
    #[expect(clippy::disallowed_methods, reason = "the test owns this process and ends it here")]
    let mut host = std::process::Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "check::process::tests::plays_a_host", "--ignored"])
        .env(HOST_GROUND, format!("{}\n{}\n{sleep}", ground.dir("project").display(), ground.dir("private").display()))
        .stdout(Stdio::null())
        .spawn()
        .expect("the host starts");
    let is_running = waits_until(|| lives(&sleep)).await;
    host.kill().expect("the host can be killed");
    host.wait().expect("the host is gone");
    assert!(is_running, "the host's check was running");
    assert!(waits_until(|| !lives(&sleep)).await, "nobody is left to watch it, so it must be gone");
}

#[cfg(target_os = "linux")]
#[tokio::test]
#[ignore = "started and killed by a_check_dies_with_a_host_that_is_killed"]
async fn plays_a_host() {
    let Ok(ground) = std::env::var(HOST_GROUND) else { return };
    let parts: Vec<&str> = ground.lines().collect();
    let mut env = CheckEnvironment::of_this_machine(parts[0], parts[1]);
    env.timeout = Duration::from_secs(60);
    run(&format!("setsid sleep {0} & sleep {0}", parts[2]), &env).await;
}
