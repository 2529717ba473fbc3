//! How much one card or one question may hold, whoever writes it: a person, a program over the API, an agent, or an older
//! system whose board is taken over.
//!
//! A card is read by people on a board and by agents in a prompt. What is longer than this belongs into a specification
//! or a file of the project, which the card can name.

use crate::feature::NewFeature;

/// Characters of a name.
pub const LONGEST_NAME: usize = 255;
/// Characters of a category, of a specification's name and of a model's.
pub const LONGEST_WORD: usize = 255;
/// Bytes of a description, of all steps together and of all checks together: every session that takes the card is told all
/// of it.
pub const LONGEST_TEXT: usize = 64 * 1024;
/// Steps of one card.
pub const MOST_STEPS: usize = 200;
/// Checks of one card's own.
pub const MOST_CHECKS: usize = 50;
/// Cards that one card may need.
pub const MOST_DEPENDENCIES: usize = 1_000;
/// Parts of one question to a person: questions that are asked together, or fields of a form.
pub const MOST_PARTS: usize = 20;
/// Options of one part that a person can choose from.
pub const MOST_OPTIONS: usize = 50;

/// Fails when no screen could show a question to a person. `options` are how many each of its parts has, and `bytes` is
/// the length of all of it, bounded by [`LONGEST_TEXT`].
pub fn check_question(options: impl IntoIterator<Item = usize>, bytes: usize) -> Result<(), TooMuch> {
    let mut parts = 0;
    for count in options {
        parts += 1;
        if count > MOST_OPTIONS {
            let advice = "offer the few that matter, or let the person answer in words";
            return Err(TooMuch::Many { what: "options", count, most: MOST_OPTIONS, advice });
        }
    }
    if parts > MOST_PARTS {
        let advice = "ask first what the rest depends on";
        return Err(TooMuch::Many { what: "parts", count: parts, most: MOST_PARTS, advice });
    }
    if bytes > LONGEST_TEXT { Err(TooMuch::Big { what: "question", bytes }) } else { Ok(()) }
}

/// A card or a question holds more than one may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooMuch {
    /// A name is too long.
    #[error("its {what} is {length} characters long, and {most} is the most: {advice}")]
    Long {
        /// Such as `name`.
        what: &'static str,
        /// Its characters.
        length: usize,
        /// How many there may be.
        most: usize,
        /// What to do.
        advice: &'static str,
    },
    /// A text, or a list of them, takes too much room.
    #[error(
        "its {what} is {} KB long, and {} KB is the most: put the rest into a file of the project and name that",
        .bytes.div_ceil(1024), LONGEST_TEXT / 1024
    )]
    Big {
        /// Such as `description`.
        what: &'static str,
        /// How long it is.
        bytes: usize,
    },
    /// A list has too many entries.
    #[error("it has {count} {what}, and {most} is the most: {advice}")]
    Many {
        /// Such as `steps`.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        most: usize,
        /// What to do.
        advice: &'static str,
    },
}

/// The parts of a card that are looked at; what is not given is not.
#[derive(Debug, Clone, Copy, Default)]
pub struct Parts<'a> {
    /// A short title.
    pub name: Option<&'a str>,
    /// What is to be built.
    pub description: Option<&'a str>,
    /// Acceptance steps.
    pub steps: Option<&'a [String]>,
    /// Where it belongs.
    pub category: Option<&'a str>,
    /// The specification it comes from.
    pub source_spec: Option<&'a str>,
    /// The model to use for it.
    pub model: Option<&'a str>,
    /// Commands of its own.
    pub checks: Option<&'a [String]>,
    /// How many cards it needs.
    pub dependencies: usize,
}

impl Parts<'_> {
    /// Fails with the first part that holds more than it may.
    pub fn check(&self) -> Result<(), TooMuch> {
        let words = [
            ("name", self.name, LONGEST_NAME, "shorten it and put the rest into the description"),
            ("category", self.category, LONGEST_WORD, "one word says where it belongs"),
            ("specification's name", self.source_spec, LONGEST_WORD, "shorten it"),
            ("model's name", self.model, LONGEST_WORD, "shorten it"),
        ];
        for (what, text, most, advice) in words {
            let length = text.unwrap_or_default().chars().count();
            if length > most {
                return Err(TooMuch::Long { what, length, most, advice });
            }
        }
        let (steps, checks) = (self.steps.unwrap_or_default(), self.checks.unwrap_or_default());
        let lists = [
            ("steps", steps.len(), MOST_STEPS, "make several cards of it"),
            ("checks of its own", checks.len(), MOST_CHECKS, "put them into one script of the project"),
            ("dependencies", self.dependencies, MOST_DEPENDENCIES, "name the few that matter"),
        ];
        for (what, count, most, advice) in lists {
            if count > most {
                return Err(TooMuch::Many { what, count, most, advice });
            }
        }
        let bytes_of = |texts: &[String]| texts.iter().map(String::len).sum();
        let texts = [
            ("description", self.description.map_or(0, str::len)),
            ("list of steps", bytes_of(steps)),
            ("list of checks", bytes_of(checks)),
        ];
        match texts.into_iter().find(|(_, bytes)| *bytes > LONGEST_TEXT) {
            Some((what, bytes)) => Err(TooMuch::Big { what, bytes }),
            None => Ok(()),
        }
    }
}

