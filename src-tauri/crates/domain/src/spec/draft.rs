//! A specification that is put together part by part.

use super::{PARTS, ROOT, Section, Spec};
use serde::{Deserialize, Serialize};

/// The most that a draft may have, in bytes: what is talked through is no more than that.
const MOST_BYTES: usize = 512 * 1024;
/// The longest tag.
const LONGEST_TAG: usize = 40;

/// The parts of a specification so far, in the order in which one is read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    parts: Vec<Section>,
}

/// Why a part was not put into a draft.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// The tag is no lawful one.
    #[error("{tag:?} is no section: use a-z, 0-9 and _, at most {LONGEST_TAG} of them, beginning with a letter")]
    Tag {
        /// What was given.
        tag: String,
    },
    /// The text would end its own part.
    #[error("the text of {tag} contains <{tag}> or </{tag}>: give it without its own tags")]
    OwnTag {
        /// The part.
        tag: String,
    },
    /// The draft would be too large.
    #[error("the draft would have {bytes} bytes, more than {MOST_BYTES}: say it shorter")]
    TooLarge {
        /// How large.
        bytes: usize,
    },
}

impl Draft {
    /// The parts of a specification that exists. Of prose without parts all becomes the overview.
    pub fn of(text: &str) -> Self {
        let (spec, _) = Spec::look(text);
        let mut draft = Self::default();
        if spec.sections.is_empty() && !text.trim().is_empty() {
            drop(draft.put("overview", text));
        }
        for section in spec.sections {
            let tag = known(&section.tag);
            let before = draft.parts.iter().find(|part| part.tag == tag).map(|part| part.text.clone());
            // Two headings may mean the same part; neither is lost.
            let text = before.map_or(section.text.clone(), |before| format!("{before}\n\n{}", section.text));
            drop(draft.put(&tag, &text));
        }
        draft
    }

