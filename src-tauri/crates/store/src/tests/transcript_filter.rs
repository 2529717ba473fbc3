//! Some rows of transcripts.

use super::*;
use crate::{TranscriptRow, WindowStart};
use harness_domain::transcript::{Facets, Filter, Sort};
use std::time::{Duration, Instant};

/// A row that says its number, of these sorts.
fn row(number: u64, sorts: &[Sort]) -> TranscriptRow {
    let facets = Facets { sorts: sorts.iter().copied().collect(), ..Facets::default() };
    TranscriptRow { at_ms: NOW, kind: "x".into(), text_for_search: String::new(), facets, body: number.to_string() }
}

fn call(number: u64, tool: &str, file: &str) -> TranscriptRow {
    let mut row = row(number, &[if tool == "Edit" { Sort::Edits } else { Sort::Tools }]);
    row.facets.tools.push(tool.into());
    row.facets.files.push(file.into());
    row
}

fn of(sorts: &[Sort]) -> Filter {
    Filter { sorts: sorts.iter().copied().collect(), ..Filter::default() }
}

fn found(
    board: &Board,
    sessions: &[&SessionId],
    filter: &Filter,
    start: &WindowStart,
    limit: usize,
) -> (u64, Vec<String>) {
    let sessions: Vec<SessionId> = sessions.iter().map(|session| (*session).clone()).collect();
    let rows = board.transcript_filtered(&sessions, filter, start, limit).unwrap();
    (rows.total, rows.found.into_iter().map(|(session, row)| format!("{}{}", session.0, row.body)).collect())
}

#[test]
fn rows_are_found_by_sort_across_sessions_and_read_by_window() {
    let board = board();
    let (a, b) = (board.session("a"), board.session("b"));
    // Longer than a stretch, and appended in portions that end anywhere.
    let rows: Vec<TranscriptRow> =
        (0..3_000).map(|at| row(at, &[if at % 10 == 3 { Sort::Trouble } else { Sort::Words }])).collect();
    for portion in rows.chunks(700) {
        board.transcript_append(&a, portion).unwrap();
    }
    board.transcript_append(&b, &[row(0, &[Sort::Words, Sort::Trouble]), row(1, &[Sort::Host])]).unwrap();
    let trouble = of(&[Sort::Trouble]);
    let (total, last) = found(&board, &[&a, &b], &trouble, &WindowStart::Index(298), 10);
    assert_eq!(
        (total, last.join(" ").as_str()),
        (301, "a2983 a2993 b0"),
        "every tenth, and the one of the other session"
    );
    let (total, both) = found(&board, &[&a, &b], &of(&[Sort::Trouble, Sort::Host]), &WindowStart::Index(300), 9);
    assert_eq!((total, both.join(" ").as_str()), (302, "b0 b1"), "a row of several sorts is one row");
    assert_eq!(found(&board, &[&b], &of(&[Sort::Edits]), &WindowStart::Index(0), 9), (0, Vec::new()));
    assert_eq!(
        found(&board, &[&a], &Filter::default(), &WindowStart::Index(2_999), 9).1,
        ["a2999"],
        "no filter is all"
    );
    let unknown = SessionId("unknown".into());
    assert_eq!(found(&board, &[&unknown], &trouble, &WindowStart::Index(0), 9).0, 0);
}

#[test]
fn a_window_begins_where_a_row_is_or_would_be() {
    let board = board();
    let a = board.session("a");
    let rows: Vec<TranscriptRow> =
        (0..100).map(|at| row(at, &[if at % 10 == 3 { Sort::Trouble } else { Sort::Words }])).collect();
    board.transcript_append(&a, &rows).unwrap();
    let at = |ordinal: u64| {
        let start = WindowStart::Row { session: a.clone(), ordinal, lead: 2 };
        let rows = board.transcript_filtered(std::slice::from_ref(&a), &of(&[Sort::Trouble]), &start, 3).unwrap();
        (rows.index, rows.from, rows.found.into_iter().map(|(_, row)| row.body).collect::<Vec<_>>().join(" "))
    };
    assert_eq!(at(54), (5, 3, "33 43 53".into()), "row 53 is ordinal 54, the sixth one found, with two before it");
    assert_eq!(at(55), (6, 4, "43 53 63".into()), "what is not found is where the next one is");
    assert_eq!(at(1), (0, 0, "3 13 23".into()), "there is nothing before the first");
    assert_eq!(at(100).0, 10, "after the last one found there is none");
}

