//! A Claude CLI that is missing, too old, or breaks: a fake one, a shell script, wherever the real one cannot do it.

use crate::stage::{BUILD, Stage, Watched, ask_for_checks, bash, builds, coding, end_of, notices, take_card, told};
use serde_json::{Value, json};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// The real CLI, at a place of the machine that is seen inside the walls, wherever the build itself lies.
fn real_cli(stage: &Stage) -> PathBuf {
    let place = stage.machine.path("home/.local/bin/claude-as-built");
    if !place.exists() {
        fs::create_dir_all(place.parent().expect("it is below the home")).expect("a directory");
        let built = built_cli();
        if fs::hard_link(&built, &place).is_err() {
            fs::copy(&built, &place).expect("a copy of the CLI");
        }
    }
    place
}

/// The real CLI, as the build has it.
fn built_cli() -> PathBuf {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../binaries");
    let entries = fs::read_dir(&dir).expect("the build puts the CLI there").flatten();
    let found =
        entries.map(|entry| entry.path()).find(|path| path.to_string_lossy().contains("auto-agent-harness-claude-"));
    found.expect("the build puts the CLI there").canonicalize().expect("it is a file")
}

/// A fake CLI that says a good version, counts its sessions in `$n`, and then does what `script` says.
///
/// `real` becomes the real CLI; `greet` answers the host's first request and reads the prompt.
pub fn fake_cli(stage: &Stage, script: &str) -> String {
    let text = format!(
        r#"#!/bin/sh
# A fake Claude CLI: it breaks in ways the real one does not.
[ "$1" = --version ] && {{ echo '2.1.197 (fake)'; exit 0; }}
n=$(($(cat "$HOME/sessions" 2>/dev/null || echo 0) + 1))
echo $n > "$HOME/sessions"
greet() {{
  read -r first
  id=$(printf '%s' "$first" | sed 's/.*"request_id":"\([^"]*\)".*/\1/')
  printf '{{"type":"control_response","response":{{"subtype":"success","request_id":"%s","response":{{}}}}}}\n' "$id"
  read -r prompt
}}
real() {{ exec '{}' "$@"; }}
{script}
"#,
        real_cli(stage).display()
    );
    program(stage, "fake-claude", &text, 0o755)
}

fn program(stage: &Stage, name: &str, text: &str, mode: u32) -> String {
    let path = stage.machine.path(name);
    fs::write(&path, text).expect("a script");
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("its mode");
    path.to_str().expect("a plain path").to_owned()
}

#[test]
fn a_cli_that_cannot_be_used_ends_the_run_before_it_begins_and_says_what_to_do() {
    let stage = Stage::empty();
    stage.file("prompts/app_spec.txt", "Build a calculator that adds two numbers.");
    let cases = [
        ("/nonexistent/claude".to_owned(), "was not found", "Install it"),
        (program(&stage, "old-claude", "#!/bin/sh\necho '1.0.0 (fake)'\n", 0o755), "version 1.0.0", "Update it"),
        (
            program(&stage, "no-program", "#!/bin/sh\necho '2.1.197 (fake)'\n", 0o644),
            "does not run",
            "Install it again",
        ),
        (program(&stage, "mute-claude", "#!/bin/sh\necho oops >&2; exit 3\n", 0o755), "oops", "Install it again"),
        (stage.machine.path("home").display().to_string(), "does not run", "another path"),
    ];
    for (cli, fault, remedy) in cases {
        for is_flag in [true, false] {
            let dir = stage.dir.to_str().expect("a plain path");
            let mut words = vec!["run", dir, "--json"];
            words.extend(if is_flag { vec!["--claude", &cli] } else { vec![] });
            let mut command = stage.machine.command(&words);
            if !is_flag {
                command.env("HARNESS_CLAUDE", &cli);
            }
            let (ended, events) = Watched::over(command).end();
            assert_eq!(ended.code, Some(1), "{cli}: {}", told(&ended, &events));
            assert_eq!(
                (ended.stdout.lines().count(), &events[0]["code"]),
                (1, &json!("cli_not_found")),
                "{cli}: {events:?}"
            );
            let said = &ended.stderr;
            assert!(said.contains(&cli) && said.contains(fault) && said.contains(remedy), "{cli}: {said}");
        }
    }
    assert!(stage.runs().is_empty(), "no run began");
}

#[test]
fn a_cli_that_always_crashes_ends_the_run_with_its_last_words() {
    let stage = Stage::empty();
    stage.file("prompts/app_spec.txt", "Build a calculator that adds two numbers.");
    let fake = fake_cli(&stage, "echo 'libfoo.so.7 is missing' >&2; exit 3");
    let mut scenario = builds("unused", BUILD);
    scenario["roles"]["initializer"] = json!([{ "say": "nobody asks" }]);
    let (ended, events) = stage.run(&scenario, &["--claude", &fake, "--backoff", "0.01"]);
    assert_eq!(ended.code, Some(1), "trying for ever helps nobody: {}", told(&ended, &events));
    let end = end_of(&events);
    assert_eq!(end["reason"], "too_many_faults", "{end}");
    let message = end["message"].as_str().expect("text");
    assert!(
        message.contains("code 3") && message.contains("libfoo.so.7 is missing"),
        "the person can mend it: {message}"
    );
    let waits: Vec<Value> = events.iter().filter(|event| event["event"] == "run_waiting").cloned().collect();
    assert!(
        waits.len() >= 3 && waits.iter().all(|wait| wait["reason"] == "backing_off"),
        "not without pauses: {waits:?}"
    );
    assert!(notices(&events, "backing_off")[0].contains("libfoo.so.7"), "said from the first time on: {events:?}");
}

