//! Reads one credential from where it begins.
//!
//! Each function looks at a bounded stretch, or stops at a character before which no other credential of the kind can
//! begin: a hostile text of any length is read a constant number of times.

use super::forms::Letters;
use serde_json::Value;

/// No credential but a private key is longer than this.
const LONGEST_WORD: usize = 2048;
/// Nor is a password in an address.
const LONGEST_USERINFO: usize = 320;
/// Different characters a real credential has at least; a placeholder such as `ghp_xxxx…` has fewer.
const LEAST_VARIETY: usize = 10;
/// So many characters of base64 in a row are the body of a key; source code that merely handles keys has none.
const LEAST_BODY: usize = 40;
/// How the last line of a private key begins.
const LAST_LINE: &[u8] = b"-----END ";

/// Where the word of `letters` ends that begins at `from`, dots and dashes that end a sentence not counted.
pub(super) fn word(content: &[u8], from: usize, letters: Letters) -> usize {
    let rest = &content[from.min(content.len())..];
    let length = rest.iter().take(LONGEST_WORD).take_while(|byte| letters.has(**byte)).count();
    let trailing = rest[..length].iter().rev().take_while(|byte| **byte == b'.').count();
    from + length - trailing
}

/// As [`word`], but at most up to where `beginning` comes next.
pub(super) fn word_before(content: &[u8], from: usize, letters: Letters, beginning: &[u8]) -> usize {
    let most = content.len().min(from + LONGEST_WORD);
    let ends = |at: &usize| !letters.has(content[*at]) || content[*at..].starts_with(beginning);
    (from..most).find(ends).unwrap_or(most)
}

/// Whether a word can begin at `at`: the character before belongs to no word, or ends an escape (`\n`, `%20`, a colour).
pub(super) fn begins(content: &[u8], at: usize) -> bool {
    let before = &content[at.saturating_sub(12)..at];
    let Some(last) = before.last() else { return true };
    if !(last.is_ascii_alphanumeric() || matches!(last, b'_' | b'-')) {
        return true;
    }
    let hex = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_hexdigit);
    match before {
        [.., b'\\', b'n' | b'r' | b't' | b'b' | b'f' | b'v' | b'0'] => true,
        _ => {
            let n = before.len();
            let is_percent = n >= 3 && before[n - 3] == b'%' && hex(&before[n - 2..]);
            let is_byte = n >= 4 && before[n - 4] == b'\\' && before[n - 3] == b'x' && hex(&before[n - 2..]);
            let is_unicode = n >= 6 && before[n - 6] == b'\\' && before[n - 5] == b'u' && hex(&before[n - 4..]);
            is_percent || is_byte || is_unicode || ends_colour(before)
        }
    }
}

/// `[0;32m`, the end of a command to a terminal.
fn ends_colour(before: &[u8]) -> bool {
    let [rest @ .., b'm' | b'K' | b'G'] = before else { return false };
    let digits = rest.iter().rev().take_while(|byte| byte.is_ascii_digit() || **byte == b';').count();
    rest[..rest.len() - digits].last() == Some(&b'[')
}

/// Whether `body` is made by chance and not by a person: varied, with a long part that mixes digits and letters or
/// capitals and small letters, or changing between them all the time, and no placeholder.
pub(super) fn is_random(body: &[u8]) -> bool {
    if variety(body) < LEAST_VARIETY {
        return false;
    }
    let text = without_placeholders(body);
    let has = |part: &[u8], is: fn(&u8) -> bool| part.iter().any(is);
    let is_mixed = |part: &[u8]| {
        let (lower, upper) = (has(part, u8::is_ascii_lowercase), has(part, u8::is_ascii_uppercase));
        (has(part, u8::is_ascii_digit) && (lower || upper)) || (lower && upper)
    };
    let parts = text.split(|byte| matches!(byte, b'-' | b'_' | b'.' | 0));
    if parts.filter(|part| part.len() >= 16 && variety(part) >= 8).any(is_mixed) {
        return true;
    }
    let is_whole = text == body;
    let is_restless = changes(body) * 100 >= body.len() * 45 && has(body, u8::is_ascii_digit);
    is_whole && (is_restless || (body.len() >= 50 && has(body, u8::is_ascii_digit) && is_mixed(body)))
}

/// Whether `body`, of a length that is always the same, is no placeholder.
pub(super) fn is_random_of_fixed_length(body: &[u8]) -> bool {
    variety(body) >= 8 && without_placeholders(body) == body
}

/// How often neighbours are of different kinds: small letters, capitals, digits, others.
fn changes(text: &[u8]) -> usize {
    let kind = |byte: u8| match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' => 1,
        b'0'..=b'9' => 2,
        _ => 3,
    };
    text.windows(2).filter(|pair| kind(pair[0]) != kind(pair[1])).count()
}

