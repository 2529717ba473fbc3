//! Specifications: what a person wrote about the program to be built.

mod count;
pub mod coverage;
pub mod draft;
pub mod manifest;
mod tags;
mod template;

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
    /// The tags of the parts that help and are not there.
    pub missing: Vec<String>,
    /// How much of what helps is there, from 0 to 100.
    pub score: u8,
}

/// A part that a specification should have, or that helps.
#[derive(Debug)]
pub struct Part {
    /// Its tag.
    pub tag: &'static str,
    /// What it adds to the score.
    points: u8,
    /// Whether it should be there; without it there is a warning.
    is_wanted: bool,
    /// Other words people use for it.
    also_called: &'static [&'static str],
}

/// Every part that counts, in the order a specification is read. With the points for structure and for enough words they
/// make 100.
///
/// The first five weigh the same: without any one of them the first session has to guess at all that follows. The others
/// can be worked out from those, so together they weigh as much as three; the last two a little more, for they decide what
/// is built first and when it is done.
pub const PARTS: [Part; 9] = [
    Part { tag: "project_name", points: 10, is_wanted: true, also_called: &["name", "title", "app_name"] },
    Part {
        tag: "overview",
        points: 10,
        is_wanted: true,
        also_called: &["description", "summary", "introduction", "about", "goal", "goals", "project_overview"],
    },
    Part {
        tag: "technology_stack",
        points: 10,
        is_wanted: true,
        also_called: &["tech_stack", "technologies", "technology", "stack", "architecture"],
    },
    Part { tag: "feature_count", points: 10, is_wanted: true, also_called: &[] },
    Part {
        tag: "core_features",
        points: 10,
        is_wanted: true,
        also_called: &["features", "requirements", "functional_requirements", "functionality"],
    },
    Part {
        tag: "database_schema",
        points: 7,
        is_wanted: false,
        also_called: &["database", "schema", "data_model", "data_models", "data"],
    },
    Part {
        tag: "api_endpoints_summary",
        points: 7,
        is_wanted: false,
        also_called: &["api", "api_endpoints", "endpoints", "rest_api"],
    },
    Part { tag: "implementation_steps", points: 8, is_wanted: false, also_called: &[] },
    Part {
        tag: "success_criteria",
        points: 8,
        is_wanted: false,
        also_called: &["acceptance_criteria", "acceptance", "definition_of_done"],
    },
];
/// For tags or headings: parts that can be told apart can be handed out one by one.
const STRUCTURE_POINTS: u8 = 10;
/// For every wanted part and [`SHORT_CHARS`] characters: five empty phrases are no specification.
const ENOUGH_POINTS: u8 = 10;
const ROOT: &str = "project_specification";
/// Fewer characters than this make a thin specification.
const SHORT_CHARS: usize = 500;
/// More features than this are rarely meant.
const MANY_FEATURES: u32 = 500;

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
        let (spec, problem) = Self::look(text);
        problem.map_or(Ok(spec), Err)
    }

    /// What can be said of a text, and why it cannot be built from, when it cannot.
    pub fn look(text: &str) -> (Spec, Option<SpecError>) {
        let text = text.trim_start_matches('\u{feff}');
        if text.len() > LARGEST {
            return (Self::nothing(text), Some(SpecError::TooLarge { bytes: text.len() }));
        }
        // No text has zero bytes, but every other byte of UTF-16 without a mark is one.
        if let Some(at) = text.find('\0') {
            return (Self::nothing(text), Some(SpecError::NotUtf8 { at, is_utf16: true }));
        }
        let written = tags::without_comments(text);
        let tags = tags::Tags::of(&written);
        if !tags.has_words {
            return (Self::nothing(text), Some(SpecError::Empty));
        }

        let notation = Notation::of(&written, &tags);
        let sections: Vec<Section> =
            notation.tagged.into_iter().chain(notation.headings.into_iter().map(|h| h.section)).collect();
        let part = |wanted: &str| {
            let found = sections.iter().find(|section| means(&section.tag, wanted) && !section.text.is_empty());
            found.map(|section| section.text.as_str()).or_else(|| tags.content(wanted).filter(|text| !text.is_empty()))
        };

        let name = part("project_name").or_else(|| tags::title(&written));
        let placeholder = match name {
            Some(name) => template::is_name(name).then_some(name),
            None => template::name_in(&written),
        };
        let name = name.filter(|_| placeholder.is_none());

        let stated: Vec<&str> = part("feature_count").into_iter().chain(count::stated(&written)).collect();
        let feature_count = stated.iter().find_map(|stated| count::first_number(stated)).filter(|count| *count > 0);
        let has = |wanted: &str| match wanted {
            "project_name" => name.is_some(),
            "feature_count" => feature_count.is_some(),
            _ => part(wanted).is_some(),
        };

        let mut warnings = Vec::new();
        if sections.is_empty() {
            warnings.push(SpecWarning::PlainProse);
        }
        if let (Some(stated), None) = (stated.first(), feature_count) {
            warnings.push(SpecWarning::UnclearCount { found: stated.chars().take(80).collect() });
        }
        // A count that is no number is there, though unclear.
        let is_absent = |part: &&Part| !has(part.tag) && (part.tag != "feature_count" || stated.is_empty());
        let missing: Vec<String> = PARTS.iter().filter(is_absent).map(|part| part.tag.to_owned()).collect();
        let absent = PARTS.iter().filter(|part| part.is_wanted).filter(is_absent);
        warnings.extend(absent.map(|part| SpecWarning::Missing { section: part.tag.to_owned() }));
        let unclosed =
            [ROOT].into_iter().chain(PARTS.iter().map(|part| part.tag)).filter(|name| tags.is_unclosed(name));
        warnings.extend(unclosed.map(|name| SpecWarning::Unclosed { section: name.to_owned() }));
        if let Some(count) = feature_count.filter(|count| *count > MANY_FEATURES) {
            warnings.push(SpecWarning::ManyFeatures { count });
        }
        let chars = written.trim().chars().count();
        if chars < SHORT_CHARS {
            warnings.push(SpecWarning::Short { chars: chars as u32 });
        }
        if let Some(found) = template::left_in(&written) {
            warnings.push(SpecWarning::PlaceholderLeft { found: found.to_owned() });
        }

        let is_enough = PARTS.iter().filter(|part| part.is_wanted).all(|part| has(part.tag)) && chars >= SHORT_CHARS;
        let score = PARTS.iter().filter(|part| has(part.tag)).map(|part| part.points).sum::<u8>()
            + if sections.is_empty() { 0 } else { STRUCTURE_POINTS }
            + if is_enough { ENOUGH_POINTS } else { 0 };
        let problem = placeholder.map(|found| SpecError::Placeholder { found: found.to_owned() });
        let name = name.map(str::to_owned);
        (Spec { name, feature_count, warnings, missing, score, text: text.to_owned(), sections }, problem)
    }

    fn nothing(text: &str) -> Spec {
        Spec {
            text: text.to_owned(),
            name: None,
            feature_count: None,
            sections: Vec::new(),
            warnings: Vec::new(),
            missing: PARTS.iter().map(|part| part.tag.to_owned()).collect(),
            score: 0,
        }
    }
}

