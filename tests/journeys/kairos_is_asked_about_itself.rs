//! "When I talk to Kairos about Kairos, it understands me, in English and in German."

use crate::support::app::{TestApp, each_app};

/// What is written, and the title of the answer.
const TALK: [(&str, &str); 22] = [
    ("and what would you be able to do for me?", "Ask me in your own words"),
    ("what kind of things can I ask you?", "Ask me in your own words"),
    ("Womit kannst du mir helfen?", "Ask me in your own words"),
    ("good morning Kairos", "Ask me in your own words"),
    ("hallo", "Ask me in your own words"),
    ("are you a real person or a bot?", "I’m Kairos"),
    ("wer bist du?", "I’m Kairos"),
    ("can my boss read what I write to you?", "Who can see this"),
    ("is this confidential?", "Who can see this"),
    ("liest mein Chef hier mit?", "Who can see this"),
    ("what information do you have about me?", "You and Kairos"),
    ("show me my settings please", "You and Kairos"),
    ("was weißt du über mich", "You and Kairos"),
    ("thank you so much!", "Any time 🙂"),
    ("danke, das hat geholfen", "Any time 🙂"),
    ("stop", "Less from me"),
    ("please stop writing to me", "Less from me"),
    ("lass mich in Ruhe", "Less from me"),
    ("quiet please", "Less from me"),
    ("test", "I’m here"),
    ("bist du da?", "I’m here"),
    ("giving feedback", "Words for feedback, ready to borrow"),
];

#[tokio::test]
async fn in_private_every_manner_of_it_gets_its_answer() {
    each_app(|app: TestApp| async move {
        let mut wrong = Vec::new();
        for (text, title) in TALK {
            app.person("ana").writes_privately(text).await;
            let came = app.last_private("ana").card.title;
            if came != title {
                wrong.push(format!("{text} → {came}, not {title}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        app.advance(crate::support::app::days(1)).await;
        assert_eq!(app.private_cards("ana").len(), TALK.len(), "each once");
    })
    .await;
}

#[tokio::test]
async fn the_ways_out_are_for_whoever_asked_and_work() {
    each_app(|app: TestApp| async move {
        let said = app.person("ana").says("@Kairos leave me alone").await;
        app.is_left_alone(&said);
        let ways_out = app.last_private("ana");
        assert_eq!(ways_out.buttons(), ["Quiet for a week", "Turn off suggestions"]);
        app.person("ana").taps("Turn off suggestions", &ways_out).await;
        app.person("ana").writes_privately("stop").await;
        assert_eq!(app.last_private("ana").buttons(), ["Turn suggestions back on"]);
    })
    .await;
}

/// What colleagues say to each other is not said to Kairos.
#[tokio::test]
async fn nothing_of_it_is_heard_in_a_channel() {
    each_app(|app: TestApp| async move {
        for text in ["thanks, that helped", "hello there", "stop it", "who can see this?", "test"] {
            let said = app.person("ana").says(text).await;
            app.advance(crate::support::app::minutes(30)).await;
            app.is_left_alone(&said);
        }
        assert_eq!(app.private_cards("ana").len(), 0);
    })
    .await;
}
