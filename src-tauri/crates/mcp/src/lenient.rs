//! Reading arguments the way agents send them: numbers as text, lists as text, one entry instead of a list.
//!
//! Only the *form* is forgiven. A value that could mean two things, or nothing, is refused with what was expected.

use harness_domain::{
    id::FeatureId,
    layer::Layer,
    limits::{LONGEST_TEXT, Parts},
};
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Value;

/// How much of a wrong value an error repeats, in characters.
const SHOWN_CHARS: usize = 60;

/// A feature's number: `7`, `"7"` or `"#7"`.
pub(crate) fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<FeatureId, D::Error> {
    read(deserializer, to_id)
}

/// As [`id`], or nothing.
pub(crate) fn optional_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<FeatureId>, D::Error> {
    read(deserializer, |value| if is_absent(&value) { Ok(None) } else { to_id(value).map(Some) })
}

/// Features' numbers: a list, one number, or text such as `"3, 4"`.
pub(crate) fn ids<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<FeatureId>, D::Error> {
    read(deserializer, |value| numbers(value)?.into_iter().map(to_id).collect())
}

/// Places in a list, counted from 0, in the forms of [`ids`].
pub(crate) fn places<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<usize>, D::Error> {
    let to_place = |value| {
        let number = whole(&value, "a place in the list, counted from 0")?;
        usize::try_from(number).map_err(|_| format!("there is no place {number} in the list"))
    };
    read(deserializer, |value| numbers(value)?.into_iter().map(to_place).collect())
}

/// How many, or nothing.
pub(crate) fn optional_count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    read(deserializer, |value| {
        if is_absent(&value) {
            return Ok(None);
        }
        let number = whole(&value, "a whole number")?;
        Ok(Some(u32::try_from(number).unwrap_or(u32::MAX)))
    })
}

/// A priority, or nothing.
pub(crate) fn optional_priority<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i32>, D::Error> {
    read(deserializer, |value| {
        if is_absent(&value) {
            return Ok(None);
        }
        let number = whole(&value, "a priority such as 100 (lower goes first)")?;
        i32::try_from(number).map(Some).map_err(|_| format!("{number} is too large for a priority"))
    })
}

/// An architectural layer from 0 to 8, or nothing.
pub(crate) fn optional_layer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Layer>, D::Error> {
    read(deserializer, |value| {
        if is_absent(&value) {
            return Ok(None);
        }
        let number = whole(&value, "a layer from 0 (skeleton) to 8 (quality)")?;
        Layer::new(number).map(Some).map_err(|error| error.to_string())
    })
}

/// Yes or no; `"true"` and `"false"` are understood.
pub(crate) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    read(deserializer, |value| match &value {
        Value::Bool(flag) => Ok(*flag),
        Value::String(text) if text.trim().eq_ignore_ascii_case("true") => Ok(true),
        Value::String(text) if text.trim().eq_ignore_ascii_case("false") => Ok(false),
        other => Err(format!("expected true or false, not {}", shown(other))),
    })
}

/// A card's name: not empty, not too long, without blanks around it.
pub(crate) fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    read(deserializer, |value| {
        let text = match value {
            Value::String(text) => text,
            other => to_text(other)?,
        };
        let name = text.trim();
        if name.is_empty() {
            return Err("it is empty: give a short title that says what it is".into());
        }
        Parts { name: Some(name), ..Parts::default() }.check().map_err(|why| why.to_string())?;
        Ok(name.to_owned())
    })
}

/// A text that says something.
pub(crate) fn words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    read(deserializer, |value| {
        let text = to_text(value)?;
        if text.trim().is_empty() { Err("it is empty".into()) } else { Ok(text) }
    })
}

/// A text, or nothing when it is absent or blank.
pub(crate) fn optional_words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    read(deserializer, |value| {
        if value.is_null() {
            return Ok(None);
        }
        Ok(Some(to_text(value)?).filter(|text| !text.trim().is_empty()))
    })
}

/// At least one acceptance step, in the forms of [`lines`].
pub(crate) fn steps<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    read(deserializer, |value| {
        let steps = to_lines(value)?;
        if steps.is_empty() {
            return Err("there are none: give at least one step that says what to do and what must be seen".into());
        }
        Ok(steps)
    })
}

/// Texts: a list of them, or one text with an entry a line. Empty ones are left out.
pub(crate) fn lines<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    read(deserializer, to_lines)
}

