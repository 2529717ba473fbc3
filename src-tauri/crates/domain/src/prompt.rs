//! Prompt templates: which files and placeholders exist, and filling them in.

/// One placeholder that any prompt may use as `{{name}}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placeholder {
    /// The word between the braces.
    pub name: &'static str,
    /// What the host puts there.
    pub meaning: &'static str,
}

/// One prompt file, shipped in `prompts/` and overridable under the same name in a project's `prompts/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prompt {
    /// The file's name.
    pub file: &'static str,
    /// Which sessions get it.
    pub used_for: &'static str,
}

/// What the host fills in. An empty value is written as [`NOTHING`], so that no heading stands above nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    /// As [`PLACEHOLDERS`] says, like every field.
    pub project_name: String,
    /// The project's directory.
    pub project_dir: String,
    /// What the session was started to be.
    pub role: String,
    /// The specifications.
    pub specs: String,
    /// The card or cards.
    pub feature: String,
    /// What the last attempt left.
    pub notes: String,
    /// What a person answered.
    pub answers: String,
    /// What the host will run.
    pub checks: String,
    /// How far the project is.
    pub progress: String,
    /// What is special to this run.
    pub mode_note: String,
    /// The draft of an interview.
    pub draft: String,
    /// What was said in an interview.
    pub dialogue: String,
}

/// What stands where there is nothing to say.
pub const NOTHING: &str = "None.";

/// Every prompt file.
pub const PROMPTS: [Prompt; 9] = [
    Prompt { file: "system.md", used_for: "every session of a run, appended to the CLI's own system prompt" },
    Prompt {
        file: "interview.md",
        used_for: "working a specification out with a person in a chat, appended to the CLI's own system prompt",
    },
    Prompt { file: "initializer.md", used_for: "turning the specifications into features" },
    Prompt { file: "coding.md", used_for: "building one feature" },
    Prompt { file: "coding_quick.md", used_for: "building one feature in the quick mode (YOLO)" },
    Prompt { file: "bug_analysis.md", used_for: "reproducing one bug and planning its fixes" },
    Prompt { file: "fix.md", used_for: "mending one bug or one feature that stopped passing" },
    Prompt { file: "regression.md", used_for: "testing passing features again" },
    Prompt { file: "analysis.md", used_for: "describing an existing code base as features" },
];

/// Every placeholder.
pub const PLACEHOLDERS: [Placeholder; 12] = [
    Placeholder { name: "project_name", meaning: "The project's name." },
    Placeholder {
        name: "project_dir",
        meaning: "The absolute path of the project's directory, where the session starts.",
    },
    Placeholder {
        name: "role",
        meaning: "What the session is: initializer, coding, analyst or tester; in an interview interviewer.",
    },
    Placeholder {
        name: "specs",
        meaning: "Each specification with its name (for source_spec), its file and its text; of a very long one the beginning and where the rest is.",
    },
    Placeholder {
        name: "feature",
        meaning: "The card the session is meant for, with its steps and, for a fix, its parent; for a tester the cards to test.",
    },
    Placeholder {
        name: "notes",
        meaning: "What earlier attempts left: how many there were, why the last one ended, what it kept repeating when it went in circles, the checks that failed with their output, and a summary of uncommitted changes.",
    },
    Placeholder { name: "answers", meaning: "The questions agents asked about this card, and what a person answered." },
    Placeholder {
        name: "checks",
        meaning: "The commands the host will run before the card may pass, and what kept it from detecting more.",
    },
    Placeholder { name: "progress", meaning: "How many of the project's cards pass." },
    Placeholder {
        name: "draft",
        meaning: "In an interview, the name of the specification and what its draft says so far.",
    },
    Placeholder {
        name: "dialogue",
        meaning: "In an interview that cannot go on from the CLI's own records, what was said before.",
    },
    Placeholder { name: "mode_note", meaning: "What is special to this run, such as the quick mode or a rehearsal." },
];

/// A template that cannot be filled in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PromptError {
    /// It uses a placeholder that does not exist.
    #[error("{prompt}, line {line}: there is no placeholder {{{{{name}}}}}; there are {}", known())]
    UnknownPlaceholder {
        /// The prompt's file name.
        prompt: String,
        /// The line, from 1.
        line: usize,
        /// The word between the braces.
        name: String,
    },
    /// Double braces that are no placeholder, or a placeholder that lost a brace.
    #[error(
        "{prompt}, line {line}: these braces are no placeholder; write {{{{name}}}} for one, or \\{{{{ for braces that are meant literally"
    )]
    StrayBraces {
        /// The prompt's file name.
        prompt: String,
        /// The line, from 1.
        line: usize,
    },
}

fn known() -> String {
    PLACEHOLDERS.map(|placeholder| format!("{{{{{}}}}}", placeholder.name)).join(", ")
}

