//! What a rule says to a path, an address or a command.

use serde::Serialize;
use std::fmt;

/// What is to be done with what was asked for.
///
/// Ordered by strictness: of two decisions the greater one counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// Go ahead.
    Allow,
    /// A person decides; where nobody watches this is [`Decision::Deny`].
    Ask,
    /// Refused.
    Deny,
}

/// A decision, the rule it follows from, and a sentence for whoever asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// What is to be done.
    #[serde(rename = "verdict")]
    pub decision: Decision,
    /// The rule's name, stable across versions, such as `path.outside` or `git.force-push`.
    pub rule: String,
    /// Says what is wrong and what to do instead; written for an agent and a person alike.
    pub reason: String,
}

impl Verdict {
    /// Nothing speaks against it.
    pub fn allow() -> Self {
        Self { decision: Decision::Allow, rule: "allowed".into(), reason: String::new() }
    }

    /// A person has to agree.
    pub fn ask(rule: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { decision: Decision::Ask, rule: rule.into(), reason: reason.into() }
    }

    /// Refused, by this rule, for this reason.
    pub fn deny(rule: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { decision: Decision::Deny, rule: rule.into(), reason: reason.into() }
    }

    /// Whether nothing speaks against it.
    pub fn is_allowed(&self) -> bool {
        self.decision == Decision::Allow
    }

    /// The stricter of two verdicts; of two equally strict ones the first.
    #[must_use]
    pub fn stricter(self, other: Self) -> Self {
        if other.decision > self.decision { other } else { self }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.decision {
            Decision::Allow => f.write_str("allowed"),
            Decision::Ask | Decision::Deny => write!(f, "{} [{}]", self.reason, self.rule),
        }
    }
}
