//! What a specification asks for, item by item.

use super::super::{Notation, PARTS, ROOT, Section, Spec, means, tags};
use std::collections::HashSet;

/// More than this nobody reads through.
const MOST: usize = 2_000;
/// How many characters of one are shown and compared.
const LONGEST: usize = 500;
/// Parts whose paragraphs ask for something too, not only their lists.
const BUILT: [&str; 4] = ["core_features", "database_schema", "api_endpoints_summary", "success_criteria"];

/// One thing a specification asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ask {
    /// The part's tag, and the part within it after ` / ` where there is one.
    pub section: String,
    /// What is asked for; at most 500 characters.
    pub text: String,
}

/// Everything it asks for, in order, nothing twice; at most 2,000.
pub(super) fn of(spec: &Spec) -> Vec<Ask> {
    let written = tags::without_comments(&spec.text);
    let notation = Notation::of(&written, &tags::Tags::of(&written));
    let mut asks = Asks::default();
    for section in &notation.tagged {
        asks.read(section);
    }
    // What stands under a deeper heading stands in the part around it.
    let mut within = usize::MAX;
    for heading in notation.headings.iter().filter(|heading| !heading.is_title) {
        if heading.level <= within {
            within = heading.level;
            asks.read(&heading.section);
        }
    }
    asks.found
}

#[derive(Default)]
struct Asks {
    found: Vec<Ask>,
    seen: HashSet<Ask>,
}

/// What is being read.
struct Item {
    text: String,
    indent: usize,
    is_listed: bool,
}

impl Asks {
    fn read(&mut self, section: &Section) {
        let part = PARTS.iter().find(|part| means(&section.tag, part.tag));
        let takes_prose = match part {
            Some(part) if BUILT.contains(&part.tag) => true,
            Some(_) => return,
            None if section.tag == ROOT => return,
            None => false,
        };
        let (mut within, mut item, mut is_apart, mut is_code): (String, Option<Item>, bool, bool) = Default::default();
        let mut done = |within: &str, item: Option<Item>| {
            if let Some(item) = item.filter(|item| item.is_listed || takes_prose) {
                self.add(&section.tag, within, &item.text);
            }
        };
        for line in section.text.lines() {
            let trimmed = line.trim();
            is_code ^= trimmed.starts_with("```");
            if trimmed.is_empty() {
                is_apart = true;
                continue;
            }
            let indent = line.len() - line.trim_start().len();
            if !is_code && let Some(mark) = mark_of(trimmed) {
                done(&within, item.take());
                match mark {
                    Mark::Within(name) => within = name,
                    Mark::Whole(name, text) => done(&name, Some(Item { text, indent, is_listed: true })),
                    Mark::End => within.clear(),
                }
                continue;
            }
            let bulleted = if is_code { None } else { without_bullet(trimmed) };
            let words = bulleted.unwrap_or(trimmed);
            let goes_on = item.as_ref().is_some_and(|item| match (item.is_listed, bulleted.is_some()) {
                (true, true) => indent > item.indent,
                (true, false) => indent > item.indent || !is_apart,
                (false, is_bulleted) => !is_bulleted && !is_apart,
            });
            is_apart = false;
            match item.as_mut().filter(|_| goes_on) {
                Some(item) => {
                    item.text.push('\n');
                    item.text.push_str(words);
                }
                None => {
                    // A line such as "Owners can:" names what is listed below it.
                    let names = |item: &Item| !item.is_listed && item.text.ends_with(':') && !item.text.contains('\n');
                    match item.take() {
                        Some(named) if bulleted.is_some() && names(&named) => {
                            within = named.text.trim_end_matches(':').to_owned();
                        }
                        earlier => done(&within, earlier),
                    }
                    item = Some(Item { text: words.to_owned(), indent, is_listed: bulleted.is_some() });
                }
            }
        }
        done(&within, item);
    }

    fn add(&mut self, tag: &str, within: &str, text: &str) {
        if self.found.len() == MOST || !text.chars().any(char::is_alphanumeric) {
            return;
        }
        let section = if within.is_empty() { tag.to_owned() } else { format!("{tag} / {within}") };
        let mut shown: String = text.chars().take(LONGEST).collect();
        if shown.len() < text.len() {
            shown.push('…');
        }
        let ask = Ask { section, text: shown };
        if self.seen.insert(ask.clone()) {
            self.found.push(ask);
        }
    }
}

/// A line that divides a part.
enum Mark {
    /// What follows belongs to this part within it.
    Within(String),
    /// A whole one on one line.
    Whole(String, String),
    /// The part within ends.
    End,
}

/// A heading, a tag alone on its line, or a tag with its content and its end.
fn mark_of(line: &str) -> Option<Mark> {
    let heading = line.trim_start_matches('#');
    if heading.len() < line.len() && heading.starts_with(' ') {
        return Some(Mark::Within(heading.trim().to_owned()));
    }
    let rest = line.strip_prefix('<')?;
    let (inside, after) = rest.split_once('>')?;
    let name = |tag: &str| {
        let name = tag.split_whitespace().next().unwrap_or_default();
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-'));
        is_name.then(|| name.to_owned())
    };
    if let Some(closing) = inside.strip_prefix('/') {
        return name(closing).filter(|_| after.is_empty()).map(|_| Mark::End);
    }
    let name = name(inside)?;
    if after.is_empty() {
        return Some(Mark::Within(name));
    }
    let text = after.strip_suffix(&format!("</{name}>"))?;
    Some(Mark::Whole(name, text.trim().to_owned()))
}

/// The line without its bullet, number or check box; none when it has none.
fn without_bullet(line: &str) -> Option<&str> {
    let bulleted = ["- ", "* ", "+ ", "• "].into_iter().find_map(|bullet| line.strip_prefix(bullet));
    let numbered = || {
        let digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
        (digits.len() < line.len()).then(|| digits.strip_prefix(". ").or_else(|| digits.strip_prefix(") "))).flatten()
    };
    let rest = bulleted.or_else(numbered)?.trim_start();
    let unboxed = ["[ ]", "[x]", "[X]"].into_iter().find_map(|mark| rest.strip_prefix(mark));
    Some(unboxed.unwrap_or(rest).trim())
}
