//! The arguments of the tools. The comments are what an agent reads in the schema.

use crate::{
    card::{FoundCard, MAX_BATCH, NewCard, batch},
    lenient,
};
use harness_domain::{id::FeatureId, limits::check_question};
use schemars::{JsonSchema, Schema, generate::SchemaSettings};
use serde::{Deserialize, Deserializer, Serialize, de::Error};
use serde_json::{Map, Value};

/// No arguments.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// One feature.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OneFeature {
    /// The feature's number.
    #[serde(deserialize_with = "lenient::id")]
    #[schemars(with = "u32", range(min = 1))]
    pub feature_id: FeatureId,
}

/// One bug.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OneBug {
    /// The bug's number.
    #[serde(deserialize_with = "lenient::id")]
    #[schemars(with = "u32", range(min = 1))]
    pub bug_id: FeatureId,
}

/// How much of a list.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListLength {
    /// The most to answer with, from 1 to 100. Left out: 20.
    #[serde(default, deserialize_with = "lenient::optional_count")]
    #[schemars(with = "u32", range(min = 1, max = 100))]
    limit: Option<u32>,
}

/// How many features to test again.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SampleSize {
    /// How many, from 1 to 10. Left out: 3.
    #[serde(default, deserialize_with = "lenient::optional_count")]
    #[schemars(with = "u32", range(min = 1, max = 10))]
    limit: Option<u32>,
}

/// A request for the verdict.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Verdict {
    /// The feature's number.
    #[serde(deserialize_with = "lenient::id")]
    #[schemars(with = "u32", range(min = 1))]
    pub feature_id: FeatureId,
    /// Further commands that must succeed, if they prove something that the project's own checks do not.
    #[serde(default, deserialize_with = "lenient::lines")]
    #[schemars(with = "Vec<String>")]
    pub checks: Vec<String>,
}

/// A feature that stopped working.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Failure {
    /// The feature's number.
    #[serde(deserialize_with = "lenient::id")]
    #[schemars(with = "u32", range(min = 1))]
    pub feature_id: FeatureId,
    /// What a fix can start from: the step, the command or request, what was expected, what happened, the end of the output.
    #[serde(deserialize_with = "lenient::words")]
    #[schemars(with = "String")]
    pub reason: String,
}

/// A feature to be put off.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutOff {
    /// The feature's number.
    #[serde(deserialize_with = "lenient::id")]
    #[schemars(with = "u32", range(min = 1))]
    pub feature_id: FeatureId,
    /// What outside the project makes it impossible for now.
    #[serde(default, deserialize_with = "lenient::optional_words")]
    #[schemars(with = "String")]
    reason: Option<String>,
}

/// A list of features to be created.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCards {
    /// The features, foundations first. All are created, or none.
    #[serde(deserialize_with = "batch")]
    #[schemars(with = "Vec<NewCard>", length(min = 1, max = MAX_BATCH))]
    pub features: Vec<NewCard>,
    /// Whether entries of ten or more steps become several features in a chain. No step is lost. Left out: true.
    #[serde(default = "yes", deserialize_with = "lenient::flag")]
    #[schemars(with = "bool")]
    pub auto_split: bool,
}

/// A list of features that exist already.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FoundCards {
    /// The features. All are recorded, or none.
    #[serde(deserialize_with = "batch")]
    #[schemars(with = "Vec<FoundCard>", length(min = 1, max = MAX_BATCH))]
    pub features: Vec<FoundCard>,
}

/// Two features of which one needs the other.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Link {
    /// The feature that waits.
    #[serde(deserialize_with = "lenient::id")]
    #[schemars(with = "u32", range(min = 1))]
    pub feature_id: FeatureId,
    /// The feature that must pass first.
    #[serde(deserialize_with = "lenient::id")]
    #[schemars(with = "u32", range(min = 1))]
    pub dependency_id: FeatureId,
}

/// All that a feature needs.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Links {
    /// The feature that waits.
    #[serde(deserialize_with = "lenient::id")]
    #[schemars(with = "u32", range(min = 1))]
    pub feature_id: FeatureId,
    /// Every feature that must pass first; an empty list for none.
    #[serde(deserialize_with = "lenient::ids")]
    #[schemars(with = "Vec<u32>")]
    pub dependency_ids: Vec<FeatureId>,
}

