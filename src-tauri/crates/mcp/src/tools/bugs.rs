//! Bugs, and questions to the person.

use super::CODING;
use crate::{
    params::{OneBug, Question},
    table::{Definition, Effect, Entry},
};
use harness_domain::run::Role;

/// Sessions that meet bugs.
const MEETING_BUGS: &[Role] = &[Role::Coding, Role::Tester];

pub(super) fn entries() -> Vec<Entry> {
    vec![
        Definition {
            name: "feature_request_human_input",
            title: "Ask the person",
            description: "Asks the person what only a person can decide or provide: a choice, an account, a key. The feature waits \
                          for the answer, and this session's work is over: end it. A later session gets the answer. Never ask for what \
                          the specification or the code can tell.",
            effect: Effect::Adds,
            roles: CODING,
        }
        .quick(|tools, question: Question| {
            Ok(tools.request_human_input(question.feature_id, question.into_value())?)
        }),
        Definition {
            name: "bug_get_status",
            title: "Where a bug stands",
            description: "Answers with a bug, its fixes, how many of them pass, and whether the bug can be resolved.",
            effect: Effect::Reads,
            roles: MEETING_BUGS,
        }
        .quick(|tools, one: OneBug| Ok(tools.bug_status(one.bug_id)?)),
        Definition {
            name: "bug_mark_resolved",
            title: "Resolve a bug",
            description: "Resolves a bug whose fixes all pass; refused otherwise, naming those that do not. Rarely needed: the host \
                          resolves a bug by itself when its last fix passes.",
            effect: Effect::Sets,
            roles: CODING,
        }
        .quick(|tools, one: OneBug| Ok(tools.bug_resolve(one.bug_id)?)),
    ]
}
