//! The CLI dies, and the host lives on.

use crate::{
    stage::{BUILD, Stage, ask_for_checks, bash, coding, kill, told},
    support::eventually,
};
use serde_json::json;
use std::fs;

fn parent(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}

#[test]
fn a_cli_that_is_killed_costs_one_attempt_and_the_next_session_goes_on() {
    let stage = Stage::new(&["Add"]);
    let session = |number: u32, step: serde_json::Value| json!({ "when": { "session": number }, "turns": [step] });
    let stuck = |number: u32| {
        bash(&format!(
            "echo of session {number} > draft-{number}.txt; (setsid sleep 70000{number} &) ; sleep 70010{number}"
        ))
    };
    let scenario = coding(
        "killed",
        json!([
            { "calls": ["feature_get_next"] },
            session(1, stuck(1)),
            session(2, stuck(2)),
            bash(&format!("cat draft-1.txt draft-2.txt && {BUILD}")),
            ask_for_checks(),
            { "say": "Done." },
        ]),
    );
    let run = stage.start(&scenario, &[]);
    for number in [1, 2] {
        let marks = [format!("sleep 70000{number}"), format!("sleep 70010{number}")];
        let marks: Vec<&str> = marks.iter().map(String::as_str).collect();
        let ours = |command: &str| marks.iter().any(|mark| command.starts_with(mark));
        let running = || stage.processes(&[]).into_iter().filter(|(_, command)| ours(command)).count();
        eventually("the agent's command and its daemon run", || running() == 2);
        let all = stage.processes(&[]);
        let mut clis = all.iter().filter(|(_, command)| command.contains("--output-format"));
        // First the CLI itself, deep inside the walls; then the outermost process, which is the walls.
        let victim = match number {
            1 => clis.find(|(_, command)| !command.contains("bwrap")),
            _ => clis.find(|(pid, _)| parent(*pid) == Some(run.pid())),
        };
        let (pid, _) = victim.unwrap_or_else(|| panic!("no CLI among {all:?}"));
        kill(*pid);
        eventually("what the dead CLI had started is gone", || running() == 0);
    }
    let (ended, events) = run.end();
    assert_eq!(ended.code, Some(0), "the third session finishes the work: {}", told(&ended, &events));
    let sessions = stage.a_run(1)["session_list"].clone();
    for number in [0, 1] {
        let outcome = &sessions[number]["outcome"];
        assert_eq!(outcome["code"], "crashed", "nobody asked it to end: {sessions}");
        assert!(
            outcome["detail"].to_string().contains("killed by signal 9")
                || outcome["detail"].to_string().contains("137"),
            "{outcome}"
        );
    }
    assert_eq!(sessions[2]["outcome"]["code"], "completed", "{sessions}");
    assert_eq!(stage.card("Add")["attempts"], 2, "each crash was an attempt");
    assert_eq!(stage.git(&["show", "HEAD:draft-1.txt"]), "of session 1\n", "work of a session that died is continued");
}
