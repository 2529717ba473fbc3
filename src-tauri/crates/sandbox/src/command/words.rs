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

/// The values of an option in all its forms: `-o X`, `-oX`, `--out X`, `--out=X`, and `-xvoX` in a cluster where
/// `cluster` lists the letters that take no value.
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