fn variety(text: &[u8]) -> usize {
    let mut seen = [false; 256];
    text.iter().for_each(|byte| seen[usize::from(*byte)] = true);
    seen.iter().filter(|seen| **seen).count()
}

/// `body` with each word that marks a placeholder replaced by a zero. Somebody who writes `-example` behind a real key
/// does not make it one.
fn without_placeholders(body: &[u8]) -> Vec<u8> {
    const WORDS: [&[u8]; 8] =
        [b"example", b"placeholder", b"your-", b"your_", b"xxxxxxxx", b"redacted", b"dummy", b"changeme"];
    let lower = body.to_ascii_lowercase();
    let mut text = Vec::with_capacity(body.len());
    let mut at = 0;
    while at < body.len() {
        match WORDS.iter().find(|word| lower[at..].starts_with(word)) {
            Some(word) => {
                text.push(0);
                at += word.len();
            }
            None => {
                text.push(body[at]);
                at += 1;
            }
        }
    }
    text
}

/// Where the value of a setting begins whose name ends at `from`: behind `=`, `:`, `=>`, quotes and blanks.
pub(super) fn value(content: &[u8], from: usize) -> Option<usize> {
    let signs = content[from.min(content.len())..].iter().take(16);
    let length =
        signs.take_while(|byte| matches!(byte, b' ' | b'\t' | b'"' | b'\'' | b'\\' | b'=' | b':' | b'>')).count();
    let has_sign = content[from..from + length].iter().any(|byte| matches!(byte, b'=' | b':'));
    has_sign.then_some(from + length)
}

/// Whether `at` begins the word `Basic`.
pub(super) fn is_basic(content: &[u8], at: usize) -> bool {
    content[at..].first().is_some_and(|byte| byte.eq_ignore_ascii_case(&b'b'))
        && content[at..].get(1).is_some_and(|byte| byte.eq_ignore_ascii_case(&b'a'))
}

/// Whether `at` begins the word `Bearer` as a word of its own.
pub(super) fn is_bearer(content: &[u8], at: usize) -> bool {
    !is_basic(content, at) && begins(content, at)
}

/// Whether the name of the header `Authorization` stands right before `at`.
pub(super) fn follows_authorization(content: &[u8], at: usize) -> bool {
    let before = &content[at.saturating_sub(32)..at];
    let signs =
        before.iter().rev().take_while(|byte| matches!(byte, b' ' | b'"' | b'\'' | b'\\' | b'=' | b':' | b',')).count();
    before[..before.len() - signs].to_ascii_lowercase().ends_with(b"authorization")
}

/// A private key whose first line begins at `at` and is read up to `after`: in one piece, or where other text stands
/// between its lines (line numbers, a quotation, a command that somebody wants hidden), line by line.
pub(super) fn private_key(content: &[u8], at: usize, after: usize) -> Vec<(usize, usize)> {
    const FARTHEST: usize = 64 * 1024;
    let Some(first_end) = label_end(content, after) else { return Vec::new() };
    // The next dashes are the last line, or begin something else: either way the key goes no further.
    let rest = &content[first_end..];
    let body = &rest[..find(rest, b"-----").unwrap_or(rest.len())];
    let last = first_end + body.len();
    let end = if content[last..].starts_with(LAST_LINE) { label_end(content, last + LAST_LINE.len()) } else { None };
    let length = key_text(body);
    let is_key = longest_run(&body[..length]) >= LEAST_BODY;
    if is_key && length == body.len() {
        return vec![(at, end.unwrap_or(last))];
    }
    let mut parts = if is_key { vec![(at, first_end + length)] } else { Vec::new() };
    // Without a last line only what begins right below the first: source code names first lines too.
    if !is_key && end.is_none() && !begins_below(body) {
        return parts;
    }
    let from = if is_key { length } else { 0 };
    for line in lines(&body[from..body.len().min(from + FARTHEST)]) {
        let (start, stop) = trailing_run(body, from + line.0, from + line.1);
        let is_last = end.is_some() && from + line.1 + LONGEST_MARGIN >= body.len() && !parts.is_empty();
        if stop - start >= LEAST_BODY || (is_last && stop - start >= SHORTEST_LAST_LINE) {
            parts.push((first_end + start, first_end + stop));
        }
    }
    parts
}

