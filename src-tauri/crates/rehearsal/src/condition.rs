//! `when:` which steps of a script apply.

use crate::facts::{Facts, Reference, as_text};
use regex::Regex;
use serde_json::{Map, Value};

/// Tests that must all hold.
#[derive(Debug, Clone, Default)]
pub(crate) struct Condition(Vec<(Reference, Vec<Test>)>);

#[derive(Debug, Clone)]
enum Test {
    Equals(Value),
    NotEquals(Value),
    OneOf(Vec<Value>),
    Matches(Regex),
    Contains(String),
    Lacks(String),
    Exists(bool),
    Failed(bool),
    AtLeast(f64),
    AtMost(f64),
}

impl Condition {
    /// Reads the mapping under `when:`. Fails with what is wrong and what to write instead.
    pub fn parse(when: &Map<String, Value>) -> Result<Self, String> {
        let mut all = Vec::new();
        for (place, wanted) in when {
            let reference = Reference::parse(place)?;
            let tests = match wanted {
                Value::Object(tests) => tests
                    .iter()
                    .map(|(word, value)| Test::parse(word, value).map_err(|problem| format!("`{place}`: {problem}")))
                    .collect::<Result<Vec<_>, _>>()?,
                scalar => vec![Test::Equals(scalar.clone())],
            };
            if tests.iter().any(|test| matches!(test, Test::Failed(_))) && !reference.is_whole_result() {
                return Err(format!(
                    "`{place}`: only a tool's whole result can have failed; write the tool's name alone"
                ));
            }
            all.push((reference, tests));
        }
        Ok(Self(all))
    }

    /// Whether every test holds. A place that names nothing fails every test but `exists: false` and `not_equals`.
    pub fn holds(&self, facts: &Facts<'_>) -> bool {
        self.0.iter().all(|(reference, tests)| {
            let value = facts.value(reference).ok();
            tests.iter().all(|test| match test {
                Test::Failed(wanted) => facts.result(reference).is_some_and(|result| result.is_error == *wanted),
                test => test.holds(value.as_deref()),
            })
        })
    }

    /// Every place it asks about.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.0.iter().map(|(reference, _)| reference)
    }
}

impl Test {
    fn parse(word: &str, value: &Value) -> Result<Self, String> {
        let wrong = |wanted: &str| format!("`{word}` needs {wanted}, not {value}");
        let number = || value.as_f64().ok_or_else(|| wrong("a number"));
        let flag = || value.as_bool().ok_or_else(|| wrong("true or false"));
        let text = || value.as_str().ok_or_else(|| wrong("a text"));
        Ok(match word {
            "equals" => Test::Equals(value.clone()),
            "not_equals" => Test::NotEquals(value.clone()),
            "one_of" => Test::OneOf(value.as_array().ok_or_else(|| wrong("a list"))?.clone()),
            "matches" => {
                Test::Matches(Regex::new(text()?).map_err(|error| format!("not a regular expression: {error}"))?)
            }
            "contains" => Test::Contains(text()?.to_owned()),
            "lacks" => Test::Lacks(text()?.to_owned()),
            "exists" => Test::Exists(flag()?),
            "failed" => Test::Failed(flag()?),
            "at_least" => Test::AtLeast(number()?),
            "at_most" => Test::AtMost(number()?),
            _ => {
                return Err(format!(
                    "there is no test `{word}`; there are equals, not_equals, one_of, matches, contains, lacks, exists, failed, at_least and at_most"
                ));
            }
        })
    }

    fn holds(&self, value: Option<&Value>) -> bool {
        match (self, value) {
            (Test::Exists(wanted), value) => value.is_some_and(|value| !value.is_null()) == *wanted,
            (Test::NotEquals(other), value) => value != Some(other),
            (_, None) | (Test::Failed(_), _) => false,
            (Test::Equals(other), Some(value)) => value == other,
            (Test::OneOf(others), Some(value)) => others.contains(value),
            (Test::Matches(pattern), Some(value)) => pattern.is_match(&as_text(value)),
            (Test::Contains(part), Some(value)) => as_text(value).contains(part.as_str()),
            (Test::Lacks(part), Some(value)) => !as_text(value).contains(part.as_str()),
            (Test::AtLeast(least), Some(value)) => value.as_f64().is_some_and(|number| number >= *least),
            (Test::AtMost(most), Some(value)) => value.as_f64().is_some_and(|number| number <= *most),
        }
    }
}
