//! "What I tapped by mistake I take back; what is long I open; what I stopped I start again."

use chat::Prominence;

use crate::support::app::{Seen, TestApp, each_app, minutes};

async fn card(app: &TestApp) -> Seen {
    app.person("ana").writes_privately("how do I answer when they say we're too expensive?").await;
    app.last_private("ana")
}

async fn taps_of(app: &TestApp, card: &Seen) -> Vec<String> {
    let place = card.room.place();
    let delivery = app.store().delivery_at(place.platform, &place.workspace, &place.channel, &card.message).await;
    let taps = app.store().taps_on(&delivery.unwrap().unwrap().id).await.unwrap();
    taps.into_iter().map(|tap| tap.tap).collect()
}

#[tokio::test]
async fn each_rating_has_its_way_back() {
    each_app(|app: TestApp| async move {
        let before = card(&app).await;
        for label in ["Useful", "Not for me", "I know this", "Quiet for a week", "Don’t show me this topic"] {
            app.person("ana").taps(label, &app.again(&before)).await;
            let rated = app.again(&before);
            assert!(rated.card.footer.starts_with('✓'), "{label}: {}", rated.card.footer);
            app.person("ana").taps("Undo", &rated).await;
            assert_eq!(app.again(&before).card, before.card, "{label}: as it was");
            assert_eq!(taps_of(&app, &before).await, [""; 0], "{label}");
        }
        app.person("ana").commands("me").await;
        let page = app.last_private("ana").text();
        assert!(!page.contains("quiet until") && !page.contains("Show again"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn a_long_card_is_short_until_all_of_it_is_wanted() {
    each_app(|app: TestApp| async move {
        let short = card(&app).await;
        let last_step = "Talk terms last";
        assert!(!short.text().contains(last_step) && short.buttons().contains(&"Show all"), "{}", short.text());
        app.person("ana").taps("Show all", &short).await;
        let whole = app.again(&short);
        assert!(whole.text().contains(last_step) && !whole.buttons().contains(&"Show all"), "{}", whole.text());
        app.person("ana").taps("Useful", &whole).await;
        assert!(app.again(&short).text().contains(last_step), "and stays open");
    })
    .await;
}

#[tokio::test]
async fn a_second_card_has_its_taps_too() {
    each_app(|app: TestApp| async move {
        let first = card(&app).await;
        let also = first.card.choices.iter().find(|choice| choice.label.starts_with("Also: ")).expect("there is more");
        assert_eq!(also.prominence, Prominence::Tucked);
        app.person("ana").taps(&also.label, &first).await;
        let second = app.last_private("ana");
        assert_eq!(format!("Also: {}", second.card.title), also.label);
        app.person("ana").taps("Not for me", &second).await;
        assert!(app.again(&second).card.footer.starts_with('✓'));
        assert_eq!(app.again(&first).card, first.card, "the first one is another card");
    })
    .await;
}

#[tokio::test]
async fn a_topic_that_was_stopped_is_started_again_on_ones_own_page() {
    each_app(|app: TestApp| async move {
        let before = card(&app).await;
        app.person("ana").taps("Don’t show me this topic", &before).await;
        let stopped = app.person("ana").says("how do I answer when they say we're too expensive?").await;
        app.advance(minutes(10)).await;
        app.is_left_alone(&stopped);
        app.person("ana").commands("me").await;
        let page = app.last_private("ana");
        app.person("ana").taps("Show again: A buyer says it is too expensive", &page).await;
        assert!(!app.again(&page).text().contains("Show again"), "it is on again");
        let heard = app
            .person("ana")
            .says("the buyer says our quote is over budget, what do I say?")
            .in_channel("general")
            .await;
        app.advance(minutes(10)).await;
        app.answer(&heard);
    })
    .await;
}
