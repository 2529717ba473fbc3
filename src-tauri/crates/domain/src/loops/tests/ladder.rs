//! From a word to the end, and the watches over calls, tokens and time.

use super::stage::*;
use crate::loops::{COOL_DOWN, Limits, LoopKind, LoopStep, Sight, Watch};

fn circle(count: usize) -> Vec<Turn> {
    times(count, &ran("git log -1", "a commit"))
}

/// Work that brings the files into a new state.
fn work(from: usize, count: usize) -> Vec<Turn> {
    (from..from + count).map(|n| write("/p/new.js", format!("version {n}"))).collect()
}

#[test]
fn an_agent_that_listens_is_told_once() {
    let turns = [circle(5), work(0, 30)].concat();
    assert_eq!(played(&turns), [(5, LoopStep::Nudged, LoopKind::ExactRepetition)]);
}

#[test]
fn one_that_works_and_falls_back_is_told_three_times_and_then_ended() {
    let turns: Vec<Turn> = (0..6).flat_map(|round| [circle(5), work(round * 100, 12)].concat()).collect();
    let steps: Vec<LoopStep> = played(&turns).into_iter().map(|(_, step, _)| step).collect();
    assert_eq!(steps, [LoopStep::Nudged, LoopStep::Nudged, LoopStep::Nudged, LoopStep::Ended]);
}

#[test]
fn another_circle_without_work_in_between_ends_the_session() {
    let looking: Vec<Turn> = (0..12).map(|n| read(&format!("/p/{n}.js"), format!("{n}"))).collect();
    let turns = [circle(5), looking, times(5, &ran("ls", "a"))].concat();
    let found = played(&turns);
    assert_eq!(found.last(), Some(&(22, LoopStep::Ended, LoopKind::ExactRepetition)), "{found:?}");
}

#[test]
fn a_session_begins_with_a_clean_slate() {
    assert_eq!(played(&circle(4)), []);
    assert_eq!(played(&circle(4)), [], "what another session did counts for nothing here");
}

#[test]
fn nothing_is_said_again_within_the_cool_down() {
    let found = played(&circle(300));
    let gap = found[1].0 - found[0].0;
    assert!(gap > COOL_DOWN as usize, "{found:?}");
}

fn limits() -> Limits {
    Limits { stale_calls: 1_000, calls: 20, tokens: 1_000, millis: 60_000 }
}

/// Calls that each tell something new and change nothing.
fn reading(count: usize) -> Vec<Turn> {
    (0..count).map(|n| read(&format!("/p/{n}.js"), format!("{n}"))).collect()
}

#[test]
fn many_calls_without_a_new_state_are_told_and_then_ended() {
    let found = played_with(Limits { millis: i64::MAX, ..limits() }, &reading(60));
    let kind = LoopKind::NoProgress;
    assert_eq!(found, [(20, LoopStep::Nudged, kind), (40, LoopStep::Ended, kind)], "twice the whole span");
}

#[test]
fn much_time_without_a_new_state_is_told_and_one_long_gap_is_not() {
    let found = played_with(Limits { calls: 1_000, ..limits() }, &reading(40));
    assert_eq!(found.first(), Some(&(16, LoopStep::Nudged, LoopKind::Standstill)), "4 s a call: {found:?}");

    let mut watch = Watch::new(Limits { millis: 60 * 60 * 1000, ..Limits::default() });
    let turns = reading(2);
    let mut last = action(&turns[1], 1);
    last.at_ms = 30 * 60 * 60 * 1000;
    watch.record(&action(&turns[0], 0), 0);
    assert_eq!(watch.record(&last, 0), Sight::Calm, "the computer slept, or a person was waited for");
}

#[test]
fn time_in_which_the_agent_was_kept_waiting_is_not_its_own() {
    let mut watch = Watch::new(Limits { calls: 1_000, ..limits() });
    for (place, turn) in reading(12).iter().enumerate() {
        let mut action = action(turn, 0);
        action.at_ms = i64::try_from(place).unwrap() * 8 * 60_000;
        watch.excuse(8 * 60_000 - 1_000);
        assert_eq!(watch.record(&action, 0), Sight::Calm, "a person took eight minutes, the agent one second");
    }
}

#[test]
fn a_clock_that_is_set_back_harms_nothing() {
    let mut watch = Watch::new(limits());
    for (place, turn) in reading(10).iter().enumerate() {
        let mut action = action(turn, place);
        action.at_ms = -action.at_ms * 1_000_000;
        assert_eq!(watch.record(&action, 0), Sight::Calm);
    }
}

#[test]
fn tokens_without_a_new_state_are_told_unless_the_tree_proves_otherwise() {
    let mut watch = Watch::new(limits());
    watch.begin(1);
    let turns = reading(10);
    assert_eq!(watch.record(&action(&turns[0], 0), 999), Sight::Calm);
    let Sight::Doubt(doubt) = watch.record(&action(&turns[1], 1), 1_000) else { panic!("the limit is reached") };
    assert_eq!(doubt.kind, LoopKind::TokenBurn);
    assert_eq!(watch.compare(doubt, Some(2)), Sight::Calm, "a command has changed the tree");
    assert_eq!(watch.record(&action(&turns[2], 2), 1_999), Sight::Calm, "counted from there");
    let Sight::Doubt(doubt) = watch.record(&action(&turns[3], 3), 2_000) else { panic!("the limit is reached") };
    let Sight::Stuck(step, _) = watch.compare(doubt, Some(1)) else { panic!("a tree of earlier is no progress") };
    assert_eq!(step, LoopStep::Nudged);
    let Sight::Doubt(doubt) = watch.record(&action(&turns[4], 4), 3_000) else { panic!("the limit is reached") };
    let Sight::Stuck(step, _) = watch.compare(doubt, None) else { panic!("what cannot be read proves nothing") };
    assert_eq!(step, LoopStep::Ended);
}

#[test]
fn a_better_test_result_is_progress_and_the_same_one_is_not() {
    let fewer = |n: usize| failed("npm test", format!("ℹ pass {n}\nℹ fail {}", 90 - n));
    let better: Vec<Turn> = (0..60).map(fewer).collect();
    let limits = Limits { millis: i64::MAX, ..limits() };
    let kinds = |turns: &[Turn]| {
        played_with(limits, turns).into_iter().filter(|(_, _, kind)| *kind == LoopKind::NoProgress).count()
    };
    assert_eq!(kinds(&better), 0, "each run is better than the best before");
    let swinging: Vec<Turn> = (0..60).map(|n| fewer(n % 7)).collect();
    assert!(kinds(&swinging) > 0, "up and down is no progress");
}
