//! Whether two texts are alike enough, without measuring where a glance tells.

/// Whether the likeness of two texts (1 less their edit distance over the longer one's length) is at least `least`.
///
/// Exact. What both begin and end with does not matter to the distance, and letters that only one of them has are a
/// lower bound of it; only what is left is measured letter by letter.
pub(super) fn is_at_least(one: &str, other: &str, least: f64) -> bool {
    if one == other {
        return true;
    }
    let longest = one.chars().count().max(other.chars().count());
    // Rounded down: a distance is a whole number.
    let allowed = ((1.0 - least) * longest as f64 + 1e-9).floor() as usize;
    let (one, other) = without_common_ends(one, other);
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let shorter_by = one.len().abs_diff(other.len());
    if one.len().max(other.len()) <= allowed {
        return true;
    }
    if shorter_by > allowed || fewest_changes(&one, &other) > allowed {
        return false;
    }
    strsim::generic_levenshtein(&one, &other) <= allowed
}

/// The two texts without what both begin with, and without what both end with.
fn without_common_ends<'t>(one: &'t str, other: &'t str) -> (&'t str, &'t str) {
    let mut start = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    while !one.is_char_boundary(start) || !other.is_char_boundary(start) {
        start -= 1;
    }
    let (one, other) = (&one[start..], &other[start..]);
    let mut end = one.bytes().rev().zip(other.bytes().rev()).take_while(|(a, b)| a == b).count();
    while !one.is_char_boundary(one.len() - end) || !other.is_char_boundary(other.len() - end) {
        end -= 1;
    }
    (&one[..one.len() - end], &other[..other.len() - end])
}

/// At least so many letters have to be added, removed or replaced to make one of the other.
fn fewest_changes(one: &[char], other: &[char]) -> usize {
    let mut surplus = [0_i32; 128];
    for letter in one {
        surplus[*letter as usize % 128] += 1;
    }
    for letter in other {
        surplus[*letter as usize % 128] -= 1;
    }
    let sum = |sign: i32| surplus.iter().map(|count| count * sign).filter(|count| *count > 0).sum::<i32>();
    usize::try_from(sum(1).max(sum(-1))).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts of every sort of likeness, always the same ones.
    fn texts() -> Vec<String> {
        let mut state: u32 = 7;
        let mut random = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % below
        };
        let mut texts = vec![String::new(), "a".into(), "日本語のテキスト".into(), "日本語のテキスト!".into()];
        for _ in 0..12 {
            let base: String = (0..60).map(|_| char::from(b'a' + u8::try_from(random(6)).unwrap())).collect();
            for changes in 0..14 {
                let mut text: Vec<char> = base.chars().collect();
                for _ in 0..changes {
                    let at = random(u32::try_from(text.len()).unwrap()) as usize;
                    match random(3) {
                        0 => text[at] = 'z',
                        1 => text.insert(at, 'y'),
                        _ => drop(text.remove(at)),
                    }
                }
                texts.push(text.into_iter().collect());
            }
        }
        texts
    }

    #[test]
    fn the_quick_answer_is_the_measured_one() {
        let texts = texts();
        for one in &texts {
            for other in texts.iter().take(60) {
                let longest = one.chars().count().max(other.chars().count());
                let distance = strsim::levenshtein(one, other);
                // 1 - distance / longest >= 0.85, in whole numbers.
                let is_alike = 100 * distance <= 15 * longest;
                assert_eq!(is_at_least(one, other, 0.85), is_alike, "{one:?} and {other:?}: {distance} of {longest}");
            }
        }
    }
}
