//! Choosing checks, and running a whole plan inside the real wall.

use super::*;
use std::{fs, time::Duration};
use tempfile::TempDir;

fn check(kind: CheckKind, command: &str) -> Check {
    Check { kind, command: command.into(), origin: "configured".into() }
}

fn configured(checks: &[Check]) -> ProjectSettings {
    ProjectSettings { checks: checks.to_vec(), ..ProjectSettings::default() }
}

fn commands(checks: &[Check]) -> Vec<&str> {
    checks.iter().map(|check| check.command.as_str()).collect()
}

fn project(package: &str) -> TempDir {
    let dir = tempfile::tempdir().expect("a temporary directory");
    fs::write(dir.path().join("package.json"), package).expect("a file");
    dir
}

const WEB: &str = r#"{"scripts":{"typecheck":"tsc","build":"vite build","test":"node --test"}}"#;

#[test]
fn configured_checks_replace_the_detected_ones() {
    let dir = project(WEB);
    let chosen = plan(dir.path(), &configured(&[check(CheckKind::Test, "make e2e")]), &[], false);
    assert_eq!(commands(&chosen.run), ["make e2e"], "a person's choice is the whole choice");
    assert!(chosen.problems.is_empty(), "what was not looked for cannot be a problem: {:?}", chosen.problems);
}

#[test]
fn a_features_own_checks_are_added_and_never_stand_alone() {
    let dir = project(WEB);
    let own = ["curl -f localhost:3000/health".to_owned(), "  ".to_owned(), " npm test ".to_owned(), "true".to_owned()];
    let chosen = plan(dir.path(), &ProjectSettings::default(), &own, false);
    assert_eq!(
        commands(&chosen.run),
        ["npm run -s typecheck", "npm run -s build", "npm test", "curl -f localhost:3000/health"],
        "the project's checks stay, what is there already is not run twice, and what proves nothing is left out"
    );
    assert_eq!(chosen.run[3].kind, CheckKind::Feature, "its kind says where it belongs");
    assert!(chosen.problems.iter().any(|problem| problem.contains("`true` does nothing")), "{:?}", chosen.problems);
}

#[test]
fn the_quick_mode_runs_the_light_checks_and_names_the_others() {
    let dir = project(WEB);
    let chosen = plan(dir.path(), &ProjectSettings::default(), &["node extra.js".to_owned()], true);
    assert_eq!(commands(&chosen.run), ["npm run -s typecheck"], "types are quick");
    assert_eq!(
        commands(&chosen.skipped),
        ["npm run -s build", "npm test", "node extra.js"],
        "the card says what was not done"
    );
}

#[test]
fn the_quick_mode_builds_where_there_is_nothing_lighter() {
    let settings = configured(&[check(CheckKind::Build, "make"), check(CheckKind::Test, "make test")]);
    let chosen = plan(Path::new("/nowhere"), &settings, &[], true);
    assert_eq!(
        (commands(&chosen.run), commands(&chosen.skipped)),
        (vec!["make"], vec!["make test"]),
        "a build is something"
    );
}

#[test]
fn a_project_without_checks_is_told_apart_from_one_whose_checks_were_left_out() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let nothing = plan(dir.path(), &ProjectSettings::default(), &[], false);
    assert!(
        nothing.found_nothing() && !nothing.problems.is_empty(),
        "the caller refuses, and can say why: {nothing:?}"
    );
    let left_out = plan(dir.path(), &configured(&[check(CheckKind::Test, "make test")]), &[], true);
    assert!(left_out.run.is_empty() && !left_out.found_nothing(), "there are checks, the quick mode left them out");
}

#[test]
fn only_the_success_of_every_check_proves_a_plan() {
    let (lint, test) = (check(CheckKind::Lint, "lint"), check(CheckKind::Test, "test"));
    let result = |check: &Check, exit_code| CheckResult {
        check: check.clone(),
        exit_code,
        duration_ms: 1,
        output_tail: String::new(),
        tests_run: None,
        is_timed_out: false,
    };
    let both = Plan { run: vec![lint.clone(), test.clone()], skipped: vec![], problems: vec![] };
    assert!(both.is_proven_by(&[result(&lint, Some(0)), result(&test, Some(0))]), "all ran, all succeeded");
    for (why, results) in [
        ("nothing ran", vec![]),
        ("one did not run", vec![result(&lint, Some(0))]),
        ("one failed", vec![result(&lint, Some(0)), result(&test, Some(1))]),
        ("one was killed", vec![result(&lint, Some(0)), result(&test, None)]),
        ("another one ran", vec![result(&lint, Some(0)), result(&lint, Some(0))]),
        ("time ran out", vec![result(&lint, Some(0)), CheckResult { is_timed_out: true, ..result(&test, Some(0)) }]),
    ] {
        assert!(!both.is_proven_by(&results), "{why}");
    }
    let empty = Plan { run: vec![], skipped: vec![test], problems: vec![] };
    assert!(!empty.is_proven_by(&[]), "running nothing proves nothing");
}

