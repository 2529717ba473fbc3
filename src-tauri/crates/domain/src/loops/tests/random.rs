//! Promises for any session, held against thousands of random ones; always the same ones.

use super::stage::*;
use crate::loops::{COOL_DOWN, Detector, HISTORY, Limits, Watch};

struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % below
    }
}

/// A step of honest work: what is read has something new in it, what is run follows a change.
fn honest(dice: &mut Dice, step: usize) -> Vec<Turn> {
    let file = format!("/p/src/file-{}.js", dice.roll(12));
    let change = || edit(&file, format!("version {step}"), format!("version {}", step + 1));
    match dice.roll(6) {
        0 => vec![read(&file, format!("content at {step}"))],
        1 => vec![change(), ran("npm test", format!("ℹ pass {}", dice.roll(40)))],
        2 => vec![change(), failed("npm test", format!("Error: case {} of part{step}", dice.roll(5)))],
        3 => vec![change(), ran("npx prettier --write .", "done"), ran("git diff --stat", format!("{step} changed"))],
        4 => vec![write(&format!("/p/doc/{step}.md"), format!("text {step}"))],
        _ => vec![ran(format!("git add src/part-{step}.js"), "")],
    }
}

#[test]
fn honest_work_is_never_interrupted() {
    for seed in 0..200 {
        let mut dice = Dice(seed);
        let turns: Vec<Turn> = (0..150).flat_map(|step| honest(&mut dice, step)).collect();
        assert_eq!(played(&turns), [], "seed {seed}");
    }
}

#[test]
fn every_circle_of_two_to_ten_calls_is_found_within_three_rounds_whatever_was_before() {
    for seed in 0..300 {
        let mut dice = Dice(seed);
        let length = 2 + dice.roll(9);
        let block: Vec<Turn> = (0..length)
            .map(|place| match dice.roll(3) {
                0 => read(&format!("/p/{place}.js"), "text"),
                1 => ran(format!("node script-{place}.js"), "printed"),
                _ => write(&format!("/p/{place}.js"), "the same"),
            })
            .collect();
        let mut turns: Vec<Turn> = (0..dice.roll(40)).flat_map(|step| honest(&mut dice, step)).collect();
        let before = turns.len();
        turns.extend((0..4).flat_map(|_| block.clone()));
        let found = played(&turns);
        let first = found.first().map(|(place, ..)| *place).unwrap_or(usize::MAX);
        // The first round may have changed something; the three that follow cannot.
        assert!(
            first > before && first <= before + 4 * length,
            "seed {seed}, {length} calls after {before}: {found:?}"
        );
    }
}

#[test]
fn whatever_happens_nothing_is_found_twice_within_the_cool_down() {
    for seed in 0..200 {
        let mut dice = Dice(seed);
        let mut detector = Detector::default();
        let mut last: Option<usize> = None;
        for place in 0..600 {
            let turn = match dice.roll(4) {
                0 => failed("npm test", "Error: the same"),
                1 => ran("ls", "a"),
                2 => write("/p/a.js", format!("content {}", dice.roll(2))),
                _ => read("/p/a.js", "text"),
            };
            if detector.record(&action(&turn, place)).1.is_some() {
                let gap = last.map_or(usize::MAX, |last| place - last);
                assert!(gap > COOL_DOWN as usize, "seed {seed}: again after {gap} calls");
                last = Some(place);
            }
        }
        assert!(last.is_some(), "seed {seed}: four calls at random go in circles");
    }
}

#[test]
fn memory_is_bounded_by_the_history_and_the_length_kept_of_a_call() {
    let mut watch = Watch::new(Limits::default());
    let huge = "日".repeat(5_000);
    for place in 0..300 {
        let turn = ran(format!("{place} {huge}"), huge.clone());
        let action = action(&turn, place);
        assert!(action.call.content.chars().count() <= 500 && action.call.target.chars().count() <= 500, "{place}");
        watch.record(&action, 0);
        assert!(watch.remembered() <= HISTORY, "{} calls are remembered", watch.remembered());
    }
}

#[test]
fn any_bytes_in_any_field_are_lawful() {
    let odd = ["", " ", "\0", "💥", "\u{1b}[31m", "é\u{301}", "0x", "12:", "/tmp/", "a=b=c", "cd && x", "'", "\\"];
    let mut watch = Watch::new(Limits::default());
    let mut dice = Dice(1);
    for place in 0..3_000 {
        let mut text = || (0..dice.roll(6)).map(|_| odd[dice.roll(odd.len())]).collect::<Vec<_>>().join("");
        let turns = [ran(text(), text()), failed(text(), text()), edit(&text(), text(), text()), read(&text(), text())];
        watch.record(&action(&turns[dice.roll(4)], place), u64::MAX / 2);
    }
}
