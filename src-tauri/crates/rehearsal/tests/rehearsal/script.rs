//! What a scenario file can say: templates, conditions, choices, repeats.

use crate::client::{Conversation, rehearse};
use harness_rehearsal::{Scenario, ScenarioError};
use std::path::Path;

const CHOICE: &str = r#"
  coding:
    - calls: [feature_get_next]
    - choose:
        - when: {feature_get_next.type: bug_analysis_needed}
          say: "Analysing {{ feature_get_next.bug.name }}"
        - when:
            feature_get_next.type: {one_of: [feature, fix]}
            feature_get_next.feature.name: {matches: "^Store"}
          turns:
            - say: "Working on {{feature_get_next.feature.name}} in {{ cwd }}"
              calls:
                - Write: {file_path: src/store.js, content_from: build.rs}
                - feature_mark_passing: {feature_id: "{{ feature_get_next.feature.id }}", note: "no. {{ feature_get_next.feature.id }}"}
            - when: {feature_mark_passing: {failed: true}}
              say: "It failed with: {{ feature_mark_passing }}"
              calls: [{feature_mark_passing: {feature_id: "{{ feature_get_next.feature.id }}"}}]
            - say: "Evidence {{ feature_mark_passing.evidence_id }}."
        - when: {session: {at_least: 2}}
          say: "Second session."
"#;

