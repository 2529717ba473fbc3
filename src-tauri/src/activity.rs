//! What is going on in all projects, as the tray and the notifications tell it. Pure: events in, words out.

use harness_domain::{
    event::Event,
    failure::RunEnd,
    feature::Status,
    id::{FeatureId, ProjectId, RunId},
    legible::legible,
};
use std::collections::BTreeMap;

/// How much of an agent's words a notification shows.
const WORDS_CHARS: usize = 160;

/// Every project in which a run is under way or something waits for a person.
#[derive(Debug, Default)]
pub struct Activity {
    projects: BTreeMap<ProjectId, Project>,
}

/// What is known of one project.
#[derive(Debug, Default)]
pub struct Project {
    /// As people know it.
    pub name: String,
    /// The run under way.
    pub run: Option<RunId>,
    /// Cards that pass, and all cards.
    pub progress: (u32, u32),
    /// How many things wait for a person's word.
    pub requests: u32,
}

/// Which of the settings turns a notification off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// A run ended with its work done.
    Finished,
    /// An agent or a run waits for a person.
    NeedsYou,
    /// Quota, budget or the number of sessions is used up.
    Limit,
    /// A card was parked, or a run could not go on.
    Blocked,
}

/// Something a person is told wherever they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What kind of news it is.
    pub occasion: Occasion,
    /// A few words.
    pub title: String,
    /// One sentence.
    pub body: String,
    /// Where a click on it leads.
    pub project: ProjectId,
    /// The card it is about, if it is about one.
    pub feature: Option<FeatureId>,
}

impl Activity {
    /// Forgets everything and starts from what was read.
    pub fn replace(&mut self, projects: impl IntoIterator<Item = (ProjectId, Project)>) {
        self.projects = projects.into_iter().collect();
    }

    /// The projects in which a run is under way.
    pub fn running(&self) -> Vec<ProjectId> {
        self.projects.iter().filter(|(_, project)| project.run.is_some()).map(|(id, _)| *id).collect()
    }

    /// Whether the project has still to be read.
    pub fn is_unknown(&self, project: ProjectId) -> bool {
        !self.projects.contains_key(&project)
    }

    /// Takes in a project that was read.
    pub fn add(&mut self, id: ProjectId, project: Project) {
        self.projects.insert(id, project);
    }

    /// Whether `event` changes anything of what is kept here, or is news.
    pub fn concerns(event: &Event) -> bool {
        matches!(
            event,
            Event::RunStarted { .. }
                | Event::RunEnded { .. }
                | Event::RunWaiting { .. }
                | Event::ProgressChanged { .. }
                | Event::RequestOpened { .. }
                | Event::RequestSettled { .. }
                | Event::ProjectsChanged {}
                | Event::ChangedElsewhere {}
                | Event::FeatureChanged { status: Status::Blocked | Status::NeedsInput, .. }
        )
    }

    /// Whether what `event` changed cannot be told from it alone, so that its project has to be read again.
    pub fn has_to_be_read(event: &Event) -> bool {
        matches!(event, Event::RequestOpened { .. } | Event::RequestSettled { .. } | Event::ChangedElsewhere {})
    }

    /// One line for the tray: what runs, and what waits for a person.
    pub fn words(&self) -> String {
        let waiting: u32 = self.projects.values().map(|project| project.requests).sum();
        let running: Vec<&Project> = self.projects.values().filter(|project| project.run.is_some()).collect();
        let work = match running.as_slice() {
            [] => "No run is under way".to_owned(),
            [one] => format!("{}: {} of {} done", one.name, one.progress.0, one.progress.1),
            several => format!("{} runs are under way", several.len()),
        };
        match waiting {
            0 => work,
            1 => format!("{work} · 1 request waits for you"),
            more => format!("{work} · {more} requests wait for you"),
        }
    }

    /// Takes in one event of a known project.
    pub fn observe(&mut self, id: ProjectId, event: &Event) {
        let Some(project) = self.projects.get_mut(&id) else { return };
        match event {
            Event::RunStarted { run, .. } => project.run = Some(*run),
            Event::RunEnded { run, .. } if project.run.is_some_and(|current| current == *run) => project.run = None,
            Event::ProgressChanged { passing, total } => project.progress = (*passing, *total),
            _ => {}
        }
    }