/// A question to the person.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Question {
    /// The feature that cannot go on without the answer.
    #[serde(deserialize_with = "lenient::id")]
    #[schemars(with = "u32", range(min = 1))]
    pub feature_id: FeatureId,
    /// One clear question, with what you would choose and why. The person knows the project, not your session.
    #[serde(alias = "prompt", deserialize_with = "lenient::words")]
    #[schemars(with = "String")]
    question: String,
    /// The answer's fields, when one free text is not enough.
    #[serde(default, deserialize_with = "fields")]
    #[schemars(with = "Vec<Field>", length(max = 20))]
    fields: Vec<Field>,
}

/// One field of the person's form.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Field {
    /// A word for it in the answer.
    id: String,
    /// What the person sees beside it.
    label: String,
    /// How it is filled in. Left out: text.
    #[serde(default, rename = "type")]
    kind: FieldKind,
    /// What may be chosen; for select only.
    #[serde(default, deserialize_with = "lenient::lines", skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Vec<String>")]
    options: Vec<String>,
    /// Whether it must be filled in. Left out: true.
    #[serde(default = "yes", deserialize_with = "lenient::flag")]
    #[schemars(with = "bool")]
    required: bool,
    /// An example.
    #[serde(default, deserialize_with = "lenient::optional_words", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    placeholder: Option<String>,
}

/// How a field is filled in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum FieldKind {
    #[default]
    Text,
    Textarea,
    Select,
    Boolean,
}

impl ListLength {
    /// Within what an answer can hold.
    pub fn limit(&self) -> u32 {
        self.limit.unwrap_or(20).clamp(1, 100)
    }
}

impl SampleSize {
    /// Within what one session can test.
    pub fn limit(&self) -> u32 {
        self.limit.unwrap_or(3).clamp(1, 10)
    }
}

impl PutOff {
    /// The reason for the audit trail.
    pub fn reason(&self) -> &str {
        self.reason.as_deref().unwrap_or("the agent gave no reason")
    }
}

impl Question {
    /// The question as it is stored and shown.
    pub fn into_value(self) -> Value {
        let mut question = Map::from_iter([("question".to_owned(), Value::String(self.question))]);
        if !self.fields.is_empty() {
            question.insert("fields".into(), serde_json::to_value(self.fields).unwrap_or_default());
        }
        Value::Object(question)
    }
}

/// The JSON schema of a tool's arguments, in one piece and without what only a Rust program needs.
pub(crate) fn schema<P: JsonSchema>() -> Map<String, Value> {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        // Agents read schemas; following references is work they get wrong.
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<P>();
    simplify(&mut schema);
    let mut object = match schema.to_value() {
        Value::Object(object) => object,
        _ => Map::new(),
    };
    object.remove("title");
    // The tool's own description says it better.
    object.remove("description");
    object.entry("properties").or_insert_with(|| Value::Object(Map::new()));
    object
}

/// Drops number formats, which are Rust's and make strict validators complain, and defaults, which the words state.
fn simplify(schema: &mut Schema) {
    schema.remove("format");
    schema.remove("default");
    schemars::transform::transform_subschemas(&mut simplify, schema);
}

fn fields<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Field>, D::Error> {
    let values = lenient::entries(Value::deserialize(deserializer)?).map_err(D::Error::custom)?;
    let fields: Vec<Field> =
        values.into_iter().map(serde_json::from_value).collect::<Result<_, _>>().map_err(D::Error::custom)?;
    for field in &fields {
        if (field.kind == FieldKind::Select) == field.options.is_empty() {
            return Err(D::Error::custom(format_args!(
                "the field {:?} must have options if its type is select, and none otherwise",
                field.id
            )));
        }
    }
    let bytes = serde_json::to_string(&fields).map_err(D::Error::custom)?.len();
    check_question(fields.iter().map(|field| field.options.len()), bytes).map_err(D::Error::custom)?;
    Ok(fields)
}

fn yes() -> bool {
    true
}
