//! Bounds that hold even in a debug build on a busy machine; the goals themselves are measured by the benchmarks.

use super::*;
use crate::TranscriptRow;
use harness_domain::transcript::{Facets, Sort};
use std::time::{Duration, Instant};

#[test]
fn claiming_does_not_slow_down_with_the_number_of_cards() {
    let boards = [board_of(600), board_of(10_000)];
    let mut times = [Vec::new(), Vec::new()];
    // In turns, so that whatever else the machine does slows both.
    for turn in 0..250 {
        for (board, times) in boards.iter().zip(&mut times) {
            let wanted = claim(&format!("s{turn}"));
            let started = Instant::now();
            board.claim_next(&wanted, &host()).unwrap().unwrap();
            times.push(started.elapsed());
        }
    }
    let [few, many] = times.map(|mut times| {
        times.sort_unstable();
        times[times.len() / 4]
    });
    println!("a claim took {few:?} of 600 cards and {many:?} of 10,000 (lower quartiles)");
    assert!(many < few * 2 + Duration::from_micros(500), "{few:?} of 600 cards, but {many:?} of 10,000");
}

/// A board where the second half of the cards waits for the first.
fn board_of(cards: usize) -> Board {
    let board = board();
    let names: Vec<String> = (0..cards).map(|card| format!("card {card}")).collect();
    let mut batch = drafts(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let half = cards / 2;
    for (place, draft) in batch.iter_mut().enumerate().skip(half) {
        draft.depends_on_index = vec![place - half, (place - half + 1) % half, (place - half + 2) % half];
    }
    board.feature_create(batch, &person()).unwrap();
    board
}

#[test]
fn a_hundred_thousand_transcript_rows_are_stored_in_seconds() {
    let board = board();
    let session = board.session("s");
    let rows: Vec<TranscriptRow> = (0..1_000)
        .map(|row| TranscriptRow {
            at_ms: NOW,
            kind: "assistant_text".into(),
            text_for_search: format!(
                "line {row}: running the tests of the login page, three of them fail with a timeout"
            ),
            facets: Facets::of(Sort::Words),
            body: format!("{{\"type\":\"text\",\"text\":\"line {row}: running the tests of the login page\"}}"),
        })
        .collect();
    let started = Instant::now();
    for _ in 0..100 {
        board.transcript_append(&session, &rows).unwrap();
    }
    let stored = started.elapsed();
    println!("100,000 rows stored in {stored:?}: {:.0} rows/s", 100_000.0 / stored.as_secs_f64());
    assert_eq!(board.transcript_len(&session).unwrap(), 100_000);
    assert!(stored < Duration::from_secs(60), "storing took {stored:?}");
    let started = Instant::now();
    assert_eq!(board.transcript_search("login time", 20).unwrap().len(), 20);
    assert_eq!(board.transcript_window(&session, 99_000, 50).unwrap().len(), 50);
    println!("search and window took {:?}", started.elapsed());
    assert!(started.elapsed() < Duration::from_secs(2), "reading must not go through every row");
}
