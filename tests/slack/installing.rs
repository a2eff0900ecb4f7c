//! Several workspaces install Kairos by themselves; each has its own token, and nothing crosses from one to the other.

use reqwest::{Url, header, redirect::Policy};
use serde_json::{Value, json};

use super::{
    checks::seen,
    house::House,
    peer::{Mode, Peer, free_port, until},
    stage::{ALICE, BOB, GENERAL, QUESTION},
    standin::{StandIn, Wrong},
};
use crate::support::alerts::{CRM, closed, days_ago, tells};

const KEY: &str = "0123456789abcdef0123456789abcdef";
const NEW_KEY: &str = "fedcba9876543210fedcba9876543210";
const FIRST: &str = "xoxb-test-token";
const SECOND: &str = "xoxb-second-token";

/// Two workspaces whose people and channels have the same ids, and Kairos, which is in neither yet.
struct Two {
    first: Peer,
    second: Peer,
    standin: StandIn,
    house: House,
    kairos: String,
}

impl Drop for Two {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let faulty = self.standin.faulty();
            assert!(faulty.is_empty(), "Slack would find fault: {faulty:#?}");
        }
    }
}

/// What somebody who installs got to see.
struct Seen {
    status: u16,
    page: String,
}

impl Two {
    async fn open() -> Self {
        let port = free_port();
        let kairos = format!("http://127.0.0.1:{port}");
        let standin = StandIn::start(kairos.clone()).await;
        let first = Peer::start(Mode::Http, &standin.events()).await;
        let other = [
            ("T01TEST", "T02TEST"),
            (FIRST, SECOND),
            ("Test Workspace", "Second <Workspace>"),
            ("alice@example.com", "zoe@example.com"),
        ];
        let second = Peer::start_changed(Mode::Http, &standin.events(), &other).await;
        standin.lead_to(&first.base());
        standin.lead(SECOND, &second.base());
        let env = [
            ("KAIROS_SLACK_BOT_TOKEN", ""),
            ("KAIROS_SLACK_CLIENT_ID", "1.2"),
            ("KAIROS_SLACK_CLIENT_SECRET", "client-secret"),
            ("KAIROS_SECRET_KEY", KEY),
            ("KAIROS_HTTP_PUBLIC_URL", kairos.as_str()),
            ("KAIROS_CHANNELS_DEFAULT", "off"),
            CRM,
            ("KAIROS_ALERTS_SOURCES_CRM_WORKSPACES", "slack/T02TEST"),
        ];
        let house = House::start(Mode::Http, port, &standin.api(), &env).await;
        Self { first, second, standin, house, kairos }
    }

    /// A browser that is sent to Slack: the state that comes back with it, and its cookie.
    async fn leaves(&self) -> (String, String) {
        let browser = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
        let sent = browser.get(format!("{}/slack/install", self.kairos)).send().await.unwrap();
        assert_eq!(sent.status(), 302);
        let to = Url::parse(sent.headers()[header::LOCATION].to_str().unwrap()).unwrap();
        assert_eq!(to.path(), "/oauth/v2/authorize");
        let asked = |name: &str| to.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
        assert_eq!(
            (asked("client_id"), asked("redirect_uri")),
            ("1.2".to_owned(), format!("{}/slack/oauth", self.kairos))
        );
        let wanted = slack::manifest(&slack::Mode::Socket, None);
        let wanted = wanted["oauth_config"]["scopes"]["bot"].as_array().unwrap().clone();
        assert_eq!(asked("scope").split(',').map(|scope| json!(scope)).collect::<Vec<_>>(), wanted);
        let cookie = sent.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        (asked("state"), cookie.split(';').next().unwrap().to_owned())
    }

