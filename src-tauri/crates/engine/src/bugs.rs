//! Bugs as people report them.

use crate::{EngineError, OpenProject, redact};
use harness_domain::{
    feature::{Actor, Feature, Kind, NewFeature},
    split::Draft,
};

/// Files a person's report: it goes before every feature in the queue.
///
/// Fails when the title is empty, and with `Refused` when a credential is in it. Without steps the first one is to reproduce it.
pub fn report(
    project: &OpenProject,
    name: &str,
    description: &str,
    steps: Vec<String>,
) -> Result<Feature, EngineError> {
    for words in [name, description].into_iter().chain(steps.iter().map(String::as_str)) {
        redact::refuse_secret("the report", words)?;
    }
    let steps = if steps.is_empty() { vec!["Reproduce the bug.".into()] } else { steps };
    let bug = NewFeature {
        kind: Kind::Bug,
        category: "bug".into(),
        description: description.into(),
        steps,
        priority: Some(0),
        ..NewFeature::named(name)
    };
    let draft = Draft { feature: bug, depends_on_index: Vec::new() };
    let cause = project.cause(Actor::Person, None, "reported");
    let created = project.store.feature_create(vec![draft], &cause)?;
    let Some(bug) = created.into_iter().next() else {
        return Err(EngineError::Refused("the report was not stored".into()));
    };
    project.publish_status(&bug, "reported");
    project.publish_progress()?;
    Ok(bug)
}
