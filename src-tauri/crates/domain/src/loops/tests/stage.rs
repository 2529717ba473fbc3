//! A session as a list of calls with their answers.

use crate::loops::{Action, Call, Ending, Limits, LoopKind, LoopStep, Sight, Watch};
use serde_json::{Value, json};

/// A call and how it ended.
#[derive(Debug, Clone)]
pub struct Turn {
    pub tool: &'static str,
    pub input: Value,
    pub ending: Ending,
    pub output: String,
}

pub fn turn(tool: &'static str, input: Value, ending: Ending, output: impl Into<String>) -> Turn {
    Turn { tool, input, ending, output: output.into() }
}

/// A command that went well.
pub fn ran(command: impl Into<String>, output: impl Into<String>) -> Turn {
    turn("Bash", json!({ "command": command.into(), "description": "a step" }), Ending::Ok, output)
}

/// A command that failed.
pub fn failed(command: impl Into<String>, output: impl Into<String>) -> Turn {
    let output = format!("Exit code 1\n{}", output.into());
    turn("Bash", json!({ "command": command.into(), "description": "a step" }), Ending::Failed, output)
}

/// An edit that went well.
pub fn edit(file: &str, from: impl Into<String>, to: impl Into<String>) -> Turn {
    let input = json!({ "file_path": file, "old_string": from.into(), "new_string": to.into() });
    turn("Edit", input, Ending::Ok, "")
}

pub fn write(file: &str, content: impl Into<String>) -> Turn {
    turn("Write", json!({ "file_path": file, "content": content.into() }), Ending::Ok, "")
}

pub fn read(file: &str, content: impl Into<String>) -> Turn {
    turn("Read", json!({ "file_path": file }), Ending::Ok, content)
}

pub fn times(count: usize, one: &Turn) -> Vec<Turn> {
    vec![one.clone(); count]
}

/// Milliseconds between two calls.
const PACE_MS: i64 = 4_000;

/// What was done about a session, call by call; the tree changes whenever a file gets a content it never had.
pub fn played(turns: &[Turn]) -> Vec<(usize, LoopStep, LoopKind)> {
    played_with(Limits::default(), turns)
}

pub fn played_with(limits: Limits, turns: &[Turn]) -> Vec<(usize, LoopStep, LoopKind)> {
    let mut watch = Watch::new(limits);
    watch.begin(0);
    let mut done = Vec::new();
    for (place, turn) in turns.iter().enumerate() {
        let sight = match watch.record(&action(turn, place), 0) {
            Sight::Doubt(doubt) => watch.compare(doubt, Some(0)),
            sight => sight,
        };
        if let Sight::Stuck(step, found) = sight {
            done.push((place + 1, step, found.kind));
            if step == LoopStep::Ended {
                break;
            }
        }
    }
    done
}

pub fn action(turn: &Turn, place: usize) -> Action {
    let at_ms = i64::try_from(place).expect("a small number") * PACE_MS;
    Action::new(Call::read(turn.tool, &turn.input), turn.ending, &turn.output, at_ms)
}