    /// The browser comes back from Slack.
    async fn comes_back(&self, query: &[(&str, &str)], cookie: &str) -> Seen {
        let url = Url::parse_with_params(&format!("{}/slack/oauth", self.kairos), query).unwrap();
        let shown = reqwest::Client::new().get(url).header(header::COOKIE, cookie).send().await.unwrap();
        assert_eq!(shown.headers()[header::CACHE_CONTROL], "no-store");
        Seen { status: shown.status().as_u16(), page: shown.text().await.unwrap() }
    }

    /// Somebody installs Kairos into a workspace.
    async fn installs(&self, team: &str, name: &str, token: &str) -> Seen {
        let (state, cookie) = self.leaves().await;
        let code = format!("code-of-{token}");
        self.standin.grant(&code, granted(team, name, token));
        self.comes_back(&[("code", code.as_str()), ("state", state.as_str())], &cookie).await
    }

    async fn both_install(&self) {
        let seen = self.installs("T01TEST", "Test Workspace", FIRST).await;
        assert_eq!(seen.status, 200, "{}", seen.page);
        assert!(seen.page.contains("Kairos is in Test Workspace") && seen.page.contains("/kairos here live"));
        let seen = self.installs("T02TEST", "Second <Workspace>", SECOND).await;
        assert!(seen.page.contains("Kairos is in Second &lt;Workspace&gt;"), "{}", seen.page);
    }

    /// Asks Kairos something in a workspace, and waits for the answer.
    async fn has_heard(&self, peer: &Peer) {
        let before = said(peer, GENERAL).await.len();
        says(peer, BOB, "<@U0BOT> something that nobody could ever know about zebras").await;
        until("an answer", || async { (said(peer, GENERAL).await.len() > before).then_some(()) }).await;
    }

    async fn installations(&self) -> i64 {
        self.house.count("SELECT COUNT(*) FROM installations").await
    }
}

fn granted(team: &str, name: &str, token: &str) -> Value {
    json!({
        "ok": true, "access_token": token, "token_type": "bot", "scope": "chat:write", "bot_user_id": "U0BOT",
        "app_id": "A01APP", "team": { "id": team, "name": name }, "enterprise": null,
        "is_enterprise_install": false, "authed_user": { "id": ALICE },
    })
}

async fn says(peer: &Peer, user: &str, text: &str) {
    peer.control("message", &json!({ "channel": GENERAL, "user": user, "text": text })).await;
}

async fn said(peer: &Peer, channel: &str) -> Vec<Value> {
    peer.messages(channel).await.into_iter().filter(|message| message["bot_id"].is_string()).collect()
}

async fn sees(peer: &Peer, words: &str) -> Value {
    until(words, || async { said(peer, GENERAL).await.into_iter().rfind(|message| seen(message).contains(words)) })
        .await
}

