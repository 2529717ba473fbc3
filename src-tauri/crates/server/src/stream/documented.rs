//! One project's events under the names that are documented: `progress`, `agent_status`, `log` and `feature_update`,
//! and each event itself as `event`. Every message has the number of the event that it comes from.

use super::{concerns, socket::Script};
use crate::state::State;
use harness_api::{Caller, Frame, Procedure};
use harness_domain::{
    event::{Envelope, Event},
    failure::RunEnd,
    id::ProjectId,
};
use serde_json::{Value, json};

pub(super) struct Documented {
    project: ProjectId,
    /// The number of the last frame.
    seq: u64,
}

impl Documented {
    pub fn new(project: ProjectId) -> Self {
        Self { project, seq: 0 }
    }

    fn of_event(&self, envelope: &Envelope, out: &mut Vec<Value>) {
        let seq = envelope.seq;
        let status = |status: &str| json!({ "type": "agent_status", "seq": seq, "status": status });
        let log = |line: String| json!({ "type": "log", "seq": seq, "line": line, "timestamp": envelope.at_ms });
        match &envelope.event {
            Event::RunStarted { .. } => out.push(status("running")),
            Event::RunSteered { word } if word == "pause" => out.push(status("pausing")),
            Event::RunEnded { end, .. } => out.push(status(ended(end))),
            Event::ProgressChanged { passing, total } => out.push(progress(seq, *passing, *total, None)),
            Event::FeatureChanged { feature, name, status, .. } => out.push(json!({
                "type": "feature_update", "seq": seq, "feature_id": feature, "name": name, "status": status,
                "passes": status.progress() == harness_domain::feature::Progress::Passing,
            })),
            Event::FeaturesCreated { features } | Event::FeaturesEdited { features } => {
                out.extend(features.iter().map(|id| json!({ "type": "feature_update", "seq": seq, "feature_id": id })));
            }
            Event::AgentSaid { text, .. } => out.push(log(text.clone())),
            Event::ToolUsed { tool, subject, .. } => out.push(log(format!("[{tool}] {subject}"))),
            Event::ToolRefused { tool, reason, .. } => out.push(log(format!("[{tool}] refused: {reason}"))),
            Event::CheckEnded { command, is_ok, .. } => {
                out.push(log(format!("{command}: {}", if *is_ok { "ok" } else { "failed" })));
            }
            Event::Committed { subject, .. } => out.push(log(format!("committed: {subject}"))),
            Event::Noticed { message, .. } => out.push(log(message.clone())),
            _ => {}
        }
        if let Ok(mut event) = serde_json::to_value(envelope) {
            event["type"] = "event".into();
            out.push(event);
        }
    }
}

impl Script for Documented {
    async fn greet(&mut self, state: &State, caller: &Caller) -> Vec<String> {
        let of = json!({ "project": self.project });
        let mut words = Vec::new();
        if let Ok(answer) = state.api.run(Procedure::run_status, caller, of.clone()).await {
            let run: Value = serde_json::from_str(answer.get()).unwrap_or_default();
            let status = if run["is_running"] == true { "running" } else { "stopped" };
            words.push(json!({ "type": "agent_status", "seq": self.seq, "status": status }).to_string());
        }
        if let Ok(answer) = state.api.run(Procedure::project_get, caller, of).await {
            let project: Value = serde_json::from_str(answer.get()).unwrap_or_default();
            let count = |name: &str| project["counts"][name].as_u64().and_then(|count| u32::try_from(count).ok());
            if let (Some(done), Some(total)) = (count("done"), count("total")) {
                words.push(progress(self.seq, done, total, count("needs_you")).to_string());
            }
        }
        words
    }

    fn tell(&mut self, frame: &Frame, out: &mut Vec<String>) {
        let mut messages = Vec::new();
        match frame {
            Frame::Hello { epoch, seq } => {
                self.seq = *seq;
                messages.push(json!({ "type": "hello", "epoch": epoch, "seq": seq }));
            }
            Frame::Resync { seq } => messages.push(json!({ "type": "resync", "seq": seq })),
            Frame::Event { envelope } if concerns(envelope.project, self.project) => {
                self.of_event(envelope, &mut messages);
            }
            Frame::Event { .. } => {}
        }
        out.extend(messages.iter().map(Value::to_string));
    }
}

fn ended(end: &RunEnd) -> &'static str {
    match end {
        RunEnd::Failed { .. } | RunEnd::Crashed => "crashed",
        RunEnd::Paused => "paused",
        _ => "stopped",
    }
}

fn progress(seq: u64, passing: u32, total: u32, needs_you: Option<u32>) -> Value {
    let percentage = if total == 0 { 0.0 } else { (f64::from(passing) * 1000.0 / f64::from(total)).round() / 10.0 };
    let mut progress =
        json!({ "type": "progress", "seq": seq, "passing": passing, "total": total, "percentage": percentage });
    if let Some(waiting) = needs_you {
        progress["needs_human_input"] = waiting.into();
    }
    progress
}

#[cfg(test)]
mod tests {
    use super::*;
    use harness_domain::id::FeatureId;

    fn told(project: u32, event: Event) -> Vec<Value> {
        let envelope = Envelope { seq: 7, epoch: "e".into(), at_ms: 5, project: ProjectId(project), event };
        let mut out = Vec::new();
        Documented::new(ProjectId(1)).tell(&Frame::Event { envelope }, &mut out);
        out.iter().map(|text| serde_json::from_str(text).expect("JSON")).collect()
    }

    #[test]
    fn every_message_has_the_number_of_its_event_and_comes_under_both_names() {
        let messages = told(1, Event::ProgressChanged { passing: 1, total: 3 });
        assert_eq!(messages[0], json!({ "type": "progress", "seq": 7, "passing": 1, "total": 3, "percentage": 33.3 }));
        assert_eq!((&messages[1]["type"], &messages[1]["event"]), (&json!("event"), &json!("progress_changed")));
        let edited = told(1, Event::FeaturesEdited { features: vec![FeatureId(1), FeatureId(2)] });
        assert_eq!(edited.len(), 3, "one for each card, and the event");
        assert!(edited.iter().all(|message| message["seq"] == 7));
    }

    #[test]
    fn another_projects_events_are_not_told() {
        assert!(told(2, Event::ProgressChanged { passing: 1, total: 3 }).is_empty());
    }
}
