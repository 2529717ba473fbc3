//! Specifications: what a person wrote about the program to be built.

pub mod manifest;
mod tags;

use serde::{Deserialize, Serialize};
use specta::Type;
use std::fmt;

/// The largest specification that is read, in bytes.
pub const LARGEST: usize = 8 * 1024 * 1024;

/// A specification that cannot be built from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    /// Nothing is written in it.
    #[error("the specification is empty; describe in it what is to be built")]
    Empty,
    /// It is not text.
    #[error("the specification is not UTF-8 text (byte {at}{}); save it as UTF-8", if *.is_utf16 { ", it looks like UTF-16" } else { "" })]
    NotUtf8 {
        /// How many bytes before it are good.
        at: usize,
        /// Whether it begins as UTF-16 files do.
        is_utf16: bool,
    },
    /// It is larger than [`LARGEST`].
    #[error(
        "the specification has {bytes} bytes, more than the {LARGEST} that are read; split it into several app_spec_<name>.txt files"
    )]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// It is the template that nobody has filled in yet.
    #[error("the specification is still the template: {found} is not filled in; write what is to be built")]
    Placeholder {
        /// What gave it away.
        found: String,
    },
}

/// Something about a specification that a person may want to improve. None of it stops a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum SpecWarning {
    /// It has neither tags nor headings, so its parts cannot be told apart.
    PlainProse,
    /// A part that helps the initializer is missing.
    Missing {
        /// Its tag.
        section: String,
    },
    /// There is little in it.
    Short {
        /// Its characters.
        chars: u32,
    },
    /// It says how many features to create, but not as a number above 0.
    UnclearCount {
        /// What it says.
        found: String,
    },
    /// It asks for very many features.
    ManyFeatures {
        /// How many.
        count: u32,
    },
    /// A tag is opened and never closed.
    Unclosed {
        /// The tag.
        section: String,
    },
    /// A word of the template is still there.
    PlaceholderLeft {
        /// The word.
        found: String,
    },
}

/// One part of a specification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Section {
    /// Its tag, or its heading written like one: lower case with underscores.
    pub tag: String,
    /// What it says, trimmed.
    pub text: String,
}

/// A specification that can be built from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Spec {
    /// The whole text, as the agent reads it.
    pub text: String,
    /// The name of what is to be built, where it says.
    pub name: Option<String>,
    /// How many features it asks for, where it says.
    pub feature_count: Option<u32>,
    /// Its parts, in order. Empty for plain prose.
    pub sections: Vec<Section>,
    /// What could be better.
    pub warnings: Vec<SpecWarning>,
    /// How much of what helps is there, from 0 to 100.
    pub score: u8,
}

/// What a specification should have; ten points each, and ten for being written in tags.
const WANTED: [&str; 5] = ["project_name", "overview", "technology_stack", "feature_count", "core_features"];
/// What helps when it is there; thirty points together.
const HELPFUL: [&str; 4] = ["database_schema", "api_endpoints_summary", "implementation_steps", "success_criteria"];
/// Other words people use for the same parts.
const ALSO_CALLED: [(&str, &[&str]); 7] = [
    ("project_name", &["name", "title", "app_name"]),
    ("overview", &["description", "summary", "introduction", "about", "goal", "goals", "project_overview"]),
    ("technology_stack", &["tech_stack", "technologies", "technology", "stack", "architecture"]),
    ("core_features", &["features", "requirements", "functional_requirements", "functionality"]),
    ("database_schema", &["database", "schema", "data_model", "data_models", "data"]),
    ("api_endpoints_summary", &["api", "api_endpoints", "endpoints", "rest_api"]),
    ("success_criteria", &["acceptance_criteria", "acceptance", "definition_of_done"]),
];
const ROOT: &str = "project_specification";
/// Fewer characters than this make a thin specification.
const SHORT_CHARS: usize = 500;
/// More features than this are rarely meant.
const MANY_FEATURES: u32 = 500;
/// Longer words of capitals are no placeholders.
const LONGEST_PLACEHOLDER: usize = 60;
/// What templates write where the name belongs.
const TEMPLATE_NAMES: [&str; 8] = [
    "YOUR_PROJECT_NAME",
    "YOUR_PROJECT_NAME_HERE",
    "YOUR_PROJECT",
    "YOUR_APP_NAME",
    "YOUR_APP_NAME_HERE",
    "PROJECT_NAME",
    "PROJECT_NAME_HERE",
    "APP_NAME",
];

