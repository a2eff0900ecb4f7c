//! "When I tap, the card says so, and nothing new is posted."

use crate::support::app::{Said, Seen, TestApp, each_app, minutes};

async fn card(app: &TestApp) -> (Said, Seen) {
    let question = app.person("ana").says("any line for a price objection?").in_channel("deals").await;
    app.advance(minutes(10)).await;
    let card = app.answer(&question);
    (question, card)
}

#[tokio::test]
async fn each_rating_is_noted_on_the_card_and_in_the_store() {
    each_app(|app: TestApp| async move {
        let ratings = [
            ("Useful", "✓ Thanks, good to know."),
            ("Not for me", "✓ Thanks. I’ll suggest this less."),
            ("I know this", "✓ Got it: you won’t see this card again for a while."),
        ];
        for (label, footer) in ratings {
            let asked = app.person("ana").says("@Kairos any line for a price objection?").await;
            let card = app.answer(&asked);
            app.person("ana").taps(label, &card).await;
            let after = app.again(&card);
            assert_eq!((after.card.footer.as_str(), &after.card.title), (footer, &card.card.title));
            for gone in ["Useful", "Not for me", "I know this"] {
                assert!(!after.buttons().contains(&gone), "{:?}", after.buttons());
            }
            assert!(after.buttons().contains(&"Why this?") && after.buttons().contains(&"Practise this"));
            assert_eq!(app.answers(&asked).len(), 1, "nothing new is posted");
        }
    })
    .await;
}

#[tokio::test]
async fn a_tap_of_somebody_else_is_thanked_for_and_leaves_the_card_to_its_owner() {
    each_app(|app: TestApp| async move {
        let (question, before) = card(&app).await;
        app.person("ben").taps("Not for me", &before).await;
        assert_eq!(app.again(&before), before);
        assert_eq!(app.answers(&question).len(), 1);
        let noted = app.cards("deals", "ben").pop().unwrap();
        assert_eq!((noted.card.title.as_str(), noted.only), ("Thanks", Some(playground::Person::Ben)));
        assert!(app.cards("deals", "ana").iter().all(|card| card.card.title != "Thanks"), "only Ben sees it");
        app.person("ana").taps("Useful", &before).await;
        assert_eq!(app.again(&before).card.footer, "✓ Thanks, good to know.");
    })
    .await;
}

#[tokio::test]
async fn two_taps_are_one() {
    each_app(|app: TestApp| async move {
        let (question, before) = card(&app).await;
        app.person("ana").taps_twice("Useful", &before).await;
        assert_eq!(app.again(&before).card.footer, "✓ Thanks, good to know.");
        assert_eq!(app.answers(&question).len(), 1);
        let delivery = taps_of(&app, &before).await;
        assert_eq!(delivery, ["useful"]);
        assert!(app.person("ana").tries_to_tap("Useful", &before).await.is_err(), "the button is gone");
    })
    .await;
}

#[tokio::test]
async fn a_later_tap_stands_beside_an_earlier_one() {
    each_app(|app: TestApp| async move {
        let (_, before) = card(&app).await;
        app.person("ana").taps("Useful", &before).await;
        app.advance(minutes(1)).await;
        app.person("ana").taps("Quiet for a week", &app.again(&before)).await;
        let after = app.again(&before);
        assert_eq!(after.card.footer, "✓ Quiet for a week. You can still ask me any time.");
        assert!(!after.buttons().contains(&"Useful"), "what was rated stays rated: {:?}", after.buttons());
        assert_eq!(taps_of(&app, &before).await, ["useful", "snooze"]);
    })
    .await;
}

#[tokio::test]
async fn more_to_read_comes_in_private() {
    each_app(|app: TestApp| async move {
        let (question, card) = card(&app).await;
        let also = card.buttons().into_iter().find(|label| label.starts_with("Also: ")).unwrap().to_owned();
        app.person("ben").taps(&also, &card).await;
        assert_eq!(format!("Also: {}", app.last_private("ben").card.title), also);
        assert_eq!(app.answers(&question).len(), 1);
    })
    .await;
}

async fn taps_of(app: &TestApp, card: &Seen) -> Vec<String> {
    let place = card.room.place();
    let delivery = app.store().delivery_at(place.platform, &place.workspace, &place.channel, &card.message).await;
    let taps = app.store().taps_on(&delivery.unwrap().unwrap().id).await.unwrap();
    taps.into_iter().map(|tap| tap.tap).collect()
}
