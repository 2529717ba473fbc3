//! The registration table: one entry a tool, from which lists, allow-lists, schemas and calls derive.

use crate::{
    answer::{Answer, Refusal, to_result, to_value},
    card::described,
    params, tools,
};
use futures::{FutureExt, future::BoxFuture};
use harness_domain::run::Role;
use harness_engine::toolbox::Toolbox;
use rmcp::model::{CallToolResult, Tool, ToolAnnotations};
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use std::{
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::{Arc, LazyLock},
};

/// All tools, built at the first use and never again.
static TABLE: LazyLock<Table> = LazyLock::new(Table::build);

/// What a tool's arguments are sent as.
pub(crate) type Arguments = Map<String, Value>;

/// What is written down about a tool.
pub(crate) struct Definition {
    pub name: &'static str,
    /// For people.
    pub title: &'static str,
    /// For agents: what it does, when to use it, what it answers.
    pub description: &'static str,
    pub effect: Effect,
    /// The roles whose sessions may use it. A client outside any run may use every tool.
    pub roles: &'static [Role],
}

/// What a call does to the project's cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing.
    Reads,
    /// Creates something each time.
    Adds,
    /// Leaves the same state however often it is called.
    Sets,
    /// As [`Effect::Sets`], and what was there before is lost.
    Replaces,
}

/// A tool and how to call it.
pub(crate) struct Entry {
    tool: Tool,
    roles: &'static [Role],
    run: Run,
}

type Quick = dyn Fn(&Toolbox, Arguments) -> Answer + Send + Sync;
type Slow = dyn Fn(Toolbox, Arguments) -> BoxFuture<'static, Answer> + Send + Sync;

enum Run {
    /// Answers as fast as the database does.
    Quick(Box<Quick>),
    /// Takes as long as the project's checks.
    Slow(Box<Slow>),
}

/// Every tool, in the order in which they are listed.
pub(crate) struct Table {
    entries: Vec<Entry>,
    places: HashMap<&'static str, usize>,
}

impl Definition {
    /// A tool that only asks the database.
    pub fn quick<P, R>(self, run: fn(&Toolbox, P) -> Result<R, Refusal>) -> Entry
    where
        P: DeserializeOwned + JsonSchema + 'static,
        R: Serialize + 'static,
    {
        let name = self.name;
        let quick = move |toolbox: &Toolbox, arguments: Arguments| to_value(&run(toolbox, read(name, arguments)?)?);
        self.entry::<P>(Run::Quick(Box::new(quick)))
    }

    /// A tool that waits for processes.
    pub fn slow<P, F>(self, run: fn(Toolbox, P) -> F) -> Entry
    where
        P: DeserializeOwned + JsonSchema + 'static,
        F: Future<Output = Answer> + Send + 'static,
    {
        let name = self.name;
        let slow = move |toolbox: Toolbox, arguments: Arguments| match read(name, arguments) {
            Ok(params) => run(toolbox, params).boxed(),
            Err(refusal) => std::future::ready(Err(refusal)).boxed(),
        };
        self.entry::<P>(Run::Slow(Box::new(slow)))
    }

    fn entry<P: JsonSchema>(self, run: Run) -> Entry {
        let annotations = ToolAnnotations::from_raw(
            Some(self.title.into()),
            Some(self.effect == Effect::Reads),
            Some(self.effect == Effect::Replaces),
            Some(self.effect != Effect::Adds),
            Some(false),
        );
        let tool = Tool::new(self.name, self.description, Arc::new(params::schema::<P>()))
            .with_title(self.title)
            .with_annotations(annotations);
        Entry { tool, roles: self.roles, run }
    }
}

impl Entry {
    /// Leaves an argument out of the schema that its type has for other tools.
    pub fn without(mut self, argument: &str) -> Self {
        let schema = Arc::make_mut(&mut self.tool.input_schema);
        if let Some(Value::Object(properties)) = schema.get_mut("properties") {
            properties.remove(argument);
        }
        self
    }

    /// What clients are told.
    pub fn tool(&self) -> &Tool {
        &self.tool
    }