async fn commands(peer: &Peer, user: &str, text: &str) {
    let command = json!({ "channel": GENERAL, "user": user, "command": "/kairos", "text": text });
    peer.control("command", &command).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workspaces_install_and_nothing_crosses() {
    let two = Two::open().await;
    two.both_install().await;
    // The same channel id, the same person's id: switched on in the first alone.
    commands(&two.first, ALICE, "here live").await;
    sees(&two.first, "What I do in this channel").await;
    for peer in [&two.first, &two.second] {
        says(peer, ALICE, QUESTION).await;
    }
    sees(&two.first, "Useful").await;
    two.has_heard(&two.second).await;
    let second = said(&two.second, GENERAL).await;
    assert!(second.iter().all(|message| !seen(message).contains("Useful")), "it is off there: {second:#?}");
    // What Alice of the first chose is not what Alice of the second chose.
    commands(&two.first, ALICE, "snooze").await;
    let quiet = "SELECT COUNT(*) FROM people WHERE snoozed_until IS NOT NULL";
    until("one of them is quiet", || async { (two.house.count(quiet).await == 1).then_some(()) }).await;
    let theirs = "SELECT COUNT(*) FROM identities i JOIN people p ON p.id = i.person_id
                  WHERE p.snoozed_until IS NOT NULL AND i.workspace = 'T01TEST' AND i.user_id = 'U01ALICE'";
    assert_eq!(two.house.count(theirs).await, 1);
    let mixed = "SELECT COUNT(*) FROM (SELECT person_id FROM identities GROUP BY person_id HAVING COUNT(*) > 1)";
    assert_eq!(two.house.count(mixed).await, 0, "nobody is somebody of the other workspace");
    // No token in the files, none in the log.
    for secret in ["xoxb-", "client-secret", KEY] {
        assert!(!two.house.keeps(secret) && !two.house.log().contains(secret), "{secret}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_a_number_is_about_is_looked_for_in_the_workspaces_of_its_source_alone() {
    let two = Two::open().await;
    two.both_install().await;
    let told = |id: &str, who: &str| {
        let number = closed(who, 9, &days_ago(60), &days_ago(1));
        assert_eq!(tells(two.house.address(), id, &number), 202);
    };
    // Her namesake has the address in the first workspace, of whose people the source tells nothing.
    told("msg_1", "zoe@example.com");
    until("Zoe of the second workspace is asked", || async { written_to(&two.second, "Is this you?").await }).await;
    told("msg_2", "alice@example.com");
    let waiting = || async {
        let parked = two.house.command(&["people", "parked"]);
        (parked.contains("email:zoe@example.com") && parked.contains("email:alice@example.com")).then_some(())
    };
    until("both wait: one for her word, one for somebody of that name", waiting).await;
    let known = two.house.command(&["people", "list"]);
    assert!(known.contains("slack:T02TEST/U01ALICE  email:zoe@example.com (not confirmed)"), "{known}");
    // An operator's word counts as well.
    two.house.command(&["people", "add", "zoe@example.com", "slack:T02TEST/U01ALICE"]);
    until("the number reaches her", || async { written_to(&two.second, "Five minutes on value").await }).await;
    // What was found is remembered: another number about her asks nobody.
    let asked = two.standin.calls("users.lookupByEmail").len();
    told("msg_3", "Zoe@example.com");
    two.has_heard(&two.second).await;
    assert_eq!(two.standin.calls("users.lookupByEmail").len(), asked);
    for words in ["Is this you?", "Five minutes on value"] {
        assert!(written_to(&two.first, words).await.is_none(), "nobody of the first workspace hears of it");
    }
    let undone = two.house.command(&["people", "unlink", "zoe@example.com"]);
    assert!(undone.contains("no longer linked to anybody"), "{undone}");
}

/// Some, where Kairos has said something in private.
async fn written_to(peer: &Peer, words: &str) -> Option<()> {
    for channel in peer.channels().await.into_iter().filter(|channel| channel["is_im"] == true) {
        let said = said(peer, channel["id"].as_str().unwrap()).await;
        if said.iter().any(|message| seen(message).contains(words)) {
            return Some(());
        }
    }
    None
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_takes_kairos_out_and_lets_it_in_again() {
    let two = Two::open().await;
    two.both_install().await;
    two.has_heard(&two.second).await;
    let calls = || two.standin.calls("chat.postMessage").into_iter().filter(|call| call.token == SECOND).count();
    let before = calls();
    let now = two.second.now_ms().await / 1_000;
    let out = |secs: i64| {
        json!({ "type": "event_callback", "team_id": "T02TEST", "api_app_id": "A01APP", "event_id": "EvOut",
                "event_time": secs, "event": { "type": "app_uninstalled" } })
    };
    two.standin.revoke(SECOND);
    assert_eq!(two.standin.tell(&out(now), now).await, 200);
    assert_eq!(two.installations().await, 1);
    says(&two.second, BOB, "<@U0BOT> is anybody there?").await;
    two.has_heard(&two.first).await;
    let dead = "SELECT COUNT(*) FROM deliveries WHERE last_error LIKE '%not installed in this workspace%'";
    until("it is written down why", || async { (two.house.count(dead).await > 0).then_some(()) }).await;
    assert_eq!(calls(), before, "nothing is said there any more");
    // Installed anew; what is told once more about the first time changes nothing.
    two.standin.lead("xoxb-third-token", &two.second.base());
    let seen = two.installs("T02TEST", "Second <Workspace>", "xoxb-third-token").await;
    assert_eq!(seen.status, 200, "{}", seen.page);
    assert_eq!(two.standin.tell(&out(now - 5), now).await, 200);
    let revoked = json!({ "type": "event_callback", "team_id": "T02TEST", "event_id": "EvPeople", "event_time": now + 60,
                          "event": { "type": "tokens_revoked", "tokens": { "oauth": ["U01ALICE"], "bot": [] } } });
    assert_eq!(two.standin.tell(&revoked, now).await, 200);
    assert_eq!(two.installations().await, 2);
    two.has_heard(&two.second).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_is_changed_and_nobody_installs_anew() {
    let mut two = Two::open().await;
    two.both_install().await;
    two.house.set("KAIROS_SECRET_KEY", NEW_KEY);
    two.house.set("KAIROS_SECRET_PREVIOUS_KEY", KEY);
    two.house.kill_and_restart().await;
    two.has_heard(&two.first).await;
    two.house.set("KAIROS_SECRET_PREVIOUS_KEY", "");
    two.house.kill_and_restart().await;
    two.has_heard(&two.second).await;
    assert!(two.house.command(&["doctor"]).contains("in 2 workspaces, over HTTP"));
    two.house.set("KAIROS_SECRET_KEY", KEY);
    let told = two.house.command(&["doctor"]);
    assert!(
        told.contains("wrong    slack           Test Workspace: it was sealed by a key that is not configured"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_another_way_is_told_so_and_nothing_is_installed() {
    let two = Two::open().await;
    two.standin.grant("good", granted("T01TEST", "Test Workspace", FIRST));
    let (state, cookie) = two.leaves().await;
    let (_, another_browser) = two.leaves().await;
    // Another last character, whichever it is.
    let forged = format!("{}{}", &state[..state.len() - 1], if state.ends_with('0') { '1' } else { '0' });
    for (state, cookie) in
        [(state.as_str(), another_browser.as_str()), (&state, ""), (&forged, &cookie), ("", ""), ("x.y.z", "x=y")]
    {
        let seen = two.comes_back(&[("code", "good"), ("state", state)], cookie).await;
        assert_eq!(seen.status, 400);
        assert!(seen.page.contains("has expired, or was opened elsewhere"), "{}", seen.page);
    }
    assert!(two.standin.calls("oauth.v2.access").is_empty(), "Slack is not asked");
    let no = two.comes_back(&[("error", "access_denied"), ("state", &state)], &cookie).await;
    assert!(no.status == 200 && no.page.contains("Nothing was installed"), "{}", no.page);
    let wrong = two.comes_back(&[("code", "bad"), ("state", &state)], &cookie).await;
    assert!(wrong.status == 502 && wrong.page.contains("Slack did not let Kairos in"), "{}", wrong.page);
    let mut whole = granted("T01TEST", "Test Workspace", FIRST);
    whole["team"] = Value::Null;
    whole["is_enterprise_install"] = json!(true);
    two.standin.grant("whole", whole);
    let seen = two.comes_back(&[("code", "whole"), ("state", &state)], &cookie).await;
    assert!(seen.page.contains("one workspace at a time"), "{}", seen.page);
    two.standin.next("oauth.v2.access", [Wrong::Status(500)]);
    let down = two.comes_back(&[("code", "good"), ("state", &state)], &cookie).await;
    assert!(down.status == 502 && down.page.contains("Slack does not answer"), "{}", down.page);
    assert_eq!(two.installations().await, 0);
    let good = two.comes_back(&[("code", "good"), ("state", &state)], &cookie).await;
    assert_eq!(good.status, 200, "the state was good all the time: {}", good.page);
    for secret in ["good", "whole", FIRST, &state] {
        assert!(!two.house.log().contains(secret), "{secret}");
    }
}