#[test]
fn calls_are_found_by_their_tool_and_by_the_end_of_their_files_path() {
    let board = board();
    let a = board.session("a");
    let rows = [
        call(0, "Read", "/p/src/main.rs"),
        call(1, "Edit", "/p/src/main.rs"),
        call(2, "Edit", "/p/src/domain.rs"),
        call(3, "Bash", ""),
        row(4, &[Sort::Words]),
    ];
    board.transcript_append(&a, &rows).unwrap();
    let by = |tool: Option<&str>, file: Option<&str>, sorts: &[Sort]| {
        let filter = Filter { tool: tool.map(Into::into), file: file.map(Into::into), ..of(sorts) };
        found(&board, &[&a], &filter, &WindowStart::Index(0), 9).1.join(" ")
    };
    assert_eq!(by(Some("Edit"), None, &[]), "a1 a2");
    assert_eq!(by(None, Some("src/main.rs"), &[]), "a0 a1", "agents name files by absolute paths");
    assert_eq!(by(None, Some("main.rs"), &[]), "a0 a1", "and main.rs is not the end of the name domain.rs");
    assert_eq!(by(None, Some("/p/src/main.rs"), &[Sort::Edits]), "a1", "sorts and names both count");
    assert_eq!(by(Some("Read"), Some("domain.rs"), &[]), "", "no row has both");
    assert_eq!(by(Some("read"), None, &[]), "", "a tool is named as it is");
    let facets = board.transcript_facets(std::slice::from_ref(&a), 2).unwrap();
    assert_eq!(facets.tools, [("Edit".to_owned(), 2), ("Bash".to_owned(), 1)], "the two most often called");
    assert_eq!(facets.files, [("/p/src/main.rs".to_owned(), 2), ("/p/src/domain.rs".to_owned(), 1)]);
    assert_eq!(facets.sorts.iter().map(|(_, rows)| *rows).collect::<Vec<_>>(), [1, 0, 2, 2, 0, 0]);
}

#[test]
fn rows_of_before_there_were_sorts_are_sorted_in_portions_and_nothing_after_them_is_told_before() {
    let board = board();
    let (a, b) = (board.session("a"), board.session("b"));
    let rows: Vec<TranscriptRow> = (0..2_500).map(|at| row(at, &[Sort::Words])).collect();
    board.transcript_append(&a, &rows).unwrap();
    let forget = |tx: &rusqlite::Connection| Ok(tx.execute("DELETE FROM transcript_sort", ())?);
    board.db.write(forget).unwrap();
    board.transcript_append(&a, &[row(2_500, &[Sort::Words])]).unwrap();
    board.transcript_append(&b, &[row(0, &[Sort::Words])]).unwrap();
    let both = [a.clone(), b.clone()];
    let told = || board.transcript_filtered(&both, &of(&[Sort::Words]), &WindowStart::Index(0), 1).unwrap();
    assert_eq!((told().total, told().sorted, told().rows), (0, 0, 2_502), "places must not change later");
    let mut portions = 0;
    loop {
        let unsorted = board.transcript_unsorted(&a, 1_000, usize::MAX).unwrap();
        let Some(first) = unsorted.first().map(|row| row.ordinal) else { break };
        let facets = vec![Facets::of(Sort::Words); unsorted.len()];
        board.transcript_sort(&a, first, facets.clone()).unwrap();
        board.transcript_sort(&a, first, facets).unwrap();
        portions += 1;
    }
    assert_eq!(portions, 3, "also the row that was appended meanwhile, and none twice");
    assert_eq!((told().total, told().sorted, told().rows), (2_502, 2_502, 2_502));
    board.transcript_sort(&a, 2_502, vec![Facets::of(Sort::Words)]).unwrap();
    assert_eq!(told().sorted, 2_502, "a row that does not exist has no sort");
}

#[test]
fn few_long_rows_are_a_portion_as_many_short_ones_are() {
    let board = board();
    let session = board.session("a");
    let long = |at| TranscriptRow { body: "x".repeat(1_000), ..row(at, &[Sort::Words]) };
    board.transcript_append(&session, &(0..10).map(long).collect::<Vec<_>>()).unwrap();
    board.db.write(|tx| Ok(tx.execute("DELETE FROM transcript_sort", ())?)).unwrap();
    let ordinals = |bytes| {
        let rows = board.transcript_unsorted(&session, 1_000, bytes).unwrap();
        rows.iter().map(|row| row.ordinal).collect::<Vec<_>>()
    };
    assert_eq!(ordinals(2_500), [1, 2, 3], "up to the one that fills it");
    assert_eq!(ordinals(1), [1], "always one, or nothing would ever be left");
    assert_eq!(ordinals(usize::MAX).len(), 10, "all of them where there is room");
}

#[test]
fn a_window_of_a_filtered_transcript_of_a_hundred_thousand_rows_opens_at_once() {
    let board = board();
    let session = board.session("s");
    for batch in 0..100 {
        let rows: Vec<TranscriptRow> = (0..1_000)
            .map(|at| {
                call(batch * 1_000 + at, if at % 100 == 0 { "Edit" } else { "Read" }, &format!("src/{}.rs", at % 50))
            })
            .collect();
        board.transcript_append(&session, &rows).unwrap();
    }
    let started = Instant::now();
    for start in (0..900).step_by(100) {
        let (total, window) = found(&board, &[&session], &of(&[Sort::Edits]), &WindowStart::Index(start), 100);
        assert_eq!((total, window.len()), (1_000, 100), "one in a hundred is an edit");
    }
    let took = started.elapsed() / 9;
    println!("a window of the edits among 100,000 rows took {took:?}");
    assert!(took < Duration::from_millis(500), "{took:?}: reading the rows themselves takes far longer than that");
}
