//! What must be found, and not one call earlier.

use super::stage::*;
use crate::loops::{Ending, LoopKind, LoopStep};
use serde_json::json;

const NUDGED: LoopStep = LoopStep::Nudged;

/// A circle, and after how many of its calls it is found for the first time.
struct Case {
    name: &'static str,
    turns: Vec<Turn>,
    found_at: usize,
    kind: LoopKind,
}

fn case(name: &'static str, kind: LoopKind, found_at: usize, turns: Vec<Turn>) -> Case {
    Case { name, turns, found_at, kind }
}

fn cycle(length: usize, times: usize) -> Vec<Turn> {
    let block = (0..length).map(|place| read(&format!("/p/src/file-{place}.js"), format!("content {place}")));
    let block: Vec<Turn> = block.collect();
    (0..times).flat_map(|_| block.clone()).collect()
}

fn failing_edit(number: usize) -> Turn {
    let old = format!("function total(items) {{ return items.reduce((sum, item) => sum + item.price, {number}); }}");
    let output = format!("String to replace not found in file.\nString: {old}");
    turn("Edit", json!({ "file_path": "/p/src/cart.js", "old_string": old, "new_string": "x" }), Ending::Failed, output)
}

fn vain_search(number: usize) -> Turn {
    let pattern = format!("export function calculateTheTotalPriceOfAllItems{number}");
    turn("Grep", json!({ "pattern": pattern, "path": "/p/src" }), Ending::Ok, "No files found")
}

fn table() -> Vec<Case> {
    use LoopKind::*;
    let test = || failed("npm test", "✖ adds\nError: expected 5, got 4");
    let mut cases = vec![
        case("one command with one answer", ExactRepetition, 5, times(6, &ran("ls", "a.js\nb.js"))),
        case("the same file read again and again", ExactRepetition, 5, times(6, &read("/p/a.js", "text"))),
        case(
            "answers that differ in times only",
            ExactRepetition,
            5,
            (0..6).map(|n| ran("npm run lint", format!("done in 0.{n}3s at 12:30:0{n}"))).collect(),
        ),
        case(
            "remarks that differ, the command does not",
            ExactRepetition,
            5,
            (0..6)
                .map(|n| turn("Bash", json!({ "command": "ls", "description": format!("try {n}") }), Ending::Ok, "a"))
                .collect(),
        ),
        case(
            "the same note to itself",
            ExactRepetition,
            5,
            times(6, &turn("TodoWrite", json!({ "todos": ["a"] }), Ending::Ok, "")),
        ),
        case("the same content written over itself", ExactRepetition, 5, times(6, &write("/p/a.js", "same"))),
        case(
            "a tool of the host with one answer",
            ExactRepetition,
            5,
            times(6, &turn("mcp__features__feature_get_next", json!({}), Ending::Ok, "{\"id\":1}")),
        ),
        case(
            "a server that never comes up",
            ExactRepetition,
            15,
            times(16, &failed("curl -sf localhost:3000", "connection refused")),
        ),
        case("sleeping for ever", ExactRepetition, 15, times(16, &ran("sleep 5", ""))),
        case(
            "waiting and asking in turns",
            PatternRepetition,
            18,
            (0..20).flat_map(|_| [ran("sleep 5", ""), read("/p/server.log", "starting")]).collect(),
        ),
        case("the same error without a change", ErrorLoop, 3, times(4, &test())),
        case(
            "the same error, looking in between",
            ErrorLoop,
            5,
            vec![test(), read("/p/a.js", "a"), test(), read("/p/b.js", "b"), test()],
        ),
        case(
            "the same error of other commands, with other numbers and places",
            ErrorLoop,
            3,
            vec![
                failed("npx tsc", "src/a.ts:3:1 - error TS2304: Cannot find name 'x'."),
                failed("npx tsc -p .", "lib/b.ts:99:7 - error TS2304: Cannot find name 'x'."),
                failed("npm run build", "src/c.ts:1:1 - error TS2304: Cannot find name 'x'."),
            ],
        ),
        case(
            "a failure behind a pipe that succeeds",
            ErrorLoop,
            3,
            times(4, &ran("npm test 2>&1 | tail -5", "ℹ pass 3\nℹ fail 2")),
        ),
        case(
            "a refusal of the host",
            ErrorLoop,
            3,
            times(
                4,
                &turn(
                    "WebFetch",
                    json!({ "url": "http://x" }),
                    Ending::Failed,
                    "WebFetch is not a tool of this session.",
                ),
            ),
        ),
        case("an edit that never fits, with other words", ErrorLoop, 3, (0..6).map(failing_edit).collect()),
        case("searches that hardly differ and find nothing", SimilarActions, 5, (0..6).map(vain_search).collect()),
        case(
            "an edit and its undoing, with tests in between that say something else each time",
            EditPingPong,
            11,
            (0..8)
                .flat_map(|n| {
                    let change = if n % 2 == 0 { edit("/p/a.js", "a", "b") } else { edit("/p/a.js", "b", "a") };
                    [change, ran("npm test", format!("ok {n}"))]
                })
                .collect(),
        ),
        case(
            "three contents of one file in turns, tests in between",
            EditPingPong,
            19,
            (0..12)
                .flat_map(|n| [write("/p/a.js", format!("content {}", n % 3)), ran("npm test", format!("ok {n}"))])
                .collect(),
        ),
    ];
    for length in 2..=10 {
        cases.push(case("a block of calls over and over", PatternRepetition, 3 * length, cycle(length, 4)));
    }
    cases
}

