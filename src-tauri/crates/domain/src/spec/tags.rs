//! Finding the parts of a text by its tags or headings. No XML parser: people write `a < b`, `&` and `Vec<String>`
//! in specifications, and none of that may hide a part. Linear in the text.

use super::Section;
use std::{borrow::Cow, collections::HashMap, ops::Range};

/// How many bytes a tag may have, attributes included, before `<` is taken for something else.
const LONGEST_TAG: usize = 300;

/// The text without `<!-- … -->`, whose content is not part of the specification. An unfinished comment is text.
pub(super) fn without_comments(text: &str) -> Cow<'_, str> {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("<!--") {
        let Some((_, after)) = comment.split_once("-->") else { break };
        kept.push_str(before);
        rest = after;
    }
    if rest.len() == text.len() {
        return Cow::Borrowed(text);
    }
    kept.push_str(rest);
    Cow::Owned(kept)
}

/// The tags of a text.
pub(super) struct Tags<'a> {
    text: &'a str,
    /// Every opening tag in order.
    opening: Vec<Tag>,
    /// The positions in `opening` of each name's tags.
    by_name: HashMap<String, Vec<usize>>,
    /// Whether anything but tags, spaces and punctuation is there.
    pub(super) has_words: bool,
}

struct Tag {
    name: String,
    at: Range<usize>,
    /// The closing tag that belongs to it: of nested tags with one name the innermost is closed first.
    closed_by: Option<Range<usize>>,
}

impl<'a> Tags<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let mut tags = Tags { text, opening: Vec::new(), by_name: HashMap::new(), has_words: false };
        let mut still_open: HashMap<String, Vec<usize>> = HashMap::new();
        let (mut position, mut words_from) = (0, 0);
        while let Some(found) = text[position..].find('<').map(|offset| position + offset) {
            position = found + 1;
            let Some((name, is_closing, end)) = tag_at(text, found) else { continue };
            tags.has_words |= has_words(&text[words_from..found]);
            (position, words_from) = (end, end);
            let name = name.to_ascii_lowercase();
            if is_closing {
                if let Some(opening) = still_open.get_mut(&name).and_then(Vec::pop) {
                    tags.opening[opening].closed_by = Some(found..end);
                }
            } else {
                still_open.entry(name.clone()).or_default().push(tags.opening.len());
                tags.by_name.entry(name.clone()).or_default().push(tags.opening.len());
                tags.opening.push(Tag { name, at: found..end, closed_by: None });
            }
        }
        tags.has_words |= has_words(&text[words_from..]);
        tags
    }

    /// What stands in the first closed tag of this name, wherever it is.
    pub(super) fn content(&self, name: &str) -> Option<&'a str> {
        self.range(name).map(|range| self.text[range].trim())
    }

    /// Where the content of the first closed tag of this name is.
    pub(super) fn range(&self, name: &str) -> Option<Range<usize>> {
        let content = |tag: &Tag| Some(tag.at.end..tag.closed_by.as_ref()?.start);
        self.named(name).find_map(content)
    }

    /// Whether a tag of this name is opened and never closed.
    pub(super) fn is_unclosed(&self, name: &str) -> bool {
        self.named(name).any(|tag| tag.closed_by.is_none())
    }

    /// The outermost closed tags within `body`, each with where it is, its tags included.
    pub(super) fn sections(&self, body: Range<usize>) -> Vec<(Range<usize>, Section)> {
        let mut position = body.start;
        let mut sections = Vec::new();
        for tag in &self.opening {
            let Some(closing) = tag.closed_by.as_ref().filter(|at| at.end <= body.end) else { continue };
            if tag.at.start >= position {
                let text = self.text[tag.at.end..closing.start].trim().to_owned();
                sections.push((tag.at.start..closing.end, Section { tag: tag.name.clone(), text }));
                position = closing.end;
            }
        }
        sections
    }

    fn named(&self, name: &str) -> impl Iterator<Item = &Tag> {
        self.by_name.get(name).into_iter().flatten().map(|position| &self.opening[*position])
    }
}

fn has_words(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

/// The name, whether it is closing, and the end of the tag that begins at `start`; none for any other `<`
/// and for a tag that closes itself.
fn tag_at(text: &str, start: usize) -> Option<(&str, bool, usize)> {
    let rest = &text[start + 1..];
    let (is_closing, rest) = rest.strip_prefix('/').map_or((false, rest), |rest| (true, rest));
    let length = rest.bytes().position(|c| !(c.is_ascii_alphanumeric() || c == b'_' || c == b'-'))?;
    let name = &rest[..length];
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let tail = &rest[length..];
    let end = tail.bytes().take(LONGEST_TAG).position(|c| c == b'>' || c == b'<')?;
    let attributes = &tail[..end];
    let is_tag = tail.as_bytes()[end] == b'>' && (attributes.is_empty() || attributes.starts_with(char::is_whitespace));
    let end = text.len() - tail.len() + end + 1;
    (is_tag && !attributes.trim_end().ends_with('/')).then_some((name, is_closing, end))
}

/// The text with spaces in the place of the ascending `ranges`; lines stay lines.
pub(super) fn blanked(text: &str, ranges: impl Iterator<Item = Range<usize>>) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut from = 0;
    for range in ranges {
        kept.push_str(&text[from..range.start]);
        kept.extend(text[range.clone()].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        from = range.end;
    }
    kept.push_str(&text[from..]);
    kept
}

/// A part under a Markdown heading.
pub(super) struct Heading {
    /// How many `#` stand before it.
    pub level: usize,
    /// Whether it is the title of the whole document, under which only what comes before the next heading stands.
    pub is_title: bool,
    /// What stands under it and under the deeper headings that follow.
    pub section: Section,
}

/// The parts of a text under its Markdown headings. Code blocks are not searched.
pub(super) fn headings(text: &str) -> Vec<Heading> {
    let mut found: Vec<(usize, String, Range<usize>)> = Vec::new();
    let mut is_code = false;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        let title = line.trim_start_matches('#');
        let level = line.len() - title.len();
        if !is_code && !is_fence && (1..=6).contains(&level) && title.starts_with(' ') {
            found.push((level, as_tag(title), at..end));
        }
        at = end;
    }
    let has_title = found.len() > 1 && found[0].0 == 1 && found[1..].iter().all(|(level, ..)| *level > 1);
    // Read from the end, where the next heading of each level begins; a deeper one ends nothing.
    let mut next = [text.len(); 7];
    let mut sections: Vec<Heading> = Vec::with_capacity(found.len());
    for (position, (level, tag, line)) in found.iter().enumerate().rev() {
        let is_title = has_title && position == 0;
        let ends_at = if is_title { 6 } else { *level };
        let end = next[1..=ends_at].iter().copied().min().unwrap_or(text.len());
        next[*level] = line.start;
        let section = Section { tag: tag.clone(), text: text[line.end..end].trim().to_owned() };
        sections.push(Heading { level: *level, is_title, section });
    }
    sections.reverse();
    sections
}

/// The text of a first heading of the first level: the title of the document.
pub(super) fn title(text: &str) -> Option<&str> {
    let first = text.lines().find(|line| !line.trim().is_empty())?;
    first.strip_prefix("# ").map(str::trim).filter(|title| !title.is_empty())
}

/// `2. Technology Stack` becomes `technology_stack`.
fn as_tag(heading: &str) -> String {
    let words = heading.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<String> =
        words.skip_while(|word| word.chars().all(char::is_numeric)).map(str::to_lowercase).collect();
    words.join("_")
}