/// A project with a private home beside it.
fn ground() -> (TempDir, CheckEnvironment) {
    let root = tempfile::tempdir().expect("a temporary directory");
    let path = fs::canonicalize(root.path()).expect("it exists");
    for dir in ["project", "home"] {
        fs::create_dir(path.join(dir)).expect("a directory");
    }
    let mut env = CheckEnvironment::of_this_machine(path.join("project"), path.join("home"));
    env.timeout = Duration::from_secs(60);
    (root, env)
}

#[tokio::test]
async fn a_plan_stops_at_the_first_failure_and_tells_how_it_goes() {
    let (_root, env) = ground();
    let run = ["echo one", "echo two; exit 3", "touch never"].map(|command| check(CheckKind::Test, command));
    let plan = Plan { run: run.to_vec(), skipped: vec![], problems: vec![] };
    let mut told = Vec::new();
    let results = run_all(&plan, &env, &CancellationToken::new(), |progress| {
        told.push(match progress {
            CheckProgress::Started { index, total, check } => format!("{index}/{total} {}", check.command),
            CheckProgress::Finished { index, total, result } => format!("{index}/{total} {:?}", result.exit_code),
        });
    })
    .await
    .expect("the checks run");
    assert_eq!(told, ["0/3 echo one", "0/3 Some(0)", "1/3 echo two; exit 3", "1/3 Some(3)"], "in order");
    assert!(!env.dir.join("never").exists(), "what comes after a failure does not run");
    assert!(!plan.is_proven_by(&results), "a failure proves nothing");
    let report = failure_report(&results);
    assert!(report.contains("`echo two; exit 3`") && report.contains("\ntwo\n"), "the agent gets the output: {report}");
}

#[tokio::test]
async fn a_cancelled_plan_has_no_results() {
    let (_root, env) = ground();
    let plan = Plan { run: vec![check(CheckKind::Test, "sleep 60")], skipped: vec![], problems: vec![] };
    let cancel = CancellationToken::new();
    let outcome = run_all(&plan, &env, &cancel, |_| cancel.cancel()).await;
    assert!(matches!(outcome, Err(CheckError::Cancelled)), "half a plan must not look like a whole one: {outcome:?}");
}

#[tokio::test]
async fn a_project_is_detected_run_and_proven() {
    let (_root, env) = ground();
    fs::write(env.dir.join("package.json"), r#"{"scripts":{"test":"node --test"}}"#).expect("a file");
    fs::write(env.dir.join("a.test.js"), "require('node:test')('works', () => {});").expect("a file");
    let plan = plan(&env.dir, &ProjectSettings::default(), &[], false);
    let results = run_all(&plan, &env, &CancellationToken::new(), |_| {}).await.expect("the checks run");
    assert!(plan.is_proven_by(&results), "its test passes: {results:?}");
    assert_eq!(results[0].tests_run, Some(1), "and is counted");
    assert!(failure_report(&results).is_empty() && warnings(&results).is_empty(), "nothing to say");
}

/// Set in the process that plays the host.
#[cfg(target_os = "linux")]
const ROLE: &str = "HARNESS_ENGINE_TEST_HOST";

/// Not a test of its own: the host of the next one. Does nothing unless it is told to play that role.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_host_that_dies_while_walls_go_up() {
    if std::env::var_os(ROLE).is_none() {
        return;
    }
    // What stands for the walls here does not come to the point where those tie themselves to the host.
    #[expect(clippy::disallowed_methods, reason = "the test owns this process")]
    let mut walls = tokio::process::Command::new("/bin/sh");
    walls.args(["-c", "echo STARTED $$; kill -KILL $PPID; exec sleep 600"]);
    let mut tree = tree::Tree::start(walls, true).await.expect("the walls begin");
    tree.wait().await.expect("never: the host is gone before");
}

#[cfg(target_os = "linux")]
#[test]
fn a_check_does_not_go_on_when_the_host_dies_before_its_walls_stand() {
    use std::io::{BufRead, BufReader};
    #[expect(clippy::disallowed_methods, reason = "the test plays the host's parent")]
    let mut host = std::process::Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "check::tests::the_host_that_dies_while_walls_go_up", "--nocapture"])
        .env(ROLE, "1")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("a host");
    let mut lines = BufReader::new(host.stdout.take().expect("its output")).lines().map_while(Result::ok);
    let pid = lines.find_map(|line| line.split_once("STARTED ").and_then(|(_, pid)| pid.trim().parse::<u32>().ok()));
    let pid = pid.expect("the walls were begun");
    host.wait().expect("it died");
    let began = std::time::Instant::now();
    let is_left = || harness_agent::process_identity(pid).is_some();
    while is_left() && began.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(!is_left(), "what was to become walls around a check must not outlive the host: process {pid}");
}
