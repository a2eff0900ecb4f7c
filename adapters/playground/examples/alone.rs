//! The playground without Kairos: a house of canned answers, to work on the page alone.
//!
//! `cargo run -p kairos-playground --example alone`, then open <http://127.0.0.1:8079>.

use std::{
    future::Future,
    path::Path,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use chat::{
    Block, Card, Choice, Event, FormId, FreeText, Key, Place, Platform, Prominence, Sent, ShownTo, Span, Text,
    Timestamp, What,
};
use playground::{
    Host, Line, Note, Outcome, Playground,
    seed::{self, MINUTES, story},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::mpsc};

struct House {
    ms: AtomicI64,
    inbox: mpsc::UnboundedSender<String>,
}

impl Host for House {
    fn now(&self) -> Timestamp {
        Timestamp::from_ms(self.ms.load(Ordering::SeqCst))
    }

    fn wind(&self, by: Duration) {
        self.ms.fetch_add(i64::try_from(by.as_millis()).unwrap_or(0), Ordering::SeqCst);
    }

    fn accept(&self, raw: String) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + '_>> {
        Box::pin(async move { self.inbox.send(raw).map_err(|error| error.to_string()) })
    }

    fn picture(&self, _file: &str) -> Option<Vec<u8>> {
        None
    }

    fn as_slack(&self, card: &Card) -> Value {
        let text = |text: &str| json!({ "type": "plain_text", "text": text, "emoji": true });
        let sections = card.text.0.iter().map(
            |block| json!({ "type": "rich_text_section", "elements": [{ "type": "text", "text": Text(vec![block.clone()]).plain() }] }),
        );
        let steps = card.steps.iter().map(
            |step| json!({ "type": "rich_text_section", "elements": [{ "type": "text", "text": Span::plain(step) }] }),
        );
        let steps: Vec<_> = steps.collect();
        let mut elements: Vec<Value> = sections.collect();
        if !steps.is_empty() {
            elements.push(json!({ "type": "rich_text_list", "style": "ordered", "elements": steps }));
        }
        let (tucked, row): (Vec<&Choice>, Vec<&Choice>) =
            card.choices.iter().partition(|choice| choice.prominence == Prominence::Tucked);
        let mut buttons: Vec<_> = row
            .into_iter()
            .map(|choice| {
                let style = (choice.prominence == Prominence::Primary).then_some("primary");
                json!({ "type": "button", "action_id": choice.id, "value": choice.id, "text": text(&choice.label), "style": style })
            })
            .collect();
        if let Some(input) = &card.input {
            buttons.push(
                json!({ "type": "button", "action_id": "form", "value": input.form, "text": text(&input.label) }),
            );
        }
        if !tucked.is_empty() {
            let options: Vec<_> =
                tucked.iter().map(|choice| json!({ "text": text(&choice.label), "value": choice.id })).collect();
            buttons.push(json!({ "type": "overflow", "action_id": "more", "options": options }));
        }
        let mut blocks = vec![json!({ "type": "header", "text": text(&card.title) })];
        blocks.push(json!({ "type": "rich_text", "elements": elements }));
        if !buttons.is_empty() {
            blocks.push(json!({ "type": "actions", "elements": buttons }));
        }
        if !card.footer.is_empty() {
            blocks.push(json!({ "type": "context", "elements": [text(&card.footer)] }));
        }
        json!({ "text": card.plain(), "blocks": blocks })
    }

    fn as_discord(&self, card: &Card) -> Value {
        let steps: Vec<_> =
            card.steps.iter().enumerate().map(|(i, step)| format!("{}. {}", i + 1, Span::plain(step))).collect();
        let body = format!("{}\n\n{}", card.text.plain(), steps.join("\n"));
        let mut inside = vec![json!({ "type": 10, "content": format!("## {}", card.title) })];
        inside.push(json!({ "type": 10, "content": body }));
        for row in card.choices.chunks(5) {
            let buttons: Vec<_> = row
                .iter()
                .map(|choice| {
                    let style = if choice.prominence == Prominence::Primary { 1 } else { 2 };
                    json!({ "type": 2, "style": style, "label": choice.label, "custom_id": choice.id })
                })
                .collect();
            inside.push(json!({ "type": 1, "components": buttons }));
        }
        if !card.footer.is_empty() {
            inside.push(json!({ "type": 14 }));
            inside.push(json!({ "type": 10, "content": format!("-# {}", card.footer) }));
        }
        json!({ "flags": 1 << 15, "components": [{ "type": 17, "components": inside }] })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (inbox, events) = mpsc::unbounded_channel();
    // Tuesday 24 November 2026, 09:58 in Lisbon.
    let house = Arc::new(House { ms: AtomicI64::new(1_795_514_280_000), inbox });
    let journal = std::env::args().nth(1);
    let playground = Playground::open(journal.as_deref().map(Path::new))?;
    playground.attach(Arc::clone(&house) as Arc<dyn Host>).await;
    tokio::spawn(answer(Arc::clone(&playground), Arc::clone(&house), events));
    if playground.is_new() {
        play(&playground, &house).await?;
    }
    let listener = TcpListener::bind("127.0.0.1:8079").await?;
    axum::serve(listener, playground.router()).await?;
    Ok(())
}

/// Plays the story that a newcomer finds.
async fn play(playground: &Arc<Playground>, house: &House) -> Result<(), Box<dyn std::error::Error>> {
    let start = house.now();
    let mut said: Vec<Option<chat::MessageId>> = Vec::new();
    for step in story() {
        let due = start + Duration::from_mins(u64::from(step.minutes));
        house.wind(due.since(house.now()));
        tokio::time::sleep(Duration::from_millis(300)).await;
        match seed::play(playground, &step, &said).await {
            Ok(message) => said.push(message),
            // This house answers less than Kairos does: there may be no card to tap on.
            Err(_) => said.push(None),
        }
    }
    let end = start + Duration::from_mins(u64::from(MINUTES));
    house.wind(end.since(house.now()));
    Ok(())
}

/// Hears what people do, and what becomes due, one after the other.
async fn answer(playground: Arc<Playground>, house: Arc<House>, mut events: mpsc::UnboundedReceiver<String>) {
    let mut held: Vec<(Event, Timestamp)> = Vec::new();
    loop {
        let heard = tokio::time::timeout(Duration::from_millis(100), events.recv()).await;
        if let Ok(Some(raw)) = heard {
            for event in playground.translate(&raw).unwrap_or_default() {
                hear(&playground, &house, &mut held, event).await;
            }
        }
        let due: Vec<_> = held.iter().filter(|(_, at)| *at <= house.now()).map(|(event, _)| event.clone()).collect();
        held.retain(|(_, at)| *at > house.now());
        for event in due {
            speak(&playground, &event).await;
        }
    }
}

async fn hear(playground: &Playground, house: &House, held: &mut Vec<(Event, Timestamp)>, event: Event) {
    match &event.what {
        What::Message(message) => {
            if let Some(at) = event.place.thread.as_ref().and_then(|opening| {
                held.iter().position(|(held, _)| said(held) == Some(opening) && held.by != event.by)
            }) {
                let (asked, _) = held.remove(at);
                note(playground, &asked, Outcome::Cancelled, None).await;
            } else if message.mentions_us || event.place.is_private() {
                speak(playground, &event).await;
            } else if message.text.contains(" how ") || message.text.to_lowercase().starts_with("how") {
                let until = house.now() + Duration::from_mins(10);
                note(playground, &event, Outcome::Waits, Some(until)).await;
                held.push((event, until));
            } else {
                note(playground, &event, Outcome::Silent, None).await;
            }
        }
        What::Choice { message, choice } => {
            let sent = Sent { place: event.place.clone(), message: message.clone() };
            match choice.as_str() {
                "practise" => {
                    if let Ok(place) = playground.open_private(&event.by).await {
                        say(playground, &place, &ShownTo::Everyone, &turn(), &event.id.to_string()).await;
                    }
                }
                "why" => {
                    let card = Card::new("Why you see this", Text::paragraph("Nobody had answered for ten minutes."));
                    let to = ShownTo::Only(event.by.clone());
                    say(playground, &event.place, &to, &card, &event.id.to_string()).await;
                }
                "useful" => {
                    let mut card = card();
                    card.choices.retain(|choice| choice.id.as_str() != "useful");
                    "Thanks, noted as useful.".clone_into(&mut card.footer);
                    drop(playground.edit(&sent, &card).await);
                }
                _ => {
                    let card = Card::new("Feedback", Text::paragraph("They say that the budget was set last year."));
                    say(playground, &event.place, &ShownTo::Everyone, &card, &event.id.to_string()).await;
                }
            }
        }
        _ => {}
    }
}

fn said(event: &Event) -> Option<&chat::MessageId> {
    if let What::Message(message) = &event.what { Some(&message.id) } else { None }
}

async fn speak(playground: &Playground, event: &Event) {
    let Some(asked) = said(event) else { return };
    let place = if event.place.is_private() { event.place.clone() } else { event.place.in_thread(asked) };
    say(playground, &place, &ShownTo::Everyone, &card(), asked.as_str()).await;
    note(playground, event, Outcome::Speaks, None).await;
}

async fn say(playground: &Playground, place: &Place, to: &ShownTo, card: &Card, key: &str) {
    if let Err(refusal) = playground.send(place, to, card, &Key(key.to_owned())).await {
        tracing::warn!(%refusal, "not said");
    }
}

async fn note(playground: &Playground, event: &Event, outcome: Outcome, until: Option<Timestamp>) {
    let Some(message) = said(event).cloned() else { return };
    let line = |rule: &str, passed, text: &str| Line { rule: rule.to_owned(), passed, text: text.to_owned() };
    let (headline, waited) = match outcome {
        Outcome::Speaks => ("Nobody answered for 10 minutes, so it replied in the thread", true),
        Outcome::Waits => ("Sounds like a price objection: people get 10 minutes to answer first", true),
        Outcome::Silent => ("Nothing here that Kairos can help with", true),
        Outcome::Cancelled => ("Ben answered, so there was nothing left to add", false),
    };
    let reasons = if outcome == Outcome::Silent {
        Vec::new()
    } else {
        vec![
            line("Channel is on", true, "#deals is live: answers go into the thread"),
            line(
                "A need was recognised",
                true,
                "82 of 100, 60 needed; nearest example: “the quote is over their budget”",
            ),
            line(
                "People first",
                waited,
                if waited { "nobody answered in 10 minutes" } else { "someone answered first, after 4 minutes" },
            ),
            line("Daily budget", true, "0 of 1 unasked message today"),
            line("Working hours", true, "10:12 in Lisbon, inside 09:00 to 17:30"),
        ]
    };
    let trigger = (outcome != Outcome::Silent).then(|| "A buyer says it is too expensive".to_owned());
    let channel = event.place.channel.clone();
    drop(
        playground
            .note(Note { message, channel, outcome, headline: headline.to_owned(), trigger, until, reasons })
            .await,
    );
}

fn choice(id: &str, label: &str, prominence: Prominence) -> Choice {
    Choice { id: id.into(), label: label.to_owned(), prominence }
}

fn card() -> Card {
    let step = |text: &str| vec![Span::Plain(text.to_owned())];
    let asks = Block::Paragraph(vec![Span::Plain(
        "\"Too expensive\" is a question in disguise: compared with what? Ask before you answer.".to_owned(),
    )]);
    let mut card = Card::new("When they say it is too expensive", Text(vec![asks]));
    card.steps = vec![
        step("Agree that price matters, without agreeing that it is too high."),
        step("Ask what they compare it with: a rival, a budget, or doing nothing."),
        step("Put the cost of the problem beside the price, in their numbers."),
    ];
    card.choices = vec![
        choice("useful", "Useful", Prominence::Primary),
        choice("not-for-me", "Not for me", Prominence::Usual),
        choice("known", "I know this", Prominence::Usual),
        choice("practise", "Practise this", Prominence::Usual),
        choice("why", "Why this?", Prominence::Usual),
        choice("snooze", "Snooze for a week", Prominence::Tucked),
        choice("stop", "Stop this trigger", Prominence::Tucked),
    ];
    "Nobody had answered for 10 minutes. 90 seconds to read.".clone_into(&mut card.footer);
    card
}

fn turn() -> Card {
    let scene = "A buyer you have met twice writes: \"Thanks for the offer. It's well above what we had planned.\"";
    let mut card = Card::new("Practice: that's well above our budget", Text::paragraph(scene));
    card.choices = vec![
        choice("ask", "Ask what they had planned, and for what", Prominence::Usual),
        choice("discount", "Offer ten percent off straight away", Prominence::Usual),
    ];
    card.input = Some(FreeText { form: FormId::new("own-words"), label: "Say it in your own words".to_owned() });
    "Step 1 of 3. Nobody else sees your answers.".clone_into(&mut card.footer);
    card
}
