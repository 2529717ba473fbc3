//! Passing and failing.

use super::{CODING, TESTING};
use crate::{
    answer::{Refusal, to_value},
    params::{Failure, Verdict},
    table::{Definition, Effect, Entry},
};
use harness_domain::feature::Status;

pub(super) fn entries() -> Vec<Entry> {
    vec![
        Definition {
            name: "feature_mark_passing",
            title: "Ask for the verdict",
            description: "Asks the host to call a feature passing. The host runs the project's build, type, lint and test commands \
                          itself, which can take minutes. Only if all succeed does it commit the project and mark the feature; then \
                          your work is done: end the session with a short summary. If one fails, the answer is an error that holds \
                          the failing output: mend the cause and call again. For a fix, give the fix's number, never the bug's.",
            effect: Effect::Sets,
            roles: CODING,
        }
        .slow(|tools, verdict: Verdict| async move {
            let report = tools.mark_passing(verdict.feature_id, verdict.checks).await?;
            if report.status == Status::Passing.as_str() {
                return to_value(&report);
            }
            Err(Refusal::report(report.message.clone(), &report))
        }),
        Definition {
            name: "feature_mark_failing",
            title: "Report a feature that broke",
            description: "Says that a passing feature does not work any more. The host marks it and creates the fix itself: create \
                          none. Call it once a feature, with a reason that a fix can start from.",
            effect: Effect::Adds,
            roles: TESTING,
        }
        .quick(|tools, failure: Failure| Ok(tools.mark_failing(failure.feature_id, &failure.reason)?)),
    ]
}
