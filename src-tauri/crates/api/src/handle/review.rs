//! What was changed, and what a person says about it.

use crate::{
    Api, ApiError,
    shape::{board::CommitBrief, review::*},
};
use harness_domain::event::Event;
use harness_engine::{
    OpenProject,
    git::{
        self,
        review::{self, Change, Changed, Content, Hunk, Step},
    },
    redact,
};

/// How much a remark may say.
const MOST_CHARS: usize = 10_000;
/// How much of it becomes a bug's title.
const TITLE_CHARS: usize = 80;

/// What is compared, with what, and the commits between.
struct Span {
    steps: Vec<Step>,
    commits: Vec<CommitBrief>,
    base: String,
    head: String,
}

fn span(project: &OpenProject, of: &ChangesOf) -> Result<Span, ApiError> {
    let dir = project.dir();
    let of_steps = |(steps, commits): (Vec<Step>, Vec<git::CommitLine>)| Span {
        base: steps.first().and_then(|step| step.from.clone()).unwrap_or_else(|| "nothing".into()),
        head: steps.last().and_then(|step| step.to.clone()).unwrap_or_else(|| "now".into()),
        steps,
        commits: commits.into_iter().map(CommitBrief::from).collect(),
    };
    Ok(match of {
        ChangesOf::Feature(feature) => {
            project.store.feature(*feature)?;
            of_steps(review::of_feature(dir, *feature)?)
        }
        ChangesOf::Session(id) => {
            let session = project.store.session(id)?;
            let now_ms = project.app.clock.now_ms();
            let until_ms = session.ended_at_ms.unwrap_or(now_ms);
            let mut span = of_steps(review::of_time(dir, session.run, session.started_at_ms, until_ms)?);
            if session.ended_at_ms.is_none() {
                // What it has not committed yet is its work too.
                span.steps.push(Step { from: git::head(dir)?, to: None });
                span.head = "now".into();
            }
            span
        }
        ChangesOf::SinceCheckpoint(id) => {
            let checkpoint = project.store.checkpoint(*id)?;
            Span {
                steps: vec![Step { from: Some(checkpoint.commit_oid), to: None }],
                commits: Vec::new(),
                base: format!("checkpoint {id} ({})", checkpoint.name),
                head: "now".into(),
            }
        }
        ChangesOf::Commit(commit) => {
            if commit.len() < 7 || commit.len() > 64 || !commit.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return Err(ApiError::bad_input("commit: give its id, as change_list or feature_get names it"));
            }
            let (step, line) = review::of_commit(dir, commit)?;
            of_steps((vec![step], vec![line]))
        }
        ChangesOf::Working => {
            let head = git::head(dir)?;
            let base = head.clone().unwrap_or_else(|| "nothing".into());
            Span { steps: vec![Step { from: head, to: None }], commits: Vec::new(), base, head: "now".into() }
        }
    })
}

pub fn change_list(api: &Api, list: ListChanges) -> Result<ChangeList, ApiError> {
    let project = api.project(list.project)?;
    let span = span(&project, &list.of)?;
    let (files, is_cut) = review::list(project.dir(), &span.steps)?;
    Ok(ChangeList {
        base: span.base,
        head: span.head,
        commits: span.commits,
        files: files.into_iter().map(file).collect(),
        is_cut,
    })
}

fn file(changed: Changed) -> ChangedFile {
    ChangedFile {
        path: changed.path,
        old_path: changed.old_path,
        status: match changed.change {
            Change::Added => ChangeStatus::Added,
            Change::Deleted => ChangeStatus::Deleted,
            Change::Modified => ChangeStatus::Modified,
            Change::Renamed => ChangeStatus::Renamed,
            Change::TypeChanged => ChangeStatus::TypeChanged,
        },
        added: changed.added,
        removed: changed.removed,
        is_binary: changed.is_binary,
        content: format!("{}..{}", word_of(&changed.before), word_of(&changed.after)),
    }
}

fn word_of(content: &Content) -> String {
    match content {
        Content::Absent => "none".into(),
        Content::Digest(digest) => digest.clone(),
        Content::Unread(bytes, written) => format!("{bytes}@{}", written.unwrap_or_default()),
    }
}

pub fn change_diff(api: &Api, of: OfChange) -> Result<ChangeDiff, ApiError> {
    let project = api.project(of.project)?;
    refuse_path(&of.path)?;
    let span = span(&project, &of.of)?;
    let sides = review::file(project.dir(), &span.steps, &of.path)?;
    Ok(ChangeDiff {
        old_text: sides.old,
        new_text: sides.new,
        is_binary: sides.is_binary,
        is_too_large: sides.is_too_large,
        hunks: sides.hunks.into_iter().map(hunk).collect(),
    })
}

fn hunk(hunk: Hunk) -> DiffHunk {
    let line = |(origin, text): (char, String)| DiffLine {
        kind: match origin {
            '+' => DiffLineKind::Added,
            '-' => DiffLineKind::Removed,
            _ => DiffLineKind::Same,
        },
        text,
    };
    DiffHunk { old_start: hunk.old_start, new_start: hunk.new_start, lines: hunk.lines.into_iter().map(line).collect() }
}

/// A path as the lists name it: from the project on, and nowhere else.
fn refuse_path(path: &str) -> Result<(), ApiError> {
    let is_inside = !path.is_empty()
        && !path.starts_with('/')
        && !path.contains('\0')
        && path.split(['/', '\\']).all(|part| part != "..");
    if is_inside { Ok(()) } else { Err(ApiError::bad_input("path: name a file as change_list does")) }
}

pub fn review_comment(api: &Api, comment: ReviewComment) -> Result<CommentOutcome, ApiError> {
    let project = api.project(comment.project)?;
    refuse_path(&comment.path)?;
    let text = comment.text.trim();
    if text.is_empty() || text.chars().count() > MOST_CHARS {
        return Err(ApiError::bad_input(format!("text: say something, in at most {MOST_CHARS} characters")));
    }
    redact::refuse_secret("the remark", text)?;
    let place = format!("{}:{}", comment.path, comment.line);
    let card = comment.feature.map(|feature| project.store.feature(feature)).transpose()?;
    match (comment.becomes, card) {
        (CommentBecomes::Bug, card) => {
            let first: String = text.lines().next().unwrap_or_default().chars().take(TITLE_CHARS).collect();
            let about =
                card.map(|card| format!("\n\nIt was changed for #{} {}.", card.id, card.name)).unwrap_or_default();
            let description = format!("In {place}:\n\n{text}{about}");
            let bug = harness_engine::bugs::report(&project, &first, &description, Vec::new())?;
            Ok(CommentOutcome {
                words: format!("#{} is reported; the next session looks at it.", bug.id),
                bug: Some(bug.id),
            })
        }
        (CommentBecomes::Message, None) => Err(ApiError::bad_input("feature: a message is for the sessions of a card")),
        (CommentBecomes::Message, Some(card)) => {
            project.store.message_add(card.id, &format!("In {place}: {text}"), project.app.clock.now_ms())?;
            project.publish(Event::FeaturesEdited { features: vec![card.id] });
            let words = match card.status.is_done() {
                true => {
                    format!("Kept for #{}, which is done: open it again, and its next session reads this.", card.id)
                }
                false => format!("The next session that works on #{} reads this.", card.id),
            };
            Ok(CommentOutcome { bug: None, words })
        }
    }
}
