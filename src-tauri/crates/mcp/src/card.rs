//! Cards as agents describe them, one at a time or in batches.

use crate::lenient;
use harness_domain::{id::FeatureId, layer::Layer, limits::Parts};
use harness_engine::toolbox::{Card, ImportedCard};
use schemars::JsonSchema;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error},
};
use serde_json::Value;

/// The most cards of one batch. More is a sign of padding, and of a list that was never read again.
pub(crate) const MAX_BATCH: usize = 500;
/// How many wrong entries one error names.
const MAX_NAMED: usize = 10;

/// A feature or a fix to be created.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCard {
    /// The word that says where it belongs, such as "database", "auth", "api_endpoints", "pages". It decides the layer.
    #[serde(deserialize_with = "lenient::words")]
    #[schemars(with = "String")]
    category: String,
    /// A short title: what a user or a caller can do afterwards. No two alike.
    #[serde(deserialize_with = "lenient::name")]
    #[schemars(with = "String", length(min = 1, max = 255))]
    name: String,
    /// What is to be built, with the facts of the specification that matter for it.
    #[serde(deserialize_with = "lenient::words")]
    #[schemars(with = "String")]
    description: String,
    /// Acceptance steps in order, each an action and what must be seen then.
    #[serde(deserialize_with = "lenient::steps")]
    #[schemars(with = "Vec<String>", length(min = 1))]
    steps: Vec<String>,
    /// Lower goes first within a layer. Left out: after all that exist.
    #[serde(default, deserialize_with = "lenient::optional_priority")]
    #[schemars(with = "u32")]
    priority: Option<i32>,
    /// The layer from 0 (skeleton) to 8 (quality), only where the category would say a wrong one.
    #[serde(default, deserialize_with = "lenient::optional_layer")]
    #[schemars(with = "u8", range(min = 0, max = 8))]
    arch_layer: Option<Layer>,
    /// Numbers of existing features that must pass first.
    #[serde(default, deserialize_with = "lenient::ids")]
    #[schemars(with = "Vec<u32>")]
    dependencies: Vec<FeatureId>,
    /// Places (from 0) of features in this same list that must pass first.
    #[serde(default, alias = "depends_on_indices", deserialize_with = "lenient::places")]
    #[schemars(with = "Vec<u32>")]
    depends_on_index: Vec<usize>,
    /// For a fix: the number of the bug, or of the failing feature, that it mends.
    #[serde(default, deserialize_with = "lenient::optional_id")]
    #[schemars(with = "u32")]
    parent_bug_id: Option<FeatureId>,
    /// The name of the specification it comes from. Left out: "main".
    #[serde(default, deserialize_with = "lenient::optional_words")]
    #[schemars(with = "String")]
    source_spec: Option<String>,
    /// Commands that must succeed for this one, besides the project's own checks. Rarely needed.
    #[serde(default, deserialize_with = "lenient::lines")]
    #[schemars(with = "Vec<String>")]
    checks: Vec<String>,
}

/// A feature that an existing code base already has.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FoundCard {
    /// The word that says where it belongs, such as "database", "auth", "api_endpoints", "pages". It decides the layer.
    #[serde(deserialize_with = "lenient::words")]
    #[schemars(with = "String")]
    category: String,
    /// A short title: what a user or a caller can do. No two alike.
    #[serde(deserialize_with = "lenient::name")]
    #[schemars(with = "String", length(min = 1, max = 255))]
    name: String,
    /// What it does, and where in the code it lives.
    #[serde(deserialize_with = "lenient::words")]
    #[schemars(with = "String")]
    description: String,
    /// What to do and what to see, so that a tester can tell later whether it still works.
    #[serde(default, deserialize_with = "lenient::lines")]
    #[schemars(with = "Vec<String>")]
    steps: Vec<String>,
    /// Lower goes first within a layer. Left out: after all that exist.
    #[serde(default, deserialize_with = "lenient::optional_priority")]
    #[schemars(with = "u32")]
    priority: Option<i32>,
    /// The layer from 0 (skeleton) to 8 (quality), only where the category would say a wrong one.
    #[serde(default, deserialize_with = "lenient::optional_layer")]
    #[schemars(with = "u8", range(min = 0, max = 8))]
    arch_layer: Option<Layer>,
    /// Numbers of existing features that it needs.
    #[serde(default, deserialize_with = "lenient::ids")]
    #[schemars(with = "Vec<u32>")]
    dependencies: Vec<FeatureId>,
    /// The name of the specification it comes from. Left out: "imported".
    #[serde(default, deserialize_with = "lenient::optional_words")]
    #[schemars(with = "String")]
    source_spec: Option<String>,
    /// Whether you saw that it works. Say false when it is unfinished, fails, or you merely believe it.
    #[serde(default = "yes", deserialize_with = "lenient::flag")]
    #[schemars(with = "bool")]
    passes: bool,
}