/// The entries of a list that may be one entry, or text that holds either as JSON.
///
/// Fails for text that is not JSON, with the parser's words.
pub(crate) fn entries(value: Value) -> Result<Vec<Value>, String> {
    match value {
        Value::Array(entries) => Ok(entries),
        Value::Null => Ok(Vec::new()),
        Value::String(text) => match serde_json::from_str(&text) {
            Ok(Value::String(_)) => Err("expected a list, and got text inside text".into()),
            Ok(inner) => entries(inner),
            Err(error) => Err(format!("expected a list, and got text that is not JSON either ({error})")),
        },
        one @ Value::Object(_) => Ok(vec![one]),
        other => Err(format!("expected a list, not {}", shown(&other))),
    }
}

/// The beginning of a text, for messages.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn read<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    convert: impl FnOnce(Value) -> Result<T, String>,
) -> Result<T, D::Error> {
    convert(Value::deserialize(deserializer)?).map_err(D::Error::custom)
}

fn is_absent(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        _ => false,
    }
}

fn to_id(value: Value) -> Result<FeatureId, String> {
    let number = whole(&value, "a feature's number such as 7")?;
    u32::try_from(number).map(FeatureId).map_err(|_| format!("there is no feature #{number}"))
}

fn to_text(value: Value) -> Result<String, String> {
    match value {
        Value::String(text) => fitting(text),
        other => Err(format!("expected text, not {}", shown(&other))),
    }
}

fn fitting(text: String) -> Result<String, String> {
    refuse_longer(text.len()).map(|()| text)
}

fn refuse_longer(bytes: usize) -> Result<(), String> {
    if bytes <= LONGEST_TEXT {
        return Ok(());
    }
    Err(format!(
        "it is {} KB long, and {} KB is the most: put the rest into a file of the project and name that",
        bytes.div_ceil(1024),
        LONGEST_TEXT / 1024
    ))
}

fn to_lines(value: Value) -> Result<Vec<String>, String> {
    let texts: Vec<String> = match value {
        Value::Null => Vec::new(),
        Value::Array(entries) => entries.into_iter().map(to_text).collect::<Result<_, _>>()?,
        Value::String(text) => match serde_json::from_str(&text) {
            Ok(list @ Value::Array(_)) => return to_lines(list),
            _ => fitting(text)?.lines().map(|line| without_marker(line).to_owned()).collect(),
        },
        other => return Err(format!("expected a list of texts, not {}", shown(&other))),
    };
    refuse_longer(texts.iter().map(String::len).sum())?;
    Ok(texts.into_iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect())
}

/// A line of a written list without its bullet or number.
fn without_marker(line: &str) -> &str {
    let line = line.trim();
    if let Some(rest) = line.strip_prefix(['-', '*', '•']).and_then(|rest| rest.strip_prefix(' ')) {
        return rest;
    }
    let after_digits = line.trim_start_matches(|character: char| character.is_ascii_digit());
    let is_numbered = after_digits.len() < line.len() && line.len() - after_digits.len() <= 3;
    match after_digits.strip_prefix(['.', ')']).and_then(|rest| rest.strip_prefix(' ')) {
        Some(rest) if is_numbered => rest,
        _ => line,
    }
}

fn numbers(value: Value) -> Result<Vec<Value>, String> {
    match value {
        Value::Array(entries) => Ok(entries),
        Value::Null => Ok(Vec::new()),
        one @ Value::Number(_) => Ok(vec![one]),
        Value::String(text) => {
            let list = text.trim().trim_start_matches('[').trim_end_matches(']');
            let words = list.split([',', ' ', '\n']).map(|word| word.trim_matches('"'));
            Ok(words.filter(|word| !word.is_empty()).map(|word| Value::String(word.into())).collect())
        }
        other => Err(format!("expected a list of numbers, not {}", shown(&other))),
    }
}

/// A number without a fraction and not below zero, also as text.
fn whole(value: &Value, expected: &str) -> Result<u64, String> {
    let found = match value {
        Value::Number(number) => number.as_u64().or_else(|| number.as_f64().and_then(without_fraction)),
        Value::String(text) => text.trim().trim_start_matches('#').parse().ok(),
        _ => None,
    };
    found.ok_or_else(|| format!("expected {expected}, not {}", shown(value)))
}

/// `7` of `7.0`: some clients know only one kind of number.
fn without_fraction(number: f64) -> Option<u64> {
    /// Up to here every whole number has a representation of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() != 0.0 || !(0.0..=EXACT).contains(&number) {
        return None;
    }
    format!("{number:.0}").parse().ok()
}

fn shown(value: &Value) -> String {
    shortened(&value.to_string())
}