    /// What a person should be told of an event of a known project, wherever they are.
    pub fn news(&self, id: ProjectId, event: &Event) -> Option<Notice> {
        let project = self.projects.get(&id)?;
        let (occasion, title, body, feature) = project.news(event)?;
        Some(Notice { occasion, title: format!("{}: {title}", project.name), body, project: id, feature })
    }
}

impl Project {
    fn news(&self, event: &Event) -> Option<(Occasion, &'static str, String, Option<FeatureId>)> {
        match event {
            Event::RunEnded { end, .. } => self.ended(end).map(|(occasion, title, body)| (occasion, title, body, None)),
            Event::RunWaiting { reason, until_ms, .. } if reason == "rate_limited" => {
                let body = format!("The run goes on by itself at {}.", clock_time(*until_ms));
                Some((Occasion::Limit, "the account's limit is reached", body, None))
            }
            Event::RequestOpened { feature, reason, .. } => {
                Some((Occasion::NeedsYou, "an agent waits for you", short(reason), *feature))
            }
            Event::FeatureChanged { feature, name, status: Status::Blocked, reason, .. } => {
                let body = short(&format!("{name}: {reason}"));
                Some((Occasion::Blocked, "a card is blocked", body, Some(*feature)))
            }
            Event::FeatureChanged { feature, name, status: Status::NeedsInput, reason, .. } => {
                let body = short(&format!("{name}: {reason}"));
                Some((Occasion::NeedsYou, "a card needs your answer", body, Some(*feature)))
            }
            _ => None,
        }
    }

    fn ended(&self, end: &RunEnd) -> Option<(Occasion, &'static str, String)> {
        let (passing, total) = self.progress;
        let done = format!("{passing} of {total} features pass.");
        Some(match end {
            RunEnd::AllPassing | RunEnd::Finished => (Occasion::Finished, "the run is finished", done),
            RunEnd::SessionLimit => {
                (Occasion::Limit, "the run reached its number of sessions", format!("{done} Start it again to go on."))
            }
            RunEnd::BudgetExhausted => {
                (Occasion::Limit, "the run used up its budget", format!("{done} Raise the budget to go on."))
            }
            RunEnd::NeedsPerson { why } => (Occasion::NeedsYou, "the run needs you", short(why)),
            RunEnd::NothingReady { why } => (Occasion::Blocked, "nothing is ready to work on", short(why)),
            RunEnd::Failed { message, .. } => (Occasion::Blocked, "the run could not go on", short(message)),
            RunEnd::Crashed => (Occasion::Blocked, "the run was cut off", done),
            // A person did it and knows.
            RunEnd::Stopped | RunEnd::Paused => return None,
        })
    }
}

