//! "I said once how we put it here, and somebody else agreed: since then we are heard in our own words."

use crate::support::{
    app::{Seen, Setup, TestApp, each_app, each_app_with, minutes},
    databases::each_address,
    person::Somebody,
    prompts::{BY_EXAMPLES_ALONE, prompts},
    tables::tables_with,
};

/// Nothing that the examples below come near to.
const OWN: &str = "procurement turned pale at the quetzal line";

/// Ana looks after triggers too.
fn two_managers(setup: Setup) -> Setup {
    setup
        .prompts(prompts().with("too-expensive.trigger.md", BY_EXAMPLES_ALONE).folder())
        .setting("PEOPLE_MANAGERS", "playground/playground/ana,playground/playground/dev")
}

async fn list(app: &TestApp, who: &str) -> Seen {
    app.person(who).commands("me").await;
    app.person(who).taps("Triggers", &app.last_private(who)).await;
    app.last_private(who)
}

/// Somebody asks Kairos, finds the card useful, and is asked for their own words where nobody else sees it.
async fn is_helped(app: &TestApp, who: &str) -> Seen {
    let asked = app.person(who).says("@Kairos how do I answer when they say we're too expensive?").await;
    let card = app.answer(&asked);
    app.person(who).taps("Useful", &card).await;
    let rated = app.again(&card);
    assert!(rated.card.input.is_none(), "a field that all see would be odd");
    let other = if who == "chloe" { "dev" } else { "chloe" };
    app.person(other).taps("Say it in your own words", &rated).await;
    assert_eq!(app.cards("deals", other).pop().unwrap().card.title, "This one isn’t for you");
    app.person(who).taps("Say it in your own words", &rated).await;
    assert_eq!(app.answers(&asked).len(), 1, "nothing new for all to see");
    let invitation = app.cards("deals", who).pop().unwrap();
    assert!(invitation.only.is_some() && invitation.card.input.is_some(), "{}", invitation.text());
    assert!(invitation.text().contains("without your name"), "{}", invitation.text());
    invitation
}

async fn gives(app: &TestApp, who: &str, words: &str) -> String {
    let invitation = is_helped(app, who).await;
    app.person(who).writes_into(&invitation, words).await;
    let said = app.cards("deals", who).pop().unwrap();
    assert!(said.only.is_some());
    app.advance(minutes(3)).await;
    said.card.title
}

async fn is_kept_in(app: &TestApp) -> Vec<String> {
    tables_with(app.url(), "quetzal").await
}

/// What is said in a channel, of which nothing came.
async fn nobody_hears(app: &TestApp, who: Somebody<'_>, channel: &str) {
    let said = who.says(OWN).in_channel(channel).await;
    app.advance(minutes(11)).await;
    app.is_left_alone(&said);
}

#[tokio::test]
async fn what_ana_gives_is_heard_once_somebody_else_has_taken_it() {
    each_app_with(two_managers, |app: TestApp| async move {
        nobody_hears(&app, app.person("ben"), "general").await;
        assert_eq!(gives(&app, "ana", &format!("  {OWN} \n")).await, "Thank you");
        nobody_hears(&app, app.person("ben"), "support").await;
        assert_eq!(is_kept_in(&app).await, ["own_words"]);

        let hers = list(&app, "ana").await;
        let proposal = format!("Suggested by someone it helped: “{OWN}”.");
        assert!(hers.text().contains(&proposal), "{}", hers.text());
        app.person("ana").taps("Approve: procurement", &hers).await;
        let refusal = app.last_private("ana");
        assert!(refusal.text().contains("These are your own words"), "{}", refusal.text());
        assert_eq!(app.store().learnt(&chat::Scope::All).await.unwrap(), []);

        let before = list(&app, "dev").await;
        app.person("dev").taps("Approve: procurement", &before).await;
        let after = app.again(&before);
        assert!(after.text().contains(&format!("Added from a colleague: “{OWN}”.")), "{}", after.text());
        assert!(!after.text().contains(&proposal));
        assert_eq!(is_kept_in(&app).await, ["trigger_steps"]);

        let heard = app.person("ben").says(OWN).in_channel("general").await;
        app.advance(minutes(11)).await;
        let card = app.answer(&heard);
        app.person("ben").taps("Why this?", &card).await;
        let why = app.cards("general", "ben").pop().unwrap().text();
        assert!(why.contains(&format!("“{OWN}”, which a colleague added")), "{why}");

        app.person("dev").taps("Remove: procurement", &after).await;
        assert!(!app.again(&after).text().contains(OWN));
        nobody_hears(&app, app.person("chloe"), "support").await;
    })
    .await;
}

