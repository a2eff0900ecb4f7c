//! PRODUCT.md's second story: a number moves, and help comes to one person, in private.

use super::{
    peer::{Peer, eventually, text_of},
    world::World,
};
use crate::support::{
    alerts::{CRM, STARTER, closed, days_ago, tells},
    program::{run, told},
};

fn world() -> World {
    let world = World::with(Peer::start(), &[CRM, STARTER]);
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
    assert!(text.contains("Here is a way to prepare the next one") && !text.contains("15 %"), "{text}");
    let says = |words: &str| {
        eventually(words, || {
            world.peer.ours(&private).into_iter().find(|message| text_of(message).replace('\\', "").contains(words))
        })
    };
    world.peer.presses("ben", &card, "Why this?");
    says("9 of 60 negotiations (15 %); usual are 25 %");
    world.peer.presses("ben", &card, "Useful");
    eventually("his word is noted", || text_of(&world.peer.our_message(&private, 0)).contains('✓').then_some(()));
    let card = world.peer.our_message(&private, 0);
    world.peer.presses("ben", &card, "Practise this");
    says("The team likes it");
    assert_eq!(tells(address, "msg_2", &closed("crm:0055", 17, &days_ago(40), &days_ago(1))), 202);
    says("Back where it usually is");
    assert!(!was_spoken_to(&world, "ana"), "nobody else sees anything");
    assert!(world.peer.ours(&world.deals()).is_empty(), "nor does a channel");
}
