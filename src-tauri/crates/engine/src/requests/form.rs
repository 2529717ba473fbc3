//! The parts of a question, from either tool that asks one, and an answer to each.

use harness_domain::{limits::check_question, request::Request};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// One thing that a question wants to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Its name in the answer; empty when the answer is nothing but this part.
    pub id: String,
    /// What a person reads.
    pub label: String,
    /// What may be chosen; none for free text.
    pub options: Vec<Choice>,
    /// Whether something that is not among the options may be answered.
    pub may_differ: bool,
    /// Whether several options may be chosen.
    pub is_many: bool,
    /// Whether an answer may be left out.
    pub is_optional: bool,
    /// Whether the answer is yes or no.
    pub is_boolean: bool,
}

/// One option.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// What is chosen.
    pub label: String,
    /// What it means.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// The question in words.
pub(super) fn words(fields_json: &str) -> String {
    let Ok(asked) = serde_json::from_str::<Value>(fields_json) else { return fields_json.to_owned() };
    let text = asked.get("question").or_else(|| asked.get("prompt")).unwrap_or(&asked);
    text.as_str().map_or_else(|| fields_json.to_owned(), str::to_owned)
}

/// What a question wants to know, at least one thing.
pub fn parts(request: &Request) -> Vec<Part> {
    parts_of(request.fields_json.as_deref().unwrap_or_default())
}

/// The same of a question as it is stored.
pub(crate) fn parts_of(fields_json: &str) -> Vec<Part> {
    let asked: Value = serde_json::from_str(fields_json).unwrap_or_default();
    let list = |key: &str| asked.get(key).and_then(Value::as_array).filter(|list| !list.is_empty());
    let found: Vec<Part> = match (list("questions"), list("fields")) {
        (Some(questions), _) => questions.iter().filter_map(of_tool).collect(),
        (None, Some(fields)) => fields.iter().filter_map(of_field).collect(),
        (None, None) => Vec::new(),
    };
    if found.is_empty() { vec![Part::free(String::new(), words(fields_json))] } else { found }
}

impl Part {
    fn free(id: String, label: String) -> Self {
        Self { id, label, options: Vec::new(), may_differ: true, is_many: false, is_optional: false, is_boolean: false }
    }

    /// An answer to this part, by number or in words.
    fn answered(&self, text: &str) -> Result<Value, String> {
        let text = text.trim();
        if text.is_empty() {
            return if self.is_optional {
                Ok(Value::Null)
            } else {
                Err(format!("“{}” needs an answer", self.label))
            };
        }
        if self.is_boolean {
            return match text.to_lowercase().as_str() {
                "yes" | "y" | "true" | "1" => Ok(true.into()),
                "no" | "n" | "false" | "2" => Ok(false.into()),
                _ => Err(format!("“{}” is answered with yes or no", self.label)),
            };
        }
        if !self.is_many {
            return self.chosen(text).map(Value::String);
        }
        // Words that hold a comma are words all the same.
        let by_number: Option<Vec<&str>> = text.split(',').map(|piece| self.by_number(piece.trim())).collect();
        match by_number {
            Some(labels) => Ok(Value::String(labels.join(", "))),
            None if self.may_differ => Ok(Value::String(text.to_owned())),
            None => self.chosen(text).map(Value::String),
        }
    }

    fn chosen(&self, text: &str) -> Result<String, String> {
        if let Some(label) = self.by_number(text) {
            return Ok(label.to_owned());
        }
        let is_option = self.options.iter().any(|option| option.label == text);
        if is_option || self.may_differ {
            return Ok(text.to_owned());
        }
        Err(format!("{text:?} is none of the options of “{}”: give the number of one", self.label))
    }

    fn by_number(&self, text: &str) -> Option<&str> {
        let number: usize = text.parse().ok()?;
        Some(self.options.get(number.checked_sub(1)?)?.label.as_str())
    }
}

