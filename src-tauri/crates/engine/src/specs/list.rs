//! What a project's specifications say, said, and ask for. Nothing in the project is changed here.

use super::{MOST_BYTES, digest, listed, remember};
use crate::{EngineError, OpenProject, project_file, redact};
use harness_domain::{
    feature::{Kind, Status},
    id::FeatureId,
    spec::{
        LARGEST, Spec, SpecError,
        coverage::{CardWords, Covered, Index},
        manifest::SpecFile,
    },
};
use std::{collections::HashSet, path::Path};

/// How much of a history is given at once, in bytes.
const MOST_HISTORY: u64 = 32 * 1024 * 1024;

/// One specification as it is now, good or not.
#[derive(Debug, Clone)]
pub struct FoundSpec {
    /// `main`, or a name of its own; cards carry it as their source.
    pub name: String,
    /// Relative to the project.
    pub file: String,
    /// What can be said of it; its text is without credentials, and empty when it cannot be shown.
    pub spec: Spec,
    /// Why no run could start from it, when none could.
    pub problem: Option<String>,
    /// What sort of credential is in the file, if any.
    pub secret: Option<&'static str>,
    /// Changes with every change of the file; empty when there is none.
    pub revision: String,
    /// When the file last changed; UTC, in milliseconds since 1970.
    pub updated_at_ms: Option<i64>,
    /// Cards that came from it.
    pub features: u32,
}

/// A specification as it once was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecVersion {
    /// Its number, larger for later ones.
    pub version: u32,
    /// What it said, without credentials.
    pub text: String,
    /// How good it was, from 0 to 100.
    pub score: u8,
    /// When the product first saw it; UTC, in milliseconds since 1970.
    pub at_ms: i64,
}

/// Something that is asked for, with the cards that build it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// The specification.
    pub spec: String,
    /// The part of it.
    pub section: String,
    /// What is asked for.
    pub text: String,
    /// The likeliest first: title, status, and whether the newest proof is that it passes.
    pub cards: Vec<(FeatureId, String, Status, Option<bool>)>,
}

/// Every specification, in the order that a run reads them. One that cannot be used tells why and hides no other.
///
/// Fails with [`EngineError::Manifest`] when the list of them is broken.
pub fn list(project: &OpenProject) -> Result<Vec<FoundSpec>, EngineError> {
    let features = project.store.features_by_spec()?;
    let found = listed(project.dir())?.specs.into_iter().map(|file| {
        let features = features.get(&file.name).copied().unwrap_or_default();
        FoundSpec { features, ..look(project.dir(), file) }
    });
    Ok(found.collect())
}

/// One specification, as [`list`] gives it. Fails with [`EngineError::NoSuchSpec`].
pub(super) fn one(project: &OpenProject, name: &str) -> Result<FoundSpec, EngineError> {
    let found = list(project)?.into_iter().find(|found| found.name == name);
    found.ok_or_else(|| EngineError::NoSuchSpec { name: name.to_owned() })
}

fn look(dir: &Path, SpecFile { name, file }: SpecFile) -> FoundSpec {
    let path = Path::new(&file);
    let updated_at_ms = project_file::changed_at_ms(dir, path);
    let unusable = |problem: String, revision: String| {
        let (spec, _) = Spec::look("");
        let (name, file) = (name.clone(), file.clone());
        FoundSpec { name, file, spec, problem: Some(problem), secret: None, revision, updated_at_ms, features: 0 }
    };
    let bytes = match project_file::read(dir, path, MOST_BYTES) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => {
            return unusable("it is listed, but the file is not there; write it, or delete it".into(), String::new());
        }
        Err(error) => return unusable(redact::owned(error.to_string()), String::new()),
    };
    let revision = digest(&bytes);
    if let Err(error @ (SpecError::TooLarge { .. } | SpecError::NotUtf8 { .. })) = Spec::from_bytes(&bytes) {
        return unusable(error.to_string(), revision);
    }
    let text = String::from_utf8_lossy(&bytes);
    let (spec, problem) = Spec::look(&redact::text(&text));
    let (secret, problem) = (redact::kind_in(&text), problem.map(|problem| problem.to_string()));
    FoundSpec { name, file, spec, problem, secret, revision, updated_at_ms, features: 0 }
}

/// What a specification said, newest first: as many texts as have 32 MiB together. What its file says now is the first.
pub fn history(project: &OpenProject, name: &str) -> Result<Vec<SpecVersion>, EngineError> {
    harness_domain::spec::manifest::check_name(name)?;
    // Someone may have written it with another program.
    if let Some(SpecFile { name, file }) = listed(project.dir())?.specs.into_iter().find(|spec| spec.name == name)
        && let Ok(Some(bytes)) = project_file::read(project.dir(), Path::new(&file), LARGEST as u64)
        && let Ok(text) = String::from_utf8(bytes)
    {
        remember(project, &name, &file, &text)?;
    }
    let versions = project.store.spec_versions(name, MOST_HISTORY)?.into_iter().map(|version| {
        let score = Spec::look(&version.text).0.score;
        SpecVersion { version: version.id, text: version.text, score, at_ms: version.at_ms }
    });
    Ok(versions.collect())
}

/// What the specifications ask for, and which features build it, by their words: see [`harness_domain::spec::coverage`].
pub fn coverage(project: &OpenProject) -> Result<Vec<Requirement>, EngineError> {
    let specs = list(project)?;
    let known: HashSet<&str> = specs.iter().map(|spec| spec.name.as_str()).collect();
    let mut cards = project.store.board(None)?;
    cards.retain(|card| card.kind == Kind::Feature);
    let words = cards.iter();
    let words =
        words.map(|card| CardWords { name: &card.name, category: &card.category, source_spec: &card.source_spec });
    let words: Vec<CardWords<'_>> = words.collect();
    let index = Index::of(&words);
    let mut asked = Vec::new();
    for spec in &specs {
        for Covered { ask, cards: builders } in index.covered(&spec.name, &spec.spec, &known) {
            let builders = builders.into_iter().map(|place| {
                let card = &cards[place];
                (card.id, card.name.clone(), card.status, card.proof.map(|proof| proof.is_passing))
            });
            let (section, text) = (ask.section, ask.text);
            asked.push(Requirement { spec: spec.name.clone(), section, text, cards: builders.collect() });
        }
    }
    Ok(asked)
}
