//! The documented answer to a card's question: by the names of its fields, without the question's number.

use super::bad;
use crate::state::{State, Visitor};
use harness_api::{ApiError, ErrorCode, Procedure};
use serde_json::{Map, Value, json};

/// The body, for the description of the API.
pub(super) fn body() -> Value {
    let value = json!({ "type": ["string", "boolean", "number", "array", "null"], "items": { "type": "string" } });
    let fields = json!({ "type": "object", "additionalProperties": value,
                         "description": "A value for each field of the question, by the field's id." });
    let schema = json!({ "type": "object", "properties": { "fields": fields }, "required": ["fields"] });
    json!({ "required": true, "content": { "application/json": { "schema": schema } } })
}

/// Turns `fields` into the answer to the oldest open question about `card`.
///
/// Fails with `BadInput` when the fields are not those of the question, with `NotFound` when there is no such card and with
/// `NotPossibleNow` when nothing is asked about it.
pub(super) async fn name_request(
    state: &State,
    visitor: &Visitor,
    card: u32,
    input: &mut Map<String, Value>,
) -> Result<(), ApiError> {
    let Some(Value::Object(fields)) = input.remove("fields") else {
        return Err(bad("fields: give an object with a value for each field of the question"));
    };
    let project = input.get("project").cloned().unwrap_or_default();
    let open = json!({ "project": project, "is_open": true });
    let open = state.api.run(Procedure::request_list, &visitor.caller, open).await?;
    let open: Vec<Value> = serde_json::from_str(open.get())
        .map_err(|_| ApiError::new(ErrorCode::Internal, "the open questions could not be read"))?;
    let is_it = |one: &&Value| one["request"]["kind"] == "question" && one["request"]["feature"] == card;
    // The newest stand first.
    let Some(question) = open.iter().rfind(is_it) else {
        let wanted = json!({ "project": project, "feature": card });
        state.api.run(Procedure::feature_get, &visitor.caller, wanted).await?;
        return Err(ApiError::new(ErrorCode::NotPossibleNow, format!("nothing is asked about #{card}")));
    };
    let answers = answers(question["parts"].as_array().map_or(&[][..], Vec::as_slice), fields)?;
    input.insert("request".into(), question["request"]["id"].clone());
    input.insert("answers".into(), answers.into());
    Ok(())
}

/// One answer for each part, in order; empty for what is left out.
fn answers(parts: &[Value], mut fields: Map<String, Value>) -> Result<Vec<String>, ApiError> {
    let is_one = parts.len() == 1;
    let mut answers = Vec::new();
    for part in parts {
        let id = part["id"].as_str().unwrap_or_default();
        // A question that is nothing but one part has no name for it.
        let only = is_one.then(|| fields.keys().next().cloned()).flatten();
        let given = fields.remove(id).or_else(|| only.filter(|_| id.is_empty()).and_then(|name| fields.remove(&name)));
        answers.push(given.map_or_else(|| Ok(String::new()), |value| in_words(id, value))?);
    }
    match fields.keys().next() {
        Some(unknown) => Err(bad(&format!("fields: {unknown:?} is no field of this question"))),
        None => Ok(answers),
    }
}

fn in_words(id: &str, value: Value) -> Result<String, ApiError> {
    match value {
        Value::Null => Ok(String::new()),
        Value::String(text) => Ok(text),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        Value::Array(values) => {
            let words: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
            words
                .map(|words| words.join(", "))
                .ok_or_else(|| bad(&format!("fields.{id}: a list of texts, or one value")))
        }
        Value::Object(_) => Err(bad(&format!("fields.{id}: give a text, a number, yes or no, or a list of texts"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(parts: Value, fields: Value) -> Result<Vec<String>, ApiError> {
        let (Value::Array(parts), Value::Object(fields)) = (parts, fields) else { panic!("a list and an object") };
        answers(&parts, fields)
    }

    #[test]
    fn fields_become_answers_in_the_order_of_the_question() {
        let parts = json!([{ "id": "colour" }, { "id": "sizes" }, { "id": "is_sure" }, { "id": "note" }]);
        let answer = given(parts.clone(), json!({ "is_sure": true, "sizes": ["s", "m"], "colour": "red" }));
        assert_eq!(answer, Ok(vec!["red".into(), "s, m".into(), "true".into(), String::new()]));
        assert!(
            given(parts.clone(), json!({ "color": "red" })).is_err(),
            "a field that was not asked for is no answer"
        );
        assert!(given(parts, json!({ "colour": {} })).is_err());
        assert_eq!(
            given(json!([{ "id": "" }]), json!({ "response": "yes" })),
            Ok(vec!["yes".into()]),
            "whatever its name"
        );
    }
}
