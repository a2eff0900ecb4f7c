//! "Kairos was restarted while I asked, and I had my answer all the same."

use std::time::Duration;

use chat::{Event, Place, PlatformKind, What};
use kairos::{connections::Gap, store::Cursor};

use crate::support::{
    app::minutes,
    databases::each_database,
    double::{World, place, says},
    prompts::prompts,
};

const QUESTION: &str = "help with the price talk";
const ALL: (Duration, usize) = (Duration::from_hours(24), 500);

fn world(store: kairos::store::Store) -> World {
    let lines = "grace_minutes: 10\ncooldown_hours: 0";
    World::new(store, prompts().trigger("price-talk", "tip-1", lines).folder())
}

fn gap() -> Gap {
    Gap { platform: PlatformKind::Slack, workspace: None }
}

/// In the thread of a message.
fn in_thread(mut event: Event, of: &str) -> Event {
    event.place = event.place.in_thread(&of.into());
    event
}

/// The messages in whose threads Kairos spoke.
fn answered(world: &World) -> Vec<String> {
    let sent = world.double.sent().into_iter();
    let mut threads: Vec<_> = sent.filter_map(|(place, ..)| place.thread).map(|thread| thread.to_string()).collect();
    threads.sort();
    threads
}

async fn minutes_pass(world: &World, count: u64) {
    for _ in 0..count {
        world.clock.wind(minutes(1));
        world.settle().await;
    }
}

#[tokio::test]
async fn a_question_nobody_answered_gets_its_card_and_one_that_is_answered_stays_answered() {
    each_database(|store| async move {
        let world = world(store);
        let (channel, off): (Place, Place) = (place("T1", "C1"), place("T1", "off"));
        // Heard while we were there: somebody is known, and a question waits.
        world.receives(&says("m1", world.clock.now(), &channel, "U1", QUESTION)).await;
        world.settle().await;
        let heard_at = world.clock.now();
        let off_cursor = Cursor {
            platform: PlatformKind::Slack,
            workspace: off.workspace.clone(),
            channel: off.channel.clone(),
            heard_at,
        };
        world.store.begin_cursors(&[off_cursor]).await.unwrap();
        // Away for two minutes.
        world.clock.wind(minutes(2));
        let at = |seconds| heard_at + Duration::from_secs(seconds);
        let said = [
            says("m1", heard_at, &channel, "U1", QUESTION),
            in_thread(says("m2", at(10), &channel, "U2", "talk about worth"), "m1"),
            says("m3", at(20), &channel, "U3", QUESTION),
            says("m4", at(30), &channel, "U4", QUESTION),
            in_thread(says("m5", at(40), &channel, "U2", "which one is it?"), "m4"),
            says("m6", at(50), &channel, "U2", "lunch is ready in the kitchen"),
            says("m7", at(60), &off, "U5", QUESTION),
        ];
        for event in said {
            world.double.is_said(event);
        }
        // Answers in threads stand with their thread alone; those of m4 are part of what the channel's reading brings.
        world.double.is_said(says("m8", at(41), &channel, "U2", "U4: like so"));
        world.connections.gap(PlatformKind::Slack, None);
        minutes_pass(&world, 9).await;
        assert_eq!(answered(&world), [""; 0], "nothing is said before the channel was read");
        let gaps = world.connections.missed().await;
        assert_eq!(gaps, [gap()]);
        let new = world.catching_up(ALL).read(&gap()).await.unwrap();
        world.connections.caught_up(&gap());
        assert_eq!(new, 5, "m1 is known, and the channel that is off is not read");
        assert_eq!(world.catching_up(ALL).read(&gap()).await.unwrap(), 0, "what is known is known");
        minutes_pass(&world, 15).await;
        assert_eq!(answered(&world), ["m3"], "nobody answered that one");
    })
    .await;
}

#[tokio::test]
async fn so_far_back_and_so_much_of_a_channel_is_read() {
    each_database(|store| async move {
        let world = world(store);
        let channel = place("T1", "C1");
        world.receives(&says("m0", world.clock.now(), &channel, "U1", "hello there")).await;
        world.settle().await;
        for number in 1..=30 {
            world.clock.wind(minutes(1));
            let what = says(&format!("m{number}"), world.clock.now(), &channel, "U1", "all is well here");
            assert!(matches!(what.what, What::Message(_)));
            world.double.is_said(what);
        }
        assert_eq!(world.catching_up((minutes(10), 5)).read(&gap()).await.unwrap(), 5, "the last five");
        world.clock.wind(minutes(1));
        world.double.is_said(says("m31", world.clock.now(), &channel, "U1", "all is well here"));
        assert_eq!(world.catching_up(ALL).read(&gap()).await.unwrap(), 1, "from where it was read last");
    })
    .await;
}
