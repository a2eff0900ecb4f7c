//! PRODUCT.md's second story: a number moves, and help comes to one person, in private.

use hmac::{Hmac, KeyInit as _, Mac as _};
use kairos::clock::Clock;
use serde_json::{Value, json};
use sha2::Sha256;

use super::{
    checks::seen,
    peer::{Mode, client, until},
    stage::{ALICE, BOB, GENERAL, Stage},
};
use crate::support::{
    alerts::{CRM, another_day, closed, days_ago, tells},
    prompts::prompts,
};

/// The CRM's own id of Ben, who is Bob in Slack.
const BEN: &str = "crm:0055";

async fn open(env: &[(&str, &str)]) -> Stage {
    open_by(Mode::Socket, env).await
}

async fn open_by(mode: Mode, env: &[(&str, &str)]) -> Stage {
    let mut all = vec![CRM];
    all.extend(env);
    let stage = Stage::open_with(mode, &all).await;
    stage.house.writes("people.csv", "crm,slack\n0055,T01TEST/U02BOB\n0056,T01TEST/U01ALICE\n");
    let taken = stage.house.command(&["import", "people", "people.csv"]);
    assert!(taken.contains("2 rows taken in, 0 known before, 0 refused"), "{taken}");
    stage
}

/// Who has a private conversation with Kairos.
async fn spoken_to(stage: &Stage) -> Vec<String> {
    let channels = stage.peer.channels().await;
    let private = channels.iter().filter(|channel| channel["is_im"] == true);
    let mut who = Vec::new();
    for channel in private {
        if !stage.said(channel["id"].as_str().unwrap()).await.is_empty() {
            let members = channel["members"].to_string();
            who.extend([ALICE, BOB].into_iter().filter(|user| members.contains(user)).map(str::to_owned));
        }
    }
    who
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_webhook_to_a_private_card_to_practice_and_back() {
    let stage = open(&[]).await;
    let address = stage.house.address();
    let nine = closed(BEN, 9, &days_ago(60), &days_ago(3));
    assert_eq!(tells(address, "msg_1", &nine), 202);
    assert_eq!(tells(address, "msg_1", &nine), 200, "the same once more is known");
    let card = stage.sees_privately(BOB, "Five minutes on value before a negotiation").await;
    assert!(seen(&card).contains("Here is a way to prepare the next one"), "{}", seen(&card));
    assert!(seen(&card).contains("usually 25 % → now 15 %"), "{}", seen(&card));
    assert_eq!(spoken_to(&stage).await, [BOB], "nobody else sees anything");
    assert!(stage.said(GENERAL).await.is_empty(), "nor does a channel");
    stage.presses(BOB, &card, "Why this?").await;
    let why = stage.sees_privately(BOB, "9 of 60 negotiations (15 %); usually 25 %").await;
    stage.presses(BOB, &why, "Details").await;
    stage.sees_privately(BOB, "at most about one false alarm per person and year").await;
    stage.presses(BOB, &card, "Practise this").await;
    stage.sees_privately(BOB, "The team likes it").await;
    stage.presses(BOB, &card, "Useful").await;
    stage.sees_privately(BOB, "Thanks, good to know").await;
    // Once until it is back; then whoever took the help up is told.
    assert_eq!(tells(address, "msg_2", &closed(BEN, 8, &days_ago(60), &days_ago(2))), 202);
    assert_eq!(tells(address, "msg_3", &closed(BEN, 17, &days_ago(40), &days_ago(1))), 202);
    stage.sees_privately(BOB, "Back to normal").await;
    let closed = "SELECT COUNT(*) FROM dips WHERE closed_at IS NOT NULL";
    assert_eq!(stage.house.count(closed).await, 1);
    let private = stage.private(BOB).await;
    let cards =
        stage.said(&private).await.iter().filter(|message| seen(message).contains("Five minutes on value")).count();
    assert_eq!(cards, 1);
    assert_eq!(spoken_to(&stage).await, [BOB]);
}

#[tokio::test(flavor = "multi_thread")]
async fn out_of_working_hours_it_waits() {
    let day = another_day();
    let stage = open(&[("KAIROS_CADENCE_WORKING_DAYS", &day)]).await;
    let before = stage.peer.now_ms().await;
    assert_eq!(tells(stage.house.address(), "msg_1", &closed(BEN, 9, &days_ago(60), &days_ago(1))), 202);
    let held = "SELECT COUNT(*) FROM deliveries WHERE state = 'held'";
    until("the help is held", || async { (stage.house.count(held).await == 1).then_some(()) }).await;
    // First until Slack has told where Bob is, then until that day begins there.
    let due = "SELECT due_at FROM deliveries WHERE state = 'held'";
    let is_put_off = || async { (stage.house.count(due).await > before + 86_400_000).then_some(()) };
    until("it waits until that day begins", is_put_off).await;
    assert!(spoken_to(&stage).await.is_empty());
}

const ON_ALERT: &str = "---\nkind: trigger\nid: rate-low\ntitle: The rate is low\nneed: The rate is low.\nalert: RateLow\n\
    offer: [tip-1]\nmoments: [solve]\nmode: live\nholdout_percent: 50\nowner: Sales\n---\n## Message\nHere is a way.\n";

#[tokio::test(flavor = "multi_thread")]
async fn the_share_without_help_is_on_record_and_hears_nothing() {
    let folder = prompts().with("rate-low.trigger.md", ON_ALERT).folder();
    let stage = open(&[("KAIROS_PROMPTS_DIR", folder.path().to_str().unwrap())]).await;
    for (id, who) in [("msg_1", "crm:0055"), ("msg_2", "crm:0056")] {
        let body = format!(r#"{{"person": "{who}", "alert": "RateLow", "fingerprint": "{id}"}}"#);
        assert_eq!(tells(stage.house.address(), id, &body), 202);
    }
    let both = "SELECT COUNT(*) FROM dips";
    until("both are on record", || async { (stage.house.count(both).await == 2).then_some(()) }).await;
    let left = "SELECT COUNT(*) FROM deliveries WHERE state IN ('held', 'pending', 'sending')";
    until("what is to be sent is sent", || async { (stage.house.count(left).await == 0).then_some(()) }).await;
    let helped = stage.house.count("SELECT COUNT(*) FROM dips WHERE held_out = 0 AND delivery_id IS NOT NULL").await;
    let without = stage.house.count("SELECT COUNT(*) FROM dips WHERE held_out = 1 AND delivery_id IS NULL").await;
    assert_eq!(helped + without, 2);
    assert_eq!(i64::try_from(spoken_to(&stage).await.len()).unwrap(), helped);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_whom_only_slack_knows_is_found_by_their_address() {
    let stage = open(&[]).await;
    assert_eq!(
        tells(stage.house.address(), "msg_1", &closed("nobody@example.com", 9, &days_ago(60), &days_ago(1))),
        202
    );
    assert_eq!(
        tells(stage.house.address(), "msg_2", &closed("Alice@example.com", 9, &days_ago(60), &days_ago(1))),
        202
    );
    // The address is all that is known: she says that it is hers before any number comes.
    let question = stage.sees_privately(ALICE, "Is this you?").await;
    assert!(seen(&question).contains("alice@example.com") && !seen(&question).contains("Five minutes"));
    let before = stage.house.command(&["people", "list"]);
    assert!(before.contains("email:alice@example.com (not confirmed)"), "{before}");
    stage.presses(ALICE, &question, "Yes, that’s me").await;
    stage.sees_privately(ALICE, "Five minutes on value before a negotiation").await;
    assert_eq!(spoken_to(&stage).await, [ALICE]);
    let parked = stage.house.command(&["people", "parked", "--json"]);
    assert!(parked.contains("email:nobody@example.com") && !parked.contains("alice"), "{parked}");
    let known = stage.house.command(&["people", "list"]);
    assert!(known.contains("slack:T01TEST/U01ALICE  crm:0056  email:alice@example.com"), "{known}");
    // Whoever is introduced later is told then.
    let added = stage.house.command(&["people", "add", "nobody@example.com", "crm:0055"]);
    assert!(added.contains("linked 2 names to one person"), "{added}");
    stage.sees_privately(BOB, "Five minutes on value before a negotiation").await;
    assert_eq!(stage.standin.calls("users.lookupByEmail").len(), 2, "asked once about each");
}

/// What Alertmanager's `slack_configs` send to `chat.postMessage`:
/// <https://github.com/prometheus/alertmanager/blob/main/notify/slack/slack.go>, `template/default.tmpl`.
fn posted_by_alertmanager(state: &str, ts: &str) -> Value {
    let title = format!("{state} CloseRateLow (slack:T01TEST/U02BOB)");
    let event = json!({
        "type": "message", "subtype": "bot_message", "bot_id": "B0ALERTS", "channel": GENERAL, "channel_type": "channel",
        "ts": ts, "event_ts": ts, "text": "",
        "attachments": [{
            "title": title, "title_link": "http://alertmanager:9093/#/alerts?receiver=slack", "text": "",
            "fallback": format!("{title} | http://alertmanager:9093/#/alerts?receiver=slack"),
            "color": "danger", "mrkdwn_in": ["fallback", "pretext", "text"],
        }],
    });
    json!({
        "token": "t", "team_id": "T01TEST", "api_app_id": "A01APP", "type": "event_callback", "event_id": format!("Ev{ts}"),
        "event_time": 1, "event": event,
        "authorizations": [{ "team_id": "T01TEST", "user_id": "U0BOT", "is_bot": true }],
    })
}

/// Slack hands an event over, signed as it does; local-slack knows no program but ours.
async fn delivers(stage: &Stage, event: &Value) {
    let (body, secs) = (event.to_string(), Clock::system().now().as_ms() / 1_000);
    let mut mac = Hmac::<Sha256>::new_from_slice(b"test-signing-secret").unwrap();
    mac.update(format!("v0:{secs}:{body}").as_bytes());
    let signature = mac.finalize().into_bytes().iter().fold("v0=".to_owned(), |all, byte| format!("{all}{byte:02x}"));
    let request = client()
        .post(format!("http://{}/slack/events", stage.house.address()))
        .header("content-type", "application/json")
        .header("x-slack-request-timestamp", secs.to_string())
        .header("x-slack-signature", signature);
    assert_eq!(request.body(body).send().await.unwrap().status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_alertmanager_posts_in_a_channel_is_read() {
    let trigger = ON_ALERT.replace("RateLow", "CloseRateLow").replace("holdout_percent: 50\n", "");
    let folder = prompts().with("rate-low.trigger.md", &trigger).folder();
    let prompts = ("KAIROS_PROMPTS_DIR", folder.path().to_str().unwrap());
    let reads = ("KAIROS_ALERTS_SOURCES_CRM_READS", "slack/T01TEST/C01GEN");
    let stage = open_by(Mode::Http, &[prompts, reads]).await;
    let now = Clock::system().now().as_ms() / 1_000;
    delivers(&stage, &posted_by_alertmanager("[FIRING:1]", &format!("{now}.000100"))).await;
    stage.sees_privately(BOB, "Tip number 1").await;
    assert_eq!(spoken_to(&stage).await, [BOB]);
    delivers(&stage, &posted_by_alertmanager("[RESOLVED]", &format!("{now}.000200"))).await;
    let over = "SELECT COUNT(*) FROM dips WHERE closed_at IS NOT NULL";
    until("the matter is closed", || async { (stage.house.count(over).await == 1).then_some(()) }).await;
}
