//! What a template leaves behind when nobody fills it in.

/// Longer words of capitals are no placeholders.
const LONGEST_PLACEHOLDER: usize = 60;
/// What templates write where the name belongs.
const NAMES: [&str; 8] = [
    "YOUR_PROJECT_NAME",
    "YOUR_PROJECT_NAME_HERE",
    "YOUR_PROJECT",
    "YOUR_APP_NAME",
    "YOUR_APP_NAME_HERE",
    "PROJECT_NAME",
    "PROJECT_NAME_HERE",
    "APP_NAME",
];

/// Whether a name is the one of a template.
pub(super) fn is_name(name: &str) -> bool {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let word = words.map(str::to_uppercase).collect::<Vec<_>>().join("_");
    NAMES.contains(&word.as_str())
}

/// The name of a template in a text that has no other.
pub(super) fn name_in(text: &str) -> Option<&'static str> {
    text.contains(NAMES[0]).then_some(NAMES[0])
}

/// The first `YOUR_…_HERE` or `YOUR_PROJECT…`. Words like `YOUR_API_KEY` are no leftovers: real specifications name them.
pub(super) fn left_in(text: &str) -> Option<&str> {
    text.match_indices("YOUR_").find_map(|(start, _)| {
        let is_part = |c: &u8| c.is_ascii_uppercase() || c.is_ascii_digit() || *c == b'_';
        let length = text.as_bytes()[start..].iter().take(LONGEST_PLACEHOLDER).take_while(|c| is_part(c)).count();
        let word = &text[start..start + length];
        (word.ends_with("_HERE") || word.starts_with("YOUR_PROJECT")).then_some(word)
    })
}