/// An entry of a list, which can be wrong by its place in it.
pub(crate) trait Listed: DeserializeOwned {
    /// Says what is wrong with this entry at `place` of `count`, both counted from 0.
    fn fits(&self, place: usize, count: usize) -> Result<(), String>;
}

impl Listed for FoundCard {
    fn fits(&self, _place: usize, _count: usize) -> Result<(), String> {
        let parts = Parts {
            steps: Some(&self.steps),
            category: Some(&self.category),
            source_spec: self.source_spec.as_deref(),
            dependencies: self.dependencies.len(),
            ..Parts::default()
        };
        parts.check().map_err(|why| why.to_string())
    }
}

impl Listed for NewCard {
    fn fits(&self, place: usize, count: usize) -> Result<(), String> {
        let parts = Parts {
            steps: Some(&self.steps),
            category: Some(&self.category),
            source_spec: self.source_spec.as_deref(),
            checks: Some(&self.checks),
            dependencies: self.dependencies.len() + self.depends_on_index.len(),
            ..Parts::default()
        };
        parts.check().map_err(|why| why.to_string())?;
        match self.depends_on_index.iter().find(|needs| **needs >= count || **needs == place) {
            Some(needs) if *needs == place => Err("`depends_on_index`: it names this entry itself".into()),
            Some(needs) => Err(format!(
                "`depends_on_index`: there is no place {needs} in this list; its places are 0 to {}",
                count - 1
            )),
            None => Ok(()),
        }
    }
}

impl NewCard {
    /// Whether it points at other entries of its list.
    pub fn is_linked_by_place(&self) -> bool {
        !self.depends_on_index.is_empty()
    }
}

impl From<NewCard> for Card {
    fn from(new: NewCard) -> Self {
        Self {
            category: new.category,
            name: new.name,
            description: new.description,
            steps: new.steps,
            priority: new.priority,
            arch_layer: new.arch_layer,
            dependencies: new.dependencies,
            depends_on_index: new.depends_on_index,
            parent_bug_id: new.parent_bug_id,
            source_spec: new.source_spec,
            checks: new.checks,
            model: None,
        }
    }
}

impl From<FoundCard> for ImportedCard {
    fn from(found: FoundCard) -> Self {
        let card = Card {
            category: found.category,
            name: found.name,
            description: found.description,
            steps: found.steps,
            priority: found.priority,
            arch_layer: found.arch_layer,
            dependencies: found.dependencies,
            source_spec: found.source_spec,
            ..Card::default()
        };
        Self { card, passes: found.passes }
    }
}

/// Reads a whole list or none of it, naming the entries that are wrong.
pub(crate) fn batch<'de, D: Deserializer<'de>, T: Listed>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let values = lenient::entries(Value::deserialize(deserializer)?).map_err(D::Error::custom)?;
    let count = values.len();
    if count == 0 {
        return Err(D::Error::custom("it is empty: give at least one feature"));
    }
    if count > MAX_BATCH {
        return Err(D::Error::custom(format_args!(
            "{count} features are too many for one call: send at most {MAX_BATCH}, and the rest in further calls"
        )));
    }
    let mut cards = Vec::with_capacity(count);
    let mut wrong = Vec::new();
    for (place, value) in values.into_iter().enumerate() {
        let who = match value.get("name").and_then(Value::as_str) {
            Some(name) if !name.trim().is_empty() => format!("{:?}", lenient::shortened(name)),
            _ => "no name".into(),
        };
        let read = serde_path_to_error::deserialize(value).map_err(|error| described(&error));
        match read.and_then(|card: T| card.fits(place, count).map(|()| card)) {
            Ok(card) => cards.push(card),
            Err(why) => wrong.push(format!("features[{place}] ({who}): {why}")),
        }
    }
    if wrong.is_empty() {
        return Ok(cards);
    }
    let total = wrong.len();
    wrong.truncate(MAX_NAMED);
    let more = if total > MAX_NAMED { format!("\nand {} more", total - MAX_NAMED) } else { String::new() };
    Err(D::Error::custom(format_args!(
        "{total} of {count} features cannot be used, so none was created. Correct them and send the whole list again.\n{}{more}",
        wrong.join("\n")
    )))
}

/// What is wrong, and with which argument.
pub(crate) fn described(error: &serde_path_to_error::Error<serde_json::Error>) -> String {
    let path = error.path().to_string();
    let what = error.inner().to_string();
    // An unknown or missing key is named by the message itself.
    if path == "." || path == "?" || what.contains(&format!("field `{path}`")) {
        return what;
    }
    format!("`{path}`: {what}")
}

fn yes() -> bool {
    true
}
