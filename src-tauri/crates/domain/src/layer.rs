//! Architectural layers: foundations are built before what stands on them.

use serde::{Deserialize, Serialize};
use specta::Type;
use std::fmt;

/// A number from 0 (skeleton) to 8 (quality) that orders features before their priority does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Type)]
#[serde(transparent)]
pub struct Layer(u8);

/// A layer number above 8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no layer {0}: layers go from 0 (skeleton) to 8 (quality)")]
pub struct NoSuchLayer(pub u64);

/// Category words of each layer below 8; a trailing `*` matches any ending. Everything else is layer 8.
const CATEGORIES: [&[&str]; 8] = [
    &["skeleton", "setup", "config", "configuration", "infrastructure", "project_setup"],
    &["database*", "models", "schema", "migrations", "orm", "data_models"],
    &["api_structure", "backend_setup", "backend_core", "api_core", "middleware", "routing"],
    &["security", "auth", "authentication", "authorization", "access_control", "permissions", "session"],
    &["api_endpoints", "api", "backend_features", "business_logic", "services", "controllers"],
    &["ui_structure", "frontend_core", "navigation", "layout", "ui_core", "routing_ui"],
    &["ui_components", "frontend_features", "forms", "pages", "components", "views", "ui"],
    &["workflow", "integration", "full_stack", "end_to_end", "crud", "data_flow"],
];

const NAMES: [&str; 9] = [
    "Skeleton",
    "Database",
    "Backend Core",
    "Auth",
    "Backend Features",
    "Frontend Core",
    "Frontend Features",
    "Integration",
    "Quality",
];

impl Layer {
    /// The last layer, and the one of every category that names no other.
    pub const QUALITY: Layer = Layer(8);

    /// Fails with [`NoSuchLayer`] above 8.
    pub fn new(number: u64) -> Result<Self, NoSuchLayer> {
        u8::try_from(number).ok().filter(|n| *n <= 8).map(Layer).ok_or(NoSuchLayer(number))
    }

    /// The layer a category implies: case, spaces and hyphens do not matter.
    pub fn of_category(category: &str) -> Self {
        let word: String =
            category.trim().chars().map(|c| if c == ' ' || c == '-' { '_' } else { c.to_ascii_lowercase() }).collect();
        let matches = |pattern: &&str| match pattern.strip_suffix('*') {
            Some(start) => word.starts_with(start),
            None => word == **pattern,
        };
        let found = (0u8..).zip(CATEGORIES).find(|(_, words)| words.iter().any(matches));
        found.map_or(Self::QUALITY, |(number, _)| Layer(number))
    }

    /// From 0 to 8.
    pub fn number(self) -> u8 {
        self.0
    }

    /// Its name as people know it.
    pub fn name(self) -> &'static str {
        NAMES[usize::from(self.0)]
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.0, self.name())
    }
}

impl<'de> Deserialize<'de> for Layer {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u64::deserialize(deserializer)?;
        Layer::new(number).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_finds_its_layer_however_it_is_written() {
        for (category, layer) in [
            ("skeleton", 0),
            ("Database Design", 1),
            ("API-Core", 2),
            ("Access Control", 3),
            ("api", 4),
            ("Routing UI", 5),
            ("pages", 6),
            ("End-to-End", 7),
            ("functional", 8),
            ("", 8),
        ] {
            assert_eq!(Layer::of_category(category).number(), layer, "layer of {category:?}");
        }
    }

    #[test]
    fn a_layer_above_eight_is_refused_with_the_lawful_range() {
        let error = Layer::new(9).expect_err("there is no ninth layer");
        assert!(error.to_string().contains("0 (skeleton) to 8"), "the message must say what is lawful: {error}");
    }
}
