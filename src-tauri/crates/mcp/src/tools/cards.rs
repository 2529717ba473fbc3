//! Creating cards.

use super::PLANNING_AND_CODING;
use crate::{
    answer::Refusal,
    card::NewCard,
    params::{FoundCards, NewCards},
    table::{Definition, Effect, Entry},
};
use harness_domain::run::Role;

/// Sessions that may create several features at once.
const CREATING: &[Role] = &[Role::Initializer, Role::Coding, Role::Analyst];
/// Sessions that may record what exists.
const RECORDING: &[Role] = &[Role::Initializer, Role::Analyst];

pub(super) fn entries() -> Vec<Entry> {
    vec![
        Definition {
            name: "feature_create_bulk",
            title: "Create features",
            description: "Creates a list of features, all or none, and answers with their numbers. Link features of the list by \
                          `depends_on_index`, and features that exist already by `dependencies`. A fix names what it mends in \
                          `parent_bug_id`; a coding session creates nothing but fixes. Send at most 500 at once; 20 to 40 are easier \
                          to get right. `similar` in the answer names features that are probably the same work twice.",
            effect: Effect::Adds,
            roles: CREATING,
        }
        .quick(|tools, new: NewCards| {
            let cards = new.features.into_iter().map(Into::into).collect();
            Ok(tools.create_bulk(cards, new.auto_split)?)
        }),
        Definition {
            name: "feature_create",
            title: "Create one feature",
            description: "Creates one feature and answers with its number. A fix names what it mends in `parent_bug_id`; a coding \
                          session creates nothing but fixes. For several features use feature_create_bulk.",
            effect: Effect::Adds,
            roles: PLANNING_AND_CODING,
        }
        .quick(|tools, new: NewCard| {
            if new.is_linked_by_place() {
                return Err(Refusal::bad_input(
                    "feature_create was not carried out. `depends_on_index` means places in a list, and this is one feature: \
                     name existing features in `dependencies`, or use feature_create_bulk",
                ));
            }
            Ok(tools.create(new.into())?)
        })
        .without("depends_on_index"),
        Definition {
            name: "feature_import_existing",
            title: "Record existing features",
            description: "Records features that the code base already has, all or none. Those with `passes` true count as passing on \
                          your word until a regression run tests them, so say true only of what you saw working.",
            effect: Effect::Adds,
            roles: RECORDING,
        }
        .quick(|tools, found: FoundCards| {
            Ok(tools.import_existing(found.features.into_iter().map(Into::into).collect())?)
        }),
    ]
}
