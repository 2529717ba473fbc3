//! What a screen shows, and which events change it: refetching is derived from these two, never written by hand.

use harness_domain::event::Event;
use serde::{Deserialize, Serialize};
use specta::Type;

/// A part of what screens show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
pub enum Topic {
    /// The list of projects and their figures.
    Projects,
    /// Cards, their proofs and their dependencies.
    Features,
    /// Runs and their sessions.
    Runs,
    /// What waits for a person.
    Requests,
    /// What agents said and did.
    Transcripts,
    /// Saved states.
    Checkpoints,
    /// Specifications and prompts.
    Specs,
    /// What the person chose, for a project or for all.
    Settings,
    /// Users, devices, tokens, pairing and the door to the network.
    Accounts,
    /// What is said in interviews.
    Interviews,
}

impl Topic {
    /// Its name in JSON and TypeScript.
    pub fn as_str(self) -> &'static str {
        match self {
            Topic::Projects => "Projects",
            Topic::Features => "Features",
            Topic::Runs => "Runs",
            Topic::Requests => "Requests",
            Topic::Transcripts => "Transcripts",
            Topic::Checkpoints => "Checkpoints",
            Topic::Specs => "Specs",
            Topic::Settings => "Settings",
            Topic::Accounts => "Accounts",
            Topic::Interviews => "Interviews",
        }
    }
}

/// One line per event: an event without a line does not compile.
macro_rules! touching {
    ($($event:ident $name:literal => [$($topic:ident),*];)+) => {
        /// What an event changes on screens. Empty for what is only shown as it happens.
        pub fn touches(event: &Event) -> &'static [Topic] {
            match event {
                $(Event::$event { .. } => &[$(Topic::$topic),*],)+
            }
        }

        /// The same by the event's name in JSON, for TypeScript.
        pub(crate) const TOUCHES: &[(&str, &[Topic])] = &[$(($name, &[$(Topic::$topic),*])),+];
    };
}

touching! {
    RunStarted "run_started" => [Projects, Runs];
    RunStateChanged "run_state_changed" => [Projects, Runs];
    RunWaiting "run_waiting" => [Projects, Runs];
    RunEnded "run_ended" => [Projects, Runs];
    SessionStarted "session_started" => [Runs, Transcripts];
    SessionEnded "session_ended" => [Projects, Features, Runs, Transcripts];
    ToolUsed "tool_used" => [];
    ToolRefused "tool_refused" => [];
    AgentSaid "agent_said" => [];
    FeaturesCreated "features_created" => [Projects, Features, Specs];
    FeatureChanged "feature_changed" => [Projects, Features];
    FeaturesEdited "features_edited" => [Features];
    CheckStarted "check_started" => [];
    CheckEnded "check_ended" => [];
    EvidenceStored "evidence_stored" => [Features];
    Committed "committed" => [Features];
    CheckpointCreated "checkpoint_created" => [Checkpoints];
    CheckpointRestored "checkpoint_restored" => [Projects, Features, Checkpoints, Specs];
    CheckpointsRemoved "checkpoints_removed" => [Checkpoints];
    RequestOpened "request_opened" => [Projects, Features, Requests];
    RequestSettled "request_settled" => [Projects, Features, Requests];
    LoopDetected "loop_detected" => [];
    ProgressChanged "progress_changed" => [Projects];
    Noticed "noticed" => [];
    TranscriptGrew "transcript_grew" => [Transcripts];
    SessionProgressed "session_progressed" => [Runs];
    RunSteered "run_steered" => [Projects, Runs];
    ProjectsChanged "projects_changed" => [Projects];
    SettingsChanged "settings_changed" => [Settings];
    AccountsChanged "accounts_changed" => [Accounts];
    SpecsChanged "specs_changed" => [Projects, Specs];
    CheckpointPinned "checkpoint_pinned" => [Checkpoints];
    InterviewChanged "interview_changed" => [Interviews];
    ChangedElsewhere "changed_elsewhere" => [Projects, Features, Runs, Requests, Transcripts, Checkpoints];
}

#[cfg(test)]
mod tests {
    use super::*;
    use harness_domain::id::ProjectId;

    #[test]
    fn the_name_of_an_event_in_the_table_is_the_one_that_it_has_in_json() {
        for (name, _) in TOUCHES {
            let bare = serde_json::json!({ "event": name });
            let error = serde_json::from_value::<Event>(bare).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(!error.contains("unknown variant"), "{name} is no event: {error}");
        }
        let event = Event::ProjectsChanged {};
        let json = serde_json::to_value(&event).expect("an event is JSON");
        let (_, topics) = TOUCHES.iter().find(|(name, _)| json["event"] == *name).expect("it has a line");
        assert_eq!(*topics, touches(&event), "both halves come from one line ({})", ProjectId(1));
    }
}