impl NewFeature {
    /// What of it is bounded.
    pub fn parts(&self) -> Parts<'_> {
        Parts {
            name: Some(&self.name),
            description: Some(&self.description),
            steps: Some(&self.steps),
            category: Some(&self.category),
            source_spec: Some(&self.source_spec),
            model: self.model.as_deref(),
            checks: Some(&self.checks),
            dependencies: self.dependencies.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::FeatureId;

    fn fullest() -> NewFeature {
        NewFeature {
            // Letters of two bytes: of names the characters count.
            name: "ö".repeat(LONGEST_NAME),
            description: "x".repeat(LONGEST_TEXT),
            steps: vec!["x".repeat(LONGEST_TEXT / MOST_STEPS); MOST_STEPS],
            category: "ö".repeat(LONGEST_WORD),
            source_spec: "ö".repeat(LONGEST_WORD),
            model: Some("ö".repeat(LONGEST_WORD)),
            checks: vec!["x".repeat(LONGEST_TEXT / MOST_CHECKS); MOST_CHECKS],
            dependencies: vec![FeatureId(1); MOST_DEPENDENCIES],
            ..NewFeature::named("")
        }
    }

    #[test]
    fn a_card_may_be_as_full_as_it_may_and_no_fuller() {
        assert_eq!(fullest().parts().check(), Ok(()), "every part is at its limit");
        type Fill = fn(&mut NewFeature);
        let cases: [(&str, Fill); 10] = [
            ("name is 256 characters", |card| card.name.push('x')),
            ("description is 65 KB", |card| card.description.push('x')),
            ("category is 256 characters", |card| card.category.push('x')),
            ("specification's name is 256 characters", |card| card.source_spec.push('x')),
            ("model's name is 256 characters", |card| card.model.get_or_insert_default().push('x')),
            ("it has 201 steps", |card| card.steps.push(String::new())),
            ("list of steps is 65 KB", |card| card.steps[0].push_str(&"x".repeat(MOST_STEPS))),
            ("it has 51 checks", |card| card.checks.push(String::new())),
            ("list of checks is 65 KB", |card| card.checks[0].push_str(&"x".repeat(MOST_CHECKS))),
            ("it has 1001 dependencies", |card| card.dependencies.push(FeatureId(2))),
        ];
        for (what, fill) in cases {
            let mut card = fullest();
            fill(&mut card);
            let why = card.parts().check().expect_err(what).to_string();
            assert!(why.contains(what) && why.contains(" is the most: "), "{what}: {why}");
        }
    }

    #[test]
    fn a_question_has_no_more_than_a_person_reads() {
        let fullest = vec![MOST_OPTIONS; MOST_PARTS];
        assert_eq!(check_question(fullest.clone(), LONGEST_TEXT), Ok(()), "every part is at its limit");
        let refused = |options: Vec<usize>, bytes: usize| check_question(options, bytes).map_err(|why| why.to_string());
        let why = refused(vec![0, MOST_OPTIONS + 1], 1).expect_err("an option more");
        assert!(why.contains("51 options, and 50 is the most"), "{why}");
        let why = refused([fullest, vec![0]].concat(), 1).expect_err("a part more");
        assert!(why.contains("21 parts, and 20 is the most"), "{why}");
        let why = refused(vec![0], LONGEST_TEXT + 1).expect_err("a byte more");
        assert!(why.contains("question is 65 KB"), "{why}");
    }

    #[test]
    fn what_is_not_given_is_not_looked_at() {
        assert_eq!(Parts::default().check(), Ok(()), "an edit of nothing is in bounds");
        let name = "n".repeat(LONGEST_NAME + 1);
        assert!(Parts { name: Some(&name), ..Parts::default() }.check().is_err(), "what is given is");
    }
}
