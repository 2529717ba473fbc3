//! What goes in and comes out of the procedures. Types of the domain are used as they are; here is the rest.

pub mod account;
pub mod board;
pub mod interview;
pub mod project;
pub mod review;
pub mod run;
pub mod setup;
pub mod spec;
pub mod transcript;

use serde::{Deserialize, Serialize};
use specta::Type;

/// UTC, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct Ms(#[specta(type = specta_typescript::Number)] pub i64);

/// A whole number that may be large, such as a count of tokens or rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct Count(#[specta(type = specta_typescript::Number)] pub u64);

/// US dollars.
#[derive(Debug, Clone, Copy, Default, PartialEq, PartialOrd, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct Usd(#[specta(type = specta_typescript::Number)] pub f64);

/// Any JSON, whose shape this product does not decide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct Json(#[specta(type = specta_typescript::Unknown)] pub serde_json::Value);

/// One thing that was looked at, with what to do about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct HealthCheck {
    /// A stable word, such as `git.repository`.
    pub id: String,
    /// What was looked at, as a title.
    pub title: String,
    /// How it is.
    pub state: Health,
    /// What was found, in a sentence.
    pub detail: String,
    /// What to do, when something is to be done.
    pub fix: Option<String>,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// As it should be.
    Ok,
    /// Works, but with less than it could.
    Warning,
    /// Runs cannot start until it is mended.
    Problem,
}
