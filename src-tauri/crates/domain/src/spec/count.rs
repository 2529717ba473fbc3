//! How many features a text asks for.

/// What follows `feature count:` or `number of features:` at the start of a line of prose.
pub(super) fn stated(text: &str) -> Option<&str> {
    text.lines().find_map(|line| {
        let line = line.trim_start_matches(|c: char| !c.is_alphanumeric());
        let (key, value) = line.split_once(':')?;
        let key = key.trim_end_matches(['*', '_', ' ']).replace('_', " ");
        let is_count = ["feature count", "number of features"].iter().any(|known| key.eq_ignore_ascii_case(known));
        is_count.then(|| value.trim_matches(['*', ' ']))
    })
}

/// The first whole number; `1,200` and `1 200` are one number, `20-30` is 20.
pub(super) fn first_number(text: &str) -> Option<u32> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    if text[..start].ends_with('-') {
        return None;
    }
    let mut digits = String::new();
    let mut rest = &text[start..];
    loop {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        digits.push_str(&rest[..end]);
        rest = &rest[end..];
        let grouped = rest.strip_prefix([',', ' ', '\u{a0}', '_', '\'']);
        let is_group = |next: &&str| {
            let run = next.bytes().take_while(u8::is_ascii_digit).count();
            run == 3
        };
        match grouped.filter(is_group) {
            Some(next) => rest = next,
            None => return digits.parse().ok(),
        }
    }
}
