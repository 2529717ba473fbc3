use super::*;
use crate::{id::FeatureId, layer::Layer};

fn steps(count: usize) -> Vec<String> {
    (1..=count).map(|step| format!("step {step}")).collect()
}

fn draft(name: &str, step_count: usize, depends_on_index: &[usize]) -> Draft {
    let feature = NewFeature { steps: steps(step_count), ..NewFeature::named(name) };
    Draft { feature, depends_on_index: depends_on_index.to_vec() }
}

fn split(batch: Vec<Draft>) -> SplitBatch {
    auto_split(batch).expect("the batch is lawful")
}

#[test]
fn no_step_is_lost_or_reordered_whatever_their_number() {
    for count in 0..200 {
        let whole = split(vec![draft("x", count, &[])]);
        let joined: Vec<String> = whole.drafts.iter().flat_map(|part| part.feature.steps.clone()).collect();
        assert_eq!(joined, steps(count), "the parts together are the whole");
        let sizes: Vec<usize> = whole.drafts.iter().map(|part| part.feature.steps.len()).collect();
        let (least, most) = (sizes.iter().min().unwrap(), sizes.iter().max().unwrap());
        if count < SPLIT_FROM {
            assert_eq!(sizes, [count], "small cards stay whole");
        } else {
            assert!(*most <= MOST_STEPS && most - least <= 1, "{count} steps became {sizes:?}");
            assert!(sizes.len() > 1, "{count} steps are too many for one card");
        }
    }
}

#[test]
fn every_part_keeps_every_field_of_the_whole() {
    let whole = NewFeature {
        kind: Kind::Fix,
        category: "forms".into(),
        name: "Login".into(),
        description: "With a password.".into(),
        steps: steps(20),
        priority: Some(7),
        layer: Some(Layer::new(3).unwrap()),
        source_spec: "mobile".into(),
        parent: Some(FeatureId(4)),
        dependencies: vec![FeatureId(1), FeatureId(2)],
        model: Some("opus".into()),
        checks: vec!["npm run e2e".into()],
    };
    let batch = split(vec![Draft { feature: whole.clone(), depends_on_index: vec![] }]);
    assert_eq!(batch.drafts.len(), 3);
    for part in batch.drafts {
        let expected =
            NewFeature { name: part.feature.name.clone(), steps: part.feature.steps.clone(), ..whole.clone() };
        assert_eq!(part.feature, expected, "only the name and the steps differ");
    }
}

#[test]
fn parts_are_numbered_and_each_depends_on_the_one_before() {
    let batch = split(vec![draft("Login", 15, &[])]);
    let told: Vec<(&str, &[usize])> =
        batch.drafts.iter().map(|part| (part.feature.name.as_str(), part.depends_on_index.as_slice())).collect();
    assert_eq!(told, [("Login (part 1 of 3)", &[][..]), ("Login (part 2 of 3)", &[0]), ("Login (part 3 of 3)", &[1])]);
    assert_eq!(batch.split_count(), 1);
}

#[test]
fn whoever_depended_on_the_whole_depends_on_its_last_part() {
    let batch = split(vec![
        draft("early", 3, &[1]),
        draft("long", 10, &[3]),
        draft("late", 3, &[0, 1]),
        draft("other", 14, &[]),
    ]);
    assert_eq!(batch.parts, [0..1, 1..3, 3..4, 4..6], "where each entry's parts are");
    let needs: Vec<&[usize]> = batch.drafts.iter().map(|part| part.depends_on_index.as_slice()).collect();
    assert_eq!(needs, [&[2][..], &[5], &[5, 1], &[0, 2], &[], &[4]], "forward and backward alike");
}

#[test]
fn every_position_points_at_the_last_part_of_what_it_named() {
    // Sizes and dependencies that look random: entry n depends on two earlier ones.
    let sizes: Vec<usize> = (0..60).map(|n| (n * 37 + 11) % 31).collect();
    let needs = |n: usize| if n == 0 { vec![] } else { vec![n * 7 % n, n - 1] };
    let batch = split(sizes.iter().enumerate().map(|(n, size)| draft(&n.to_string(), *size, &needs(n))).collect());
    for (entry, range) in batch.parts.iter().enumerate() {
        for (position, part) in batch.drafts[range.clone()].iter().enumerate() {
            let mut expected: Vec<usize> = needs(entry).iter().map(|needed| batch.parts[*needed].end - 1).collect();
            if position > 0 {
                expected.push(range.start + position - 1);
            }
            assert_eq!(part.depends_on_index, expected, "entry {entry}, part {}", position + 1);
            assert!(part.feature.name.starts_with(&entry.to_string()), "the parts stand where the batch says");
        }
    }
    assert_eq!(batch.parts.last().map(|range| range.end), Some(batch.drafts.len()), "every part belongs to an entry");
}

#[test]
fn a_bug_is_left_whole_since_its_steps_are_one_way_to_reproduce_it() {
    let mut bug = draft("Crash", 30, &[]);
    bug.feature.kind = Kind::Bug;
    assert_eq!(split(vec![bug.clone()]).drafts, [bug]);
}

#[test]
fn names_stay_within_their_limit_and_keep_their_number() {
    let long = "ö".repeat(LONGEST_NAME);
    for part in split(vec![draft(&long, 80, &[])]).drafts {
        let name = part.feature.name;
        assert!(name.chars().count() <= LONGEST_NAME, "{} letters", name.chars().count());
        assert!(name.contains("… (part ") && name.ends_with(" of 12)"), "{name}");
    }
    let fits = "n".repeat(LONGEST_NAME - " (part 1 of 2)".len());
    assert_eq!(split(vec![draft(&fits, 10, &[])]).drafts[0].feature.name, format!("{fits} (part 1 of 2)"));
}

#[test]
fn a_position_behind_the_end_or_on_itself_is_refused_by_number() {
    let error = auto_split(vec![draft("a", 1, &[]), draft("b", 1, &[0, 2])]).unwrap_err();
    assert_eq!(error, BatchError::NoSuchEntry { entry: 1, index: 2, length: 2 });
    assert!(error.to_string().contains("entry 1 depends on entry 2, but the batch has only 2"), "{error}");
    assert_eq!(auto_split(vec![draft("a", 12, &[0])]).unwrap_err(), BatchError::Itself { entry: 0 });
}

#[test]
fn an_empty_batch_stays_empty() {
    assert_eq!(split(vec![]), SplitBatch { drafts: vec![], parts: vec![] });
}
