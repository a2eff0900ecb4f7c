//! Reads `{"kind": "message" | "home" | "modal", "json": …}` line by line, and prints what slackblocks finds fault with.

use std::io;

use serde_json::Value;
use slackblocks::{HomeTabView, MessagePayload, ModalView};

fn main() -> io::Result<()> {
    for (number, line) in io::stdin().lines().enumerate() {
        let mut sent: Value = serde_json::from_str(&line?)?;
        let json = sent["json"].take();
        let checked = match sent["kind"].as_str() {
            Some("message") => MessagePayload::try_from(json).map(drop),
            Some("home") => HomeTabView::try_from(json).map(drop),
            Some("modal") => ModalView::try_from(json).map(drop),
            _ => panic!("line {number}: no kind"),
        };
        if let Err(error) = checked {
            println!("line {number}: {error}");
        }
    }
    Ok(())
}
