//! Where what was opened ends: parentheses, braces, arithmetic.

use super::{super::Unreadable, Lexer, MOST_OPENED, Result};

/// Where an arithmetic expression ends that begins at the start of `text`, right after its two parentheses.
///
/// Gives the length up to the two closing ones, or none when this is a group inside a group.
pub(super) fn arithmetic_end(text: &str, depth: usize) -> Result<Option<usize>> {
    let mut inner = Lexer::new(text, 0, depth);
    let mut nested = 0_usize;
    let mut sink = String::new();
    while let Some(byte) = inner.peek() {
        match byte {
            b'(' => {
                nested += 1;
                inner.at += 1;
            }
            b')' if nested == 0 => {
                let end = inner.at;
                return Ok((inner.bytes.get(end + 1) == Some(&b')')).then_some(end));
            }
            b')' => {
                nested -= 1;
                inner.at += 1;
            }
            _ => inner.piece(&mut sink)?,
        }
        sink.clear();
    }
    Err(Unreadable::Unfinished("an arithmetic expression"))
}

/// Whether `text` can only be arithmetic: no two names stand side by side, as a command and its arguments would.
pub(super) fn is_plain_arithmetic(text: &str) -> bool {
    let mut previous_ended_a_name = false;
    let mut was_blank = false;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c == '$' && rest.as_str().starts_with(['(', '{']) || c == '`' {
            // What is expanded is looked at where the expression is walked; whatever follows it is no longer a name.
            return text.bytes().all(|b| !matches!(b, b';' | b'\n' | b'\'' | b'\\')) && !text.contains("  -");
        }
        let is_name = c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '.');
        if is_name && was_blank && previous_ended_a_name {
            return false;
        }
        match c {
            ' ' | '\t' => was_blank = true,
            _ if is_name || "+-*/%<>=!&|^~?:,()[]#\"".contains(c) => {
                previous_ended_a_name = is_name || matches!(c, ')' | ']' | '"');
                was_blank = false;
            }
            _ => return false,
        }
    }
    true
}

/// The length up to the parenthesis that closes the one opened right before `text`.
pub(in crate::shell) fn closing_parenthesis(text: &str) -> Result<usize> {
    if let Some(inside) = text.strip_prefix('(')
        && let Some(length) = arithmetic_end(inside, 0)?
    {
        return Ok(length + 2);
    }
    let mut inner = Lexer::new(text, 0, 0);
    inner.run(Some(b')'))?;
    Ok(inner.at)
}

/// The length up to the brace that closes the `${` right before `text`.
pub(in crate::shell) fn closing_brace(text: &str) -> Result<usize> {
    let mut inner = Lexer::new(text, 0, 0);
    inner.parameter(&mut String::new(), false)?;
    Ok(inner.at - 1)
}

/// The first list in braces of a word.
pub(in crate::shell) struct BraceList {
    /// Where its brace opens.
    pub start: usize,
    /// Right after the brace that closes it.
    pub end: usize,
    /// What stands between the commas.
    pub members: Vec<String>,
    /// It is `{1..9}` and has no members.
    pub is_sequence: bool,
}

/// Finds the first list in braces of the word `text`.
pub(in crate::shell) fn brace_list(text: &str) -> Result<Option<BraceList>> {
    let mut outer = Lexer::new(text, 0, 0);
    let mut sink = String::new();
    let mut tried = 0;
    while let Some(byte) = outer.peek() {
        if byte == b'{' {
            tried += 1;
            if tried > MOST_OPENED {
                return Err(Unreadable::TooDeep);
            }
            if let Some(list) = brace_list_at(text, outer.at)? {
                return Ok(Some(list));
            }
            outer.at += 1;
        } else {
            outer.word_piece(&mut sink)?;
            sink.clear();
        }
    }
    Ok(None)
}

fn brace_list_at(text: &str, start: usize) -> Result<Option<BraceList>> {
    let mut inner = Lexer::new(text, start + 1, 0);
    let mut nested = 0_usize;
    let mut members = vec![String::new()];
    while let Some(byte) = inner.peek() {
        match byte {
            b'}' if nested == 0 => {
                let end = inner.at + 1;
                let is_sequence = members.len() == 1 && members[0].contains("..");
                return Ok((members.len() > 1 || is_sequence).then_some(BraceList {
                    start,
                    end,
                    members,
                    is_sequence,
                }));
            }
            b',' if nested == 0 => {
                inner.at += 1;
                members.push(String::new());
            }
            _ => {
                match byte {
                    b'{' => nested += 1,
                    b'}' => nested -= 1,
                    _ => {}
                }
                let last = members.len() - 1;
                inner.word_piece(&mut members[last])?;
            }
        }
    }
    Ok(None)
}
