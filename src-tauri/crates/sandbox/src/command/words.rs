//! Arguments: which are options, which are operands.

use crate::shell::Word;

/// The arguments that are no options, where the options in `with_value` take the argument after them.
pub(crate) fn operands<'w>(arguments: &'w [Word], with_value: &[&str]) -> Vec<&'w Word> {
    let mut operands = Vec::new();
    let mut rest = arguments.iter();
    let mut has_ended = false;
    while let Some(word) = rest.next() {
        let text = word.text.as_str();
        if has_ended || !text.starts_with('-') || text == "-" {
            operands.push(word);
        } else if text == "--" {
            has_ended = true;
        } else if with_value.contains(&text) {
            rest.next();
        }
    }
    operands
}

/// The values of an option as it is written alone: `-o X`, `-oX`, `--out X`, `--out=X`.
pub(crate) fn values(arguments: &[Word], names: &[&str]) -> Vec<Word> {
    let mut found = Vec::new();
    for (index, word) in arguments.iter().enumerate() {
        let text = word.text.as_str();
        if text == "--" {
            break;
        }
        for name in names {
            if text == *name {
                found.extend(arguments.get(index + 1).cloned());
            } else if let Some(rest) = text.strip_prefix(name) {
                if name.starts_with("--") {
                    if rest.starts_with('=') {
                        found.push(word.after(name.len() + 1));
                    }
                } else if !rest.is_empty() {
                    found.push(word.after(name.len()));
                }
            }
        }
    }
    found
}

/// As [`values`], of tools that take their options apart as the C library does: letters stand together (`-rt X`, `-rtX`)
/// unless one before takes the rest for itself, as those of `others` do, and long names are shortened (`--targ=X`).
pub(crate) fn given(arguments: &[Word], names: &[&str], others: &str) -> Vec<Word> {
    let mut found = Vec::new();
    for (index, word) in arguments.iter().enumerate() {
        let text = word.text.as_str();
        let next = || arguments.get(index + 1).cloned();
        if text == "--" {
            break;
        } else if text.starts_with("--") {
            let name = text.split('=').next().unwrap_or_default();
            let is_meant = |known: &&str| *known == name || name.len() >= SHORTEST && known.starts_with(name);
            if names.iter().any(is_meant) {
                found.extend(if name.len() < text.len() { Some(word.after(name.len() + 1)) } else { next() });
            }
        } else if let Some(letters) = text.strip_prefix('-') {
            for letter in names.iter().filter(|name| !name.starts_with("--")).filter_map(|name| name.chars().nth(1)) {
                let Some(at) = letters.find(letter) else { continue };
                let stands_alone = |before: char| before.is_ascii_alphanumeric() && !others.contains(before);
                if letters[..at].chars().all(stands_alone) {
                    let after = "-".len() + at + letter.len_utf8();
                    found.extend(if after < text.len() { Some(word.after(after)) } else { next() });
                }
            }
        }
    }
    found
}

/// How long the beginning of a long option is at least that is taken for it, with its minuses.
const SHORTEST: usize = 5;

/// Whether an option is there: a long one, also with a value or shortened to at least `--` and four letters; or a letter,
/// also in a cluster such as `-rf`.
pub(crate) fn has(arguments: &[Word], names: &[&str]) -> bool {
    arguments.iter().take_while(|word| word.text != "--").any(|word| {
        let text = word.text.split('=').next().unwrap_or_default();
        names.iter().any(|name| match name.strip_prefix("--") {
            Some(long) => text
                .strip_prefix("--")
                .is_some_and(|given| given == long || (given.len() >= 4 && long.starts_with(given))),
            None => {
                text == *name
                    || (name.len() == 2
                        && text.starts_with('-')
                        && !text.starts_with("--")
                        && text[1..].contains(&name[1..])
                        && text.bytes().skip(1).all(|byte| byte.is_ascii_alphanumeric()))
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_wherever_the_c_library_finds_it() {
        let given = |line: &str| {
            let words: Vec<Word> = line.split(' ').map(Word::plain).collect();
            given(&words, &["-t", "--target-directory"], "S").into_iter().map(|word| word.text).collect::<Vec<_>>()
        };
        for line in ["-t x a", "-tx a", "-rt x a", "-rtx a", "--target-directory x", "--targ=x a", "a --target-dir x"] {
            assert_eq!(given(line), ["x"], "{line}");
        }
        for line in ["-St x", "-r a t", "-- -t x", "--ta x", "--tag=x", "-.t x"] {
            assert!(given(line).is_empty(), "{line}");
        }
    }
}
