//! What must pass first.

use super::{PLANNING, PLANNING_AND_CODING};
use crate::{
    params::{Link, Links},
    table::{Definition, Effect, Entry},
};

pub(super) fn entries() -> Vec<Entry> {
    vec![
        Definition {
            name: "feature_add_dependency",
            title: "Let a feature wait for another",
            description: "Says that a feature cannot start before another passes. Refused when that would close a circle, which is \
                          then named. Answers with all the feature's dependencies.",
            effect: Effect::Sets,
            roles: PLANNING_AND_CODING,
        }
        .quick(|tools, link: Link| Ok(tools.add_dependency(link.feature_id, link.dependency_id)?)),
        Definition {
            name: "feature_remove_dependency",
            title: "Let a feature not wait for another",
            description: "Says that a feature does not need another after all. Answers with the dependencies that are left.",
            effect: Effect::Replaces,
            roles: PLANNING,
        }
        .quick(|tools, link: Link| Ok(tools.remove_dependency(link.feature_id, link.dependency_id)?)),
        Definition {
            name: "feature_set_dependencies",
            title: "Replace a feature's dependencies",
            description: "Replaces everything a feature waits for. Refused when that would close a circle, which is then named.",
            effect: Effect::Replaces,
            roles: PLANNING,
        }
        .quick(|tools, links: Links| Ok(tools.set_dependencies(links.feature_id, &links.dependency_ids)?)),
    ]
}
