//! The rules this repository holds itself to, checked on its tracked files.
//!
//! A rule is a pure function from files to sentences, each saying what to do; beside it stands a test that
//! gives it a violation, so that no rule passes only because it has stopped looking.

#[path = "tidy/crate_edges.rs"]
mod crate_edges;
#[path = "tidy/file_contents.rs"]
mod file_contents;
#[path = "tidy/file_names.rs"]
mod file_names;
#[path = "tidy/manifests.rs"]
mod manifests;
#[path = "tidy/tracked.rs"]
mod tracked;

use tracked::repository;

/// Fails with every violation at once: a person fixes them in one go.
fn expect_none(rule: &str, violations: &[String]) {
    assert!(violations.is_empty(), "{rule}:\n  {}\n", violations.join("\n  "));
}

#[test]
fn crates_depend_only_on_those_below_them() {
    let edges = crate_edges::read_workspace();
    expect_none("A crate may use only crates of a lower layer", &crate_edges::wrong_directions(&edges));
}

#[test]
fn each_heavy_dependency_has_one_home() {
    let edges = crate_edges::read_workspace();
    expect_none("A heavy dependency is isolated in one crate", &crate_edges::strays(&edges));
}

#[test]
fn the_domain_stays_pure() {
    let edges = crate_edges::read_workspace();
    expect_none("The domain has no clock, files, SQL or async", &crate_edges::impurities(&edges));
}

#[test]
fn the_top_level_holds_only_what_belongs_there() {
    expect_none("The top level is fixed", &file_names::strangers_at_the_top(repository()));
}

#[test]
fn file_names_say_what_is_in_them() {
    expect_none("A file is named for what it holds", &file_names::vague_names(repository()));
}

#[test]
fn nothing_built_or_downloaded_is_tracked() {
    expect_none("Binaries are built or installed, never committed", &file_names::programs(repository()));
}

#[test]
fn no_tracked_file_is_larger_than_one_mebibyte() {
    expect_none("Large files make every clone slow for ever", &file_names::oversized(repository()));
}

#[test]
fn source_files_are_short_enough_to_read_in_one_sitting() {
    expect_none("A long file holds more than one thing", &file_contents::too_long(repository()));
}

#[test]
fn nothing_is_left_unfinished_or_switched_off() {
    expect_none("Finish it or leave it out", &file_contents::unfinished(repository()));
}

#[test]
fn no_file_names_a_persons_machine() {
    expect_none("A path of one machine means nothing on another", &file_contents::machine_paths(repository()));
}

#[test]
fn locks_name_no_registry_address() {
    expect_none(
        "A lock must install from whatever registry is set up",
        &file_contents::registry_addresses(repository()),
    );
}

#[test]
fn every_shared_dependency_is_used() {
    let members = crate_edges::read_workspace();
    expect_none("An unused dependency is dead weight", &manifests::unused_dependencies(repository(), &members));
}

#[test]
fn there_is_one_version() {
    expect_none("Every manifest carries the same version", &manifests::version_conflicts(repository()));
}

#[test]
fn the_licence_is_the_whole_agpl_and_every_manifest_says_so() {
    expect_none("The program is under the AGPL-3.0", &manifests::licence_faults(repository()));
}

#[test]
fn every_prompt_is_explained_in_the_prompts_readme() {
    expect_none("A person who overrides a prompt has to find it", &manifests::undocumented_prompts(repository()));
}
