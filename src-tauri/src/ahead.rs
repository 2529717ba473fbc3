//! The board that the first page shows, read while its window is still being made.

use harness_api::{Answer, Api, Caller, Procedure};
use harness_domain::id::ProjectId;
use serde_json::{Value, json};
use std::sync::{Mutex, PoisonError};
use tauri::async_runtime::JoinHandle;

/// A board as it was at some moment; none when it could not be read.
type Read = Option<(i64, Answer)>;

/// At most one board, for whoever asks for it first.
#[derive(Default)]
pub struct Ahead {
    reading: Mutex<Option<(ProjectId, JoinHandle<Read>)>>,
}

impl Ahead {
    /// Begins to read the project's board. One that was read before and asked for by nobody is given up.
    pub fn begin(&self, api: Api, caller: Caller, project: ProjectId) {
        let reading = tauri::async_runtime::spawn(async move {
            // The number comes first: what changes while the cards are read makes it another one.
            let number = number(&api, project).await?;
            let answer = api.run(Procedure::feature_list, &caller, of(project)).await.ok()?;
            Some((number, answer))
        });
        *self.reading.lock().unwrap_or_else(PoisonError::into_inner) = Some((project, reading));
    }

    /// The project's board, if it was read and is still what it was. It is given once.
    pub async fn take(&self, api: &Api, project: ProjectId) -> Option<Answer> {
        let reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner).take_if(|(of, _)| *of == project);
        let (number, answer) = reading?.1.await.ok()??;
        (self::number(api, project).await? == number).then_some(answer)
    }
}

/// The project whose board `procedure` asks for with `input`; none when it asks for anything else.
pub fn board_asked(procedure: &str, input: &Value) -> Option<ProjectId> {
    let id = input.get("project").filter(|_| procedure == Procedure::feature_list.name())?.as_u64()?;
    u32::try_from(id).ok().map(ProjectId)
}

fn of(project: ProjectId) -> Value {
    json!({ "project": project })
}

async fn number(api: &Api, project: ProjectId) -> Option<i64> {
    let api = api.clone();
    tauri::async_runtime::spawn_blocking(move || api.board_number(project)).await.ok()?.ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use harness_engine::{App, clock::SystemClock, home::Home};
    use harness_mcp::Tools;
    use std::sync::Arc;

    const CARD: &str = r#"{ "kind": "feature", "category": "a", "name": "A card", "description": "It is there.",
        "steps": ["See it"], "priority": null, "layer": null, "source_spec": "main", "parent": null,
        "dependencies": [], "model": null, "checks": [] }"#;

    async fn ask(api: &Api, procedure: Procedure, input: Value) -> Value {
        let answer = api.run(procedure, &Caller::desktop(), input).await.expect("it answers");
        serde_json::from_str(answer.get()).expect("JSON")
    }

    /// A project with one card.
    async fn project(place: &std::path::Path) -> (Api, ProjectId) {
        let home = Home::at(place.join("home")).expect("a new data directory");
        let app = App::open(home, Arc::new(SystemClock)).expect("it is ours");
        let api = Api::new(app, Arc::new(Tools));
        let input = json!({ "name": "shop", "parent_dir": place, "template": "empty" });
        let id = ask(&api, Procedure::project_create, input).await["id"].as_u64().expect("a number");
        let project = ProjectId(u32::try_from(id).expect("a small one"));
        add_card(&api, project).await;
        (api, project)
    }

    async fn add_card(api: &Api, project: ProjectId) {
        let card: Value = serde_json::from_str(CARD).expect("JSON");
        ask(api, Procedure::feature_create_many, json!({ "project": project, "features": [card] })).await;
    }

    #[test]
    fn a_board_that_was_read_ahead_is_given_once_and_only_as_it_is_now() {
        let place = tempfile::tempdir().expect("a directory");
        tauri::async_runtime::block_on(async {
            let (api, project) = project(place.path()).await;
            let ahead = Ahead::default();
            assert!(ahead.take(&api, project).await.is_none(), "nothing was read yet");

            ahead.begin(api.clone(), Caller::desktop(), project);
            assert!(ahead.take(&api, ProjectId(project.0 + 1)).await.is_none(), "another project's board is another");
            let answer = ahead.take(&api, project).await.expect("it waits until the board is read");
            let asked = ask(&api, Procedure::feature_list, of(project)).await;
            assert_eq!(serde_json::from_str::<Value>(answer.get()).expect("JSON"), asked, "what asking gives");
            assert!(ahead.take(&api, project).await.is_none(), "who asks again gets what there is then");

            ahead.begin(api.clone(), Caller::desktop(), project);
            let reading = ahead.reading.lock().expect("unharmed").take().expect("it is being read");
            let read = reading.1.await.expect("no panic");
            add_card(&api, project).await;
            let read = tauri::async_runtime::spawn(async move { read });
            *ahead.reading.lock().expect("unharmed") = Some((project, read));
            assert!(ahead.take(&api, project).await.is_none(), "a board that has changed since is not given");
        });
    }

    #[test]
    fn only_a_question_for_a_board_is_one() {
        let input = json!({ "project": 7 });
        assert_eq!(board_asked("feature_list", &input), Some(ProjectId(7)));
        assert_eq!(board_asked("feature_get", &input), None, "something else of the project");
        for other in [json!({}), json!({ "project": -1 }), json!({ "project": "7" }), Value::Null] {
            assert_eq!(board_asked("feature_list", &other), None, "{other} is refused where it is read");
        }
    }
}