/// The end of a private key whose first line is missing; its last line begins at `at` and is read up to `after`.
pub(super) fn rest_of_private_key(content: &[u8], at: usize, after: usize) -> Vec<(usize, usize)> {
    const LONGEST_KEY: usize = 16 * 1024;
    if label_end(content, after).is_none() {
        return Vec::new();
    }
    let from = at.saturating_sub(LONGEST_KEY);
    // Dashes before it end something else; without this, nothing but last lines would be read again and again.
    let from = from + find_last(&content[from..at], b"-----").map_or(0, |dashes| dashes + 5);
    let mut parts = Vec::new();
    let mut shortest = None;
    for line in lines(&content[from..at]).into_iter().rev() {
        let (start, stop) = trailing_run(content, from + line.0, from + line.1);
        if stop - start >= LEAST_BODY {
            parts.push((start, stop));
        } else if parts.is_empty() && shortest.is_none() {
            // The margin of the last line, or the last and shorter line of the key.
            shortest = (stop - start >= SHORTEST_LAST_LINE).then_some((start, stop));
        } else if line.1 - line.0 > 0 {
            break;
        }
    }
    if !parts.is_empty() {
        parts.extend(shortest);
    }
    parts.reverse();
    parts.sort_unstable();
    parts
}

/// Shorter ones are words.
const SHORTEST_LAST_LINE: usize = 8;
/// What may stand before a line in a listing or a quotation.
const LONGEST_MARGIN: usize = 64;

/// Whether a line of a key follows within the few lines that headers take.
fn begins_below(body: &[u8]) -> bool {
    const MOST_HEADERS: usize = 8;
    let lines = lines(&body[..body.len().min(2_000)]);
    lines.iter().skip(1).take(MOST_HEADERS).any(|line| {
        let (start, stop) = trailing_run(body, line.0, line.1);
        stop - start >= LEAST_BODY && start - line.0 <= LONGEST_MARGIN
    })
}

/// Where each line of `text` begins and ends, line ends as escapes included.
fn lines(text: &[u8]) -> Vec<(usize, usize)> {
    let (mut all, mut start, mut at) = (Vec::new(), 0, 0);
    while at < text.len() {
        let length = match &text[at..] {
            [b'\n', ..] => 1,
            [b'\\', b'n', ..] => 2,
            _ => 0,
        };
        if length > 0 {
            all.push((start, at));
            start = at + length;
        }
        at += length.max(1);
    }
    all.push((start, text.len()));
    all
}

/// The base64 at the end of the line, quotes and the like behind it not counted.
fn trailing_run(text: &[u8], start: usize, end: usize) -> (usize, usize) {
    let line = &text[start..end];
    let line = line.strip_suffix(b"\\r").unwrap_or(line);
    let is_around = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b',' | b'\\');
    let after = line.iter().rev().take_while(|byte| is_around(byte)).count();
    let line = &line[..line.len() - after];
    let run = line.iter().rev().take_while(|byte| Letters::Base64.has(**byte)).count();
    (start + line.len() - run, start + line.len())
}

/// How far `body` is the text of a key, in lines or in the strings of source code, with the few header lines some have. A
/// command between the lines must not vanish with them.
fn key_text(body: &[u8]) -> usize {
    const LONGEST_LINE: usize = 16 * 1024;
    const MOST_HEADERS: usize = 8;
    let is_around = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'+' | b',' | b'\\');
    let (mut at, mut headers) = (0, 0);
    while at < body.len() {
        let rest = &body[at..body.len().min(at + LONGEST_LINE)];
        let rest = &rest[..rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |newline| newline + 1)];
        let line = &rest[..find(rest, b"\\n").map_or(rest.len(), |escape| escape + 2)];
        let text = line.strip_suffix(b"\\n").unwrap_or(line);
        let text = text.strip_suffix(b"\\r").unwrap_or(text);
        let before = text.iter().take_while(|byte| is_around(byte)).count();
        let run = text[before..].iter().take_while(|byte| Letters::Base64.has(**byte)).count();
        let is_key = text[before + run..].iter().all(is_around);
        let is_header = !is_key && headers < MOST_HEADERS && is_header(text);
        headers += usize::from(is_header);
        if !is_key && !is_header {
            // The end of a key may stand in the middle of a line.
            return if run >= 16 { at + before + run } else { at };
        }
        at += line.len();
    }
    at
}

/// `Proc-Type: 4,ENCRYPTED`
fn is_header(line: &[u8]) -> bool {
    let Some(colon) = find(line, b": ") else { return false };
    colon > 0
        && line[..colon].iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'-')
        && line.len() < 200
        && !line.iter().any(|byte| matches!(byte, b';' | b'|' | b'&' | b'$' | b'`' | b'<' | b'>'))
}

/// Where the line ends that goes on with `… PRIVATE KEY-----` at `from`.
fn label_end(content: &[u8], from: usize) -> Option<usize> {
    const LONGEST_LABEL: usize = 48;
    let label = &content[from.min(content.len())..content.len().min(from + LONGEST_LABEL)];
    let length = find(label, b"-----")?;
    let name = &label[..length];
    let is_private = find(name, b"PRIVATE KEY").is_some();
    let is_label = name.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b' ');
    (is_private && is_label).then_some(from + length + 5)
}