impl Spec {
    /// Reads a specification from a file's bytes; a byte order mark is left out.
    ///
    /// Tags, Markdown and plain prose are all accepted; what is missing is a warning. Fails with [`SpecError`] when it
    /// is empty, too large, not text, or a template that nobody filled in.
    pub fn from_bytes(bytes: &[u8]) -> Result<Spec, SpecError> {
        if bytes.len() > LARGEST {
            return Err(SpecError::TooLarge { bytes: bytes.len() });
        }
        let is_utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
        let text = str::from_utf8(bytes).map_err(|error| SpecError::NotUtf8 { at: error.valid_up_to(), is_utf16 })?;
        Self::parse(text)
    }

    /// Reads a specification from text; as [`Spec::from_bytes`].
    pub fn parse(text: &str) -> Result<Spec, SpecError> {
        let text = text.trim_start_matches('\u{feff}');
        if text.len() > LARGEST {
            return Err(SpecError::TooLarge { bytes: text.len() });
        }
        // No text has zero bytes, but every other byte of UTF-16 without a mark is one.
        if let Some(at) = text.find('\0') {
            return Err(SpecError::NotUtf8 { at, is_utf16: true });
        }
        let written = tags::without_comments(text);
        let tags = tags::Tags::of(&written);
        if !tags.has_words {
            return Err(SpecError::Empty);
        }

        let body = tags.range(ROOT).unwrap_or(0..written.len());
        let tagged = tags.sections(body);
        let is_tagged = tagged.iter().any(|section| is_known(&section.tag));
        let sections = if is_tagged { tagged } else { tags::headings(&written) };
        let part = |wanted: &str| {
            let found = sections.iter().find(|section| means(&section.tag, wanted) && !section.text.is_empty());
            found.map(|section| section.text.as_str()).or_else(|| tags.content(wanted).filter(|text| !text.is_empty()))
        };

        let title = if is_tagged { None } else { tags::title(&written) };
        let name = part("project_name").or(title);
        let found = match name {
            Some(name) => is_template_name(name).then_some(name),
            None => written.contains(TEMPLATE_NAMES[0]).then_some(TEMPLATE_NAMES[0]),
        };
        if let Some(found) = found {
            return Err(SpecError::Placeholder { found: found.to_owned() });
        }

        let stated = part("feature_count").or_else(|| stated_count(&written));
        let feature_count = stated.and_then(first_number).filter(|count| *count > 0);
        let has = |wanted: &str| match wanted {
            "project_name" => name.is_some(),
            "feature_count" => feature_count.is_some(),
            _ => part(wanted).is_some(),
        };

        let mut warnings = Vec::new();
        if sections.is_empty() {
            warnings.push(SpecWarning::PlainProse);
        }
        if let (Some(stated), None) = (stated, feature_count) {
            warnings.push(SpecWarning::UnclearCount { found: stated.chars().take(80).collect() });
        }
        let missing = WANTED.iter().filter(|wanted| !has(wanted));
        let missing = missing.filter(|wanted| **wanted != "feature_count" || stated.is_none());
        warnings.extend(missing.map(|wanted| SpecWarning::Missing { section: (*wanted).to_owned() }));
        let unclosed = [ROOT].iter().chain(&WANTED).chain(&HELPFUL).filter(|name| tags.is_unclosed(name));
        warnings.extend(unclosed.map(|name| SpecWarning::Unclosed { section: (*name).to_owned() }));
        if let Some(count) = feature_count.filter(|count| *count > MANY_FEATURES) {
            warnings.push(SpecWarning::ManyFeatures { count });
        }
        let chars = written.trim().chars().count();
        if chars < SHORT_CHARS {
            warnings.push(SpecWarning::Short { chars: chars as u32 });
        }
        if let Some(found) = left_placeholder(&written) {
            warnings.push(SpecWarning::PlaceholderLeft { found: found.to_owned() });
        }

        let wanted = WANTED.iter().filter(|wanted| has(wanted)).count();
        let helpful = HELPFUL.iter().filter(|helpful| part(helpful).is_some()).count();
        let is_complete = wanted == WANTED.len() && chars >= SHORT_CHARS;
        let score = wanted * 10 + usize::from(!sections.is_empty()) * 10 + helpful * 30 / HELPFUL.len();
        Ok(Spec {
            name: name.map(str::to_owned),
            feature_count,
            warnings,
            score: (score + usize::from(is_complete) * 10).min(100) as u8,
            text: text.to_owned(),
            sections,
        })
    }
}