    fn is_for(&self, role: Option<Role>) -> bool {
        role.is_none_or(|role| self.roles.contains(&role))
    }

    /// Calls it. Whatever happens is an answer: wrong arguments, refusals and faults are results marked as errors.
    pub async fn call(&'static self, toolbox: &Toolbox, arguments: Arguments) -> CallToolResult {
        let outcome = match &self.run {
            // SQLite may have to wait for another process; the async threads must not wait with it.
            Run::Quick(run) => {
                let toolbox = toolbox.clone();
                tokio::task::spawn_blocking(move || run(&toolbox, arguments)).await.map_err(|error| error.to_string())
            }
            Run::Slow(run) => {
                let answer = AssertUnwindSafe(async { run(toolbox.clone(), arguments).await });
                answer.catch_unwind().await.map_err(|_panic| "it panicked".into())
            }
        };
        let answer = outcome.unwrap_or_else(|why| {
            tracing::error!(tool = %self.tool.name, why, "a tool failed inside the host");
            Err(Refusal::fault(format!(
                "{} failed inside the host. That is a fault of the program, not of your call; \
                 go on without this tool, or end the session and say so.",
                self.tool.name
            )))
        });
        to_result(answer)
    }
}

impl Table {
    fn build() -> Self {
        let entries = tools::all();
        let places = entries.iter().enumerate().filter_map(|(place, entry)| match &entry.tool.name {
            std::borrow::Cow::Borrowed(name) => Some((*name, place)),
            std::borrow::Cow::Owned(_) => None,
        });
        Self { places: places.collect(), entries }
    }

    /// The tools a session of `role` may use; all of them for a client outside any run.
    pub fn of(role: Option<Role>) -> impl Iterator<Item = &'static Entry> {
        TABLE.entries.iter().filter(move |entry| entry.is_for(role))
    }

    /// One tool, if a session of `role` may use it.
    pub fn find(role: Option<Role>, name: &str) -> Option<&'static Entry> {
        let entry = TABLE.entries.get(*TABLE.places.get(name)?)?;
        entry.is_for(role).then_some(entry)
    }
}

fn read<P: DeserializeOwned>(tool: &str, arguments: Arguments) -> Result<P, Refusal> {
    serde_path_to_error::deserialize(Value::Object(arguments))
        .map_err(|error| Refusal::bad_input(format!("{tool} was not carried out. {}", described(&error))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::Nothing;
    use harness_domain::id::SessionId;
    use harness_engine::{App, clock::SystemClock, home::Home, toolbox::Scope, verify::Verifier};
    use tokio_util::sync::CancellationToken;

    fn definition() -> Definition {
        Definition { name: "broken", title: "Broken", description: "Breaks.", effect: Effect::Reads, roles: &[] }
    }

    #[tokio::test]
    async fn a_tool_that_panics_is_an_error_the_agent_can_read_and_the_next_call_works() {
        let (home, dir) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
        let app = App::open(Home::at(home.path()).expect("a home"), Arc::new(SystemClock)).expect("it opens");
        let project = app.open_directory(dir.path()).expect("a project");
        let scope = Scope { session: SessionId("session".into()), run: None, role: None, is_quick: false };
        let toolbox = Toolbox::new(project.clone(), scope, Verifier::new(project), CancellationToken::new());

        let quick = definition().quick(|_, Nothing {}| -> Result<Value, Refusal> { panic!("as a test") });
        let slow = definition().slow(|_, Nothing {}| async { panic!("as a test") });
        for broken in [quick, slow] {
            let broken: &'static Entry = Box::leak(Box::new(broken));
            let result = broken.call(&toolbox, Arguments::new()).await;
            assert_eq!(result.is_error, Some(true), "a panic is an error, not the end of the session");
            let text = serde_json::to_string(&result).expect("JSON");
            assert!(text.contains("fault of the program"), "the agent learns that trying again is useless: {text}");
        }
        let stats = Table::find(None, "feature_get_stats").expect("the tool").call(&toolbox, Arguments::new()).await;
        assert_eq!(stats.is_error, Some(false), "the other tools still work");
    }
}
