//! Programs of sed and awk, read as far as it takes to see what files they touch.

/// The files a program names.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Files {
    pub written: Vec<String>,
    pub read: Vec<String>,
}

/// Reads a sed program. None when it runs commands or cannot be read.
pub(super) fn sed(program: &str) -> Option<Files> {
    let mut files = Files::default();
    let mut text = program.chars().peekable();
    loop {
        while text.next_if(|c| c.is_whitespace() || matches!(c, ';' | '{' | '}')).is_some() {}
        if text.peek().is_none() {
            return Some(files);
        }
        sed_address(&mut text)?;
        while text.next_if(|c| c.is_whitespace() || *c == '!').is_some() {}
        match text.next()? {
            '{' | '}' | '=' | 'd' | 'D' | 'g' | 'G' | 'h' | 'H' | 'n' | 'N' | 'p' | 'P' | 'x' | 'z' | 'F' => {}
            '#' => while text.next_if(|c| *c != '\n').is_some() {},
            ':' | 'b' | 't' | 'T' => while text.next_if(|c| *c != '\n' && *c != ';' && *c != '}').is_some() {},
            'q' | 'Q' | 'l' | 'L' => while text.next_if(|c| c.is_ascii_digit() || *c == ' ').is_some() {},
            'a' | 'i' | 'c' => {
                let mut is_escaped = false;
                while text.next_if(|c| is_escaped || *c != '\n').is_some_and(|c| {
                    is_escaped = c == '\\' && !is_escaped;
                    true
                }) {}
            }
            's' => {
                let delimiter = text.next()?;
                delimited(&mut text, delimiter)?;
                delimited(&mut text, delimiter)?;
                loop {
                    match text.peek() {
                        Some('g' | 'p' | 'i' | 'I' | 'm' | 'M' | '0'..='9') => drop(text.next()),
                        Some('w') => {
                            text.next();
                            files.written.push(file_name(&mut text));
                            break;
                        }
                        Some('e') => return None,
                        None | Some(';' | '\n' | '}' | ' ' | '\t' | '#') => break,
                        Some(_) => return None,
                    }
                }
            }
            'y' => {
                let delimiter = text.next()?;
                delimited(&mut text, delimiter)?;
                delimited(&mut text, delimiter)?;
            }
            'r' | 'R' => files.read.push(file_name(&mut text)),
            'w' | 'W' => files.written.push(file_name(&mut text)),
            // `e` runs, and whatever else there may be is not known.
            _ => return None,
        }
    }
}

type Text<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn file_name(text: &mut Text<'_>) -> String {
    while text.next_if(|c| *c == ' ' || *c == '\t').is_some() {}
    let mut name = String::new();
    while let Some(c) = text.next_if(|c| *c != '\n') {
        name.push(c);
    }
    name
}

/// Takes a part of `s` up to its delimiter.
fn delimited(text: &mut Text<'_>, delimiter: char) -> Option<()> {
    if delimiter == '\\' || delimiter == '\n' {
        return None;
    }
    loop {
        match text.next()? {
            '\\' => drop(text.next()?),
            c if c == delimiter => return Some(()),
            _ => {}
        }
    }
}

fn sed_address(text: &mut Text<'_>) -> Option<()> {
    loop {
        match text.peek() {
            Some('0'..='9' | '$' | ',' | '~' | '+') => drop(text.next()),
            Some(' ' | '\t') => drop(text.next()),
            Some('/') => {
                text.next();
                delimited(text, '/')?;
                while text.next_if(|c| matches!(c, 'I' | 'M')).is_some() {}
            }
            Some('\\') => {
                text.next();
                let delimiter = text.next()?;
                delimited(text, delimiter)?;
                while text.next_if(|c| matches!(c, 'I' | 'M')).is_some() {}
            }
            _ => return Some(()),
        }
    }
}

/// Reads an awk program. None when it runs commands, loads code, or writes to what is not a plain name.
pub(super) fn awk(program: &str) -> Option<Files> {
    let mut files = Files::default();
    let text: Vec<char> = program.chars().collect();
    let mut at = 0;
    let mut depth = 0_i32;
    let mut prints = false;
    // The last thing that was not a blank: whether a slash after it divides.
    let mut ends_a_value = false;
    while at < text.len() {
        let c = text[at];
        match c {
            '"' => {
                at = string_end(&text, at)?;
                ends_a_value = true;
                continue;
            }
            '/' if !ends_a_value => {
                at = regex_end(&text, at)?;
                ends_a_value = true;
                continue;
            }
            '#' => {
                while at < text.len() && text[at] != '\n' {
                    at += 1;
                }
                continue;
            }
            '@' => return None,
            '|' => {
                if text.get(at + 1) != Some(&'|') {
                    return None;
                }
                at += 1;
                ends_a_value = false;
            }
            '<' => {
                // Reading from a file, which only `getline` does.
                let before: String = text[..at].iter().rev().skip_while(|c| c.is_whitespace()).take(40).collect();
                let before: String = before.chars().rev().collect();
                if before.contains("getline") {
                    let start = skip_blanks(&text, at + 1);
                    if text.get(start) != Some(&'"') {
                        return None;
                    }
                    let end = string_end(&text, start)?;
                    files.read.push(text[start + 1..end - 1].iter().collect());
                }
                ends_a_value = false;
            }
            '>' if prints && depth == 0 => {
                let mut start = at + 1;
                if text.get(start) == Some(&'>') {
                    start += 1;
                }
                let start = skip_blanks(&text, start);
                if text.get(start) != Some(&'"') {
                    return None;
                }
                let end = string_end(&text, start)?;
                let after = skip_blanks(&text, end);
                if text.get(after).is_some_and(|c| !matches!(c, ';' | '}' | '\n')) {
                    return None;
                }
                files.written.push(text[start + 1..end - 1].iter().collect());
                at = end;
                continue;
            }
            '(' => {
                depth += 1;
                ends_a_value = false;
            }
            ')' => {
                depth -= 1;
                ends_a_value = true;
            }
            ';' | '{' | '}' | '\n' => {
                prints = false;
                depth = 0;
                ends_a_value = false;
            }
            c if c.is_alphanumeric() || c == '_' || c == '$' => {
                let start = at;
                while at < text.len() && (text[at].is_alphanumeric() || text[at] == '_' || text[at] == '$') {
                    at += 1;
                }
                let word: String = text[start..at].iter().collect();
                match word.as_str() {
                    "system" | "extension" | "popen" => return None,
                    "print" | "printf" => prints = true,
                    _ => {}
                }
                ends_a_value = !matches!(
                    word.as_str(),
                    "print" | "printf" | "return" | "in" | "case" | "getline" | "if" | "while" | "do" | "else"
                );
                continue;
            }
            c if c.is_whitespace() => {}
            ']' => ends_a_value = true,
            '\0' => return None,
            _ => ends_a_value = false,
        }
        at += 1;
    }
    Some(files)
}

