//! Any bytes as a command line: no panic, the same verdict twice, and no way out of a refusal.
#![no_main]

use harness_sandbox::policy::Policy;
use libfuzzer_sys::fuzz_target;
use std::{path::PathBuf, sync::LazyLock};

#[path = "../../policy/corpus.rs"]
#[allow(dead_code, reason = "the tests use the rest of it")]
mod corpus;

static GROUND: LazyLock<corpus::Ground> = LazyLock::new(corpus::Ground::new);
static BEFORE: LazyLock<PathBuf> = LazyLock::new(|| GROUND.root().to_owned());

fuzz_target!(|bytes: &[u8]| {
    let line = String::from_utf8_lossy(bytes);
    let policy = Policy::built_in();
    let verdict = GROUND.judge(&policy, &line, true);
    assert_eq!(verdict, GROUND.judge(&policy, &line, true), "the same question has the same answer");
    assert!(BEFORE.is_dir(), "to judge changes nothing");
    if verdict.is_allowed() {
        return;
    }
    assert!(!verdict.reason.is_empty() && !verdict.rule.is_empty(), "a refusal says why");
    assert!(!GROUND.judge(&policy, &line, false).is_allowed(), "walls only ever allow more: {line:?}");
    // A line that is not whole may become another one inside a construct; one that is whole may not.
    if verdict.rule == "shell.unreadable" {
        return;
    }
    for way in ["$W\n", "ls\n$W\n", "{ $W\n}", "( $W\n)", "if true; then $W\nfi", "for of_the_loop in a; do $W\ndone"] {
        let wrapped = way.replace("$W", &line);
        assert!(!GROUND.judge(&policy, &wrapped, true).is_allowed(), "{line:?} is refused, {wrapped:?} is not");
    }
    // A function and a shell have arguments of their own, so `$@` and its like are known there.
    if verdict.rule.contains("unknown") && line.contains('$') {
        return;
    }
    // Without `--` a line like `+` is an option, and nothing runs.
    let quoted = format!("bash -c -- '{}'", line.replace('\'', r"'\''"));
    for wrapped in [format!("f() {{ {line}\n}}; f"), quoted] {
        assert!(!GROUND.judge(&policy, &wrapped, true).is_allowed(), "{line:?} is refused, {wrapped:?} is not");
    }
});