/// The first line of what may be an agent's words, plainly visible and cut to a notification's size.
fn short(words: &str) -> String {
    let line = legible(words.lines().next().unwrap_or_default());
    match line.char_indices().nth(WORDS_CHARS) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// The time of day here, such as `14:05`.
fn clock_time(at_ms: i64) -> String {
    match jiff::Timestamp::from_millisecond(at_ms) {
        Ok(time) => time.to_zoned(jiff::tz::TimeZone::system()).strftime("%H:%M").to_string(),
        Err(_) => "a time that is not known".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use harness_domain::{
        evidence::SandboxLevel,
        feature::Kind,
        id::RequestId,
        request::{RequestKind, RequestState},
        run::Mode,
    };

    const TODO: ProjectId = ProjectId(1);

    fn activity() -> Activity {
        let mut activity = Activity::default();
        activity.add(TODO, Project { name: "todo".into(), ..Project::default() });
        activity
    }

    fn started(run: u32) -> Event {
        let (mode, sandbox) = (Mode::Auto, SandboxLevel::Full);
        Event::RunStarted { run: RunId(run), mode, is_quick: false, rehearsal: None, sandbox }
    }

    fn ended(end: RunEnd) -> Event {
        Event::RunEnded { run: RunId(1), end }
    }

    fn opened(request: u32) -> Event {
        Event::RequestOpened {
            request: RequestId(request),
            kind: RequestKind::Question,
            feature: Some(FeatureId(7)),
            session: harness_domain::id::SessionId("s".into()),
            tool: None,
            subject: "Which colour?".into(),
            reason: "Which colour shall it have?".into(),
            deadline_ms: None,
        }
    }

    #[test]
    fn the_tray_tells_in_one_line_what_runs_and_what_waits() {
        let mut activity = activity();
        assert_eq!(activity.words(), "No run is under way");
        activity.observe(TODO, &started(1));
        activity.observe(TODO, &Event::ProgressChanged { passing: 3, total: 12 });
        assert_eq!(activity.words(), "todo: 3 of 12 done");
        let waiting = Project { name: "todo".into(), run: Some(RunId(1)), progress: (3, 12), requests: 1 };
        activity.add(TODO, waiting);
        assert_eq!(activity.words(), "todo: 3 of 12 done · 1 request waits for you");
        activity.add(ProjectId(2), Project { name: "shop".into(), run: Some(RunId(1)), ..Project::default() });
        assert!(activity.words().starts_with("2 runs are under way"), "{}", activity.words());
    }

    #[test]
    fn a_run_that_has_ended_runs_no_longer() {
        let mut activity = activity();
        activity.observe(TODO, &started(1));
        activity.observe(TODO, &ended(RunEnd::Paused));
        assert_eq!(activity.words(), "No run is under way");
        assert!(activity.running().is_empty(), "the machine may sleep again");
    }

    #[test]
    fn how_many_requests_wait_is_read_and_never_counted_up_from_events_that_may_come_twice() {
        let settled = Event::RequestSettled {
            request: RequestId(4),
            kind: RequestKind::Question,
            feature: None,
            state: RequestState::Answered,
            word: None,
        };
        for event in [opened(4), settled, Event::ChangedElsewhere {}] {
            assert!(Activity::concerns(&event) && Activity::has_to_be_read(&event), "{event:?}");
        }
        assert!(!Activity::has_to_be_read(&started(1)), "what an event tells in full costs no reading");
    }

    #[test]
    fn the_end_of_an_older_run_does_not_end_the_one_that_is_under_way() {
        let mut activity = activity();
        activity.observe(TODO, &started(2));
        activity.observe(TODO, &ended(RunEnd::Crashed));
        assert_eq!(activity.running(), [TODO], "a crash of run 1, found while run 2 starts, says nothing about run 2");
    }

    #[test]
    fn each_piece_of_news_falls_under_one_setting_and_leads_to_its_card() {
        let activity = activity();
        let occasion = |event: &Event| activity.news(TODO, event).map(|notice| (notice.occasion, notice.feature));
        assert_eq!(occasion(&ended(RunEnd::AllPassing)), Some((Occasion::Finished, None)));
        assert_eq!(occasion(&ended(RunEnd::BudgetExhausted)), Some((Occasion::Limit, None)));
        assert_eq!(occasion(&ended(RunEnd::NeedsPerson { why: "two cards".into() })), Some((Occasion::NeedsYou, None)));
        assert_eq!(occasion(&ended(RunEnd::Stopped)), None, "whoever stopped it knows");
        assert_eq!(occasion(&opened(1)), Some((Occasion::NeedsYou, Some(FeatureId(7)))));
        let blocked = Event::FeatureChanged {
            feature: FeatureId(9),
            name: "Sign in".into(),
            kind: Kind::Feature,
            status: Status::Blocked,
            reason: "three attempts failed".into(),
        };
        assert_eq!(occasion(&blocked), Some((Occasion::Blocked, Some(FeatureId(9)))));
        let waiting = Event::RunWaiting { run: RunId(1), until_ms: 0, reason: "rate_limited".into() };
        assert_eq!(occasion(&waiting), Some((Occasion::Limit, None)));
        let backing_off = Event::RunWaiting { run: RunId(1), until_ms: 0, reason: "backing_off".into() };
        assert_eq!(occasion(&backing_off), None, "a short pause of the host's own is no news");
    }

    #[test]
    fn an_agents_words_are_shown_plainly_and_briefly() {
        let why = format!("pay\u{202e}load {}\nand a second line", "x".repeat(500));
        let notice = activity().news(TODO, &ended(RunEnd::NeedsPerson { why })).expect("it is news");
        assert!(notice.body.contains("⟨U+202E⟩"), "nothing is reordered: {}", notice.body);
        assert!(!notice.body.contains("second line") && notice.body.chars().count() <= WORDS_CHARS + 1);
    }
}
