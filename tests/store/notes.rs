//! What adapters write down for themselves.

use chat::{Note, PlatformKind};

use super::samples::at;
use crate::support::databases::each_database;

fn note(name: &str, text: &str, until: i64) -> Note {
    Note { name: name.to_owned(), text: text.to_owned(), until: at(until) }
}

#[tokio::test]
async fn a_note_is_there_until_it_is_out_of_date_or_struck_out() {
    const DISCORD: PlatformKind = PlatformKind::Discord;
    each_database(|store| async move {
        store.write_note(DISCORD, &note("a", "1", 10), at(0)).await.unwrap();
        store.write_note(DISCORD, &note("b", "2", 20), at(0)).await.unwrap();
        store.write_note(DISCORD, &note("a", "3", 15), at(0)).await.unwrap();
        store.write_note(PlatformKind::Slack, &note("a", "4", 99), at(0)).await.unwrap();
        assert_eq!(store.notes(DISCORD, at(1)).await.unwrap(), [note("a", "3", 15), note("b", "2", 20)]);
        assert_eq!(store.notes(DISCORD, at(15)).await.unwrap(), [note("b", "2", 20)]);
        // Another note throws away what is out of date, whosever it is.
        store.write_note(DISCORD, &note("c", "5", 99), at(16)).await.unwrap();
        assert_eq!(store.notes(DISCORD, at(0)).await.unwrap(), [note("b", "2", 20), note("c", "5", 99)]);
        store.strike_note(DISCORD, "b").await.unwrap();
        store.strike_note(DISCORD, "nothing").await.unwrap();
        assert_eq!(store.notes(DISCORD, at(0)).await.unwrap(), [note("c", "5", 99)]);
        store.sweep_notes(at(99)).await.unwrap();
        for platform in [DISCORD, PlatformKind::Slack] {
            assert_eq!(store.notes(platform, at(0)).await.unwrap(), []);
        }
    })
    .await;
}