/// Whatever is sent by whoever manages nothing: the words wait as they did.
#[tokio::test]
async fn nobody_but_a_manager_decides_about_words() {
    each_app_with(two_managers, |app: TestApp| async move {
        gives(&app, "ben", OWN).await;
        let card = list(&app, "dev").await;
        let asked = app.person("chloe").says("@Kairos how do I answer when they say we're too expensive?").await;
        let answer = app.answer(&asked);
        let refused = || app.cards("deals", "chloe").pop().unwrap().text();
        for label in ["Approve: procurement", "Decline: procurement"] {
            app.person("chloe").forges_tap(&card.choice(label), &answer).await;
            assert!(refused().contains("Only workspace admins and the managers"), "{}", refused());
            assert_eq!(is_kept_in(&app).await, ["own_words"], "{label}");
        }
        app.person("dev").taps("Approve: procurement", &card).await;
        let taken_in = app.again(&card).choice("Remove: procurement");
        app.person("chloe").forges_tap(&taken_in, &answer).await;
        assert!(refused().contains("Only workspace admins and the managers"), "{}", refused());
        assert_eq!(app.store().learnt(&chat::Scope::All).await.unwrap()[0].1.taken_in, [OWN]);
        // Nor does anybody give words for a card of somebody else.
        let invitation = is_helped(&app, "ben").await;
        let form = invitation.card.input.clone().unwrap().form;
        app.person("chloe").forges_form(&form, &invitation, "the quetzal walks away").await;
        assert_eq!(app.cards("deals", "chloe").pop().unwrap().card.title, "This one isn’t for you");
        assert_eq!(app.store().own_words(&chat::Scope::All).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn what_was_taken_in_is_heard_after_a_restart() {
    each_address(|url| async move {
        let app = TestApp::open(&url, two_managers(Setup::default())).await;
        gives(&app, "chloe", OWN).await;
        app.person("dev").taps("Approve: ", &list(&app, "dev").await).await;
        app.close().await;
        let next_day = Setup::default().starting_at("2026-11-19T10:00:00Z");
        let app = TestApp::open(&url, two_managers(next_day)).await;
        let heard = app.person("ben").says(OWN).in_channel("general").await;
        app.advance(minutes(11)).await;
        app.answer(&heard);
    })
    .await;
}

#[tokio::test]
async fn declining_erases_and_forgetting_erases() {
    each_app_with(two_managers, |app: TestApp| async move {
        gives(&app, "ben", OWN).await;
        let card = list(&app, "dev").await;
        app.person("dev").taps("Decline: procurement", &card).await;
        assert!(!app.again(&card).text().contains("quetzal"));
        assert_eq!(is_kept_in(&app).await, [""; 0]);

        gives(&app, "ben", OWN).await;
        list(&app, "dev").await;
        app.person("ben").commands("me").await;
        let page = app.last_private("ben");
        app.person("ben").taps("Show everything", &page).await;
        assert!(app.last_private("ben").text().contains(OWN), "{}", app.last_private("ben").text());
        app.person("ben").taps("Forget me", &page).await;
        app.person("ben").taps("Yes, forget me", &app.last_private("ben")).await;
        assert_eq!(is_kept_in(&app).await, [""; 0]);
        assert!(!list(&app, "dev").await.text().contains("quetzal"));
    })
    .await;
}

#[tokio::test]
async fn only_plain_words_wait_for_review_each_once_and_three_of_one_person() {
    each_app_with(two_managers, |app: TestApp| async move {
        for (words, title) in [
            ("the quetzal scares them", "Thank you"),
            ("The quetzal  scares them", "Thank you"),
            ("they laugh at the quetzal", "Thank you"),
            ("how to react when they ask for a lower price", "I already know these words"),
            ("no", "I can’t use that"),
            ("ask ana@example.com", "I can’t use that"),
            ("the quetzal walks away", "Thank you"),
            ("the quetzal is silent", "Enough is waiting for review"),
        ] {
            assert_eq!(gives(&app, "ben", words).await, title, "{words}");
        }
        assert_eq!(app.store().own_words(&chat::Scope::All).await.unwrap().len(), 3);
    })
    .await;
}

/// In private the field stands on the card itself.
#[tokio::test]
async fn in_private_the_card_itself_asks() {
    each_app(|app: TestApp| async move {
        app.person("ben").writes_privately("any line for a price objection?").await;
        let card = app.last_private("ben");
        app.person("ben").taps("Useful", &card).await;
        let rated = app.again(&card);
        assert_eq!(app.private_cards("ben").len(), 1, "nothing new is posted");
        assert!(rated.card.input.is_some() && rated.text().contains("without your name"), "{}", rated.text());
        app.person("ben").writes_into(&rated, OWN).await;
        assert!(app.again(&card).text().contains("Your words go to"), "{}", app.again(&card).text());
        assert_eq!(app.store().own_words(&chat::Scope::All).await.unwrap().len(), 1);
    })
    .await;
}
