//! "Another company's Slack was down, and Kairos answered us as fast as ever."

use chat::{Place, What};
use kairos::library::Mode;

use crate::support::{
    databases::each_database,
    double::{World, event, place, says},
    prompts::prompts,
};

fn here_live(id: &str, world: &World, place: &Place) -> chat::Event {
    event(id, world.clock.now(), place, "U1", What::Command { text: "here shadow".to_owned() })
}

async fn mode(world: &World, place: &Place) -> Option<Mode> {
    world.store.channel(place).await.unwrap().map(|channel| channel.mode)
}

fn folder() -> tempfile::TempDir {
    prompts().trigger("price-talk", "tip-1", "grace_minutes: 0\ncooldown_hours: 0").folder()
}

#[tokio::test(flavor = "multi_thread")]
async fn while_one_workspace_gives_no_answer_another_is_answered_and_order_is_kept() {
    each_database(|store| async move {
        let world = World::new(store, folder());
        let (slow, quick) = (place("T1", "C1"), place("T2", "C1"));
        world.double.hangs("T1");
        world.receives(&here_live("a", &world, &slow)).await;
        world.receives(&event("b", world.clock.now(), &slow, "U1", What::Command { text: "here live".into() })).await;
        world.receives(&here_live("c", &world, &quick)).await;
        world.settle().await;
        assert_eq!(mode(&world, &slow).await, None, "nobody knows yet whether they may");
        assert_eq!(mode(&world, &quick).await, Some(Mode::Shadow), "the other workspace waited for nothing");
        world.double.answers_again("T1");
        world.until(async |world| mode(world, &place("T1", "C1")).await == Some(Mode::Live)).await;
        let told: Vec<_> =
            world.double.sent().into_iter().filter(|(place, ..)| place.workspace.as_str() == "T1").collect();
        assert_eq!(told.len(), 4, "each is told in the channel, and to whoever asked");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_people_whom_nobody_knows_are_described_in_one_call() {
    each_database(|store| async move {
        let world = World::new(store, folder());
        world.double.hangs("T1");
        for who in 0..100 {
            let channel = place("T1", &format!("C{who}"));
            let text = "this price talk was hard, help with the price talk";
            world.receives(&says(&format!("m{who}"), world.clock.now(), &channel, &format!("U{who}"), text)).await;
        }
        world.settle().await;
        assert_eq!(world.double.asked_about(), [1], "the first is asked about; the others wait for one call");
        world.double.answers_again("T1");
        world.until(async |world| world.double.asked_about().len() == 2).await;
        assert_eq!(world.double.asked_about(), [1, 99]);
    })
    .await;
}

#[tokio::test]
async fn a_channel_that_kairos_can_not_enter_by_itself_is_said() {
    each_database(|store| async move {
        let world = World::new(store, folder());
        let channel = place("T1", "C1");
        *world.double.needs_invitation.lock().unwrap() = true;
        world.receives(&here_live("a", &world, &channel)).await;
        world.settle().await;
        let sent = world.double.sent();
        let [(.., card)] = sent.as_slice() else { panic!("{sent:?}") };
        assert!(card.plain().contains("Invite me first"), "{}", card.plain());
        assert_eq!(mode(&world, &channel).await, None);
    })
    .await;
}
