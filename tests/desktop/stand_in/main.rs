//! Stands in for a desktop on a test's own message bus: what shows notifications and the tray, keeps the machine awake
//! and shows files. Nothing of it is shown to anyone.
//!
//! Each thing that a program asks of it is a line of JSON on standard output. Each line of JSON on standard input is
//! what a person does: `{"click":{"notification":1}}`, `{"read":"menu"}`, `{"choose":{"label":"Quit"}}`.

mod menu;
mod offered;

use serde::Deserialize;
use serde_json::{Value, json};
use std::io::Write;
use tokio::io::{AsyncBufReadExt, BufReader};

/// What a person does at this desk.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Act {
    /// Clicks a notification that is shown.
    Click { notification: u32 },
    /// Opens the menu of the icon in the tray and looks at it.
    Read(Thing),
    /// Chooses a line of that menu by its words.
    Choose { label: String },
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Thing {
    Menu,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let bus = offered::offer().await?;
    say(&json!({ "heard": "ready" }));
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        if let Err(error) = act(&bus, serde_json::from_str(&line)?).await {
            say(&json!({ "heard": "failure", "words": error.to_string() }));
        }
    }
    Ok(())
}

async fn act(bus: &zbus::Connection, act: Act) -> zbus::Result<()> {
    match act {
        Act::Click { notification } => offered::click(bus, notification).await?,
        Act::Read(Thing::Menu) => {
            let lines: Vec<Value> = menu::read(bus).await?.iter().map(menu::Line::to_json).collect();
            say(&json!({ "heard": "menu", "lines": lines }));
        }
        Act::Choose { label } => {
            menu::choose(bus, &label).await?;
            say(&json!({ "heard": "chosen", "label": label }));
        }
    }
    Ok(())
}

/// Tells the test. One that listens no longer needs to hear nothing.
fn say(line: &Value) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}
