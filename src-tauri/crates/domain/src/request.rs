//! What waits for a person: approvals of a call, and answers to questions.

use crate::id::{FeatureId, RequestId, RunId, SessionId};
use serde::{Deserialize, Serialize};
use specta::Type;

/// What sort of word is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum RequestKind {
    /// Yes or no to one call of a tool that a rule leaves to a person.
    Approval,
    /// An answer to what an agent asks.
    Question,
}

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// Nobody has answered yet.
    Pending,
    /// A person has answered.
    Answered,
    /// What it was about is over: the call was called off, or the card was done or taken up again without it.
    Withdrawn,
    /// Nobody answered in time, so the call was refused. A late answer still counts for the next try.
    Expired,
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The call may be made.
    Approved,
    /// It may not.
    Denied,
}

/// How far a person's word on a call reaches. It is always about that very call: tool, input and directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// For the call that waits, or for the next one like it on the same card. Then it is used up.
    Once,
    /// For every call like it in the run that goes on, or in the next one when none does.
    Run,
    /// For every call like it from now on: it stands in the project's policy file too.
    Always,
}

/// The call that an approval is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct AskedCall {
    /// The tool's name.
    pub tool: String,
    /// What a person is shown: the command as it would run, or the input as JSON. Never shortened.
    pub subject: String,
    /// Everything of the input that has an effect, as JSON with sorted keys: a word covers this and nothing else.
    pub input_json: String,
    /// The directory it would run in.
    pub cwd: String,
    /// The rule that leaves it to a person.
    pub rule: String,
    /// What the rule says about it.
    pub reason: String,
}

/// A person's word on a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Word {
    /// Yes or no.
    pub decision: Decision,
    /// How far it reaches.
    pub scope: Scope,
    /// What the person says to the agent besides.
    pub remark: Option<String>,
}

/// One request as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Request {
    /// Its number within the project; approvals and questions are counted together.
    pub id: RequestId,
    /// What sort of word is wanted.
    pub kind: RequestKind,
    /// Where it stands.
    pub state: RequestState,
    /// The run it was asked in, if any.
    pub run: Option<RunId>,
    /// Who asked.
    pub session: SessionId,
    /// The card it is about, if any.
    pub feature: Option<FeatureId>,
    /// The call, when this is an approval.
    pub call: Option<AskedCall>,
    /// What is asked, as JSON text, when this is a question.
    pub fields_json: Option<String>,
    /// UTC, in milliseconds since 1970.
    #[specta(type = f64)]
    pub asked_at_ms: i64,
    /// Until when the agent waits; none when it does not. UTC, in milliseconds since 1970.
    #[specta(type = Option<f64>)]
    pub deadline_ms: Option<i64>,
    /// The word on a call, once there is one.
    pub word: Option<Word>,
    /// The answer to a question, as JSON text, once there is one.
    pub answer_json: Option<String>,
    /// Who answered.
    pub answered_by: Option<String>,
    /// UTC, in milliseconds since 1970.
    #[specta(type = Option<f64>)]
    pub answered_at_ms: Option<i64>,
    /// When the agent got the answer, or made use of it for the first time. UTC, in milliseconds since 1970.
    #[specta(type = Option<f64>)]
    pub used_at_ms: Option<i64>,
}

impl Request {
    /// Whether an answer is still wanted.
    pub fn is_open(&self) -> bool {
        matches!(self.state, RequestState::Pending | RequestState::Expired)
    }
}

/// A word of one of these enums, as the database and JSON have it.
macro_rules! words {
    ($($name:ident { $($variant:ident = $word:literal),+ })+) => {$(
        impl $name {
            /// Every one of them.
            pub const ALL: &[$name] = &[$($name::$variant),+];

            /// The word in the database and in JSON.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }

            /// The inverse of `as_str`.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }
    )+};
}

words! {
    RequestKind { Approval = "approval", Question = "question" }
    RequestState { Pending = "pending", Answered = "answered", Withdrawn = "withdrawn", Expired = "expired" }
    Decision { Approved = "approved", Denied = "denied" }
    Scope { Once = "once", Run = "run", Always = "always" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_its_json_and_reads_back() {
        fn check<T: Copy + Serialize + PartialEq + std::fmt::Debug>(
            all: &[T],
            word: impl Fn(T) -> &'static str,
            parse: impl Fn(&str) -> Option<T>,
        ) {
            for one in all {
                assert_eq!(serde_json::to_value(one).expect("a word"), word(*one), "one word everywhere");
                assert_eq!(parse(word(*one)), Some(*one));
            }
            assert_eq!(parse("perhaps"), None);
        }
        check(RequestKind::ALL, RequestKind::as_str, RequestKind::parse);
        check(RequestState::ALL, RequestState::as_str, RequestState::parse);
        check(Decision::ALL, Decision::as_str, Decision::parse);
        check(Scope::ALL, Scope::as_str, Scope::parse);
    }
}
