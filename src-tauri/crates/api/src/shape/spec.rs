//! Specifications.

use super::Ms;
use harness_domain::{
    feature::Status,
    id::{FeatureId, ProjectId},
};
use serde::{Deserialize, Serialize};
use specta::Type;

/// One specification of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SpecView {
    /// `main`, or a name of its own; cards carry it as their source.
    pub name: String,
    /// Relative to the project.
    pub file: String,
    /// What it says, without credentials; empty when the file is not text.
    pub text: String,
    /// Changes with every change of the file; empty when there is none. Goes with what is written over it.
    pub revision: String,
    /// Its characters.
    pub chars: u32,
    /// How good it is.
    pub check: SpecCheck,
    /// When the file last changed.
    pub updated_at_ms: Option<Ms>,
    /// Cards that came from it.
    pub features: u32,
}

/// How good a specification is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SpecCheck {
    /// How much of what helps is there, from 0 to 100.
    pub score: u8,
    /// The parts that help and are not there, by their tags.
    pub missing: Vec<String>,
    /// What could be better, as sentences.
    pub warnings: Vec<String>,
    /// Why no run could start from it, when none could.
    pub problem: Option<String>,
    /// The name of what is to be built, where it says.
    pub project_name: Option<String>,
    /// How many features it asks for, where it says.
    pub feature_count: Option<u32>,
    /// Its parts, by their tags, in order.
    pub sections: Vec<String>,
}

/// Which specification.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct OfSpec {
    /// The project.
    pub project: ProjectId,
    /// `main`, or a name of its own: `a-z`, `0-9`, `_` and `-`.
    pub name: String,
}

/// A specification to write.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct WriteSpec {
    /// The project.
    pub project: ProjectId,
    /// `main`, or a name of its own: `a-z`, `0-9`, `_` and `-`.
    pub name: String,
    /// All of it.
    pub text: String,
    /// The revision it was written over, empty when there was none: another one there is a conflict. Without it, whatever is
    /// there is replaced. The history keeps that in any case.
    #[serde(default)]
    #[specta(optional)]
    pub over: Option<String>,
}

/// A specification that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct WrittenSpec {
    /// As it is now.
    pub spec: SpecView,
    /// What the run that is under way makes of it, as a sentence; none when no run is.
    pub told: Option<String>,
}

/// A text to look at.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct CheckSpec {
    /// A specification, written or not.
    pub text: String,
}

/// A specification as it once was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SpecVersion {
    /// Its number, larger for later ones.
    pub version: u32,
    /// What it said.
    pub text: String,
    /// How good it was, from 0 to 100.
    pub score: u8,
    /// When the product first saw it.
    pub at_ms: Ms,
}

/// One part of a specification, with the cards that build it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SpecCoverage {
    /// The specification.
    pub spec: String,
    /// The part's tag, with the part within it where there is one.
    pub section: String,
    /// What is asked for.
    pub text: String,
    /// Cards that build it, the likeliest first.
    pub features: Vec<CoveringFeature>,
    /// Whether at least one card builds it.
    pub is_covered: bool,
    /// Whether every card that builds it is done.
    pub is_done: bool,
}

/// A card that builds a part of a specification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct CoveringFeature {
    /// The card.
    pub id: FeatureId,
    /// Its title.
    pub name: String,
    /// Where it stands.
    pub status: Status,
    /// Whether its newest proof is that it passes; none when there is no proof.
    pub is_proven: Option<bool>,
}
