//! Places in the product that can be pointed at from outside: by a link, or by a click on a notification.

use harness_domain::id::{FeatureId, ProjectId};
use serde::Serialize;
use specta::Type;
use url::Url;

/// The scheme of links into the product, as the packages register it.
pub const SCHEME: &str = "auto-agent-harness";

/// A project, or a card in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
pub struct Place {
    /// The project.
    pub project: ProjectId,
    /// The card.
    pub feature: Option<FeatureId>,
}

impl Place {
    /// Reads `auto-agent-harness://project/3` and `auto-agent-harness://project/3/feature/17`.
    ///
    /// Anything may send a link: all that comes out of one is two numbers.
    pub fn of_link(link: &str) -> Option<Self> {
        let url = Url::parse(link).ok()?;
        if url.scheme() != SCHEME || url.host_str() != Some("project") {
            return None;
        }
        let parts: Vec<&str> = url.path_segments()?.filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            [project] => Some(Self { project: ProjectId(number(project)?), feature: None }),
            [project, "feature", feature] => {
                Some(Self { project: ProjectId(number(project)?), feature: Some(FeatureId(number(feature)?)) })
            }
            _ => None,
        }
    }

    /// The address of its page within the window.
    pub fn page(self) -> String {
        match self.feature {
            None => format!("p/{}/board", self.project.0),
            Some(feature) => format!("p/{}/feature/{}", self.project.0, feature.0),
        }
    }
}

fn number(digits: &str) -> Option<u32> {
    // `parse` alone would take a sign.
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_a_project_or_to_one_of_its_cards() {
        let project = Place { project: ProjectId(3), feature: None };
        assert_eq!(Place::of_link("auto-agent-harness://project/3"), Some(project));
        assert_eq!(Place::of_link("auto-agent-harness://project/3/"), Some(project), "browsers add a slash");
        let card = Place { project: ProjectId(3), feature: Some(FeatureId(17)) };
        assert_eq!(Place::of_link("auto-agent-harness://project/3/feature/17"), Some(card));
    }

    #[test]
    fn a_place_has_a_page() {
        let page = |link| Place::of_link(link).map(Place::page);
        assert_eq!(page("auto-agent-harness://project/3").as_deref(), Some("p/3/board"));
        assert_eq!(page("auto-agent-harness://project/3/feature/17").as_deref(), Some("p/3/feature/17"));
    }

    #[test]
    fn a_link_that_says_anything_else_leads_nowhere() {
        for link in [
            "",
            "https://project/3",
            "auto-agent-harness://settings/3",
            "auto-agent-harness://project",
            "auto-agent-harness://project/three",
            "auto-agent-harness://project/+3",
            "auto-agent-harness://project/99999999999",
            "auto-agent-harness://project/3/feature",
            "auto-agent-harness://project/3/feature/17/delete",
            "auto-agent-harness:project/3",
            "auto-agent-harness://project/3/../../settings",
        ] {
            assert_eq!(Place::of_link(link), None, "{link:?} is no link of ours");
        }
    }
}
