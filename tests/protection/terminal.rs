//! What a person types on a real terminal.

use super::people::{IT_RAN, needs_it, transcripts};
use crate::{screen::Terminal, stage::Stage};
use std::time::Duration;

#[test]
fn a_key_that_is_typed_is_read_and_not_shown() {
    let stage = Stage::empty();
    let mut terminal = Terminal::over(stage.machine.command(&["key", "set"]));
    terminal.until(&[("it is not shown", 1)]);
    let typed = "typed-0n-a-keyb0ard-and-nobody-sees-it";
    terminal.line(typed);
    // What it says about the form of the key proves that it was read.
    terminal.until(&[("does not look like a key", 1)]);
    let (_, shown) = terminal.end();
    assert!(!shown.contains(typed) && !shown.contains(&typed[..8]), "nobody reads it over a shoulder: {shown}");
}

#[test]
fn a_call_is_approved_on_the_terminal_that_shows_the_run() {
    let stage = Stage::new(&["Add"]);
    let words = stage.words_of(&needs_it(), &["--attended=5"]);
    let words: Vec<String> = words.into_iter().filter(|word| word != "--json").collect();
    let mut terminal = Terminal::over(stage.machine.command(&words));
    terminal.until(&[("or here: y (once)", 1)]);
    // An answer that nobody can have thought about is refused, and nothing happens; so it is given again.
    for tries in 1.. {
        terminal.line("y");
        let answers = [("Approved once", 1), ("typed before the request could be read", tries)];
        if terminal.until(&answers) == 0 {
            break;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(0), "{shown}");
    assert!(transcripts(&stage).contains(IT_RAN), "what was approved ran");
}
