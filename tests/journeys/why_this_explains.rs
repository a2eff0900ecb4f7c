//! "I can ask any card why I see it, and get a straight answer."

use crate::support::app::{TestApp, each_app, minutes};

#[tokio::test]
async fn the_trigger_the_words_and_the_rules_are_named() {
    each_app(|app: TestApp| async move {
        let question = app.person("ana").says("any line for a price objection?").in_channel("deals").await;
        app.advance(minutes(10)).await;
        let card = app.answer(&question);
        app.person("ana").taps("Why this?", &card).await;
        let why = app.cards("deals", "ana").pop().unwrap();
        assert_eq!((why.card.title.as_str(), why.only), ("Why you see this", Some(playground::Person::Ana)));
        let text = why.text();
        for part in
            ["A buyer says it is too expensive", "owner: Sales enablement", "price objection", "not your message"]
        {
            assert!(text.contains(part), "{part} is missing in: {text}");
        }
        assert!(text.split_whitespace().count() <= 60, "{text}");
        app.person("ana").taps("Details", &why).await;
        let details = app.cards("deals", "ana").pop().unwrap();
        assert_eq!((details.card.title.as_str(), details.only), ("How I decided", Some(playground::Person::Ana)));
        let text = details.text();
        for part in [
            "People first: nobody answered within 10 minutes",
            "Daily limit: 0 of 1 cards used today, 0 of 3 this week",
            "Working hours: Mon-Fri 09:00-17:30, Europe/Lisbon",
            "Your message is not stored",
        ] {
            assert!(text.contains(part), "{part} is missing in: {text}");
        }
        assert_eq!(app.again(&card), card, "the card stays as it is");
    })
    .await;
}

/// Hours, zone, counts and what was recognised are told to whom the card is for.
#[tokio::test]
async fn somebody_else_hears_of_the_topic_and_its_rule_and_nothing_of_whom_it_is_for() {
    each_app(|app: TestApp| async move {
        let question = app.person("ana").says("any line for a price objection?").in_channel("deals").await;
        app.advance(minutes(10)).await;
        for who in ["ben", "dev"] {
            app.person(who).taps("Why this?", &app.answer(&question)).await;
            let why = app.cards("deals", who).pop().unwrap();
            assert_eq!(why.only, Some(who.parse().unwrap()));
            let text = why.text();
            assert!(text.contains("A buyer says it is too expensive") && text.contains("Sales enablement"), "{text}");
            for private in ["Lisbon", "09:00", "of 1 in", "24 hours", "Budget", "of 100", "Mon-Fri", "ana", "Ana"] {
                assert!(!text.contains(private), "{private} in: {text}");
            }
        }
    })
    .await;
}