#[test]
fn every_circle_is_found_with_the_call_that_reaches_its_threshold_and_not_one_earlier() {
    for Case { name, turns, found_at, kind } in table() {
        let found = played(&turns);
        assert_eq!(found.first(), Some(&(found_at, NUDGED, kind)), "{name} ({} calls): {found:?}", turns.len());
        assert_eq!(played(&turns[..found_at - 1]), [], "{name}: one call earlier it may still be work");
    }
}

#[test]
fn three_hundred_identical_commands_are_ended_after_fifteen() {
    let found = played(&times(300, &ran("git status", "nothing to commit, working tree clean")));
    let exact = LoopKind::ExactRepetition;
    assert_eq!(found, [(5, LoopStep::Nudged, exact), (16, LoopStep::Ended, exact)], "a word, time to act, the end");
}

#[test]
fn a_longer_block_than_ten_calls_is_left_to_the_watch_over_progress() {
    let found = played(&cycle(11, 9));
    assert_eq!(found.first().map(|(_, _, kind)| *kind), Some(LoopKind::NoProgress), "{found:?}");
}

#[test]
fn four_of_five_alike_calls_are_enough_and_three_are_not() {
    let other = || ran("git log -1", "a commit");
    let mut turns: Vec<Turn> = (0..3).map(vain_search).collect();
    turns.insert(1, other());
    turns.insert(3, other());
    assert_eq!(played(&turns), [], "three of five");
    let mut turns: Vec<Turn> = (0..4).map(vain_search).collect();
    turns.insert(1, other());
    assert_eq!(played(&turns), [(5, NUDGED, LoopKind::SimilarActions)], "four of five");
}

#[test]
fn more_than_seven_tenths_of_the_pairs_have_to_be_alike() {
    let search =
        |pattern: &str| turn("Grep", json!({ "pattern": pattern, "path": "/p/src" }), Ending::Ok, "No files found");
    let (base, strange) = ("a".repeat(100), "z".repeat(100));
    // Each changed letter is another one, so that two of these differ in twice as many.
    let changed = |from: usize, letters: usize| {
        let mut pattern: Vec<char> = base.chars().collect();
        pattern[from..from + letters].iter_mut().for_each(|letter| *letter = 'b');
        search(&pattern.into_iter().collect::<String>())
    };
    // All but those with the strange one: 6 of 10 pairs.
    let six = vec![search(&base), changed(0, 5), changed(10, 5), changed(20, 5), search(&strange)];
    assert_eq!(played(&six), [], "six of ten pairs are alike");
    // The last two differ from each other, and from nothing else: 9 of 10.
    let nine = vec![search(&base), changed(0, 1), changed(10, 1), changed(20, 8), changed(40, 8)];
    assert_eq!(played(&nine), [(5, NUDGED, LoopKind::SimilarActions)], "nine of ten pairs are alike");
    // At 0.85 and just below: 15 and 16 letters of 100.
    let at = |letters: usize| vec![search(&base), search(&base), search(&base), search(&base), changed(0, letters)];
    let found: Vec<usize> = [15, 16].map(|letters| played(&at(letters)).len()).into();
    assert_eq!(found, [1, 0], "the likeness is at least 0.85, or the fifth is no part of it");
}

#[test]
fn errors_farther_apart_than_ten_calls_are_not_counted_together() {
    let error = || failed("npm test", "Error: expected 5, got 4");
    let looking = |n: usize| read(&format!("/p/file-{n}.js"), format!("content {n}"));
    let spread = |gap: usize| -> Vec<Turn> {
        let mut turns = vec![error()];
        turns.extend((0..gap).map(looking));
        turns.push(error());
        turns.extend((100..100 + gap).map(looking));
        turns.push(error());
        turns
    };
    assert_eq!(played(&spread(4)).len(), 0, "eleven calls from the first to the third");
    let close: Vec<Turn> = {
        let mut turns = vec![error()];
        turns.extend((0..3).map(looking));
        turns.push(error());
        turns.extend((100..104).map(looking));
        turns.push(error());
        turns
    };
    assert_eq!(played(&close), [(10, NUDGED, LoopKind::ErrorLoop)], "ten calls from the first to the third");
}

#[test]
fn a_finding_says_what_repeats_and_shows_the_calls() {
    use crate::loops::{Detector, nudge};
    let mut detector = Detector::default();
    let turns = times(5, &ran("cd /p && ls -la src", "a.js"));
    let found = turns.iter().enumerate().filter_map(|(place, turn)| detector.record(&action(turn, place)).1).next();
    let found = found.expect("five identical calls are a loop");
    assert_eq!(found.description, "`Bash ls -la src` was called 5 times in a row with the same result");
    assert_eq!((found.repetitions, found.confidence, found.evidence.len()), (5, 1.0, 1));
    let words = nudge(&found);
    assert!(words.contains("going in circles") && words.contains("is ended when"), "{words}");
}
