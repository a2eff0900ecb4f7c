//! PRODUCT.md's second story: a number moves, and help comes to one person, in private.

use serde_json::{Value, json};

use super::{
    peer::{Peer, eventually, text_of},
    world::World,
};
use crate::support::{
    alerts::{CRM, STARTER, closed, days_ago, tells},
    program::{run, told},
    prompts::prompts,
};

fn world() -> World {
    let world = World::with(Peer::start(), &[CRM, OF_DISCORD, STARTER]);
    world.peer.connected();
    let home = world.home.path();
    let ben = world.peer.id("/users/ben");
    std::fs::write(home.join("people.csv"), format!("crm,discord\n0055,{ben}\n")).unwrap();
    let store = format!("sqlite:{}", home.join("kairos.sqlite").display());
    let taken = run(home, &["import", "people", "people.csv"], &[("KAIROS_STORE_URL", &store)]);
    assert!(told(&taken.stdout).contains("1 rows taken in, 0 known before, 0 refused"), "{}", told(&taken.stderr));
    world
}

/// Whether anything stands in the private conversation with somebody.
fn was_spoken_to(world: &World, user: &str) -> bool {
    !world.peer.ours(&world.private(user)).is_empty()
}

/// The playground runs beside Discord here: the source says whose people it tells of.
const OF_DISCORD: (&str, &str) = ("KAIROS_ALERTS_SOURCES_CRM_WORKSPACES", "discord/0");

#[test]
fn from_the_webhook_to_a_private_card_to_practice_and_back() {
    let world = world();
    let address = world.kairos.address.unwrap();
    let nine = closed("crm:0055", 9, &days_ago(60), &days_ago(3));
    assert_eq!(tells(address, "msg_1", &nine), 202);
    assert_eq!(tells(address, "msg_1", &nine), 200, "the same once more is known");
    let private = world.private("ben");
    let card = world.peer.our_message(&private, 0);
    let text = text_of(&card);
    assert!(text.contains("Five minutes on value before a negotiation"), "{text}");
    assert!(
        text.contains("Here is a way to prepare the next one") && text.contains("usually 25 % → now 15 %"),
        "{text}"
    );
    let says = |words: &str| {
        eventually(words, || {
            world.peer.ours(&private).into_iter().find(|message| text_of(message).replace('\\', "").contains(words))
        })
    };
    world.peer.presses("ben", &card, "Why this?");
    says("9 of 60 negotiations (15 %); usually 25 %");
    world.peer.presses("ben", &card, "Useful");
    eventually("his word is noted", || text_of(&world.peer.our_message(&private, 0)).contains('✓').then_some(()));
    let card = world.peer.our_message(&private, 0);
    world.peer.presses("ben", &card, "Practise this");
    says("The team likes it");
    assert_eq!(tells(address, "msg_2", &closed("crm:0055", 17, &days_ago(40), &days_ago(1))), 202);
    says("Back to normal");
    assert!(!was_spoken_to(&world, "ana"), "nobody else sees anything");
    assert!(world.peer.ours(&world.deals()).is_empty(), "nor does a channel");
}

const ON_ALERT: &str = "---\nkind: trigger\nid: rate-low\ntitle: The rate is low\nneed: The rate is low.\n\
    alert: CloseRateLow\noffer: [tip-1]\nmoments: [solve]\nmode: live\nowner: Sales\n---\n## Message\nHere is a way.\n";

/// What Alertmanager's `discord_configs` send to a webhook: one embed, `discord.default.title` and `.message`.
/// <https://github.com/prometheus/alertmanager/blob/main/notify/discord/discord.go>, `template/default.tmpl`.
fn posted_by_alertmanager(state: &str, ben: &str) -> Value {
    let labels = format!(
        "Labels:\n - alertname = CloseRateLow\n - person = discord:{ben}\nAnnotations:\n - summary = The rate is low\n\
         Source: http://prometheus:9090/graph"
    );
    let heading = if state.starts_with("[FIRING") { "**Alerts Firing:**" } else { "**Alerts Resolved:**" };
    json!({
        "title": format!("{state} CloseRateLow (discord:{ben})"), "description": format!("{heading}\n{labels}\n"),
        "color": 10_038_562, "type": "rich",
    })
}

#[test]
fn what_another_bot_posts_in_the_alerts_channel_is_read() {
    let peer = Peer::start();
    let (guild, general, ben) = (peer.id("/guild"), peer.id("/channels/general"), peer.id("/users/ben"));
    let folder = prompts().with("rate-low.trigger.md", ON_ALERT).folder();
    let reads = format!("discord/{guild}/{general}");
    let world = World::with(
        peer,
        &[
            CRM,
            ("KAIROS_ALERTS_SOURCES_CRM_WORKSPACES", &format!("discord/0,discord/{guild}")),
            ("KAIROS_ALERTS_SOURCES_CRM_READS", &reads),
            ("KAIROS_PROMPTS_DIR", folder.path().to_str().unwrap()),
        ],
    );
    world.peer.connected();
    let posts = |channel: &str, state: &str| {
        let embed = posted_by_alertmanager(state, &ben);
        world.peer.ask("bot_posts", &json!({ "channel": channel, "name": "watchtower", "embed": embed }));
    };
    let private = world.private("ben");
    posts(&world.deals(), "[FIRING:1]");
    posts(&general, "[FIRING:1]");
    let card = world.peer.our_message(&private, 0);
    assert!(text_of(&card).contains("Tip number 1"), "{}", text_of(&card));
    world.peer.presses("ben", &card, "Useful");
    eventually("his word is noted", || text_of(&world.peer.our_message(&private, 0)).contains('✓').then_some(()));
    posts(&general, "[RESOLVED]");
    eventually("he is told that it is over", || {
        world.peer.ours(&private).iter().any(|message| text_of(message).contains("Back to normal")).then_some(())
    });
    assert_eq!(world.peer.ours(&private).len(), 2, "one card, from the channel that is read, and its end");
    for channel in [world.deals(), general] {
        assert!(world.peer.ours(&channel).is_empty(), "no channel hears of it");
    }
    assert!(!was_spoken_to(&world, "ana"));
}
