//! Histories out of `DiscordChatExporter`.

use super::*;

fn message(n: u64) -> String {
    let id = (300_000_000_000 + n * 1_000) << 22;
    format!(r#"{{"id": "{id}", "type": "Default", "content": "m{n}", "author": {{"id": "7", "name": "ana"}}}}"#)
}

fn export(channel: &str, messages: &[String]) -> String {
    format!(
        r#"{{"guild": {{"id": "1"}}, "channel": {{"id": "{channel}", "type": "GuildTextChat", "name": "{channel}"}},
        "messages": [{}], "messageCount": 3}}"#,
        messages.join(",\n")
    )
}

#[test]
fn a_discord_file_is_read() {
    let (events, broken) = read(&fixture("discord-export.json"));
    assert_eq!(broken, []);
    assert!(in_order(&events));
    assert_eq!((events.len(), events.iter().filter_map(said).count()), (9, 7));
    let mut history = open(&fixture("discord-export.json"));
    assert_eq!(history.channels()[0].name, "deals");
    let last = history.by_ref().filter_map(Result::ok).last().unwrap();
    assert_eq!(history.profile(&last.by).unwrap().roles, ["seller"]);
}

#[test]
fn files_of_a_folder_are_put_in_order() {
    let all = |start: u64| (0..700).map(|n| message(start + 3 * n)).collect::<Vec<_>>();
    let export = folder(&[
        ("a.json", export("a", &all(0)).as_bytes()),
        ("b.json", export("b", &all(1)).as_bytes()),
        ("c/d.json", export("c", &all(2)).as_bytes()),
        ("other.json", b"{\"a\": 1}"),
        ("readme.txt", b"x"),
    ]);
    let (events, broken) = read(export.path());
    assert_eq!(events.len(), 2_100);
    assert!(in_order(&events));
    assert_eq!(broken.len(), 1);
    assert_eq!(broken[0].to_string(), "other.json: no file of DiscordChatExporter: a JSON object without `messages`");
}

#[test]
fn a_cut_file_tells_what_stood_before() {
    let whole = export("a", &(0..600).map(message).collect::<Vec<_>>());
    let (_folder, path) = file(&whole.as_bytes()[..whole.len() - 60]);
    let (events, broken) = read(&path);
    assert_eq!(events.len(), 599);
    assert_eq!(broken[0].to_string(), "some.file, entry 600: the file ends in the middle of this entry");
}

#[test]
fn entries_out_of_order_are_broken_and_a_reversed_file_is_refused() {
    let order = |numbers: &[u64]| export("a", &numbers.iter().map(|n| message(*n)).collect::<Vec<_>>());
    let (_folder, path) = file(order(&[1, 5, 2, 6]).as_bytes());
    let (events, broken) = read(&path);
    assert_eq!((events.len(), broken[0].entry), (3, Some(3)));
    let (_folder, path) = file(order(&[3, 2, 1]).as_bytes());
    assert!(refusal(&path).contains("--reverse"));
}

#[test]
fn private_conversations_are_left_out() {
    let direct = export("a", &[message(1)]).replace("GuildTextChat", "DirectTextChat");
    let (_folder, path) = file(direct.as_bytes());
    assert_eq!((open(&path).left_out(), open(&path).count()), (1, 0));
}

#[test]
fn a_large_file_is_read_piece_by_piece() {
    let (_folder, path) = file(export("a", &(0..20_000).map(message).collect::<Vec<_>>()).as_bytes());
    let mut history = open(&path);
    let (mut count, mut most) = (0, 0);
    while let Some(event) = history.next() {
        event.unwrap();
        count += 1;
        most = most.max(history.held());
    }
    assert_eq!(count, 20_000);
    assert!(most <= 256, "{most} events were held");
}
