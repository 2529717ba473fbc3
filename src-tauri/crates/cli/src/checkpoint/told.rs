//! What a person is told about checkpoints.

use crate::{
    features::time,
    print::{say, say_table},
};
use harness_domain::{checkpoint::CheckpointKind, feature::Status};
use harness_engine::{
    checkpoint::{CheckpointView, Comparison, Preview, Restored},
    git::How,
};
use indicatif::{ProgressBar, ProgressDrawTarget};
use std::time::Duration;

/// Names listed before the rest is only counted.
const SHOWN: usize = 40;

/// One line for each, newest first.
pub(super) fn table(all: &[CheckpointView]) {
    let row = |view: &CheckpointView| {
        vec![
            view.checkpoint.id.to_string(),
            time(view.checkpoint.created_at_ms),
            why(view.checkpoint.kind).into(),
            view.files.to_string(),
            format!("{}/{}", view.cards_done, view.cards_total),
            view.branch.clone().unwrap_or_else(|| "(no branch)".into()),
            if view.checkpoint.is_pinned {
                format!("{} [pinned]", view.checkpoint.name)
            } else {
                view.checkpoint.name.clone()
            },
        ]
    };
    say_table(&["ID", "MADE", "WHY", "FILES", "CARDS", "BRANCH", "NAME"], &all.iter().map(row).collect::<Vec<_>>());
}

fn why(kind: CheckpointKind) -> &'static str {
    match kind {
        CheckpointKind::Manual => "by hand",
        CheckpointKind::BeforeSession => "session",
        CheckpointKind::AfterPass => "passed",
        CheckpointKind::BeforeRestore => "restore",
    }
}

pub(super) fn show(view: &CheckpointView) {
    let saved = &view.checkpoint;
    say(&format!("Checkpoint {}  {}", saved.id, saved.name));
    say(&format!("  made      {}, {}", time(saved.created_at_ms), why(saved.kind)));
    if let Some(feature) = saved.feature {
        say(&format!("  feature   #{feature}"));
    }
    let at = view.head.as_deref().map_or("no commit yet", |head| head.get(..12).unwrap_or(head));
    say(&format!("  branch    {} at {at}", view.branch.as_deref().unwrap_or("(no branch)")));
    if let Some(unfinished) = &view.unfinished {
        say(&format!("  underway  {unfinished}"));
    }
    say(&format!("  files     {}", view.files));
    say(&format!("  cards     {} of {} passing", view.cards_done, view.cards_total));
    say(&format!("  ref       refs/harness/checkpoint/{}", saved.id));
    if saved.is_pinned {
        say("  pinned");
    }
    tell_left_out(view);
}

pub(super) fn tell_left_out(view: &CheckpointView) {
    if !view.left_out.is_empty() {
        say(&format!("{} left out:", count(view.left_out.len(), "file")));
        say_some(view.left_out.iter().map(|file| format!("  {}: {}", file.path, file.why)));
    }
    for remark in &view.remarks {
        say(&format!("  ! {remark}"));
    }
}

pub(super) fn tell_preview(preview: &Preview) {
    if let Some(problem) = &preview.repository_problem {
        say(&format!("The project's repository would be mended first ({problem}); files are compared after that."));
    }
    if preview.comparison.files.is_empty() && preview.comparison.cards.is_empty() {
        say("No file and no card would change.");
    }
    tell(&preview.comparison);
    if preview.commits_taken_back > 0 {
        let branch = preview.checkpoint.branch.as_deref().unwrap_or("HEAD");
        say(&format!("{} would leave {branch}; `undo` brings them back.", count(preview.commits_taken_back, "commit")));
    }
    if !preview.left_out.is_empty() {
        say("Not touched, since no checkpoint can hold them:");
        say_some(preview.left_out.iter().map(|file| format!("  {}: {}", file.path, file.why)));
    }
}

pub(super) fn tell_restored(restored: &Restored, wanted: &CheckpointView) {
    say(&format!(
        "Checkpoint {} ({}) is back: {} and {} changed.",
        restored.checkpoint,
        wanted.checkpoint.name,
        count(restored.comparison.files.len(), "file"),
        count(restored.comparison.cards.len(), "card")
    ));
    for remark in &restored.remarks {
        say(&format!("  ! {remark}"));
    }
    say(&format!("How it was before is checkpoint {}; `harness checkpoint undo` goes back to it.", restored.undo_with));
}

pub(super) fn tell(comparison: &Comparison) {
    say_some(comparison.files.iter().map(|file| {
        let mark = match file.how {
            How::Added => '+',
            How::Changed => '~',
            How::Removed => '-',
        };
        format!("  {mark} {}", file.path)
    }));
    let word = |status: Option<Status>| status.map_or("none", Status::as_str);
    say_some(
        comparison
            .cards
            .iter()
            .map(|card| format!("  #{} {}: {} → {}", card.id, card.name, word(card.now), word(card.then))),
    );
}

/// The first lines, and how many more there are.
fn say_some(lines: impl ExactSizeIterator<Item = String>) {
    let total = lines.len();
    lines.take(SHOWN).for_each(|line| say(&line));
    if total > SHOWN {
        say(&format!("  … and {} more (--json lists all)", total - SHOWN));
    }
}

pub(crate) fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// Says what takes so long once it has taken a second.
pub(crate) fn waiting<T, E>(what: &str, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let bar = ProgressBar::new_spinner().with_message(what.to_owned());
    bar.set_draw_target(ProgressDrawTarget::hidden());
    let (done, is_done) = std::sync::mpsc::channel::<()>();
    let shown = bar.clone();
    let showing = std::thread::spawn(move || {
        // Ends at once when the work does.
        if is_done.recv_timeout(Duration::from_secs(1)) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            shown.set_draw_target(ProgressDrawTarget::stderr());
            shown.enable_steady_tick(Duration::from_millis(120));
        }
    });
    let result = work();
    drop(done);
    // It cannot panic, and there would be nothing to tell.
    let _ = showing.join();
    bar.finish_and_clear();
    result
}
