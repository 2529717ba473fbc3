//! What a person sees of a run: a line for what happened, and at the bottom how far it is.

use crate::{
    desk::Desk,
    print::{harmless, say},
    run::json_line,
    waiting,
};
use harness_domain::{
    event::Event,
    evidence::SandboxLevel,
    failure::{Outcome, RunEnd},
    feature::{Kind, Status},
    id::RequestId,
    loops::LoopStep,
    run::Role,
};
use harness_engine::{OpenProject, bus::Delivery, session::RunReport};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{io::IsTerminal, time::Duration};

/// How much of a text one line shows.
const LINE_CHARS: usize = 110;

/// Shows the events of one run.
pub struct Display {
    is_json: bool,
    bar: ProgressBar,
    project: OpenProject,
    /// Where answers are typed, when somebody sits here.
    desk: Option<Desk>,
}

impl Display {
    /// A display on standard output: JSON lines, a progress bar on a terminal, plain lines elsewhere.
    pub fn new(is_json: bool, rehearsal: Option<String>, project: &OpenProject) -> Self {
        let bar = ProgressBar::new(0);
        let is_live = !is_json && std::io::stdout().is_terminal();
        bar.set_draw_target(if is_live { ProgressDrawTarget::stdout() } else { ProgressDrawTarget::hidden() });
        if let Ok(style) =
            ProgressStyle::with_template("{spinner:.cyan} [{bar:28.green/dim}] {pos}/{len} passing  {wide_msg}")
        {
            bar.set_style(style.progress_chars("━━─"));
        }
        if is_live {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        let display = Self { is_json, bar, project: project.clone(), desk: None };
        display.line(&format!("Project  {}", project.dir().display()));
        if let Some(title) = rehearsal {
            display.line(&format!("REHEARSAL  {title}: a scripted model answers, nothing leaves this machine"));
        }
        display
    }

    /// Takes answers from standard input too, when both sides of this are a terminal.
    pub fn take_answers(&mut self) {
        if self.is_json || !std::io::stdin().is_terminal() || !std::io::stdout().is_terminal() {
            return;
        }
        let desk = Desk::default();
        match desk.listen(&self.project) {
            Ok(()) => self.desk = Some(desk),
            Err(error) => self.line(&format!("  ! Answers cannot be typed here: {error}")),
        }
    }

    /// Shows one event.
    pub fn show(&mut self, delivery: &Delivery) {
        if self.is_json {
            say(&json_line(delivery));
            return;
        }
        match delivery {
            Delivery::Event(envelope) => self.tell(&envelope.event),
            Delivery::Missed { .. } => self.line("… some lines were too fast to show; `harness runs` has all of them"),
        }
    }

    /// Shows how the run ended and what to do next.
    pub fn conclude(&mut self, project: &OpenProject, report: &RunReport) {
        self.bar.finish_and_clear();
        if self.is_json {
            return;
        }
        let counts = project.store.counts().unwrap_or_default();
        say("");
        say(&format!(
            "{}  {} of {} passing, {} sessions, ${:.2}",
            headline(&report.end),
            counts.done,
            counts.total,
            report.sessions,
            report.cost_usd
        ));
        match &report.end {
            RunEnd::NothingReady { why } | RunEnd::NeedsPerson { why } => say(why),
            RunEnd::Failed { message, .. } => say(message),
            _ => {}
        }
    }

    fn tell(&mut self, event: &Event) {
        match event {
            Event::RunStarted { run, mode, is_quick, sandbox, .. } => {
                let quick = if *is_quick { ", quick mode: tests are left out" } else { "" };
                self.line(&format!("Run {run}  {}{quick}, sandbox: {}", mode.as_str(), walls(*sandbox)));
            }
            Event::RunStateChanged { to, .. } => self.bar.set_message(to.as_str().replace('_', " ")),
            Event::RunWaiting { until_ms, reason, .. } => {
                let until = jiff::Timestamp::from_millisecond(*until_ms)
                    .map(|time| time.to_zoned(jiff::tz::TimeZone::system()).strftime("%F %T").to_string());
                let until = until.unwrap_or_else(|_| "later".into());
                self.line(&format!("  … {} until {until}", reason.replace('_', " ")));
            }
            Event::RunEnded { .. } => {}
            Event::SessionStarted { role, number, model, .. } => {
                let model = model.as_deref().map(|model| format!(", {model}")).unwrap_or_default();
                self.line(&format!("\nSession {number}  {}{model}", role_words(*role)));
            }
            Event::SessionEnded { outcome, turns, cost_usd, .. } => match outcome {
                Outcome::Completed => self.line(&format!("  done after {turns} turns, ${cost_usd:.2}")),
                other => self.line(&format!("  ended: {} after {turns} turns, ${cost_usd:.2}", other.code())),
            },
            Event::ToolUsed { tool, subject, .. } => {
                let tool = tool.trim_start_matches("mcp__features__");
                self.line(&cut(&format!("  → {tool} {}", one_line(subject))));
            }
            Event::ToolRefused { tool, reason, .. } => {
                self.line(&cut(&format!("  ⊘ {tool} refused: {}", one_line(reason))));
            }
            Event::AgentSaid { text, .. } => self.line(&cut(&format!("  “{}”", one_line(text)))),
            Event::FeaturesCreated { features } => self.line(&format!("  + {} cards", features.len())),
            Event::FeatureChanged { feature, name, kind, status, reason } => {
                self.line(&cut(&status_line(feature.0, name, *kind, *status, reason)));
            }
            Event::FeaturesEdited { .. } => {}
            Event::CheckStarted { command, .. } => {
                self.bar.set_message(format!("checking: {}", harmless(&one_line(command))));
            }
            Event::CheckEnded { command, is_ok, duration_ms, .. } => {
                let mark = if *is_ok { "✓" } else { "✗" };
                self.line(&cut(&format!("  {mark} {command}  ({:.1} s)", f64::from(*duration_ms) / 1000.0)));
            }
            Event::EvidenceStored { evidence, warnings, .. } => {
                for warning in warnings {
                    self.line(&format!("  ! evidence {evidence}: {warning}"));
                }
            }
            Event::Committed { commit, subject, .. } => {
                self.line(&cut(&format!("  ● {} {subject}", commit.get(..8).unwrap_or(commit))));
            }
            Event::CheckpointCreated { checkpoint, name, left_out, .. } => {
                let without = if *left_out > 0 { format!(" ({left_out} files left out)") } else { String::new() };
                self.line(&cut(&format!("  ◆ checkpoint {checkpoint}: {}{without}", one_line(name))));
            }
            Event::CheckpointRestored { checkpoint, undo_with } => {
                self.line(&format!("  ◆ checkpoint {checkpoint} restored; {undo_with} takes that back"));
            }
            Event::CheckpointsRemoved { .. } => {}
            Event::RequestOpened { request, .. } => self.ask(*request),
            Event::RequestSettled { request, state, word, .. } => {
                let how = match word {
                    Some(word) => format!("{} ({})", word.decision.as_str(), word.scope.as_str()),
                    None => state.as_str().to_owned(),
                };
                self.line(&format!("  · request {request}: {how}"));
                if let Some(desk) = &self.desk {
                    desk.clear(*request);
                }
            }
            Event::LoopDetected { kind, step, description, .. } => {
                let did = match step {
                    LoopStep::Nudged => "told the agent",
                    LoopStep::Ended => "ended the session",
                    LoopStep::Parked => "parked the card",
                };
                self.line(&format!("  ↻ {} ({did}): {}", kind.as_str().replace('_', " "), one_line(description)));
            }
            Event::ProgressChanged { passing, total } => {
                self.bar.set_length(u64::from(*total));
                self.bar.set_position(u64::from(*passing));
            }
            Event::Noticed { message, .. } => self.line(&format!("  ! {message}")),
            // For screens that stay open beside the run.
            Event::TranscriptGrew { .. }
            | Event::SessionProgressed { .. }
            | Event::RunSteered { .. }
            | Event::ProjectsChanged {}
            | Event::SettingsChanged {}
            | Event::AccountsChanged {}
            | Event::SpecsChanged {}
            | Event::CheckpointPinned { .. }
            | Event::InterviewChanged { .. }
            | Event::ChangedElsewhere {} => {}
        }
    }

    /// A request in full, from the record.
    fn ask(&self, id: RequestId) {
        match self.project.store.request(id) {
            Ok(request) => {
                let mut lines = waiting::lines(&self.project, &request);
                if let Some(desk) = self.desk.as_ref().filter(|_| request.deadline_ms.is_some()) {
                    lines.push(Desk::hint(request.kind).to_owned());
                    desk.show(id);
                }
                self.line(&format!("  ? Waits for you: {}", lines.join("\n")));
            }
            Err(error) => self.line(&format!("  ? Request {id} waits for you, but cannot be read: {error}")),
        }
    }

    fn line(&self, text: &str) {
        if self.is_json {
            return;
        }
        self.bar.suspend(|| say(text));
    }
}

fn headline(end: &RunEnd) -> &'static str {
    match end {
        RunEnd::AllPassing => "Everything passes.",
        RunEnd::Finished => "Done.",
        RunEnd::SessionLimit => "Paused: the session limit is reached.",
        RunEnd::BudgetExhausted => "Paused: the budget is used up.",
        RunEnd::NothingReady { .. } => "Nothing can be worked on.",
        RunEnd::NeedsPerson { .. } => "A person is needed.",
        RunEnd::Stopped => "Stopped.",
        RunEnd::Paused => "Paused.",
        RunEnd::Failed { .. } => "The run failed.",
        RunEnd::Crashed => "The host died.",
    }
}

/// How strong the walls were, as people read it.
pub fn walls(level: SandboxLevel) -> &'static str {
    match level {
        SandboxLevel::Full => "full",
        SandboxLevel::Partial => "PARTIAL",
        SandboxLevel::PolicyOnly => "NONE (policy only)",
    }
}

fn role_words(role: Role) -> &'static str {
    match role {
        Role::Initializer => "initializer: the specification becomes features",
        Role::Coding => "coding",
        Role::Analyst => "analyst: the code base is described",
        Role::Tester => "tester: passing features are tested again",
    }
}

fn status_line(id: u32, name: &str, kind: Kind, status: Status, reason: &str) -> String {
    let what = kind.as_str();
    match status {
        Status::Passing | Status::Resolved => format!("  ✔ {what} #{id} {name}: {}", status.as_str()),
        Status::Failing | Status::Blocked => format!("  ✘ {what} #{id} {name}: {} ({reason})", status.as_str()),
        other => format!("  · {what} #{id} {name}: {}", other.as_str().replace('_', " ")),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LINE_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