impl fmt::Display for SpecWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SpecWarning::PlainProse => f.write_str(
                "it has no tags or headings; <overview>, <technology_stack> and <core_features> help to read it",
            ),
            SpecWarning::Missing { section } => write!(f, "<{section}> is missing"),
            SpecWarning::Short { chars } => {
                write!(f, "it has only {chars} characters; the more it says, the less has to be guessed")
            }
            SpecWarning::UnclearCount { found } => {
                write!(f, "the feature count {found:?} is not a number above 0, so the agent chooses how many")
            }
            SpecWarning::ManyFeatures { count } => {
                write!(f, "{count} features are very many; several smaller specifications are easier to follow")
            }
            SpecWarning::Unclosed { section } => write!(f, "<{section}> is never closed; add </{section}>"),
            SpecWarning::PlaceholderLeft { found } => write!(f, "{found} of the template is still there"),
        }
    }
}

fn is_known(tag: &str) -> bool {
    WANTED.iter().chain(&HELPFUL).any(|wanted| *wanted == tag)
}

/// Whether a tag or heading is the wanted part, by its own word or another one for it.
fn means(tag: &str, wanted: &str) -> bool {
    let others = ALSO_CALLED.iter().find(|(name, _)| *name == wanted).map_or(&[][..], |(_, others)| others);
    tag == wanted || others.contains(&tag)
}

fn is_template_name(name: &str) -> bool {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let word = words.map(str::to_uppercase).collect::<Vec<_>>().join("_");
    TEMPLATE_NAMES.contains(&word.as_str())
}

/// The first `YOUR_…_HERE` or `YOUR_PROJECT…`. Words like `YOUR_API_KEY` are no leftovers: real specifications name them.
fn left_placeholder(text: &str) -> Option<&str> {
    text.match_indices("YOUR_").find_map(|(start, _)| {
        let is_part = |c: &u8| c.is_ascii_uppercase() || c.is_ascii_digit() || *c == b'_';
        let length = text.as_bytes()[start..].iter().take(LONGEST_PLACEHOLDER).take_while(|c| is_part(c)).count();
        let word = &text[start..start + length];
        (word.ends_with("_HERE") || word.starts_with("YOUR_PROJECT")).then_some(word)
    })
}

/// What follows `feature count:` or `number of features:` at the start of a line of prose.
fn stated_count(text: &str) -> Option<&str> {
    text.lines().find_map(|line| {
        let line = line.trim_start_matches(|c: char| !c.is_alphanumeric());
        let (key, value) = line.split_once(':')?;
        let key = key.trim_end_matches(['*', '_', ' ']).replace('_', " ");
        let is_count = ["feature count", "number of features"].iter().any(|known| key.eq_ignore_ascii_case(known));
        is_count.then(|| value.trim_matches(['*', ' ']))
    })
}

/// The first whole number; `1,200` and `1 200` are one number, `20-30` is 20.
fn first_number(text: &str) -> Option<u32> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    if text[..start].ends_with('-') {
        return None;
    }
    let mut digits = String::new();
    let mut rest = &text[start..];
    loop {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        digits.push_str(&rest[..end]);
        rest = &rest[end..];
        let grouped = rest.strip_prefix([',', ' ', '\u{a0}', '_', '\'']);
        let is_group = |next: &&str| {
            let run = next.bytes().take_while(u8::is_ascii_digit).count();
            run == 3
        };
        match grouped.filter(is_group) {
            Some(next) => rest = next,
            None => return digits.parse().ok(),
        }
    }
}

#[cfg(test)]
mod tests;
