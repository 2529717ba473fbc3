//! Prompt templates: which placeholders exist, and filling them in.

use std::collections::BTreeMap;

/// One placeholder that prompts may use as `{{name}}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placeholder {
    /// The word between the braces.
    pub name: &'static str,
    /// What the host puts there.
    pub meaning: &'static str,
}

/// One prompt file, shipped in `prompts/` and overridable under the same name in a project's `prompts/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prompt {
    /// The file's name.
    pub file: &'static str,
    /// The placeholders the host fills in for it. An override may use any of them and no other.
    pub placeholders: &'static [&'static str],
}

/// A template that cannot be filled in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PromptError {
    /// It uses a placeholder the host does not fill in for this prompt.
    #[error("{prompt}, line {line}: there is no placeholder {{{{{name}}}}} here; this prompt may use {}", allowed.join(", "))]
    UnknownPlaceholder {
        /// The prompt's file name.
        prompt: String,
        /// The line, from 1.
        line: usize,
        /// The word between the braces.
        name: String,
        /// The placeholders that may be used.
        allowed: Vec<String>,
    },
    /// Double braces that are no placeholder.
    #[error(
        "{prompt}, line {line}: double braces without a placeholder; write \\{{{{ or \\}}}} for braces that are meant literally"
    )]
    StrayBraces {
        /// The prompt's file name.
        prompt: String,
        /// The line, from 1.
        line: usize,
    },
}

/// Fills in a template. `values` are all placeholders that may be used in it; a value may be empty.
///
/// Values are inserted as they are: braces inside them are never read as placeholders. `\{{` and `\}}` stand for
/// literal braces; a lone `}}`, as JSON has it, needs no escape. Fails with [`PromptError::UnknownPlaceholder`] for a word that `values` does not
/// know and with [`PromptError::StrayBraces`] for `{{` that does not open a placeholder or a placeholder that lost a
/// brace; both name `prompt`, which is the file's name.
pub fn render(prompt: &str, template: &str, values: &BTreeMap<&str, String>) -> Result<String, PromptError> {
    let line_at = |position: usize| template[..position].matches('\n').count() + 1;
    let stray = |position: usize| PromptError::StrayBraces { prompt: prompt.to_owned(), line: line_at(position) };
    let mut filled = String::with_capacity(template.len() + values.values().map(String::len).sum::<usize>());
    let mut position = 0;
    while let Some(found) = next_brace(template, position) {
        let before = &template[position..found];
        let is_opening = template[found..].starts_with("{{");
        if let Some(text) = before.strip_suffix('\\') {
            filled.push_str(text);
            filled.push_str(&template[found..found + 2]);
            position = found + 2;
            continue;
        }
        filled.push_str(before);
        if !is_opening {
            if lost_a_brace(before, values) {
                return Err(stray(found));
            }
            filled.push_str("}}");
            position = found + 2;
            continue;
        }
        let rest = &template[found + 2..];
        let name = rest.find("}}").map(|end| (&rest[..end], end)).filter(|(name, _)| is_name(name.trim()));
        let Some((name, end)) = name else { return Err(stray(found)) };
        let Some(value) = values.get(name.trim()) else {
            return Err(PromptError::UnknownPlaceholder {
                prompt: prompt.to_owned(),
                line: line_at(found),
                name: name.trim().to_owned(),
                allowed: values.keys().map(|name| format!("{{{{{name}}}}}")).collect(),
            });
        };
        filled.push_str(value);
        position = found + 2 + end + 2;
    }
    filled.push_str(&template[position..]);
    Ok(filled)
}

/// Where the next double brace is, of either kind.
fn next_brace(template: &str, from: usize) -> Option<usize> {
    let rest = &template[from..];
    let found = [rest.find("{{"), rest.find("}}")].into_iter().flatten().min()?;
    Some(from + found)
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Whether the text before a `}}` ends in `{name`, where `name` is a placeholder: a typing error, not JSON.
fn lost_a_brace(before: &str, values: &BTreeMap<&str, String>) -> bool {
    before.rsplit_once('{').is_some_and(|(_, word)| values.contains_key(word.trim()))
}