fn longest_run(text: &[u8]) -> usize {
    text.split(|byte| !Letters::Base64.has(*byte)).map(<[u8]>::len).max().unwrap_or(0)
}

/// Where the web token at `at` ends, and whether it is one that opens a whole database.
pub(super) fn web_token(content: &[u8], at: usize) -> Option<(usize, bool)> {
    if !begins(content, at) {
        return None;
    }
    let header_end = word(content, at, Letters::Url);
    let payload = next_part(content, header_end)?;
    let payload_end = payload + long_word(&content[payload..]);
    let signature = next_part(content, payload_end)?;
    let end = word(content, signature, Letters::Url);
    if payload_end - payload < 10 || end - signature < 20 {
        return None;
    }
    let header: Value = serde_json::from_slice(&from_base64(&content[at..header_end])).ok()?;
    header.get("alg")?;
    let claims = from_base64(&content[payload..payload_end]);
    let claims = String::from_utf8_lossy(&claims).replace([' ', '\n'], "");
    // The specification's own sample is in thousands of tutorials.
    (!claims.contains(r#""sub":"1234567890""#)).then(|| (end, claims.contains(r#""role":"service_role""#)))
}

fn next_part(content: &[u8], at: usize) -> Option<usize> {
    (content.get(at) == Some(&b'.')).then_some(at + 1)
}

fn long_word(content: &[u8]) -> usize {
    const LONGEST_CLAIMS: usize = 16 * 1024;
    content.iter().take(LONGEST_CLAIMS).take_while(|byte| Letters::Url.has(**byte)).count()
}

/// The password in the address whose authority begins at `from`: `name:password@host`.
pub(super) fn url_password(content: &[u8], from: usize) -> Option<(usize, usize)> {
    let rest = &content[from..content.len().min(from + LONGEST_USERINFO)];
    let ends = |byte: &u8| {
        byte.is_ascii_whitespace()
            || matches!(byte, b'/' | b'"' | b'\'' | b'<' | b'>' | b'`' | b'\\' | b'?' | b'#' | b'|')
    };
    let authority = &rest[..rest.iter().position(ends).unwrap_or(rest.len())];
    let at_sign = authority.iter().rposition(|byte| *byte == b'@')?;
    let colon = authority[..at_sign].iter().position(|byte| *byte == b':')?;
    let (name, password) = (&authority[..colon], &authority[colon + 1..at_sign]);
    (!is_sample_password(name, password)).then(|| (from + colon + 1, from + at_sign))
}

/// What nobody would call a secret: a placeholder, the user's own name, or the words every tutorial uses.
fn is_sample_password(name: &[u8], password: &[u8]) -> bool {
    const SAMPLES: [&[u8]; 20] = [
        b"password",
        b"passwd",
        b"pass",
        b"pwd",
        b"pw",
        b"secret",
        b"changeme",
        b"example",
        b"test",
        b"postgres",
        b"root",
        b"admin",
        b"guest",
        b"user",
        b"mysql",
        b"redis",
        b"mypassword",
        b"mysecretpassword",
        b"token",
        b"x-oauth-basic",
    ];
    let lower = password.to_ascii_lowercase();
    let is_template = password.iter().any(|byte| matches!(byte, b'$' | b'{' | b'}' | b'%' | b'*' | b'[' | b']' | b'('))
        && !is_percent_encoded(password);
    password.len() < 3
        || name.eq_ignore_ascii_case(password)
        || is_template
        || SAMPLES.contains(&lower.as_slice())
        || password.iter().all(|byte| byte.eq_ignore_ascii_case(&b'x') || *byte == b'.')
}

fn is_percent_encoded(text: &[u8]) -> bool {
    let has_template = text.iter().any(|byte| matches!(byte, b'{' | b'}' | b'[' | b']' | b'('));
    !has_template && text.windows(3).any(|part| part[0] == b'%' && part[1..].iter().all(u8::is_ascii_hexdigit))
}

fn find(content: &[u8], what: &[u8]) -> Option<usize> {
    memchr::memmem::find(content, what)
}

fn find_last(content: &[u8], what: &[u8]) -> Option<usize> {
    memchr::memmem::rfind(content, what)
}

/// Decodes base64 as JSON web tokens use it; stops at the first character that is none.
fn from_base64(text: &[u8]) -> Vec<u8> {
    let (mut bytes, mut bits, mut count) = (Vec::with_capacity(text.len() * 3 / 4), 0_u32, 0_u32);
    for byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' | b'+' => 62,
            b'_' | b'/' => 63,
            _ => break,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(((bits >> count) & 0xff) as u8);
        }
    }
    bytes
}