#[test]
fn whatever_a_cli_does_in_its_sessions_the_run_goes_on_once_it_works() {
    let stage = Stage::empty();
    stage.file("prompts/app_spec.txt", "Build a calculator that adds two numbers.");
    let fake = fake_cli(
        &stage,
        r#"case $n in
1) exit 3 ;;
2) greet; printf '{"type":"assistant","mess'; kill -SEGV $$ ;;
3) greet
   echo 'Segmentation fault (core dumped)'
   echo '{"type":"quantum_update","subtype":"tangled"}'
   echo '{"type":"assistant","message":"of an unexpected shape"}'
   echo '[1,2,3]'
   printf '{"type":"keep_alive","bytes":"\377\376"}\n\000\000\n'
   exit 4 ;;
4) greet; printf '{"type":"user","message":{"role":"user","content":"'; head -c 10000000 /dev/zero | tr '\0' x; echo '"}}'; exit 5 ;;
5) greet; yes '{"type":"noise","of":"a flood"}' | head -n 40000; yes 'noise' | head -c 20000000 >&2; exit 6 ;;
6) greet
   for i in $(seq 3000); do echo '{"type":"control_request","request_id":"q'$i'","request":{"subtype":"from_the_future"}}'; done &
   head -n 3000 | grep -c control_response > "$HOME/answers"
   exit 7 ;;
7) greet; echo '{"type":"result","subtype":"success","is_error":false,"num_turns":1,"total_cost_usd":0,"result":"done"}'; kill -KILL $$ ;;
*) real "$@" ;;
esac"#,
    );
    let mut scenario = coding("recovers", json!([take_card(), bash(BUILD), ask_for_checks(), { "say": "Done." }]));
    scenario["roles"]["initializer"] = json!([
        bash("echo '{\"scripts\": {\"test\": \"node --test\"}}' > package.json; echo \"require('node:test')('x', () => {})\" > a.test.js"),
        { "calls": [{ "feature_create_bulk": { "features": [{ "category": "models", "name": "Add", "description": "Add", "steps": ["1"] }] } }] },
        { "say": "Planned." },
    ]);
    stage.run_to_all_passing(&scenario, &["--claude", &fake, "--backoff", "0.01"]);
    let sessions = stage.a_run(1)["session_list"].as_array().expect("a list").clone();
    let ends: Vec<&str> = sessions.iter().filter_map(|session| session["outcome"]["code"].as_str()).collect();
    let crash = "crashed";
    let expected = [crash, crash, crash, crash, crash, crash, "completed", "completed", "completed"];
    assert_eq!(ends, expected, "six ways to crash, a kill after the result, and then the real one: {sessions:?}");
    for (index, words) in [(0, "code 3"), (1, "signal 11"), (2, "code 4"), (3, "code 5"), (4, "code 6"), (5, "code 7")]
    {
        let detail = sessions[index]["outcome"]["detail"].as_str().unwrap_or_default();
        let is_signal = words.starts_with("signal") && (detail.contains(words) || detail.contains("139"));
        assert!(detail.contains(words) || is_signal, "session {} says how it ended: {detail}", index + 1);
    }
    let of = |index: usize| stage.transcript(&sessions[index]["id"]);
    assert!(of(1).contains(r#"{"type":"assistant","mess"#), "half a line is kept as it is");
    assert!(
        of(2).contains("quantum_update") && of(2).contains("core dumped"),
        "what is not understood is kept: {}",
        of(2)
    );
    assert!(of(3).len() > 10_000_000, "ten megabytes arrive whole");
    let answers =
        fs::read_dir(stage.machine.path("data/projects")).expect("one project").flatten().next().expect("one project");
    let answers = fs::read_to_string(answers.path().join("cli/answers")).expect("the sixth session wrote it");
    assert_eq!(answers.trim(), "3000", "each question of the flood has its answer");
    assert_eq!(of(4).matches("a flood").count(), 40_000, "not one line of the flood is lost");
}

#[test]
fn a_card_whose_sessions_crash_is_parked_with_the_reason_and_the_next_one_is_built() {
    let stage = Stage::new(&["Add", "Subtract"]);
    let fake = fake_cli(&stage, r#"if [ $n -le 3 ]; then greet; echo 'out of cheese' >&2; exit 3; fi; real "$@""#);
    let (ended, events) = stage.run(&builds("parks", BUILD), &["--claude", &fake, "--backoff", "0.01"]);
    assert_eq!(ended.code, Some(4), "a person has to look at the parked card: {}", told(&ended, &events));
    let card = stage.card("Add");
    assert_eq!((&card["status"], &card["attempts"]), (&json!("blocked"), &json!(3)), "{card}");
    assert!(card["note"].as_str().is_some_and(|note| note.contains("out of cheese")), "with the diagnosis: {card}");
    assert_eq!(stage.card("Subtract")["status"], "passing", "one bad card does not stop the others");
}
