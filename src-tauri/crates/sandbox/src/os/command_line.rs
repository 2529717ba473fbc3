//! Words as the one line that Windows hands to a program, which takes it apart again by itself.

/// One line that the C runtime, and with it nearly every program, takes apart into exactly these words.
///
/// Not for batch files: `cmd` takes lines apart in a way of its own.
pub(super) fn line(words: &[Vec<u16>]) -> Vec<u16> {
    let mut line = Vec::new();
    for word in words {
        if !line.is_empty() {
            line.push(u16::from(b' '));
        }
        add(&mut line, word);
    }
    line
}

fn add(line: &mut Vec<u16>, word: &[u16]) {
    const STROKE: u16 = b'\\' as u16;
    const QUOTE: u16 = b'"' as u16;
    line.push(QUOTE);
    let mut strokes = 0;
    for unit in word {
        match *unit {
            STROKE => strokes += 1,
            // Strokes count only before a quotation mark: each of them is written twice then, and the mark gets one.
            QUOTE => {
                line.extend(std::iter::repeat_n(STROKE, strokes * 2 + 1));
                strokes = 0;
                line.push(QUOTE);
                continue;
            }
            unit => {
                line.extend(std::iter::repeat_n(STROKE, strokes));
                strokes = 0;
                line.push(unit);
                continue;
            }
        }
    }
    line.extend(std::iter::repeat_n(STROKE, strokes * 2));
    line.push(QUOTE);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &[&str]) -> String {
        let words: Vec<Vec<u16>> = words.iter().map(|word| word.encode_utf16().collect()).collect();
        String::from_utf16(&line(&words)).expect("text")
    }

    #[test]
    fn words_come_apart_as_they_were_put_together() {
        for (words, expected) in [
            (&["claude.exe", "-p"][..], r#""claude.exe" "-p""#),
            (&[r"C:\Program Files\x.exe", ""], r#""C:\Program Files\x.exe" """#),
            (&[r#"say "hi""#], r#""say \"hi\"""#),
            (&[r"ends with \"], r#""ends with \\""#),
            (&[r#"a\"b"#], r#""a\\\"b""#),
            (&[r"a\\b"], r#""a\\b""#),
            (&["ü\t日"], "\"ü\t日\""),
        ] {
            assert_eq!(of(words), expected, "{words:?}");
        }
    }
}