/// The answers, one for each part, as they are stored. Fails with a sentence for the person.
pub(crate) fn fill(parts: &[Part], answers: &[String]) -> Result<Value, String> {
    if let ([only], true) = (answers, parts.len() > 1)
        && let Ok(Value::Object(given)) = serde_json::from_str::<Value>(only)
    {
        let known = |id: &str| parts.iter().any(|part| part.id == id);
        if let Some(unknown) = given.keys().find(|key| !known(key)) {
            return Err(format!("{unknown:?} is no part of this question: it has {}", names(parts)));
        }
        if let Some(missing) = parts.iter().find(|part| !part.is_optional && !given.contains_key(&part.id)) {
            return Err(format!("{:?} is missing from the answer: it needs {}", missing.id, names(parts)));
        }
        return Ok(Value::Object(given));
    }
    if answers.len() != parts.len() {
        let needs = parts.iter().map(|part| format!("“{}”", part.label)).collect::<Vec<_>>().join(", ");
        return Err(format!(
            "this question has {} parts ({needs}) and was given {} answers: give one for each, in this order, or answer in \
             your own words with --free",
            parts.len(),
            answers.len()
        ));
    }
    let mut given = Map::new();
    for (part, answer) in parts.iter().zip(answers) {
        let answer = part.answered(answer)?;
        if part.id.is_empty() {
            return Ok(answer);
        }
        given.insert(part.id.clone(), answer);
    }
    Ok(Value::Object(given))
}

fn names(parts: &[Part]) -> String {
    parts.iter().map(|part| format!("{:?}", part.id)).collect::<Vec<_>>().join(", ")
}

/// A field of the form that the host's own tool offers.
fn of_field(field: &Value) -> Option<Part> {
    let id = text(field, "id")?;
    let label = text(field, "label").unwrap_or_else(|| id.clone());
    let kind = text(field, "type").unwrap_or_default();
    let is_boolean = kind == "boolean";
    let mut options = choices(field);
    if is_boolean {
        options = ["yes", "no"].map(|label| Choice { label: label.into(), description: None }).into();
    }
    Some(Part {
        may_differ: options.is_empty(),
        is_optional: field.get("required") == Some(&Value::Bool(false)),
        is_boolean,
        options,
        ..Part::free(id, label)
    })
}

/// A question of the CLI's own tool; something that is not among its options may always be answered.
fn of_tool(question: &Value) -> Option<Part> {
    let label = text(question, "question")?;
    let is_many = question.get("multiSelect") == Some(&Value::Bool(true));
    Some(Part { options: choices(question), is_many, ..Part::free(label.clone(), label) })
}

fn choices(of: &Value) -> Vec<Choice> {
    let options = of.get("options").and_then(Value::as_array).into_iter().flatten();
    options
        .filter_map(|option| match option {
            Value::String(label) => Some(Choice { label: label.clone(), description: None }),
            other => Some(Choice { label: text(other, "label")?, description: text(other, "description") }),
        })
        .collect()
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key)?.as_str().map(str::to_owned)
}

/// What the CLI's own tool asks, as it is stored. Fails with a sentence for the agent when it asks nothing, or more than
/// any screen can show.
pub(crate) fn question_of_tool(input: &Value) -> Result<Value, String> {
    let questions: &[Value] = input.get("questions").and_then(Value::as_array).map_or(&[], Vec::as_slice);
    let asked: Vec<String> = questions.iter().filter_map(|question| text(question, "question")).collect();
    if asked.is_empty() || asked.iter().any(|words| words.trim().is_empty()) {
        return Err("There is no question in this that a person could answer.".into());
    }
    // Whatever made the agent ask.
    check_question(questions.iter().map(|question| choices(question).len()), input.to_string().len())
        .map_err(|why| format!("No person can be asked this: {why}."))?;
    Ok(json!({ "question": asked.join(" / "), "questions": questions }))
}

/// The input of the CLI's own tool with a person's answer in it, which is what the tool gives back to the agent.
pub(crate) fn answered_tool(input: &Value, answer: &Value) -> Value {
    let questions = input.get("questions").and_then(Value::as_array).cloned().unwrap_or_default();
    let answers: Map<String, Value> = match answer {
        Value::Object(given) => given.iter().map(|(id, answer)| (id.clone(), Value::String(plain(answer)))).collect(),
        // In the person's own words, to all of it.
        other => {
            let asked = questions.iter().filter_map(|question| text(question, "question"));
            asked.map(|question| (question, Value::String(plain(other)))).collect()
        }
    };
    let mut input = input.clone();
    if let Some(input) = input.as_object_mut() {
        input.insert("answers".into(), Value::Object(answers));
    }
    input
}

fn plain(answer: &Value) -> String {
    answer.as_str().map_or_else(|| answer.to_string(), str::to_owned)
}

#[cfg(test)]
#[path = "form_tests.rs"]
mod tests;
