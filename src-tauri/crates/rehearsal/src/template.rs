//! Texts and tool inputs with `{{ … }}` in them.

use crate::facts::{Facts, Reference, Unknown, as_text};
use serde_json::{Map, Value};
use std::sync::Arc;

/// A text in parts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Text(Vec<Part>);

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Plain(String),
    From(Reference),
}

/// The input of a tool call, before its templates are filled in.
#[derive(Debug, Clone)]
pub(crate) enum Template {
    /// Numbers, true, false and null.
    Fixed(Value),
    /// A file's text, taken as it is: program sources are full of braces.
    Verbatim(Arc<str>),
    Text(Text),
    List(Vec<Template>),
    Map(Vec<(String, Template)>),
}

impl Text {
    /// Splits a text at its templates. Fails when a `{{` has no `}}`, or something that is no reference in between.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let Some((inside, behind)) = after.split_once("}}") else {
                return Err("`{{` without `}}`".into());
            };
            if !before.is_empty() {
                parts.push(Part::Plain(before.into()));
            }
            parts.push(Part::From(Reference::parse(inside)?));
            rest = behind;
        }
        if !rest.is_empty() {
            parts.push(Part::Plain(rest.into()));
        }
        Ok(Self(parts))
    }

    /// Fills the templates in. Fails with the first reference that names nothing.
    pub fn fill(&self, facts: &Facts<'_>) -> Result<String, Unknown> {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Plain(plain) => text.push_str(plain),
                Part::From(reference) => text.push_str(&as_text(facts.value(reference)?.as_ref())),
            }
        }
        Ok(text)
    }

    /// Every reference in it.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.0.iter().filter_map(|part| match part {
            Part::From(reference) => Some(reference),
            Part::Plain(_) => None,
        })
    }
}

impl Template {
    /// Fills the templates in. A string that is one template and nothing else keeps the JSON type of the value.
    pub fn fill(&self, facts: &Facts<'_>) -> Result<Value, Unknown> {
        Ok(match self {
            Template::Fixed(value) => value.clone(),
            Template::Verbatim(text) => Value::from(&**text),
            Template::Text(text) => match text.0.as_slice() {
                [Part::From(reference)] => facts.value(reference)?.into_owned(),
                _ => Value::from(text.fill(facts)?),
            },
            Template::List(list) => Value::Array(list.iter().map(|item| item.fill(facts)).collect::<Result<_, _>>()?),
            Template::Map(entries) => {
                let filled = entries.iter().map(|(key, value)| Ok((key.clone(), value.fill(facts)?)));
                Value::Object(filled.collect::<Result<Map<_, _>, Unknown>>()?)
            }
        })
    }

    /// Adds every reference in it to `all`.
    pub fn collect_references<'t>(&'t self, all: &mut Vec<&'t Reference>) {
        match self {
            Template::Fixed(_) | Template::Verbatim(_) => {}
            Template::Text(text) => all.extend(text.references()),
            Template::List(list) => list.iter().for_each(|item| item.collect_references(all)),
            Template::Map(entries) => entries.iter().for_each(|(_, value)| value.collect_references(all)),
        }
    }
}