/// The parts of a text by both ways of writing them, for many people mix the two.
struct Notation {
    /// The outermost tags; none when none of them is one that is known.
    tagged: Vec<Section>,
    /// What stands under Markdown headings, outside the known tags.
    headings: Vec<tags::Heading>,
}

impl Notation {
    fn of(written: &str, tags: &tags::Tags<'_>) -> Self {
        let body = tags.range(ROOT);
        let tagged = tags.sections(body.clone().unwrap_or(0..written.len()));
        let is_tagged = tagged.iter().any(|(_, section)| body.is_some() || is_known(&section.tag));
        if !is_tagged {
            return Self { tagged: Vec::new(), headings: tags::headings(written) };
        }
        let known = tagged.iter().filter(|(_, section)| body.is_some() || is_known(&section.tag));
        let outside = tags::blanked(written, known.map(|(range, _)| range.clone()));
        let headings = tags::headings(&outside);
        Self { tagged: tagged.into_iter().map(|(_, section)| section).collect(), headings }
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
    PARTS.iter().any(|part| part.tag == tag)
}

/// Whether a tag or heading is the wanted part, by its own word or another one for it.
fn means(tag: &str, wanted: &str) -> bool {
    tag == wanted || PARTS.iter().any(|part| part.tag == wanted && part.also_called.contains(&tag))
}

#[cfg(test)]
mod tests;
