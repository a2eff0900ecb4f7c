//! Slack keeps the contract that every platform keeps.

use std::{sync::Arc, time::SystemTime};

use chat::{Timestamp, WorkspaceId, contract::check};
use slack::{Album, Kept, Settings, Slack, Speaking};

use super::{
    peer::{Mode, Peer},
    people::People,
    standin::StandIn,
};

#[tokio::test(flavor = "multi_thread")]
async fn slack_keeps_the_contract() {
    let standin = StandIn::start("http://127.0.0.1:9".to_owned()).await;
    let peer = Peer::start(Mode::Http, &standin.events()).await;
    standin.lead_to(&peer.base());
    let settings = Settings {
        api_url: standin.api(),
        workspaces: Speaking::InOne("xoxb-test-token".to_owned()),
        app_token: None,
        signing_secret: None,
    };
    let slack = Slack::new(settings, Arc::new(OnePicture), Arc::new(now)).unwrap();
    let people = People { peer, standin };
    let breaches = check(&slack.platform(), &people).await;
    assert!(breaches.is_empty(), "{}", breaches.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
    assert!(people.standin.faulty().is_empty(), "Slack would find fault: {:#?}", people.standin.faulty());
}

/// Every picture is the same, and none lies anywhere yet.
struct OnePicture;

impl Album for OnePicture {
    fn picture(&self, _file: &str) -> Option<Vec<u8>> {
        Some(vec![0; 64])
    }

    fn find<'a>(&'a self, _team: &'a WorkspaceId, _digest: &'a str) -> Kept<'a, Option<String>> {
        Box::pin(async { Ok(None) })
    }

    fn keep<'a>(&'a self, _team: &'a WorkspaceId, _digest: &'a str, _id: Option<&'a str>) -> Kept<'a, ()> {
        Box::pin(async { Ok(()) })
    }
}

#[expect(clippy::disallowed_methods, reason = "Slack has the machine's time, and there is no house here to ask")]
fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    Timestamp::from_ms(since.as_millis().try_into().unwrap())
}