impl Values {
    /// The value of a placeholder by its name; none when there is no such placeholder.
    pub fn get(&self, name: &str) -> Option<&str> {
        let value = match name {
            "project_name" => &self.project_name,
            "project_dir" => &self.project_dir,
            "role" => &self.role,
            "specs" => &self.specs,
            "feature" => &self.feature,
            "notes" => &self.notes,
            "answers" => &self.answers,
            "checks" => &self.checks,
            "progress" => &self.progress,
            "mode_note" => &self.mode_note,
            "draft" => &self.draft,
            "dialogue" => &self.dialogue,
            _ => return None,
        };
        Some(if value.trim().is_empty() { NOTHING } else { value })
    }
}

/// Fills in a template. `prompt` is its file name, for the errors.
///
/// Values are inserted as they are: braces inside them are never read as placeholders. `\{{` and `\}}` stand for
/// literal braces; a lone `}}`, as JSON has it, needs no escape. Fails with [`PromptError::UnknownPlaceholder`], and
/// with [`PromptError::StrayBraces`] for `{{` that opens no placeholder and for a placeholder that lost a brace.
pub fn render(prompt: &str, template: &str, values: &Values) -> Result<String, PromptError> {
    let line_at = |position: usize| template[..position].matches('\n').count() + 1;
    let stray = |position: usize| PromptError::StrayBraces { prompt: prompt.to_owned(), line: line_at(position) };
    let mut filled = String::with_capacity(template.len());
    let mut position = 0;
    while let Some(found) = next_braces(template, position) {
        let before = &template[position..found];
        let (braces, rest) = template[found..].split_at(2);
        position = found + 2;
        if let Some(text) = before.strip_suffix('\\') {
            filled.push_str(text);
            filled.push_str(braces);
            continue;
        }
        filled.push_str(before);
        if braces == "}}" {
            if lost_a_brace(before) {
                return Err(stray(found));
            }
            filled.push_str(braces);
            continue;
        }
        let Some((name, _)) = rest.split_once("}}").filter(|(name, _)| is_name(name.trim())) else {
            return Err(stray(found));
        };
        let Some(value) = values.get(name.trim()) else {
            let name = name.trim().to_owned();
            return Err(PromptError::UnknownPlaceholder { prompt: prompt.to_owned(), line: line_at(found), name });
        };
        filled.push_str(value);
        position += name.len() + 2;
    }
    filled.push_str(&template[position..]);
    Ok(filled)
}

