//! The tools themselves, by what they are about.

mod bugs;
mod cards;
mod links;
mod queue;
mod verdicts;

use crate::table::Entry;
use harness_domain::run::Role;

/// Sessions that look at the cards without being told which.
const LOOKING: &[Role] = &[Role::Initializer, Role::Coding, Role::Analyst];
/// Every session.
const EVERYONE: &[Role] = &Role::ALL;
/// Sessions that build.
const CODING: &[Role] = &[Role::Coding];
/// Sessions that plan and those that build.
const PLANNING_AND_CODING: &[Role] = &[Role::Initializer, Role::Coding];
/// Sessions that plan.
const PLANNING: &[Role] = &[Role::Initializer];
/// Sessions that test what passed before.
const TESTING: &[Role] = &[Role::Tester];

/// Every tool, in the order in which they are listed.
pub(crate) fn all() -> Vec<Entry> {
    let mut entries = queue::entries();
    entries.extend(verdicts::entries());
    entries.extend(cards::entries());
    entries.extend(links::entries());
    entries.extend(bugs::entries());
    entries
}
