//! The main job from end to end: a specification becomes a built, verified and committed program.
//!
//! Everything is real (the program, the Claude CLI, git, Node, SQLite) except for the model, which is scripted.
#![allow(clippy::disallowed_methods, reason = "a test is the owner of the processes it starts, and ends them")]

#[path = "support/mod.rs"]
#[allow(dead_code, reason = "each test binary uses its own part of the machine")]
mod support;

#[path = "journey/demo.rs"]
mod demo;
#[path = "journey/history.rs"]
mod history;
#[path = "journey/program.rs"]
mod program;

use demo::Demo;

/// One run serves every assertion: it takes as long as building a program does.
#[test]
fn the_demonstration_becomes_a_verified_committed_program_that_really_runs() {
    let demo = Demo::play();

    demo.every_event_has_its_place_and_the_run_says_it_is_a_rehearsal();
    demo.what_happened_is_told_in_the_order_of_the_job();
    demo.every_card_passes_with_evidence();
    demo.cards_wait_for_what_they_need();
    demo.the_bug_was_resolved_through_one_fix();
    demo.the_gate_refused_before_it_let_pass();
    demo.every_session_left_a_transcript();

    history::each_feature_has_a_commit_that_names_it(&demo);
    history::each_commit_holds_the_tree_its_evidence_speaks_of(&demo);
    history::the_working_tree_is_clean_and_holds_nothing_of_the_host(&demo);
    demo.the_home_directory_is_as_empty_as_before();

    program::its_own_tests_pass(&demo);
    program::it_serves_its_page_and_its_interface(&demo);
}