/// Where the next double brace is, of either kind.
fn next_braces(template: &str, from: usize) -> Option<usize> {
    let pairs = template.as_bytes()[from..].windows(2);
    pairs.into_iter().position(|pair| pair == b"{{" || pair == b"}}").map(|offset| from + offset)
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Whether the text before a `}}` ends in `{name` of a placeholder: a typing error, not JSON.
fn lost_a_brace(before: &str) -> bool {
    let word = before.rsplit_once('{').map(|(_, word)| word.trim());
    word.is_some_and(|word| PLACEHOLDERS.iter().any(|placeholder| placeholder.name == word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, fs, path::PathBuf};

    fn values() -> Values {
        Values { project_name: "Shop".into(), feature: "#7 Basket".into(), ..Values::default() }
    }

    fn filled(template: &str) -> Result<String, PromptError> {
        render("coding.md", template, &values())
    }

    /// The prompts as shipped: file names and texts, the README apart.
    fn shipped() -> (Vec<(String, String)>, String) {
        let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../prompts");
        let mut prompts = Vec::new();
        let mut readme = String::new();
        for entry in fs::read_dir(&dir).expect("the prompts are part of the repository") {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name == "README.md" { readme = text } else { prompts.push((name, text)) }
        }
        prompts.sort();
        (prompts, readme)
    }

    /// The cells of every table row of a Markdown text whose first cell is one word in back quotes.
    fn rows(text: &str) -> Vec<(String, String)> {
        let row = |line: &str| {
            let (first, rest) = line.strip_prefix("| `")?.split_once("` |")?;
            Some((first.to_owned(), rest.trim().trim_end_matches('|').trim().to_owned()))
        };
        text.lines().filter_map(row).collect()
    }

    #[test]
    fn placeholders_are_replaced_and_spaces_inside_the_braces_do_not_matter() {
        assert_eq!(filled("Build {{feature}} of {{ project_name }}."), Ok("Build #7 Basket of Shop.".into()));
        assert_eq!(filled("{{project_name}}{{project_name}}"), Ok("ShopShop".into()), "neighbours do not disturb");
        assert_eq!(filled("plain { text }"), Ok("plain { text }".into()), "single braces are text");
    }

    #[test]
    fn a_value_is_never_read_as_a_template() {
        let values = Values { feature: "{{project_name}} {{ }} \\{{ }}".into(), ..values() };
        let text = render("coding.md", "[{{feature}}]", &values);
        assert_eq!(text, Ok("[{{project_name}} {{ }} \\{{ }}]".into()), "a card's text cannot pull in other values");
    }

    #[test]
    fn an_empty_value_says_that_there_is_nothing() {
        assert_eq!(filled("## Answers\n\n{{answers}}\n"), Ok("## Answers\n\nNone.\n".into()));
    }

    #[test]
    fn an_unknown_placeholder_is_refused_with_its_place_and_the_known_ones() {
        let error = filled("one\ntwo {{features}}").expect_err("`features` is a typing error");
        let expected = PromptError::UnknownPlaceholder { prompt: "coding.md".into(), line: 2, name: "features".into() };
        assert_eq!(error, expected);
        let words = error.to_string();
        assert!(words.starts_with("coding.md, line 2: there is no placeholder {{features}}"), "it says where: {words}");
        assert!(words.contains("{{feature}}, {{notes}}"), "it says what there is: {words}");
    }

    #[test]
    fn braces_that_are_no_placeholder_are_refused_and_named_by_line() {
        for template in
            ["{{", "\n{{feature}", "{{}}", "{{ two words }}", "{{Feature}}", "{feature}}", "a }} {project_name }}"]
        {
            let error = filled(template).expect_err(template);
            let PromptError::StrayBraces { prompt, line } = &error else { panic!("{template:?} gave {error:?}") };
            assert_eq!((prompt.as_str(), *line), ("coding.md", template.matches('\n').count() + 1), "{template:?}");
        }
        let words = filled("{{").unwrap_err().to_string();
        assert!(words.contains("write {{name}} for one, or \\{{ for"), "it says how to write either: {words}");
    }

    #[test]
    fn literal_braces_can_be_written() {
        assert_eq!(filled(r"use \{{ item \}} in the page"), Ok("use {{ item }} in the page".into()));
        assert_eq!(filled(r#"{"a":{"b":1}}"#), Ok(r#"{"a":{"b":1}}"#.into()), "JSON closes with two braces");
    }

    #[test]
    fn text_of_many_bytes_a_letter_is_kept() {
        assert_eq!(filled("→{{project_name}}→ä}}ö"), Ok("→Shop→ä}}ö".into()));
    }

    #[test]
    fn every_placeholder_has_a_value() {
        for placeholder in PLACEHOLDERS {
            assert_eq!(Values::default().get(placeholder.name), Some(NOTHING), "{} has a field", placeholder.name);
            assert!(is_name(placeholder.name), "{} can be written between braces", placeholder.name);
        }
    }

    #[test]
    fn the_shipped_prompts_are_the_listed_ones_and_all_can_be_filled_in() {
        let (prompts, _) = shipped();
        let files: BTreeSet<&str> = prompts.iter().map(|(file, _)| file.as_str()).collect();
        assert_eq!(
            files,
            PROMPTS.iter().map(|prompt| prompt.file).collect(),
            "prompts/ and PROMPTS list the same files"
        );
        for (file, text) in &prompts {
            let filled = render(file, text, &values()).unwrap_or_else(|error| panic!("{error}"));
            assert!(!filled.contains("{{"), "{file} has no braces left");
            assert!(text.len() < 12_000, "{file} leaves the context to the work");
        }
    }

    #[test]
    fn the_readme_of_the_prompts_lists_every_placeholder_and_its_users() {
        let (prompts, readme) = shipped();
        let rows = rows(&readme);
        let documented: BTreeSet<&str> = rows.iter().map(|(name, _)| name.as_str()).collect();
        let names = PLACEHOLDERS.iter().map(|placeholder| placeholder.name);
        let expected: BTreeSet<&str> = names.chain(PROMPTS.iter().map(|prompt| prompt.file)).collect();
        assert_eq!(documented, expected, "the README lists exactly the files and the placeholders");
        for placeholder in PLACEHOLDERS {
            let braces = format!("{{{{{}}}}}", placeholder.name);
            let users: Vec<&str> =
                prompts.iter().filter(|(_, text)| text.contains(&braces)).map(|(file, _)| file.as_str()).collect();
            assert!(!users.is_empty(), "{braces} is used by some prompt");
            let row = &rows.iter().find(|(name, _)| name == placeholder.name).expect("listed above").1;
            assert_eq!(*row, format!("{} | {}", placeholder.meaning, users.join(", ")), "the row of {braces}");
        }
        for prompt in PROMPTS {
            let row = &rows.iter().find(|(name, _)| name == prompt.file).expect("listed above").1;
            assert_eq!(*row, prompt.used_for, "the row of {}", prompt.file);
        }
    }
}
