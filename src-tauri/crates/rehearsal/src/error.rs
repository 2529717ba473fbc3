//! What can be wrong with a scenario file.

use std::path::PathBuf;

/// Why a scenario cannot be used. Every message names the file and, where there is one, the line.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// Neither a built-in scenario nor a file.
    #[error(
        "there is no scenario called `{name}`. Built in are: {}. A scenario of your own is given by the path of its YAML file.",
        builtin.join(", ")
    )]
    Unknown {
        /// What was asked for.
        name: String,
        /// The names that exist.
        builtin: Vec<String>,
    },
    /// The scenario file exists but cannot be read.
    #[error("the scenario {} cannot be read: {source}", path.display())]
    Unreadable {
        /// The scenario file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// Not YAML, an unknown key, or a value of the wrong type.
    #[error("the scenario `{scenario}` is not written as SCENARIOS.md describes:\n{problem}")]
    Malformed {
        /// The scenario's name or file.
        scenario: String,
        /// The parser's words, with line, column and an excerpt.
        problem: String,
    },
    /// Well-formed YAML that makes no sense as a scenario.
    #[error("the scenario `{scenario}`, line {line}: {problem}")]
    Invalid {
        /// The scenario's name or file.
        scenario: String,
        /// Line of the step or entry, from 1.
        line: u64,
        /// What is wrong and what to write instead.
        problem: String,
    },
    /// A file named by the scenario is missing, unreadable or not text.
    #[error("the scenario `{scenario}`, line {line}: the file `{file}` cannot be used: {problem}")]
    File {
        /// The scenario's name or file.
        scenario: String,
        /// Line of the step that names the file, from 1.
        line: u64,
        /// The path as written.
        file: String,
        /// Why not.
        problem: String,
    },
}
