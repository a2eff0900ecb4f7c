//! The playground keeps the contract that every platform keeps.

mod support;

use std::sync::Arc;

use chat::{
    Event, EventId, Identity, Message, MessageId, Place, ShownTo, UserId, What,
    contract::{Fault, Look, Peer, Said, Shown, check},
};
use playground::{Author, KAIROS, Person, Playground, Room};
use serde_json::{Value, json};

struct Readers(Arc<Playground>);

impl Readers {
    fn event(said: &Said) -> Value {
        let by = said.by.clone().unwrap_or_else(|| Identity { user: UserId::new(KAIROS), ..Person::Ana.identity() });
        let message = Message {
            id: MessageId::new("1-1"),
            text: said.text.clone(),
            by_bot: said.by.is_none(),
            mentions_us: false,
            replies_to: None,
        };
        let (id, at) = (EventId::new("playground:1-1"), chat::Timestamp::from_ms(1_763_632_680_000));
        let event = Event { id, at, place: said.place.clone(), by, what: What::Message(message) };
        serde_json::to_value(event).expect("an event is strings and numbers")
    }
}

impl Peer for Readers {
    fn shared(&self) -> Place {
        Room::Deals.place()
    }

    fn closed(&self) -> Place {
        Place { channel: "archived".into(), ..Room::Deals.place() }
    }

    fn known(&self) -> Identity {
        Person::Ana.identity()
    }

    fn unknown(&self) -> Identity {
        Identity { user: UserId::new("eve"), ..Person::Ana.identity() }
    }

    fn shown<'a>(&'a self, place: &'a Place) -> Look<'a, Vec<Shown>> {
        Box::pin(async move {
            let room = Room::of(place).expect("a place of ours");
            let owner = if let Room::Private(owner) = room { Some(owner) } else { None };
            let mut seen: Vec<Shown> = Vec::new();
            for person in Person::ALL.into_iter().filter(|person| owner.is_none_or(|owner| owner == *person)) {
                for posted in self.0.messages(room, person) {
                    let known = seen.iter().any(|shown| shown.message == posted.id);
                    let Some(card) = posted.card.filter(|_| posted.by == Author::Kairos && !known) else { continue };
                    let to = posted.only.map_or(ShownTo::Everyone, |only| ShownTo::Only(only.identity()));
                    seen.push(Shown { message: posted.id, text: card.plain(), pings: false, to });
                }
            }
            seen
        })
    }

    fn raw(&self, said: &Said) -> String {
        Self::event(said).to_string()
    }

    fn odd(&self, said: &Said) -> Vec<String> {
        let odd = |change: &dyn Fn(&mut Value)| {
            let mut event = Self::event(said);
            change(&mut event);
            event.to_string()
        };
        vec![
            odd(&|event| event["weather"] = json!({ "sun": [1, 2] })),
            odd(&|event| event["what"]["attachments"] = json!(7)),
            odd(&|event| event["what"]["by_bot"] = json!("no")),
            odd(&|event| event["what"]["mentions_us"] = json!(null)),
            odd(&|event| event["what"]["replies_to"] = json!({ "id": 1 })),
            odd(&|event| {
                event["what"].as_object_mut().expect("an object").remove("by_bot");
            }),
        ]
    }

    fn fail_next(&self, _fault: Fault) -> bool {
        false
    }
}

#[tokio::test]
async fn the_contract_is_kept() {
    let (playground, _) = support::opened(None).await;
    playground.post(Person::Ben, Room::Deals, None, "Morning!").await.expect("posted");
    let breaches = check(playground.as_ref(), &Readers(Arc::clone(&playground))).await;
    assert!(breaches.is_empty(), "{}", breaches.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
}
