use super::*;
use std::time::{Duration, Instant};

const TAGGED: &str = "<project_specification>
<project_name>Recipe Box</project_name>
<overview>- Keeps recipes, and finds them again.</overview>
<core_features>
  <recipes>
    - Add a recipe with a title
      and its ingredients
      - a photo is optional
    - Remove recipes
  </recipes>
  <search>Find recipes by ingredient</search>
  Owners can:
  1. Invite a guest
  2) [ ] Export everything as PDF
</core_features>
<design_system>
  Calm colours.
  - Dark theme toggle
</design_system>
<success_criteria>A page loads in a second.

Nothing is lost on a crash.</success_criteria>
</project_specification>";

fn asked(text: &str) -> Vec<(String, String)> {
    let spec = Spec::parse(text).expect("it is a specification");
    asks::of(&spec).into_iter().map(|ask| (ask.section, ask.text)).collect()
}

fn card<'a>(name: &'a str, category: &'a str, source_spec: &'a str) -> CardWords<'a> {
    CardWords { name, category, source_spec }
}

/// The titles of the cards that build the ask whose text begins so.
fn builders(text: &str, cards: &[CardWords<'_>], begins: &str) -> Vec<String> {
    let spec = Spec::parse(text).expect("it is a specification");
    let covered = Index::of(cards).covered("main", &spec, &HashSet::from(["main", "mobile"]));
    let found = covered.into_iter().find(|covered| covered.ask.text.starts_with(begins));
    let found = found.unwrap_or_else(|| panic!("{begins:?} is asked for"));
    found.cards.into_iter().map(|place| cards[place].name.to_owned()).collect()
}

#[test]
fn every_item_of_what_is_built_is_asked_for_under_the_part_it_stands_in() {
    let asked = asked(TAGGED);
    let asked: Vec<(&str, &str)> = asked.iter().map(|(section, text)| (section.as_str(), text.as_str())).collect();
    let expected = [
        ("core_features / recipes", "Add a recipe with a title\nand its ingredients\na photo is optional"),
        ("core_features / recipes", "Remove recipes"),
        ("core_features / search", "Find recipes by ingredient"),
        ("core_features / Owners can", "Invite a guest"),
        ("core_features / Owners can", "Export everything as PDF"),
        ("design_system", "Dark theme toggle"),
        ("success_criteria", "A page loads in a second."),
        ("success_criteria", "Nothing is lost on a crash."),
    ];
    assert_eq!(asked, expected, "neither the overview's list nor the prose of other parts");
}

#[test]
fn headings_are_parts_as_tags_are_and_nothing_is_asked_for_twice() {
    let text = "# Recipe Box\n- not asked for: it only introduces\n\n## Features\n- Add a recipe\n### Search\n- Find \
                recipes\n- Find recipes\n```\n- no item, but code\n```\n## Overview\n- a goal\n## Sharing\n- Send a recipe\n";
    let asked = asked(text);
    let asked: Vec<(&str, &str)> = asked.iter().map(|(section, text)| (section.as_str(), text.as_str())).collect();
    assert_eq!(asked[0], ("features", "Add a recipe"));
    assert_eq!(asked[1], ("features / Search", "Find recipes"));
    assert!(asked.contains(&("sharing", "Send a recipe")), "a part of another name asks with its list: {asked:?}");
    assert_eq!(asked.iter().filter(|(_, text)| *text == "Find recipes").count(), 1, "{asked:?}");
    assert!(!asked.iter().any(|(_, text)| text.contains("goal") || text.contains("introduces")), "{asked:?}");
}

#[test]
fn a_card_builds_what_its_title_says_in_other_forms_of_the_same_words() {
    let cards = [
        card("Removing a recipe", "other", "main"),
        card("Recipe can be added with title and ingredients", "other", "main"),
        card("Guest invitation email", "other", "main"),
        card("Find recipe by its ingredients", "other", "main"),
    ];
    assert_eq!(builders(TAGGED, &cards, "Remove"), ["Removing a recipe"]);
    assert_eq!(builders(TAGGED, &cards, "Find")[0], "Find recipe by its ingredients", "the likeliest is first");
    assert_eq!(builders(TAGGED, &cards, "Export"), [""; 0], "nobody builds it");
}

#[test]
fn a_category_that_names_the_part_lets_fewer_words_do() {
    let text = "<core_features>\n<billing>\n- Print invoices for each month\n</billing>\n</core_features>";
    let card_in = |category| [card("Monthly letters and reminders with invoice totals", category, "main")];
    assert_eq!(builders(text, &card_in("billing"), "Print").len(), 1);
    assert_eq!(builders(text, &card_in("design"), "Print").len(), 0);
}

#[test]
fn cards_of_another_specification_build_nothing_of_this_one() {
    let cards = [card("Remove recipes", "", "mobile"), card("Remove recipes at once", "", "imported")];
    assert_eq!(builders(TAGGED, &cards, "Remove"), ["Remove recipes at once"], "of an unknown one they may");
}

#[test]
fn many_asks_and_cards_cost_no_more_than_their_words() {
    let items: String =
        (0..3_000).map(|n| format!("- Show report {n} of department {} with totals\n", n % 97)).collect();
    let spec = Spec::parse(&format!("<core_features>\n{items}</core_features>")).expect("a specification");
    let names: Vec<String> = (0..10_000).map(|n| format!("Report {n} of department {}", n % 97)).collect();
    let cards: Vec<CardWords<'_>> = names.iter().map(|name| card(name, "functional", "main")).collect();
    let started = Instant::now();
    let covered = Index::of(&cards).covered("main", &spec, &HashSet::from(["main"]));
    assert!(started.elapsed() < Duration::from_secs(10), "took {:?}", started.elapsed());
    assert_eq!(covered.len(), 2_000, "more nobody reads through");
    assert_eq!(covered[5].cards.first(), Some(&5), "the very one is first");
    assert!(covered.iter().all(|covered| covered.cards.len() <= MOST_CARDS));
}