#[tokio::test]
async fn a_feature_is_chosen_by_what_the_queue_answered_and_ids_keep_their_type() {
    let rehearsal = rehearse(CHOICE).await;
    let mut conversation = Conversation::begin(&rehearsal, "coding", "s1");
    assert_eq!(conversation.line().await, "mcp__features__feature_get_next{}", "short names become the host's tools");
    conversation.answer(&[(r#"{"type":"feature","feature":{"id":7,"name":"Store tasks"}}"#, false)]);
    let blocks = conversation.turn().await;
    assert_eq!(blocks[0]["text"], "Working on Store tasks in /home/ann/todo");
    assert_eq!(blocks[1]["input"]["file_path"], "/home/ann/todo/src/store.js", "file tools get absolute paths");
    assert_eq!(blocks[1]["input"]["content"], include_str!("../../build.rs"), "files are taken as they are");
    assert_eq!(blocks[2]["input"]["feature_id"], 7, "a template alone keeps the JSON type");
    assert_eq!(blocks[2]["input"]["note"], "no. 7", "inside a text it becomes text");
    conversation.answer(&[("written", false), ("1 test failed", true)]);
    assert!(
        conversation.line().await.starts_with("It failed with: 1 test failed | mcp__features__feature_mark_passing")
    );
    conversation.answer(&[(r#"{"status":"passing","evidence_id":31}"#, false)]);
    assert_eq!(conversation.line().await, "Evidence 31.");
}

#[tokio::test]
async fn a_step_whose_condition_does_not_hold_is_passed_over() {
    let rehearsal = rehearse(CHOICE).await;
    let mut conversation = Conversation::begin(&rehearsal, "coding", "s1");
    conversation.turn().await;
    conversation.answer(&[(r#"{"type":"fix","feature":{"id":8,"name":"Store ids"}}"#, false)]);
    conversation.turn().await;
    conversation.answer(&[("written", false), (r#"{"status":"passing","evidence_id":32}"#, false)]);
    assert_eq!(conversation.line().await, "Evidence 32.", "the mending turn is only for a failed request");
}

#[tokio::test]
async fn a_bug_to_analyse_and_a_second_session_find_their_cases() {
    let rehearsal = rehearse(CHOICE).await;
    let mut first = Conversation::begin(&rehearsal, "coding", "s1");
    first.turn().await;
    first.answer(&[(r#"{"type":"bug_analysis_needed","bug":{"id":9,"name":"Ids come back"}}"#, false)]);
    assert_eq!(first.line().await, "Analysing Ids come back");
    let mut second = Conversation::begin(&rehearsal, "coding", "s2");
    second.turn().await;
    second.answer(&[(r#"{"type":"all_done"}"#, false)]);
    assert_eq!(second.line().await, "Second session.");
}

#[tokio::test]
async fn what_the_script_cannot_answer_is_said_by_the_model_and_recorded() {
    let rehearsal = rehearse(CHOICE).await;
    let mut conversation = Conversation::begin(&rehearsal, "coding", "s1");
    conversation.turn().await;
    conversation.answer(&[(r#"{"type":"feature","feature":{"name":"Paint it"}}"#, false)]);
    let text = conversation.line().await;
    assert!(text.starts_with("rehearsal error: none of the cases fits"), "got {text}");
    let mut nameless = Conversation::begin(&rehearsal, "coding", "s0");
    nameless.turn().await;
    nameless.answer(&[(r#"{"type":"feature","feature":{"name":"Store tasks"}}"#, false)]);
    let text = nameless.line().await;
    assert!(text.contains("`feature_get_next.feature.id` names nothing: there is no `id` in"), "got {text}");
    let mut tester = Conversation::begin(&rehearsal, "tester", "s3");
    assert!(tester.line().await.contains("no script for the role `tester`"));
    let errors: Vec<_> = rehearsal.recorded().into_iter().filter_map(|request| request.rehearsal_error).collect();
    assert_eq!(errors.len(), 3, "tests of the host look for these: {errors:?}");
}

#[tokio::test]
async fn repeats_run_their_number_or_for_ever_or_while_their_condition_holds() {
    let rehearsal = rehearse(
        r#"
  initializer:
    - {say: Twice., repeat: 2}
    - repeat: 2
      turns: [{say: A.}, {say: B.}]
    - calls: [{Bash: {command: check}}]
    - repeat: forever
      when: {last: {contains: "not yet"}}
      calls: [{Bash: {command: check}}]
    - say: Over.
  coding:
    - {say: For ever., repeat: forever}
"#,
    )
    .await;
    let mut conversation = Conversation::begin(&rehearsal, "initializer", "s1");
    let mut seen = Vec::new();
    for _ in 0..7 {
        seen.push(conversation.line().await);
    }
    assert_eq!(seen, ["Twice.", "Twice.", "A.", "B.", "A.", "B.", r#"Bash{"command":"check"}"#]);
    conversation.answer(&[("not yet", false)]);
    assert!(conversation.line().await.starts_with("Bash"), "it goes on while the condition holds");
    conversation.answer(&[("now", false)]);
    assert_eq!(conversation.line().await, "Over.");
    let mut endless = Conversation::begin(&rehearsal, "coding", "s2");
    for _ in 0..50 {
        assert_eq!(endless.line().await, "For ever.");
    }
}

fn refusal(yaml: &str) -> String {
    let result = Scenario::parse(yaml, Path::new(env!("CARGO_MANIFEST_DIR")));
    result.expect_err("this scenario must be refused").to_string()
}

#[test]
fn a_bad_scenario_is_refused_with_the_line_and_what_to_write() {
    let file = |steps: &str| format!("name: bad\ntitle: Rehearsal\nroles:\n  coding:\n    - say: First.\n{steps}");
    for (yaml, line, words) in [
        (file("    - sey: Hello.\n"), 6, "sey"),
        (file("    - {say: A., repeat: often}\n"), 6, "`forever`"),
        (file("    - {say: A., repeat: [1]}\n"), 6, "`repeat` is a number or the word `forever`"),
        (file("    - calls: [{Write: {file_path: a, content_from: nowhere.txt}}]\n"), 6, "nowhere.txt"),
        (file("    - calls: [{Write: {file_path: a, content_from: ../agent/Cargo.toml}}]\n"), 6, "without `..`"),
        (file("    - calls: [{Write: {file_path: a, content_from: /etc/hostname}}]\n"), 6, "below the scenario's own"),
        (file("    - calls: [{Bash: {command: a}, Read: {file_path: a}}]\n"), 6, "a call is one tool"),
        (file("    - calls: [{Bash: ls}]\n"), 6, "mapping of its parameters"),
        (file("    - say: \"{{ feature_get_next.id }}\"\n"), 6, "never calls"),
        (file("    - say: \"{{ feature_get_next.id\"\n"), 6, "`{{` without `}}`"),
        (file("    - say: \"{{ two words }}\"\n"), 6, "is not a reference"),
        (file("    - {when: {session: {over: 3}}, say: A.}\n"), 6, "there is no test `over`"),
        (file("    - {when: {prompt: {matches: '('}}, say: A.}\n"), 6, "not a regular expression"),
        (file("    - {when: {prompt: {failed: true}}, say: A.}\n"), 6, "whole result"),
        (file("    - {}\n"), 6, "does nothing"),
        (file("    - {say: A., turns: [{say: B.}]}\n"), 6, "one of them only"),
        (file("    - {hang: true, error: {status: 500}}\n"), 6, "one way only"),
        (file("    - error: {status: 200}\n"), 6, "400 to 599"),
        (file("    - fill: 1TB\n"), 6, "`10MB`"),
        (file("    - fill: 100MB\n"), 6, "64MB at most"),
        (file("  painter:\n    - say: A.\n"), 7, "there is no role `painter`"),
        ("name: two words\ntitle: Rehearsal\nroles: {}\n".to_owned(), 1, "one word"),
        ("name: bad\ntitle: [\n".to_owned(), 2, ""),
        ("name: bad\nroles: {}\n".to_owned(), 2, "title"),
    ] {
        let words_of_refusal = refusal(&yaml);
        let line = format!("line {line}");
        assert!(words_of_refusal.contains(&line), "`{line}` must be named for {yaml}\ngot {words_of_refusal}");
        assert!(words_of_refusal.contains(words), "`{words}` must be named for {yaml}\ngot {words_of_refusal}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_is_a_link_out_of_the_scenarios_directory_is_refused() {
    let outside = tempfile::tempdir().expect("a directory");
    std::fs::write(outside.path().join("secret.txt"), "secret").expect("a file");
    let inside = tempfile::tempdir().expect("a directory");
    std::os::unix::fs::symlink(outside.path().join("secret.txt"), inside.path().join("a.txt")).expect("a link");
    let yaml = "name: bad\ntitle: T\nspec_from: a.txt\nroles: {}\n";
    let error = Scenario::parse(yaml, inside.path()).expect_err("a link out must be refused");
    assert!(error.to_string().contains("leads out"), "got {error}");
}

#[test]
fn a_scenario_that_does_not_exist_is_refused_with_the_names_that_do() {
    let error = Scenario::load("nonsense").expect_err("there is no such scenario");
    assert!(matches!(error, ScenarioError::Unknown { .. }));
    assert!(error.to_string().contains("gives-up"), "the message must say what there is: {error}");
}

#[test]
fn a_scenario_can_be_a_file_of_ones_own() {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("spec.txt"), "<spec/>").expect("a file");
    let path = directory.path().join("mine.yaml");
    let yaml = "name: mine\ntitle: Mine\nspec_from: spec.txt\nperson:\n  - after_passing: A\n    report_bug: {name: B, description: C, steps: [D]}\nroles: {}\n";
    std::fs::write(&path, yaml).expect("a file");
    let scenario = Scenario::load(path.to_str().expect("a plain path")).expect("a good scenario");
    assert_eq!((scenario.name(), scenario.title(), scenario.spec()), ("mine", "Mine", Some("<spec/>")));
    let action = &scenario.person_actions()[0];
    assert_eq!((action.after_passing.as_str(), action.report_bug.steps.as_slice()), ("A", &["D".to_owned()][..]));
}

#[test]
fn the_scenario_in_the_documentation_is_a_good_one() {
    let text = include_str!("../../SCENARIOS.md");
    let (_, rest) = text.split_once("```yaml\n").expect("there is an example");
    let (yaml, _) = rest.split_once("```").expect("it ends");
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::create_dir(directory.path().join("files")).expect("a folder");
    std::fs::write(directory.path().join("files/add.js"), "export {};\n").expect("a file");
    let scenario = Scenario::parse(yaml, directory.path()).expect("what the documentation shows must load");
    assert_eq!(scenario.name(), "tiny");
}