fn skip_blanks(text: &[char], mut at: usize) -> usize {
    while text.get(at).is_some_and(|c| *c == ' ' || *c == '\t') {
        at += 1;
    }
    at
}

/// Right after the string that opens at `at`.
fn string_end(text: &[char], at: usize) -> Option<usize> {
    let mut end = at + 1;
    loop {
        match text.get(end)? {
            '\\' => end += 2,
            '"' => return Some(end + 1),
            _ => end += 1,
        }
    }
}

fn regex_end(text: &[char], at: usize) -> Option<usize> {
    let mut end = at + 1;
    let mut in_set = false;
    loop {
        match text.get(end)? {
            '\\' => end += 2,
            '\n' => return None,
            '[' => {
                in_set = true;
                end += 1;
            }
            ']' => {
                in_set = false;
                end += 1;
            }
            '/' if !in_set => return Some(end + 1),
            _ => end += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sed_program_is_read_to_the_files_it_touches() {
        for harmless in [
            "s/a/b/",
            "s/a/b/g;s|c|d|2",
            "10,20p",
            "/x/d",
            "/a/,/b/{s/c/d/;p}",
            "$!N;P;D",
            "1i\\\ntext",
            "a hello e",
            ":a;N;$!ba;s/\\n/ /g",
            "s/\\/e/x/",
            "2q",
            "\\,a,d",
            "y/abc/xyz/",
            "s/a/b/;# e comment",
        ] {
            assert_eq!(sed(harmless), Some(Files::default()), "{harmless}");
        }
        for running in ["e", "1e id", "s/a/b/e", "s/a/id/ge", "e id", "s,x,y,e", "$!{e id\n}", "1!e"] {
            assert_eq!(sed(running), None, "{running} runs a command");
        }
        assert_eq!(sed("w /etc/x").map(|files| files.written), Some(vec!["/etc/x".to_owned()]));
        assert_eq!(sed("s/a/b/w out.txt").map(|files| files.written), Some(vec!["out.txt".to_owned()]));
        assert_eq!(sed("r in.txt").map(|files| files.read), Some(vec!["in.txt".to_owned()]));
    }

    #[test]
    fn an_awk_program_is_read_to_the_files_it_touches() {
        for harmless in [
            "{print $1}",
            "$1 > 5 {print $2}",
            "/a|b/ {print}",
            "{ if ($1 > 2 || $2 < 3) print \"a|b\" }",
            "BEGIN{FS=\",\"} {s+=$2} END{print s/NR}",
            "{ print ($1 > 2) }",
            "{gsub(/system\\(/, \"\"); print}",
            "NR>1{print $NF}",
            "{print \"system(x)\"}",
            "!/x/",
            "$0 ~ /^[/]x/ {n++} END {print n}",
        ] {
            assert_eq!(awk(harmless), Some(Files::default()), "{harmless}");
        }
        for running in [
            "BEGIN{system(\"id\")}",
            "BEGIN { system (\"id\") }",
            "{print | \"sh\"}",
            "BEGIN{\"id\" | getline x}",
            "{print |& \"x\"}",
            "@load \"x\"",
            "{print > $1}",
            "{ print > (\"a\" $1) }",
            "{print > \"a\" $1}",
            "BEGIN{getline x < f}",
        ] {
            assert_eq!(awk(running), None, "{running} runs a command or writes to what is not known");
        }
        assert_eq!(awk("{print > \"/etc/x\"}").map(|files| files.written), Some(vec!["/etc/x".to_owned()]));
        assert_eq!(awk("{print >> \"out\"}").map(|files| files.written), Some(vec!["out".to_owned()]));
        assert_eq!(
            awk("BEGIN{while((getline l < \"/etc/shadow\")>0) print l}").map(|files| files.read),
            Some(vec!["/etc/shadow".to_owned()])
        );
    }
}
