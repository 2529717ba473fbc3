//! Words commit messages the way git's own tools expect them.

use crate::redact;

/// Where lines are cut, in characters.
const WIDTH: usize = 72;

/// A message from its parts: one short line, wrapped paragraphs, a block of trailers.
///
/// Control characters go; an empty subject becomes `Changes`. Lines of the body stay lines, only long ones are wrapped.
pub(super) fn compose(subject: &str, body: &str, trailers: &[(String, String)]) -> String {
    // History is shared and never forgets; lines are wrapped and cut only afterwards.
    let (subject, body) = (redact::text(subject), redact::text(body));
    let mut message = shorten(&one_line(&subject));
    let body = body.replace("\r\n", "\n");
    let body: Vec<String> = body.trim_matches('\n').lines().map(wrap).collect();
    if body.iter().any(|line| !line.trim().is_empty()) {
        message.push_str("\n\n");
        message.push_str(body.join("\n").trim_end());
    }
    let trailers: Vec<String> = trailers.iter().filter_map(|(key, value)| trailer(key, value)).collect();
    if !trailers.is_empty() {
        message.push_str("\n\n");
        message.push_str(&trailers.join("\n"));
    }
    message.push('\n');
    message
}

fn trailer(key: &str, value: &str) -> Option<String> {
    let key: String = key.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let (key, value) = (key.trim_matches('-'), one_line(&redact::text(value)));
    (!key.is_empty() && !value.is_empty()).then(|| format!("{key}: {value}"))
}

/// Runs of white space and control characters become one space.
fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// At most `WIDTH` characters, cut after a word where there is one to cut after.
fn shorten(subject: &str) -> String {
    if subject.is_empty() {
        return "Changes".into();
    }
    if subject.chars().count() <= WIDTH {
        return subject.to_owned();
    }
    let head: String = subject.chars().take(WIDTH - 1).collect();
    // A single word that fills the line has to be cut inside.
    let end = head.rfind(' ').filter(|at| *at > head.len() / 3).unwrap_or(head.len());
    format!("{}…", head[..end].trim_end_matches([' ', ',', ';', ':', '.', '-']))
}

fn wrap(line: &str) -> String {
    let line: String = line.chars().map(|c| if c == '\t' { ' ' } else { c }).filter(|c| !c.is_control()).collect();
    if line.chars().count() <= WIDTH {
        return line.trim_end().to_owned();
    }
    let indent: String = line.chars().take_while(|c| *c == ' ').take(WIDTH / 2).collect();
    let (mut wrapped, mut width) = (indent.clone(), indent.len());
    let mut is_first = true;
    for word in line.split_whitespace() {
        let length = word.chars().count();
        if !is_first && width + 1 + length > WIDTH {
            wrapped.push('\n');
            wrapped.push_str(&indent);
            width = indent.len();
        } else if !is_first {
            wrapped.push(' ');
            width += 1;
        }
        wrapped.push_str(word);
        width += length;
        is_first = false;
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(trailers: &[(&str, &str)]) -> Vec<(String, String)> {
        trailers.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_message_has_a_subject_a_body_and_trailers_with_blank_lines_between() {
        let message = compose("Add a list", "Why.\n\nMore.\n", &pairs(&[("Feature", "12"), ("Run", "3")]));
        assert_eq!(message, "Add a list\n\nWhy.\n\nMore.\n\nFeature: 12\nRun: 3\n", "as git's tools expect it");
    }

    #[test]
    fn a_long_subject_is_cut_at_a_word() {
        let subject = "Users can see every entry of their list sorted by date and by the name of the person";
        let message = compose(subject, "", &[]);
        let line = message.trim_end();
        assert!(line.chars().count() <= 72, "it fits: {line}");
        assert!(line.ends_with('…') && subject.starts_with(line.trim_end_matches('…')), "it is the beginning: {line}");
        assert!(subject[line.trim_end_matches('…').len()..].starts_with(' '), "no word is cut in two: {line}");
        let one_word = compose(&"ü".repeat(100), "", &[]);
        assert_eq!(one_word.trim_end().chars().count(), 72, "a word without an end is cut at the limit");
    }

    #[test]
    fn line_breaks_and_control_characters_cannot_forge_trailers() {
        let message = compose("a\0b\nc", "text\0", &pairs(&[("Fea ture\n", "1\nSigned-off-by: x")]));
        assert_eq!(message, "a b c\n\ntext\n\nFea-ture: 1 Signed-off-by: x\n", "one trailer stays one line");
        assert_eq!(compose(" \n", "", &[]), "Changes\n", "git refuses an empty message");
    }

    #[test]
    fn long_lines_of_the_body_are_wrapped_and_keep_their_indent() {
        let body = format!("  - {}", "word ".repeat(40));
        let message = compose("s", &body, &[]);
        assert!(message.lines().all(|line| line.chars().count() <= 72), "every line fits: {message}");
        assert!(message.lines().skip(2).all(|line| line.starts_with("  ")), "the indent stays: {message}");
        let url = format!("https://example.org/{}", "x".repeat(90));
        assert!(compose("s", &url, &[]).contains(&url), "what has no space is not broken");
    }
}
