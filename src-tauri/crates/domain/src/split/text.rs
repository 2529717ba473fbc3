//! Cards from a text as people write lists.

use crate::feature::NewFeature;

/// More cards than anyone reads through at once.
const MOST: usize = 500;

/// A card per line; lines indented or bulleted below one are its steps, and a heading is the category of what follows.
///
/// A line `Name: words` gives the card a description. Bullets, numbers and check boxes before a line go. At most 500
/// cards.
pub fn from_text(text: &str) -> Vec<NewFeature> {
    let mut cards: Vec<NewFeature> = Vec::new();
    let mut category: Option<String> = None;
    // How far the lines of cards are indented: what stands further in is a step.
    let mut outer: Option<(usize, bool)> = None;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let trimmed = line.trim();
        let indent = line.chars().take_while(|c| c.is_whitespace()).map(|c| if c == '\t' { 4 } else { 1 }).sum();
        if trimmed.starts_with('#') {
            let heading = trimmed.trim_start_matches('#').trim();
            category = Some(heading.to_owned()).filter(|heading| !heading.is_empty());
            outer = None;
            continue;
        }
        let (words, is_bulleted) = without_bullet(trimmed);
        if words.is_empty() {
            continue;
        }
        let is_step = match (cards.last(), outer) {
            (Some(_), Some((plain, was_bulleted))) => {
                indent > plain || (indent == plain && is_bulleted && !was_bulleted)
            }
            _ => false,
        };
        if is_step {
            if let Some(card) = cards.last_mut() {
                card.steps.push(words.to_owned());
            }
            continue;
        }
        if cards.len() == MOST {
            break;
        }
        outer = Some((indent, is_bulleted));
        let (name, description) = match words.split_once(": ") {
            Some((name, description)) => (name.trim(), description.trim()),
            None => (words.trim_end_matches(':'), ""),
        };
        let mut card = NewFeature { description: description.to_owned(), ..NewFeature::named(name.trim()) };
        if let Some(category) = &category {
            card.category = category.clone();
        }
        cards.push(card);
    }
    cards
}

/// The line without its bullet, number or check box, and whether it had one.
fn without_bullet(line: &str) -> (&str, bool) {
    // The blank behind an empty bullet was trimmed away.
    if matches!(line, "-" | "*" | "+" | "•") {
        return ("", true);
    }
    let bulleted = ["- ", "* ", "+ ", "• "].into_iter().find_map(|bullet| line.strip_prefix(bullet));
    let numbered = || {
        let digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
        (digits.len() < line.len()).then(|| digits.strip_prefix(". ").or_else(|| digits.strip_prefix(") "))).flatten()
    };
    match bulleted.or_else(numbered) {
        None => (line, false),
        Some(rest) => {
            let rest = rest.trim_start();
            let boxed = ["[ ]", "[x]", "[X]"].into_iter().find_map(|mark| rest.strip_prefix(mark));
            (boxed.unwrap_or(rest).trim(), true)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_becomes_cards_with_their_steps_and_categories() {
        let cards = from_text(
            "# Auth\n1. Log in: with a password\n   - shows an error\n   - [ ] remembers me\n2) Log out\n\n## Pages\nHome\n- a title\n- a list\nAbout\n",
        );
        let names: Vec<&str> = cards.iter().map(|card| card.name.as_str()).collect();
        assert_eq!(names, ["Log in", "Log out", "Home", "About"]);
        assert_eq!(cards[0].steps, ["shows an error", "remembers me"]);
        assert_eq!((cards[0].category.as_str(), cards[0].description.as_str()), ("Auth", "with a password"));
        assert_eq!(cards[2].steps, ["a title", "a list"], "bullets below a plain line are its steps");
        assert_eq!(cards[3].category, "Pages");
    }

    #[test]
    fn a_flat_list_is_a_card_per_line_and_nothing_is_no_card() {
        assert_eq!(from_text("- one\n- two\n").len(), 2);
        assert_eq!(from_text("one\ntwo\nthree").len(), 3);
        assert!(from_text(" \n\n#\n- \n").is_empty());
        assert_eq!(from_text(&"line\n".repeat(2_000)).len(), MOST, "nobody reads through more");
    }
}
