use super::*;
use std::time::{Duration, Instant};

const FULL: &str = r#"<project_specification>
  <project_name>Recipe Box</project_name>
  <overview>Keeps recipes, and finds them again. Uses Vec<String> and a < b && c.</overview>
  <technology_stack><backend>Rust</backend><frontend>React</frontend></technology_stack>
  <feature_count>about 1,200 features</feature_count>
  <!-- <database_schema>not yet</database_schema> -->
  <core_features>
    <recipes>- add, edit, remove</recipes>
  </core_features>
  <design_system>Calm.</design_system>
</project_specification>"#;

fn spec(text: &str) -> Spec {
    Spec::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

fn missing(spec: &Spec) -> Vec<&str> {
    let missing = spec.warnings.iter().filter_map(|warning| match warning {
        SpecWarning::Missing { section } => Some(section.as_str()),
        _ => None,
    });
    missing.collect()
}

#[test]
fn a_tagged_specification_gives_its_name_count_and_parts() {
    let spec = spec(FULL);
    assert_eq!(spec.name.as_deref(), Some("Recipe Box"));
    assert_eq!(spec.feature_count, Some(1200), "a thousands separator does not end the number");
    let tags: Vec<&str> = spec.sections.iter().map(|section| section.tag.as_str()).collect();
    let expected = ["project_name", "overview", "technology_stack", "feature_count", "core_features", "design_system"];
    assert_eq!(tags, expected, "the outer parts in order; neither comments nor Vec<String> are parts");
    assert_eq!(spec.sections[2].text, "<backend>Rust</backend><frontend>React</frontend>", "inner tags are text");
    assert_eq!(spec.text, FULL, "the agent reads the whole text");
    assert_eq!(missing(&spec), [""; 0]);
    assert!(spec.warnings.contains(&SpecWarning::ManyFeatures { count: 1200 }));
}

#[test]
fn a_complete_specification_scores_a_hundred_and_a_bare_root_is_empty() {
    let more = "<database_schema>t</database_schema><api_endpoints_summary>t</api_endpoints_summary>\
                <implementation_steps>t</implementation_steps><success_criteria>t</success_criteria>";
    let text = FULL.replace("Calm.", &"Calm. ".repeat(100)).replace("</project_specification>", more);
    assert_eq!(spec(&text).score, 100, "everything wanted and everything helpful is there");
    assert!(spec(FULL).score < 70, "the helpful parts count");
    assert_eq!(Spec::parse("<project_specification>\n</project_specification>"), Err(SpecError::Empty));
}

#[test]
fn every_wanted_part_counts_and_its_absence_is_a_warning() {
    let whole = spec(FULL);
    for wanted in PARTS.iter().filter(|part| part.is_wanted).map(|part| part.tag) {
        let without = spec(&FULL.replace(wanted, "something_else"));
        assert_eq!(missing(&without), [wanted], "only {wanted} is missing");
        assert!(without.missing.iter().any(|tag| tag == wanted), "{:?}", without.missing);
        assert_eq!(whole.score - without.score, 10, "the score without {wanted}");
    }
}

#[test]
fn plain_prose_is_accepted_with_a_warning() {
    let spec = spec("A to-do list in the terminal. It keeps tasks in a file and has tests.");
    assert!(spec.warnings.contains(&SpecWarning::PlainProse));
    assert_eq!((spec.name, spec.feature_count, spec.score), (None, None, 0));
    assert!(spec.sections.is_empty());
}

#[test]
fn markdown_headings_are_parts_too() {
    let text = "# Recipe Box\n\nKeeps recipes.\n\n## 1. Tech Stack\nRust\n```\n# no heading\n```\n## Features\n- add\n\n\
                **Feature count:** 25\n";
    let spec = spec(text);
    assert_eq!(spec.name.as_deref(), Some("Recipe Box"), "the title is the name");
    assert_eq!(spec.feature_count, Some(25));
    let tags: Vec<&str> = spec.sections.iter().map(|section| section.tag.as_str()).collect();
    assert_eq!(tags, ["recipe_box", "tech_stack", "features"], "a comment in a code block is no heading");
    assert_eq!(missing(&spec), ["overview"], "other words for the same part count");
}

#[test]
fn nothing_but_spaces_comments_or_marks_is_empty() {
    for text in ["", "  \n\t", "\u{feff}", "<!-- to be written -->", "---\n***", "<a></a>"] {
        assert_eq!(Spec::parse(text), Err(SpecError::Empty), "{text:?}");
    }
    assert!(SpecError::Empty.to_string().contains("describe in it what is to be built"));
}

#[test]
fn bytes_that_are_not_utf8_are_refused_with_their_place() {
    let error = Spec::from_bytes(b"Caf\xe9 with recipes").unwrap_err();
    assert_eq!(error, SpecError::NotUtf8 { at: 3, is_utf16: false });
    assert_eq!(error.to_string(), "the specification is not UTF-8 text (byte 3); save it as UTF-8");
    let utf16: Vec<u8> = "\u{feff}Recipes".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let error = Spec::from_bytes(&utf16).unwrap_err();
    assert!(error.to_string().contains("it looks like UTF-16"), "editors on Windows write it: {error}");
    let unmarked: Vec<u8> = "Recipes".encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(Spec::from_bytes(&unmarked), Err(SpecError::NotUtf8 { at: 0, is_utf16: true }));
}

#[test]
fn a_byte_order_mark_is_left_out() {
    let spec = Spec::from_bytes("\u{feff}# Recipe Box".as_bytes()).unwrap();
    assert_eq!((spec.text.as_str(), spec.name.as_deref()), ("# Recipe Box", Some("Recipe Box")));
}

#[test]
fn five_megabytes_are_read_and_more_than_eight_refused() {
    let five = FULL.replace("Calm.", &"A very long story. ".repeat(280_000));
    assert!(five.len() > 5_000_000);
    assert_eq!(spec(&five).name.as_deref(), Some("Recipe Box"));
    assert!(Spec::from_bytes(&vec![b'x'; LARGEST]).is_ok(), "the limit itself is allowed");
    let error = Spec::from_bytes(&vec![b'x'; LARGEST + 1]).unwrap_err();
    assert_eq!(error, SpecError::TooLarge { bytes: LARGEST + 1 });
    assert!(error.to_string().contains("split it into several app_spec_<name>.txt"), "{error}");
}

#[test]
fn hostile_markup_costs_no_more_than_plain_text() {
    for piece in [
        "<a>",
        "</a>",
        "<a></b>",
        "<",
        "<!--",
        "<a <b",
        "<overview>",
        "<a>x</a>",
        "{{YOUR_",
        "<a><b></a>",
        "<a><a></a>",
        "\n#",
        "feature count:",
    ] {
        let text = format!("words {}", piece.repeat(300_000 / piece.len()));
        let started = Instant::now();
        let _ = Spec::parse(&text);
        assert!(started.elapsed() < Duration::from_secs(3), "{piece:?} took {:?}", started.elapsed());
    }
}

#[test]
fn a_template_that_nobody_filled_in_is_not_a_specification() {
    let template = FULL.replace("Recipe Box", "YOUR_PROJECT_NAME");
    let error = Spec::parse(&template).unwrap_err();
    assert_eq!(error, SpecError::Placeholder { found: "YOUR_PROJECT_NAME".into() });
    for name in ["[Your Project Name]", "{{project_name}}", "Project Name", "YOUR_APP_NAME", "&lt;app name&gt;"] {
        let is_template = matches!(Spec::parse(&FULL.replace("Recipe Box", name)), Err(SpecError::Placeholder { .. }));
        assert_eq!(is_template, !name.starts_with('&'), "{name}");
    }
    assert!(Spec::parse("Build YOUR_PROJECT_NAME with these features").is_err(), "in prose as well");
}

#[test]
fn a_real_specification_may_speak_of_placeholders() {
    let spec = spec(&FULL.replace("Calm.", "The generator replaces YOUR_PROJECT_NAME; set YOUR_API_KEY in .env."));
    assert!(spec.warnings.contains(&SpecWarning::PlaceholderLeft { found: "YOUR_PROJECT_NAME".into() }));
    let key = Spec::parse("A client. Set API_KEY=YOUR_API_KEY before the start.").unwrap();
    assert!(!key.warnings.iter().any(|warning| matches!(warning, SpecWarning::PlaceholderLeft { .. })));
}

#[test]
fn a_count_that_is_no_number_leaves_the_choice_to_the_agent() {
    for (stated, count) in [
        ("25", Some(25)),
        ("20-30", Some(20)),
        ("~ 40 or so", Some(40)),
        ("1 200", Some(1200)),
        ("25 features, 300 tests", Some(25)),
        ("0", None),
        ("-5", None),
        ("many", None),
        ("99999999999", None),
    ] {
        let spec = spec(&FULL.replace("about 1,200 features", stated));
        assert_eq!(spec.feature_count, count, "{stated:?}");
        let is_unclear = spec.warnings.contains(&SpecWarning::UnclearCount { found: stated.into() });
        assert_eq!(is_unclear, count.is_none(), "{stated:?} is named in a warning");
        assert!(missing(&spec).is_empty(), "it is there, though unclear");
    }
}

#[test]
fn a_tag_that_is_never_closed_is_named_and_hides_nothing() {
    let spec = spec(&FULL.replace("</overview>", ""));
    assert!(spec.warnings.contains(&SpecWarning::Unclosed { section: "overview".into() }));
    assert_eq!(spec.feature_count, Some(1200), "the parts behind it are still found");
}

#[test]
fn the_root_may_be_missing_and_tags_may_have_attributes_and_any_case() {
    let text =
        "Intro.\n<Project_Name lang=\"en\">Box</Project_Name>\n<OVERVIEW>o <overview>inner</overview> end</OVERVIEW>";
    let spec = spec(text);
    assert_eq!(spec.name.as_deref(), Some("Box"));
    assert_eq!(spec.sections[1].text, "o <overview>inner</overview> end", "the balancing tag closes it");
}

#[test]
fn every_warning_is_a_sentence_for_people() {
    let section = || "overview".to_owned();
    for (warning, word) in [
        (SpecWarning::PlainProse, "no tags or headings"),
        (SpecWarning::Missing { section: section() }, "<overview> is missing"),
        (SpecWarning::Short { chars: 12 }, "only 12 characters"),
        (SpecWarning::UnclearCount { found: "many".into() }, "\"many\" is not a number"),
        (SpecWarning::ManyFeatures { count: 900 }, "900 features"),
        (SpecWarning::Unclosed { section: section() }, "add </overview>"),
        (SpecWarning::PlaceholderLeft { found: "YOUR_NAME_HERE".into() }, "YOUR_NAME_HERE"),
    ] {
        assert!(warning.to_string().contains(word), "{warning}");
    }
}

#[test]
fn the_points_make_a_hundred() {
    let parts: u8 = PARTS.iter().map(|part| part.points).sum();
    assert_eq!(parts + STRUCTURE_POINTS + ENOUGH_POINTS, 100, "a specification with everything is as good as can be");
}

/// One part in either way of writing it.
fn written(part: &Part, in_tags: bool) -> String {
    let content = if part.tag == "feature_count" { "30" } else { "words" };
    if in_tags {
        return format!("<{}>{content}</{}>\n\n", part.tag, part.tag);
    }
    format!("## {}\n\n{content}\n\n", part.tag.replace('_', " "))
}

#[test]
fn adding_a_missing_part_raises_the_score_by_its_points_whatever_is_there_and_however_it_is_written() {
    for subset in 1..1_usize << PARTS.len() {
        let has = |place: usize| subset >> place & 1 == 1;
        // All in tags, all under headings, and both in turns.
        for way in 0..3 {
            let in_tags = |place: usize| way == 0 || (way == 2 && place.is_multiple_of(2));
            let there = PARTS.iter().enumerate().filter(|(place, _)| has(*place));
            let text: String = there.map(|(place, part)| written(part, in_tags(place))).collect();
            let before = spec(&text);
            for (place, part) in PARTS.iter().enumerate().filter(|(place, _)| !has(*place)) {
                assert!(before.missing.iter().any(|tag| tag == part.tag), "{} is not in {text}", part.tag);
                for is_tag in [true, false] {
                    let after = spec(&format!("{text}{}", written(part, is_tag)));
                    let gain = after.score.checked_sub(before.score);
                    assert_eq!(gain, Some(part.points), "{} at {place} added to:\n{text}", part.tag);
                    assert!(!after.missing.iter().any(|tag| tag == part.tag), "{} is there now", part.tag);
                }
            }
        }
    }
}

#[test]
fn a_heading_with_deeper_headings_below_it_is_not_empty() {
    let spec = spec("# Recipe Box\n\n## Core features\n\n### Recipes\n- add\n\n## Overview\n");
    let features = spec.sections.iter().find(|section| section.tag == "core_features").expect("it is a part");
    assert_eq!(features.text, "### Recipes\n- add", "what is deeper stands in it");
    assert_eq!(missing(&spec), ["overview", "technology_stack", "feature_count"], "an empty heading is no part");
}

#[test]
fn a_text_that_cannot_be_built_from_is_looked_at_all_the_same() {
    let (spec, problem) = Spec::look(&FULL.replace("Recipe Box", "YOUR_PROJECT_NAME"));
    assert_eq!(problem, Some(SpecError::Placeholder { found: "YOUR_PROJECT_NAME".into() }));
    assert_eq!(spec.name, None, "the template's name is none");
    assert!(spec.score > 0 && !spec.missing.iter().any(|tag| tag == "overview"), "the rest of it counts");
    let (spec, problem) = Spec::look("<overview><!-- what it is for --></overview>");
    assert_eq!((spec.score, spec.missing.len(), problem), (0, PARTS.len(), Some(SpecError::Empty)));
}
