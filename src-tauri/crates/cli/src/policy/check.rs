//! `harness policy check`: command lines as arguments, or many of them on standard input.

use super::{CheckArgs, Ground, REFUSED, USAGE, told};
use crate::print::{complain, say};
use harness_sandbox::{Decision, Verdict};
use serde::{Deserialize, Serialize};
use std::{
    io::{self, BufRead, BufReader, BufWriter, Read, Write},
    process::ExitCode,
};

/// Longest line of standard input, in bytes: no command that a shell takes is longer.
const LONGEST_LINE: u64 = 4 * 1024 * 1024;

#[derive(Deserialize)]
struct Question {
    command: String,
}

#[derive(Serialize)]
struct Answer<'a> {
    command: &'a str,
    verdict: Decision,
    rule: &'a str,
    reason: &'a str,
}

impl<'a> Answer<'a> {
    fn new(command: &'a str, verdict: &'a Verdict) -> Self {
        Self { command, verdict: verdict.decision, rule: &verdict.rule, reason: &verdict.reason }
    }
}

pub fn check(args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let Some(ground) = args.at.ground(!args.without_sandbox)? else { return Ok(ExitCode::from(USAGE)) };
    let command = match args.command.as_slice() {
        [] => return Ok(ExitCode::from(answer_lines(&ground, !args.without_sandbox))),
        [line] => line.clone(),
        words => shell_words::join(words),
    };
    let verdict = ground.judge(&command, !args.without_sandbox);
    match args.format.json {
        true => say(&serde_json::to_string(&Answer::new(&command, &verdict))?),
        false => say(&told(&command, &verdict)),
    }
    Ok(ExitCode::from(if verdict.is_allowed() { 0 } else { REFUSED }))
}

/// The question in a line of JSON; otherwise why there is none.
fn question(line: &[u8]) -> Result<Question, String> {
    // A list would be taken for an object's values.
    if !line.trim_ascii_start().starts_with(b"{") {
        return Err("it is no JSON object".into());
    }
    serde_json::from_slice(line).map_err(|error| error.to_string())
}

/// Answers every line in order. Whoever waits for an answer before the next question gets it; whoever sends many at once
/// gets many at once.
fn answer_lines(ground: &Ground, is_walled: bool) -> u8 {
    let mut questions = BufReader::with_capacity(1 << 16, io::stdin().lock());
    let mut answers = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let (mut line, mut number, mut code) = (Vec::new(), 0_u64, 0);
    loop {
        if questions.buffer().is_empty() && answers.flush().is_err() {
            // Nobody reads any more.
            return code;
        }
        line.clear();
        number += 1;
        let read = questions.by_ref().take(LONGEST_LINE + 1).read_until(b'\n', &mut line);
        let wrong = |why: String| {
            complain(&format!("line {number} of standard input: {why}; write {{\"command\": \"…\"}}, one a line"));
            USAGE
        };
        match read {
            Ok(0) => break,
            Ok(_) if line.len() as u64 > LONGEST_LINE => {
                let _ = answers.flush();
                return wrong(format!("it has more than {LONGEST_LINE} bytes"));
            }
            Ok(_) => {}
            Err(error) => {
                let _ = answers.flush();
                return wrong(error.to_string());
            }
        }
        let question = match question(&line) {
            Ok(question) => question,
            Err(why) => {
                let _ = answers.flush();
                return wrong(why);
            }
        };
        let verdict = ground.judge(&question.command, is_walled);
        if !verdict.is_allowed() {
            code = REFUSED;
        }
        let written = serde_json::to_writer(&mut answers, &Answer::new(&question.command, &verdict));
        if written.map_err(io::Error::from).and_then(|()| answers.write_all(b"\n")).is_err() {
            return code;
        }
    }
    // A reader that went away is no error.
    let _ = answers.flush();
    code
}
