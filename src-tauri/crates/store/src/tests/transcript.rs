use super::*;
use crate::{StoreError, TranscriptRow};
use harness_domain::transcript::{Facets, Sort};

fn row(text: &str) -> TranscriptRow {
    TranscriptRow {
        at_ms: NOW,
        kind: "assistant_text".into(),
        text_for_search: text.into(),
        facets: Facets::of(Sort::Words),
        body: format!("{{\"text\":{text:?}}}"),
    }
}

#[test]
fn rows_are_numbered_from_one_without_gaps_and_read_by_window() {
    let board = board();
    let (a, b) = (board.session("a"), board.session("b"));
    assert_eq!(board.transcript_append(&a, &[row("one"), row("two")]).unwrap(), 2);
    assert_eq!(board.transcript_append(&b, &[row("other")]).unwrap(), 1, "every session counts for itself");
    assert_eq!(board.transcript_append(&a, &[row("three")]).unwrap(), 3);
    assert_eq!(board.transcript_append(&a, &[]).unwrap(), 3);
    let window = board.transcript_window(&a, 2, 10).unwrap();
    assert_eq!(window.iter().map(|row| row.ordinal).collect::<Vec<_>>(), [2, 3]);
    assert_eq!((window[0].body.as_str(), window[0].kind.as_str()), ("{\"text\":\"two\"}", "assistant_text"));
    assert_eq!(board.transcript_window(&a, 1, 1).unwrap().len(), 1, "no more than asked for");
    assert_eq!((board.transcript_len(&a).unwrap(), board.transcript_len(&b).unwrap()), (3, 1));
}

#[test]
fn a_transcript_needs_a_session() {
    let board = board();
    let unknown = SessionId("unknown".into());
    let error = board.transcript_append(&unknown, &[row("x")]).unwrap_err();
    assert_eq!(error, StoreError::NoSuchSession(unknown.clone()));
    assert_eq!(board.transcript_len(&unknown).unwrap(), 0);
    assert_eq!(board.transcript_window(&unknown, 1, 9).unwrap(), []);
}

#[test]
fn a_search_finds_the_newest_rows_that_hold_every_word() {
    let board = board();
    let session = board.session("s");
    let rows = [row("the build failed in main.rs"), row("the build passed"), row("Überprüfung der Änderung"), row("")];
    board.transcript_append(&session, &rows).unwrap();
    let found = |query: &str| -> Vec<u64> {
        board.transcript_search(query, 10).unwrap().iter().map(|hit| hit.ordinal).collect()
    };
    assert_eq!(found("build"), [2, 1], "newest first");
    assert_eq!(found("build failed"), [1], "every word counts");
    assert_eq!(found("bui"), [2, 1], "the last word may be a beginning");
    assert_eq!(found("main.rs"), [1]);
    assert_eq!(found("uberprufung"), [3], "accents do not matter");
    assert_eq!(found("absent"), [0; 0]);
    let hit = &board.transcript_search("failed", 1).unwrap()[0];
    assert_eq!((hit.session.0.as_str(), hit.excerpt.as_str()), ("s", "the build ⟦failed⟧ in main.rs"));
}

#[test]
fn no_text_that_a_person_types_breaks_the_search() {
    let board = board();
    let session = board.session("s");
    board.transcript_append(&session, &[row("a AND b OR NEAR(c) search_text column")]).unwrap();
    let nasty = [
        "",
        " ",
        "\"",
        "\"\"",
        "'",
        "*",
        "a*",
        "*a",
        "(",
        ")",
        "a AND",
        "AND",
        "OR NOT",
        "NEAR(",
        "NEAR(a b, 5)",
        "a:b",
        "search_text:a",
        "-a",
        "+a",
        "^a",
        "{a b}: c",
        "a\0b",
        "\0",
        "\\",
        "%",
        "a\"b",
        "\"a",
        "a\" OR \"b",
        "日本語",
        "🦀",
        "a;DROP TABLE transcript",
        "--",
        "/*",
    ];
    for query in nasty {
        let found = board.transcript_search(query, 10);
        assert!(found.is_ok(), "{query:?} must be searched for, not be parsed: {found:?}");
    }
    let long = "word ".repeat(10_000);
    assert_eq!(board.transcript_search(&long, 10), Ok(vec![]), "a very long query is cut, not refused");
    assert_eq!(board.transcript_search("AND b", 10).unwrap().len(), 1, "an operator is a word like any other");
}
