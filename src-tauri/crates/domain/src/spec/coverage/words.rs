//! The words of a text that tell one thing from another.

use std::collections::HashSet;

/// Words that stand in any sentence.
const COMMON: [&str; 40] = [
    "the", "and", "for", "with", "from", "into", "that", "this", "these", "those", "are", "was", "has", "have", "can",
    "may", "must", "shall", "should", "will", "all", "any", "each", "every", "its", "their", "them", "they", "when",
    "where", "which", "who", "not", "but", "via", "per", "using", "user", "feature", "support",
];

/// The telling words of a text, in lower case and without endings.
pub(super) fn of(text: &str) -> HashSet<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| {
        // A single letter tells nothing, a digit may tell two things apart.
        word.chars().nth(1).is_some() || word.starts_with(char::is_numeric)
    });
    let telling = words.map(str::to_lowercase).filter(|word| {
        let is_short = word.len() == 2 && word.bytes().all(|c| c.is_ascii_lowercase());
        !is_short && !COMMON.contains(&word.as_str())
    });
    telling.map(stem).collect()
}

/// The word without the endings of plurals and verbs: `categories` and `category`, `removing` and `removes` are one.
fn stem(mut word: String) -> String {
    if !word.is_ascii() {
        return word;
    }
    let mut cut = |ending: &str, least: usize, but: &str| {
        let is_cut = word.len() >= least + ending.len() && word.ends_with(ending) && !word.ends_with(but);
        if is_cut {
            word.truncate(word.len() - ending.len());
        }
        is_cut
    };
    cut("s", 3, "ss");
    if cut("ing", 3, "thing") || cut("ed", 3, "eed") {
        // `stopping` and `stop`
        let bytes = word.as_bytes();
        if bytes.len() > 3 && bytes[bytes.len() - 1] == bytes[bytes.len() - 2] {
            word.pop();
        }
    } else {
        cut("e", 3, "ee");
    }
    if word.len() > 3 && word.ends_with('y') {
        word.pop();
        word.push('i');
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_word_are_one_word_and_words_of_any_sentence_are_none() {
        for forms in [["categories", "category"], ["removing", "removes"], ["stopped", "stop"], ["pages", "page"]] {
            assert_eq!(of(forms[0]), of(forms[1]), "{forms:?}");
        }
        assert_eq!(of("The user can add it to all of them"), of("Add"));
        assert_ne!(of("class"), of("clas"), "an ending that is none stays");
        assert_eq!(of("a - 5"), HashSet::from(["5".to_owned()]), "a letter tells nothing, a number does");
        assert_eq!(of("Löschen löschen").len(), 1, "other languages are compared as they are");
    }
}