    /// Puts a part in, in the place of what it said before; an empty text takes it out. Another word for a known part counts
    /// as that part.
    pub fn put(&mut self, tag: &str, text: &str) -> Result<(), DraftError> {
        let tag = known(&tag.trim().trim_matches(['<', '>']).to_ascii_lowercase().replace([' ', '-'], "_"));
        let is_tag = tag.starts_with(|c: char| c.is_ascii_lowercase())
            && tag.len() <= LONGEST_TAG
            && tag != ROOT
            && tag.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !is_tag {
            return Err(DraftError::Tag { tag });
        }
        let text = within(&tag, text.trim());
        let has_own = [format!("<{tag}>"), format!("</{tag}>"), format!("</{ROOT}>")];
        if has_own.iter().any(|own| text.to_ascii_lowercase().contains(own)) {
            return Err(DraftError::OwnTag { tag });
        }
        let others: usize = self.parts.iter().filter(|part| part.tag != tag).map(|part| part.text.len()).sum();
        if others + text.len() > MOST_BYTES {
            return Err(DraftError::TooLarge { bytes: others + text.len() });
        }
        let place = self.parts.iter().position(|part| part.tag == tag);
        match (place, text.is_empty()) {
            (Some(place), true) => drop(self.parts.remove(place)),
            (None, true) => {}
            (Some(place), false) => self.parts[place].text = text.to_owned(),
            (None, false) => {
                let rank = rank_of(&tag);
                let place = self.parts.iter().position(|part| rank_of(&part.tag) > rank);
                self.parts.insert(place.unwrap_or(self.parts.len()), Section { tag, text: text.to_owned() });
            }
        }
        Ok(())
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The whole specification; empty when nothing is in it.
    pub fn text(&self) -> String {
        if self.parts.is_empty() {
            return String::new();
        }
        let parts = self.parts.iter().map(|Section { tag, text }| match text.contains('\n') || text.len() > 80 {
            true => format!("<{tag}>\n{text}\n</{tag}>"),
            false => format!("<{tag}>{text}</{tag}>"),
        });
        format!("<{ROOT}>\n\n{}\n\n</{ROOT}>\n", parts.collect::<Vec<_>>().join("\n\n"))
    }
}

/// Where a part belongs: the known ones in their order, all others behind them.
fn rank_of(tag: &str) -> usize {
    PARTS.iter().position(|part| part.tag == tag).unwrap_or(PARTS.len())
}

/// The known part that a tag means, or the tag.
fn known(tag: &str) -> String {
    let part = PARTS.iter().find(|part| part.tag == tag || part.also_called.contains(&tag));
    part.map_or(tag, |part| part.tag).to_owned()
}

/// The text without the part's own tags around it, which are given along now and then.
fn within<'a>(tag: &str, text: &'a str) -> &'a str {
    let inner = text.strip_prefix(&format!("<{tag}>")).and_then(|rest| rest.strip_suffix(&format!("</{tag}>")));
    inner.map_or(text, str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(parts: &[(&str, &str)]) -> Draft {
        let mut draft = Draft::default();
        parts.iter().for_each(|(tag, text)| draft.put(tag, text).expect("a lawful part"));
        draft
    }

    #[test]
    fn what_is_put_together_in_any_order_is_read_in_the_usual_one_and_counts() {
        let draft = draft(&[
            ("features", "- Add a task\n- Tick it off"),
            ("Project name", "To-do"),
            ("design_notes", "Calm colours."),
            ("overview", "A list of things to do."),
        ]);
        let text = draft.text();
        let places: Vec<usize> = ["<project_name>", "<overview>", "<core_features>", "<design_notes>"]
            .map(|tag| text.find(tag).unwrap_or_else(|| panic!("{tag} is missing: {text}")))
            .into();
        assert!(places.is_sorted(), "known parts in their order, others behind: {text}");
        let spec = Spec::parse(&text).expect("it can be built from");
        assert_eq!(spec.name.as_deref(), Some("To-do"));
        assert_eq!(spec.sections.len(), 4, "each part is found again: {text}");
        assert_eq!(Draft::of(&text), draft, "and the text is the draft");
    }

    #[test]
    fn a_part_replaces_what_it_said_and_an_empty_one_takes_it_out() {
        let mut draft = draft(&[("overview", "Old."), ("overview", "<overview>New.</overview>")]);
        assert!(draft.text().contains("<overview>New.</overview>"), "its own tags are not doubled: {}", draft.text());
        draft.put("overview", "  ").expect("lawful");
        assert_eq!((draft.is_empty(), draft.text().as_str()), (true, ""), "nothing is left");
    }

    #[test]
    fn what_would_break_the_text_is_refused_and_changes_nothing() {
        let mut draft = draft(&[("overview", "Fine.")]);
        let before = draft.clone();
        for tag in ["", "1st", "a b/c", "project_specification", &"x".repeat(50)] {
            assert!(matches!(draft.put(tag, "x"), Err(DraftError::Tag { .. })), "{tag:?}");
        }
        for text in ["a </overview> b", "</project_specification>"] {
            assert!(matches!(draft.put("overview", text), Err(DraftError::OwnTag { .. })), "{text:?}");
        }
        let large = "x".repeat(MOST_BYTES + 1);
        assert!(matches!(draft.put("overview", &large), Err(DraftError::TooLarge { .. })));
        assert_eq!(draft, before, "a refused part leaves the draft as it was");
    }

    #[test]
    fn a_text_without_parts_and_one_with_headings_are_both_taken_over() {
        assert!(Draft::of("Just a page that says hello.").text().contains("<overview>Just a page"), "prose");
        let headed = Draft::of("# Shop\n\n## Overview\n\nSells things.\n\n## Features\n\n- Buy\n").text();
        assert!(headed.contains("<core_features>- Buy</core_features>"), "a heading is its part: {headed}");
        assert!(Draft::of("").is_empty(), "nothing stays nothing");
    }
}
