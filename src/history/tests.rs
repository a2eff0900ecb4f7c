//! What holds for any history: order, completeness of the rest, bounds, clear errors.

use std::{
    fs,
    io::{Cursor, Write},
};

use chat::{Message, What};
use proptest::prelude::*;
use tempfile::{TempDir, tempdir};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::*;

mod discord_histories;

#[path = "../../tests/support/synthetic_export.rs"]
mod synthetic_export;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn open(path: &Path) -> History {
    History::open(path, Wanted::default()).unwrap()
}

fn read(path: &Path) -> (Vec<Event>, Vec<Broken>) {
    let (events, broken): (Vec<_>, Vec<_>) = open(path).partition(Result::is_ok);
    (events.into_iter().filter_map(Result::ok).collect(), broken.into_iter().filter_map(Result::err).collect())
}

fn refusal(path: &Path) -> String {
    History::open(path, Wanted::default()).err().unwrap().to_string()
}

fn said(event: &Event) -> Option<&Message> {
    match &event.what {
        What::Message(message) => Some(message),
        _ => None,
    }
}

fn in_order(events: &[Event]) -> bool {
    events.is_sorted_by_key(|event| event.at)
}

/// A zip of the Slack fixture, below `top`.
fn zipped(top: &str) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let root = fixture("slack-export");
    for file in &files::Files::folder(&root).unwrap().listed {
        zip.start_file(format!("{top}{}", file.name), SimpleFileOptions::default()).unwrap();
        zip.write_all(&fs::read(root.join(&file.name)).unwrap()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

fn file(bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = folder(&[("some.file", bytes)]);
    let path = folder.path().join("some.file");
    (folder, path)
}

#[test]
fn a_slack_export_is_read_in_order_over_all_channels() {
    let (events, broken) = read(&fixture("slack-export"));
    assert_eq!(broken, []);
    assert!(in_order(&events));
    let messages: Vec<_> = events.iter().filter_map(said).collect();
    assert_eq!(messages.len(), 59);
    assert_eq!(messages.iter().filter(|message| message.by_bot).count(), 3);
    assert_eq!(events.iter().filter(|event| event.what == What::Joined).count(), 1);
    assert_eq!(events.iter().filter(|event| event.place.thread.is_some()).count(), 6);
    assert!(!messages.iter().any(|message| message.text.contains("private words")));
    let history = open(&fixture("slack-export"));
    let names: Vec<_> = history.channels().iter().map(|channel| channel.name.as_str()).collect();
    assert_eq!((names.as_slice(), history.left_out()), (["deals", "general", "support"].as_slice(), 1));
    assert_eq!(history.profile(&events[1].by).unwrap().zone.as_deref(), Some("Europe/Rome"));
}

#[test]
fn a_zip_tells_the_same_as_its_folder() {
    let expected = read(&fixture("slack-export"));
    for top in ["", "Northwind Slack export Mar 1 2024/"] {
        let (_folder, path) = file(&zipped(top));
        assert!(read(&path) == expected, "{top}");
    }
}

#[test]
fn a_cut_zip_tells_what_is_left() {
    let whole = zipped("");
    let all = read(&fixture("slack-export")).0.len();
    let (_folder, path) = file(&whole[..whole.len() / 2]);
    let (events, broken) = read(&path);
    assert!(in_order(&events) && !events.is_empty() && events.len() < all, "{}", events.len());
    assert!(broken[0].to_string().starts_with("some.file: the zip is cut off"), "{broken:?}");
    let (_folder, path) = file(&whole[..20]);
    assert!(refusal(&path).contains("a damaged zip"));
}

#[test]
fn a_damaged_file_in_a_zip_costs_itself_alone() {
    let mut bytes = zipped("");
    // The first local file is DANABEN01's; damage the bytes of a later one, well behind its header.
    let name = b"general/2024-03-05.json";
    let at = bytes.windows(name.len()).position(|window| window == name).unwrap() + name.len() + 40;
    bytes[at] ^= 0xff;
    let (_folder, path) = file(&bytes);
    let (events, broken) = read(&path);
    assert!(broken.iter().any(|broken| broken.file == "general/2024-03-05.json"), "{broken:?}");
    assert!(events.iter().filter_map(said).count() >= 57);
}

#[test]
fn only_what_is_wanted_is_read() {
    let at = |day: &str| day_of(&format!("{day}.json"));
    let wanted = Wanted { channels: vec!["#Deals".into()], from: at("2024-03-05"), to: at("2024-03-06") };
    let history = History::open(&fixture("slack-export"), wanted).unwrap();
    assert_eq!(history.channels().len(), 1);
    assert_eq!(history.filter_map(Result::ok).count(), 3);
    let wanted = Wanted { channels: vec!["nowhere".into()], ..Wanted::default() };
    let refusal = History::open(&fixture("slack-export"), wanted).err().unwrap().to_string();
    assert_eq!(refusal, "there is no channel \"nowhere\" here; there are: deals, general, support");
}

#[test]
fn broken_entries_are_named_and_the_rest_is_read() {
    let export = folder(&[
        ("users.json", b"[{\"name\": \"no id\"}, {\"id\": \"U1\", \"tz\": \"Europe/Rome\"}]"),
        (
            "a/2024-03-04.json",
            b"[{\"ts\": \"1709542800.1\", \"text\": \"one\"}, {\"text\": \"secret\"}, {\"ts\": \"1.0\"}]",
        ),
        ("a/2024-03-05.json", b"[{\"ts\": \"1709629200.1\", \"text\": \"two\"}, {\"ts\": \"170962"),
        ("a/2024-03-06.json", b"\xff\xfe[\0]\0"),
        ("b/2024-03-04.json", b"{}"),
        ("b/2024-03-05.json", b"\xef\xbb\xbf[{\"ts\": \"1709629201.1\", \"text\": \"three\"}]"),
        ("b/notes.json", b"[]"),
    ]);
    let (events, broken) = read(export.path());
    let texts: Vec<_> = events.iter().filter_map(said).map(|message| message.text.as_str()).collect();
    assert_eq!(texts, ["one", "two", "three"]);
    let broken: Vec<_> = broken.iter().map(ToString::to_string).collect();
    assert_eq!(
        broken,
        [
            "users.json, entry 1: a person without id",
            "a/2024-03-04.json, entry 2: a message without `ts`",
            "a/2024-03-04.json, entry 3: its instant is not of the day that the file is named for",
            "b/2024-03-04.json: no JSON of the right shape; a list would be right",
            "a/2024-03-05.json, entry 2: the file ends in the middle of this entry",
            "a/2024-03-06.json: UTF-16 text; UTF-8 would be right",
        ]
    );
}

#[test]
fn days_of_any_time_zone_are_put_in_order() {
    // Days of somebody in Honolulu (UTC-10) in one channel, and of a channel that lies across them.
    let export = folder(&[
        ("a/2024-03-04.json", b"[{\"ts\": \"1709632799.0\"}, {\"ts\": \"1709546400.0\"}]"),
        ("a/2024-03-05.json", b"[{\"ts\": \"1709632800.0\"}]"),
        ("b/2024-03-04.json", b"[{\"ts\": \"1709632799.5\"}, {\"ts\": \"1709580000.0\"}]"),
        ("b/2024-03-05.json", b"[{\"ts\": \"1709580001.0\"}]"),
    ]);
    let (events, broken) = read(export.path());
    assert_eq!((events.len(), broken.len()), (6, 0));
    assert!(in_order(&events));
}

#[test]
fn other_things_are_refused_by_what_they_are() {
    let refused: [(&[u8], &str); 7] = [
        (b"", "an empty file"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\xff\xfe{\0", "UTF-16"),
        (b"[{}]", "one day of a Slack export"),
        (b"<html>", "--format Json"),
        (b"hello", "another kind"),
        (b" {\"a\": 1}", "without `messages`"),
    ];
    for (bytes, found) in refused {
        let (_folder, path) = file(bytes);
        let refusal = refusal(&path);
        assert!(refusal.contains(found) && refusal.contains("right would be a Slack export"), "{refusal}");
    }
    assert!(refusal(Path::new("/no/such/path")).contains("can't be read"));
    assert!(refusal(folder(&[("a.txt", b"x")]).path()).contains("a folder of 1 files, none of them JSON"));
}

#[test]
fn an_encrypted_zip_is_refused() {
    let mut bytes = zipped("");
    // Bit 0 of the flags says "encrypted": at 6 in a local header, at 8 in the directory.
    for (signature, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let all: Vec<_> = (0..bytes.len() - 46).filter(|at| &bytes[*at..at + 4] == signature).collect();
        for at in all {
            bytes[at + flags] |= 1;
        }
    }
    let (_folder, path) = file(&bytes);
    assert!(refusal(&path).contains("encrypted"), "{}", refusal(&path));
}

#[test]
fn a_zip_bomb_is_read_no_further_than_its_cap() {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("a/2024-03-04.json", SimpleFileOptions::default()).unwrap();
    zip.write_all(b"[{\"ts\": \"1709542800.1\", \"text\": \"kept\"},").unwrap();
    let blanks = vec![b' '; 1 << 20];
    (0..70).for_each(|_| zip.write_all(&blanks).unwrap());
    zip.start_file("../../a/2024-03-05.json", SimpleFileOptions::default()).unwrap();
    zip.write_all(b"[{\"ts\": \"1709629200.1\", \"text\": \"elsewhere\"}]").unwrap();
    let (_folder, path) = file(&zip.finish().unwrap().into_inner());
    let (events, broken) = read(&path);
    assert_eq!(events.len(), 1);
    assert_eq!(broken[0].to_string(), "a/2024-03-04.json, entry 1: larger than 64 MiB, the rest is left out");
}

#[test]
fn many_broken_entries_do_not_fill_the_memory() {
    let export = folder(&[("a/2024-03-04.json", format!("[{}1]", "1,".repeat(5_000)).as_bytes())]);
    assert_eq!(read(export.path()).1.len(), slack_days::MAX_BROKEN + 1);
}

#[test]
fn a_large_export_is_read_in_order_with_few_days_at_hand() {
    let export = tempdir().unwrap();
    synthetic_export::write(export.path(), 20_000, 7).unwrap();
    let mut history = open(export.path());
    let (mut count, mut most, mut last) = (0, 0, Timestamp::default());
    while let Some(event) = history.next() {
        let event = event.unwrap();
        assert!(event.at >= last);
        last = event.at;
        count += usize::from(said(&event).is_some());
        most = most.max(history.held());
    }
    assert_eq!(count, 20_000);
    assert_eq!(history.done_bytes(), history.total_bytes());
    // 222 messages a day over all channels; three days of each may be at hand.
    assert!(most <= 3 * 222 + 12, "{most} events were held");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_opened_without_panic(start in prop::sample::select(vec!["", "PK\u{3}\u{4}", "{", "["]),
        bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let (_folder, path) = file(&[start.as_bytes(), &bytes].concat());
        if let Ok(history) = History::open(&path, Wanted::default()) {
            prop_assert!(history.count() < 1_000);
        }
    }

    #[test]
    fn a_damaged_zip_is_read_without_panic(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let mut bytes = zipped("");
        let place = at.index(bytes.len());
        bytes[place] = byte;
        bytes.truncate(cut.index(bytes.len() * 2).max(30));
        let (_folder, path) = file(&bytes);
        if let Ok(history) = History::open(&path, Wanted::default()) {
            prop_assert!(in_order(&history.filter_map(Result::ok).collect::<Vec<_>>()));
        }
    }

    #[test]
    fn broken_entries_never_lose_good_ones(kinds in prop::collection::vec(0..5_usize, 0..30)) {
        let entries: Vec<_> = kinds.iter().enumerate().map(|(n, kind)| match kind {
            0 | 1 => format!("{{\"ts\": \"{}.0\", \"text\": \"{n}\"}}", 1_709_542_800 + n),
            2 => "{\"ts\": oops}".to_owned(),
            3 => "{\"ts\": \"1709542800.0\", \"text\": \"no end\n}".to_owned(),
            _ => "[{}, 3]".to_owned(),
        }).collect();
        let export = folder(&[("a/2024-03-04.json", format!("[{}]", entries.join(",")).as_bytes())]);
        let (events, broken) = read(export.path());
        let good = kinds.iter().filter(|kind| **kind < 2).count();
        prop_assert_eq!((events.len(), broken.len()), (good, kinds.len() - good));
    }
}

/// mattermost/mmetl's Enterprise Grid transform, hfaran/slack-export-viewer#224: workspaces below `teams/`, people of the
/// whole organisation beside them.
#[test]
fn an_enterprise_grid_is_read_whole() {
    let message = |at: &str, user: &str| {
        format!(r#"[{{"type": "message", "user": "{user}", "ts": "{at}", "text": "hello"}}]"#).into_bytes()
    };
    let person =
        |id: &str| format!(r#"[{{"id": "{id}", "name": "{id}", "profile": {{}}, "tz": "Europe/Rome"}}]"#).into_bytes();
    let channels = |id: &str, name: &str| format!(r#"[{{"id": "{id}", "name": "{name}"}}]"#).into_bytes();
    let (at, day) = ("1709546400.000100", "2024-03-04.json");
    let grid = folder(&[
        ("org_users.json", &person("W0ANA")),
        ("channels.json", &channels("C0ALL", "all-hands")),
        (&format!("all-hands/{day}"), &message(at, "W0ANA")),
        ("teams/acme/users.json", &person("W0BEN")),
        ("teams/acme/channels.json", &channels("C0ACME", "deals")),
        (&format!("teams/acme/deals/{day}"), &message(at, "W0BEN")),
        ("teams/widgets-inc/channels.json", &channels("C0WID", "deals")),
        (&format!("teams/widgets-inc/deals/{day}"), &message(at, "W0ANA")),
        ("canvases.json", b"[]"),
        (&format!("FC:F0CANVAS1:Untitled/{day}"), &message(at, "W0ANA")),
    ]);
    let history = open(grid.path());
    let names: Vec<_> = history.channels().iter().map(|channel| channel.name.as_str()).collect();
    assert_eq!(names, ["acme/deals", "all-hands", "widgets-inc/deals"]);
    assert_eq!((history.left_out(), history.not_read().names.as_slice()), (1, ["canvases.json".to_owned()].as_slice()));
    assert_eq!(history.people().count(), 2);
    let (events, broken) = read(grid.path());
    assert_eq!((events.iter().filter_map(said).count(), broken), (3, vec![]));
    let wanted = Wanted { channels: vec!["deals".to_owned()], ..Wanted::default() };
    assert_eq!(History::open(grid.path(), wanted).unwrap().channels().len(), 2, "a name without its workspace");
}

/// Twelve channels whose one day holds 200,000 messages each took 1.3 GB: a day is held piece by piece.
#[test]
fn a_huge_day_is_held_piece_by_piece() {
    const MESSAGES: u32 = 50_000;
    let day: String = (0..MESSAGES)
        .map(|number| {
            format!(r#"{{"type":"message","user":"U1","ts":"{}.{number:06}","text":"x"}}"#, 1_709_546_400 + number / 2)
        })
        .collect::<Vec<_>>()
        .join(",");
    let day = format!("[{day}]").into_bytes();
    let huge = folder(&[("a/2024-03-04.json", &day), ("b/2024-03-04.json", &day)]);
    let mut history = open(huge.path());
    let (mut told, mut most, mut last) = (0, 0, Timestamp::from_ms(0));
    while let Some(event) = history.next() {
        let event = event.unwrap();
        assert!(event.at >= last);
        last = event.at;
        told += 1;
        most = most.max(history.held());
    }
    assert_eq!(told, MESSAGES * 2);
    assert!(most < 45_000, "{most} events were held of {told}");
}
