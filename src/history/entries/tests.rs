use std::io::BufReader;

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn read(text: impl AsRef<[u8]>) -> Vec<Result<Value, Flaw>> {
    // A buffer of three bytes puts every seam of the scanner to the test.
    Entries::list(BufReader::with_capacity(3, text.as_ref())).collect()
}

fn good(text: impl AsRef<[u8]>) -> Vec<Value> {
    read(text).into_iter().filter_map(Result::ok).collect()
}

#[test]
fn entries_come_one_by_one() {
    assert_eq!(
        good(r#" [ {"a": "x]}\"{"}, [1, [2]], "s", 4 , null ] "#),
        [json!({"a": "x]}\"{"}), json!([1, [2]]), json!("s"), json!(4), json!(null)]
    );
    assert!(read("[]").is_empty());
    assert_eq!(good("\u{feff}[1]"), [json!(1)]);
}

#[test]
fn a_broken_entry_costs_itself_alone() {
    for broken in ["{\"a\": tru}", "nonsense", "{\"a\": \"no end\n}", "{\"a\": \"\u{1}\"}", "\"\\ud800\"", "{]"] {
        let all = read(format!("[{{\"n\": 1}},\n{broken},\n{{\"n\": 2}}]"));
        let good: Vec<_> = all.iter().filter_map(|entry| entry.as_ref().ok()).collect();
        assert_eq!(good, [&json!({"n": 1}), &json!({"n": 2})], "{broken}");
        assert_eq!(all.len(), 3, "{broken}: {all:?}");
    }
    assert_eq!(good("[{\"n\": 1} {\"n\": 2}, {\"n\": 3}} , {\"n\": 4}]").len(), 4);
    assert_eq!(good(b"[\"\xff\", 1]".as_slice()), [json!(1)]);
}

#[test]
fn an_entry_may_not_be_too_deep_or_too_large() {
    let deep = format!("[{}{}, 1]", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(good(deep), [json!(1)]);
    let large = format!("[\"{}\", 1]", "x".repeat(MAX_ENTRY_BYTES));
    let all: Vec<_> = Entries::list(large.as_bytes()).collect();
    assert_eq!(all, [Err(Flaw::Entry("larger than 4 MiB".into())), Ok(json!(1))]);
}

#[test]
fn what_stood_before_the_end_of_a_cut_file_is_kept() {
    let whole = r#"[{"n": 1}, {"n": 2}]"#;
    for end in 0..whole.len() - 1 {
        let all = read(&whole[..end]);
        assert!(matches!(all.last(), Some(Err(Flaw::End(_)))), "{end}: {all:?}");
    }
    assert_eq!(good(&whole[..15]), [json!({"n": 1})]);
}

#[test]
fn wrong_kinds_of_file_are_named() {
    let flaw = |text: &[u8]| read(text).swap_remove(0).unwrap_err().to_string();
    assert_eq!(flaw(b"{}"), "no JSON of the right shape; a list would be right");
    assert_eq!(flaw(b"\xff\xfe[\0]\0"), "UTF-16 text; UTF-8 would be right");
    assert_eq!(flaw(b""), "nothing in it");
}

#[test]
fn reading_goes_on_where_it_stopped() {
    let text = r#"[{"n": 1} , {"n": 2}, {"n": 3}]"#;
    let mut first = Entries::list(text.as_bytes());
    first.next();
    let at = usize::try_from(first.offset()).unwrap();
    let rest: Vec<_> = Entries::within(&text.as_bytes()[at..], first.offset(), first.met()).collect();
    assert_eq!(rest, [Ok(json!({"n": 2})), Ok(json!({"n": 3}))]);
}

#[test]
fn a_root_is_read_up_to_its_list() {
    let text = r#"{"guild": {"id": "1"}, "n": null, "messages": [1, 2], "count": 2}"#;
    let root = Root::read(text.as_bytes(), "messages").unwrap();
    assert_eq!(Value::from(root.fields), json!({"guild": {"id": "1"}, "n": null}));
    let at = usize::try_from(root.list_at.unwrap()).unwrap();
    let entries: Vec<_> = Entries::within(&text.as_bytes()[at..], at as u64, 0).collect();
    assert_eq!(entries, [Ok(json!(1)), Ok(json!(2))]);
    assert_eq!(Root::read(&b"{\"a\": 1}"[..], "messages").unwrap().list_at, None);
    assert!(Root::read(&b"{\"a\": 1"[..], "messages").is_err());
    assert!(Root::read(&b"{1: 1}"[..], "messages").is_err());
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic_or_endlessness(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(read(&bytes).len() <= bytes.len() + 2);
        let _ = Root::read(bytes.as_slice(), "messages");
    }

    #[test]
    fn any_pieces_of_json_are_read_without_panic(pieces in prop::collection::vec(
        prop::sample::select(vec!["[", "]", "{", "}", ",", ":", "\"", "\\", "\n", " ", "1", "null", "\"a\""]), 0..60
    )) {
        let text = format!("[{}", pieces.concat());
        prop_assert!(read(&text).len() <= text.len() + 2);
        let _ = Root::read(text.replacen('[', "{", 1).as_bytes(), "messages");
    }

    #[test]
    fn broken_entries_never_lose_good_ones(kinds in prop::collection::vec(0..4_usize, 0..40)) {
        let parts: Vec<_> = kinds.iter().enumerate().map(|(n, kind)| match kind {
            0 | 1 => format!("{{\"n\": {n}, \"text\": \"a \\\" ] b\"}}"),
            2 => "{\"n\": oops}".to_owned(),
            _ => "{\"n\": \"no end,\n}".to_owned(),
        }).collect();
        let expected: Vec<_> = kinds.iter().enumerate().filter(|(_, kind)| **kind < 2).map(|(n, _)| n).collect();
        let found: Vec<_> = good(format!("[{}]", parts.join(",")))
            .iter().map(|entry| usize::try_from(entry["n"].as_u64().unwrap()).unwrap()).collect();
        prop_assert_eq!(found, expected);
    }
}
