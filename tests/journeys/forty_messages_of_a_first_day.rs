//! "On the first day, with nothing set up, I get the right card, or silence where I need nothing."
//!
//! Forty messages as a new user would write them, each in a fresh playground with the starter library, and beside each
//! the card that is wanted. Written by the one who also wrote many of the examples: it shows that the first day works, and
//! is no measure of how well others are heard.

use std::fmt::Write;

use tempfile::TempDir;

use crate::support::app::{Setup, TestApp, minutes};

/// Where a message is written.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Where {
    Deals,
    Private,
    Command,
}
use Where::{Command, Deals, Private};

const PRICE: &[&str] = &[
    "When they say it is too expensive",
    "Words for nine kinds of price pressure",
    "Four things \"too expensive\" can mean",
];
const ANGRY: &[&str] = &["When a customer is angry", "Say this instead: words that lower the heat"];
const NO: &[&str] = &["When the answer to a customer is no", "Words for nine kinds of no"];
const MAY_GO: &[&str] = &["Five questions before you paste", "What may go into an AI tool", "Paste, prepare or stop"];
const WRONG_PASTE: &[&str] = &["Something went into the wrong AI tool"];
const HAND_OVER: &[&str] =
    &["Hand over the result, not the steps", "What to hand over, what to keep", "Before you hand something over"];
const FEEDBACK: &[&str] = &[
    "Feedback in three facts and one question",
    "Words for feedback, ready to borrow",
    "Before a difficult feedback conversation",
];
const CHECK_AI: &[&str] = &["Five looks before you use an AI answer", "What to check, and how"];
const SKILLS: &[&str] = &["Ask me in your own words"];
const LESS: &[&str] = &["Less from me"];
const SILENCE: &[&str] = &[];

/// Where, what is written, and the cards of which one is wanted; none is silence.
const FORTY: [(Where, &str, &[&str]); 40] = [
    (Deals, "the buyer says we're a third over his budget, what do I say", PRICE),
    (Deals, "client is yelling at us because the delivery is late again, how do I answer", ANGRY),
    (Deals, "they want a feature we will never build, how do I tell them nicely", NO),
    (Deals, "is it ok to put the customer's contract into ChatGPT for a summary?", MAY_GO),
    (Deals, "I just pasted the customer list into ChatGPT", WRONG_PASTE),
    (Deals, "I end up doing everything myself, how do I hand things over to the team", HAND_OVER),
    (Deals, "how do I tell Mark that his reports are always late without hurting him", FEEDBACK),
    (Deals, "copilot gave me numbers for the report and I don't know if they're right", CHECK_AI),
    (Deals, "lunch at 12?", SILENCE),
    (Deals, "thanks Ben, that helped", SILENCE),
    (Deals, "the deck is in the drive", SILENCE),
    (Deals, "who has the Northwind contract?", SILENCE),
    (Deals, "running ten minutes late", SILENCE),
    (Deals, "Signed! Acme took the full package", SILENCE),
    (Deals, "can you review my PR?", SILENCE),
    (Deals, "the new price list is out", SILENCE),
    (Deals, "see you tomorrow", SILENCE),
    (Deals, "is the wifi down for you too?", SILENCE),
    (Private, "so what can you do for me?", SKILLS),
    (Private, "who are you and what do you want", &["I’m Kairos"]),
    (Private, "who can see what I write here?", &["Who can see this"]),
    (Private, "what do you know about me", &["You and Kairos"]),
    (Private, "thanks, that was really helpful", &["Any time 🙂"]),
    (Private, "please just leave me alone", LESS),
    (Private, "feedback", FEEDBACK),
    (Private, "Was kannst du alles?", SKILLS),
    (
        Private,
        "I have a difficult feedback conversation tomorrow, a checklist would be great",
        &["Before a difficult feedback conversation"],
    ),
    (Private, "what should I go through before I hand something over?", &["Before you hand something over"]),
    (Private, "they press me for a discount, what do I check before I move on price?", &["Before you move on price"]),
    (Private, "what words calm down a customer who shouts at me?", ANGRY),
    (Private, "what's the boiling point of tungsten", &["I don’t have a card for that yet"]),
    (Private, "how do I answer an angry e-mail from a customer", &["Before you send a reply to an angry e-mail"]),
    (Command, "help", SKILLS),
    (Command, "me", &["You and Kairos"]),
    (Command, "price objections", PRICE),
    (Command, "be quiet for a while", LESS),
    (Command, "test", &["I’m here"]),
    (Command, "delegation", HAND_OVER),
    (Command, "how do I turn the time they save into money for the buyer", &["Turn \"saves time\" into their money"]),
    (Command, "customer wants a refund after a year and I have to refuse", NO),
];

/// The title of what came, in the thread or in private; none for silence.
async fn answered(app: &TestApp, (place, text): (Where, &str)) -> Option<String> {
    match place {
        Deals => {
            let said = app.person("ana").says(text).await;
            app.advance(minutes(10)).await;
            let mut cards = app.answers(&said);
            cards.extend(app.private_cards("ana"));
            cards.pop().map(|card| card.card.title)
        }
        Private => {
            app.person("ana").writes_privately(text).await;
            app.private_cards("ana").pop().map(|card| card.card.title)
        }
        Command => {
            app.person("ana").commands(text).await;
            app.private_cards("ana").pop().map(|card| card.card.title)
        }
    }
}

#[tokio::test]
async fn at_least_thirty_six_of_forty_are_right() {
    let (mut right, mut silent, mut table) = (0, 0, String::new());
    for (place, text, wanted) in FORTY {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite:{}", folder.path().join("kairos.sqlite").display());
        let app = TestApp::open(&url, Setup::default()).await;
        let came = answered(&app, (place, text)).await;
        let is_right = came.as_deref().map_or(wanted.is_empty(), |title| wanted.contains(&title));
        right += usize::from(is_right);
        silent += usize::from(wanted.is_empty() && came.is_none());
        let (mark, came) = (if is_right { "✓" } else { "✗" }, came.unwrap_or_else(|| "–".to_owned()));
        writeln!(table, "{mark} {place:?} | {text} | {came}").unwrap();
        app.close().await;
    }
    insta::assert_snapshot!(table);
    assert_eq!(silent, 10, "where nothing is needed nothing is said:\n{table}");
    assert!(right >= 36, "{right} of 40:\n{table}");
}
