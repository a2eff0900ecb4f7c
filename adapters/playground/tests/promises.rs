//! What the playground promises to the house and to people.

mod support;

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use chat::{Card, Choice, ChoiceId, Event, Key, Platform, Prominence, ShownTo, Text, What};
use playground::{Author, Change, Fault, Line, Note, Outcome, Person, Playground, Room};
use serde_json::json;
use support::opened;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

fn card(title: &str) -> Card {
    let mut card = Card::new(title, Text::paragraph("Ask what they compare it with."));
    card.choices.push(Choice {
        id: ChoiceId::new("useful"),
        label: "Useful".to_owned(),
        prominence: Prominence::Primary,
    });
    card
}

fn key(key: &str) -> Key {
    Key(key.to_owned())
}

#[tokio::test]
async fn a_restart_loses_nothing_and_a_repeated_send_shows_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.jsonl");
    let (place, sent) = {
        let (playground, _) = opened(Some(&path)).await;
        assert!(playground.is_new());
        let question = playground.post(Person::Ana, Room::Deals, None, "too expensive, they say?").await.unwrap();
        let place = Room::Deals.at(Some(&question));
        let sent = playground.send(&place, &ShownTo::Everyone, &card("Price"), &key("k")).await.unwrap();
        playground.edit(&sent, &card("Price, again")).await.unwrap();
        playground.react(Person::Ben, &sent.message, "👍", true).await.unwrap();
        (place, sent)
    };
    let (playground, house) = opened(Some(&path)).await;
    assert!(!playground.is_new());
    assert_eq!(playground.send(&place, &ShownTo::Everyone, &card("Price"), &key("k")).await.unwrap(), sent);
    assert_eq!(playground.find(&place, &key("k")).await.unwrap(), Some(sent));
    let messages = playground.messages(Room::Deals, Person::Ben);
    assert_eq!(messages.len(), 2, "the question and one card");
    assert_eq!(messages[1].card.as_ref().unwrap().title, "Price, again");
    assert_eq!(messages[1].reactions, [("👍".to_owned(), vec![Person::Ben])]);
    assert!(house.accepted.lock().unwrap().is_empty(), "what was accepted is not offered again");
}

#[tokio::test]
async fn what_the_house_refused_is_offered_again_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.jsonl");
    {
        let (playground, house) = opened(Some(&path)).await;
        house.refuses.store(true, Ordering::SeqCst);
        playground.post(Person::Ana, Room::Deals, None, "first").await.unwrap();
        playground.post(Person::Ana, Room::Deals, None, "second").await.unwrap();
        playground.close();
    }
    let (playground, house) = opened(Some(&path)).await;
    let raws = house.accepted.lock().unwrap().clone();
    let texts: Vec<_> = raws.iter().map(|raw| said(&playground.translate(raw).unwrap()[0])).collect();
    assert_eq!(texts, ["first", "second"]);
}

#[tokio::test]
async fn what_the_house_refused_is_offered_again_without_a_restart() {
    let (playground, house) = opened(None).await;
    house.refuses.store(true, Ordering::SeqCst);
    playground.post(Person::Ana, Room::Deals, None, "first").await.unwrap();
    house.refuses.store(false, Ordering::SeqCst);
    tokio::time::timeout(Duration::from_mins(1), house.rings.notified()).await.expect("offered again");
    assert_eq!(house.accepted.lock().unwrap().len(), 1);
}

fn said(event: &Event) -> String {
    match &event.what {
        What::Message(message) => message.text.clone(),
        other => panic!("not a message: {other:?}"),
    }
}

#[tokio::test]
async fn what_a_person_does_is_read_back_as_it_happened() {
    let (playground, house) = opened(None).await;
    let asked = playground.post(Person::Ana, Room::Deals, None, "hey @Kairos, any idea?").await.unwrap();
    let inside = playground.post(Person::Ben, Room::Deals, Some(&asked), "no").await.unwrap();
    playground.post(Person::Ben, Room::Deals, Some(&inside), "sorry").await.unwrap();
    playground.edit_message(Person::Ana, &asked, "hey all").await.unwrap();
    playground.delete(Person::Ben, &inside).await.unwrap();
    assert_eq!(playground.say(Person::Ana, Room::Private(Person::Ana), None, "/kairos why").await.unwrap(), None);
    let sent = playground.send(&Room::Deals.place(), &ShownTo::Everyone, &card("Price"), &key("k")).await.unwrap();
    playground.tap(Person::Ana, &sent.message, &ChoiceId::new("useful")).await.unwrap();

    let raws = house.accepted.lock().unwrap().clone();
    let events: Vec<Event> = raws.iter().flat_map(|raw| playground.translate(raw).unwrap()).collect();
    assert!(matches!(&events[0].what, What::Message(message) if message.mentions_us && message.id == asked));
    assert_eq!(events[1].place.thread, Some(asked.clone()));
    assert_eq!(events[2].place.thread, Some(asked), "a reply to a reply stands in the same thread");
    assert!(matches!(&events[3].what, What::Edited(message) if !message.mentions_us));
    assert!(matches!(&events[4].what, What::Deleted { message } if *message == inside));
    assert!(matches!(&events[5].what, What::Command { text } if text == "why"));
    assert!(matches!(&events[6].what, What::Choice { choice, .. } if choice.as_str() == "useful"));
    let mut ids: Vec<_> = events.iter().map(|event| event.id.clone()).collect();
    ids.dedup();
    assert_eq!(ids.len(), events.len(), "every happening has an id of its own");
}

#[tokio::test]
async fn what_is_private_is_seen_and_touched_by_one_person_only() {
    let (playground, _) = opened(None).await;
    let private = playground.open_private(&Person::Ana.identity()).await.unwrap();
    let sent = playground.send(&private, &ShownTo::Everyone, &card("For Ana"), &key("p")).await.unwrap();
    let only = ShownTo::Only(Person::Ana.identity());
    playground.send(&Room::Deals.place(), &only, &card("Only Ana"), &key("o")).await.unwrap();

    assert_eq!(playground.messages(Room::Private(Person::Ana), Person::Ana).len(), 1);
    assert!(playground.messages(Room::Private(Person::Ana), Person::Ben).is_empty());
    assert!(playground.messages(Room::Deals, Person::Ben).is_empty());
    let useful = ChoiceId::new("useful");
    assert!(matches!(playground.tap(Person::Ben, &sent.message, &useful).await, Err(Fault::Unknown(_))));
    assert!(matches!(
        playground.post(Person::Ben, Room::Private(Person::Ana), None, "hi").await,
        Err(Fault::NotYours(_))
    ));
}

#[tokio::test]
async fn a_tap_is_on_what_the_card_shows_now() {
    let (playground, _) = opened(None).await;
    let sent = playground.send(&Room::Deals.place(), &ShownTo::Everyone, &card("Price"), &key("k")).await.unwrap();
    playground.edit(&sent, &Card::new("Thanks", Text::default())).await.unwrap();
    assert!(matches!(playground.tap(Person::Ana, &sent.message, &ChoiceId::new("useful")).await, Err(Fault::Outdated)));
}

#[tokio::test]
async fn subscribers_hear_of_decisions_and_the_latest_counts() {
    let (playground, _) = opened(None).await;
    let mut changes = playground.subscribe();
    let asked = playground.post(Person::Ana, Room::Deals, None, "too expensive?").await.unwrap();
    let note = |outcome| Note {
        message: asked.clone(),
        channel: Room::Deals.channel(),
        outcome,
        headline: "Waiting for people".to_owned(),
        trigger: None,
        until: None,
        reasons: vec![Line { rule: "Channel is on".to_owned(), passed: true, text: "live".to_owned() }],
    };
    playground.note(note(Outcome::Waits)).await.unwrap();
    playground.note(note(Outcome::Speaks)).await.unwrap();
    assert!(
        matches!(changes.recv().await.unwrap(), (1, Change::Message(posted)) if posted.by == Author::Person(Person::Ana))
    );
    assert!(matches!(changes.recv().await.unwrap(), (2, Change::Note(noted)) if noted.note.outcome == Outcome::Waits));
    let outcomes: Vec<_> = playground.notes(&asked).iter().map(|noted| noted.note.outcome).collect();
    assert_eq!(outcomes, [Outcome::Waits, Outcome::Speaks]);
}

/// Serves the page and sends raw requests to it.
struct Page(std::net::SocketAddr);

impl Page {
    async fn of(playground: &Arc<Playground>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let page = Self(listener.local_addr().unwrap());
        let router = playground.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        page
    }

    /// Sends a request; the answer is still to be read.
    async fn open(&self, request: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.0).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }

    async fn raw(&self, request: &str) -> String {
        let mut stream = self.open(request).await;
        let mut answer = String::new();
        // A body over the limit is refused while it is still coming, which may reset the connection.
        let _ = stream.read_to_string(&mut answer).await;
        answer
    }

    async fn get(&self, path: &str, headers: &str) -> String {
        self.raw(&self.getting(path, headers)).await
    }

    fn getting(&self, path: &str, headers: &str) -> String {
        format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{headers}\r\n", self.0)
    }

    async fn post(&self, path: &str, headers: &str, body: &str) -> String {
        let length = body.len();
        let head = format!("POST {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {length}", self.0);
        self.raw(&format!("{head}\r\n{headers}\r\n{body}")).await
    }
}

/// Reads on until `awaited` came, and returns what was read.
async fn read_until(stream: &mut TcpStream, awaited: &str) -> String {
    let mut read = Vec::new();
    while !String::from_utf8_lossy(&read).contains(awaited) {
        let more = stream.read_buf(&mut read).await.unwrap();
        assert!(more > 0, "{awaited} never came: {}", String::from_utf8_lossy(&read));
    }
    String::from_utf8(read).unwrap()
}

#[tokio::test]
async fn the_page_refuses_with_a_reason() {
    let (playground, _) = opened(None).await;
    let page = Page::of(&playground).await;
    let say = |text: &str| json!({ "as": "ana", "channel": "deals", "text": text }).to_string();
    for (body, status, reason) in [
        (say("hello"), "200", "message"),
        (say("  "), "400", "the message is empty"),
        (say(&"x".repeat(8_001)), "413", "8001 characters, 8000 at most"),
        (say(&"x".repeat(70_000)), "413", "more than 64 kB"),
        (say("hi").replace("deals", "nowhere"), "404", "no such channel"),
        (say("hi").replace("deals", "private-ben"), "403", "somebody else's"),
        (say("hi").replace("\"ana\"", "\"eve\""), "400", "is not what is wanted"),
        ("\u{1}\u{2}binary".to_owned(), "400", "is not what is wanted"),
    ] {
        let answer = page.post("/playground/post", "", &body).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
        assert!(answer.contains(reason), "{answer}");
    }
    let foreign = page.post("/playground/post", "Origin: https://evil.example\r\n", &say("hi")).await;
    assert!(foreign.starts_with("HTTP/1.1 403"), "{foreign}");
    let rebound = page.raw("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n").await;
    assert!(rebound.starts_with("HTTP/1.1 403"), "{rebound}");
    assert_eq!(playground.messages(Room::Deals, Person::Ana).len(), 1, "only the one that was fine");
}

#[tokio::test]
async fn the_page_its_pictures_and_its_state_are_there() {
    let (playground, _) = opened(None).await;
    let page = Page::of(&playground).await;
    let index = page.get("/", "").await;
    assert!(index.contains("<title>Kairos playground</title>") && index.contains("content-security-policy"));
    assert!(page.get("/playground/page/main.js", "").await.contains("text/javascript"));
    assert!(page.get("/playground/page/nothing.js", "").await.starts_with("HTTP/1.1 404"));
    assert!(page.get("/playground/pictures/price/map.png", "").await.contains("image/png"));
    assert!(page.get("/playground/pictures/price/%2e%2e/map.png", "").await.starts_with("HTTP/1.1 404"));
    assert!(page.get("/playground/state", "").await.contains("as=ana"));
    assert!(page.get("/playground/state?as=ana", "").await.contains("\"channel\"") || playground.is_new());
}

#[tokio::test]
async fn a_page_that_comes_back_gets_what_it_missed() {
    let (playground, _) = opened(None).await;
    let page = Page::of(&playground).await;
    let state = page.get("/playground/state?as=ana", "").await;
    let cursor = state.split("\"cursor\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    playground.post(Person::Ana, Room::Deals, None, "missed this").await.unwrap();
    let private = Room::Private(Person::Ben).place();
    playground.send(&private, &ShownTo::Everyone, &card("not for Ana"), &key("b")).await.unwrap();

    let mut stream = page.open(&page.getting(&format!("/playground/stream?as=ana&after={cursor}"), "")).await;
    let mut missed = read_until(&mut stream, "missed this").await;
    playground.wind(Duration::from_mins(10)).unwrap();
    missed += &read_until(&mut stream, "\"clock\"").await;
    playground.close();
    stream.read_to_string(&mut missed).await.unwrap();
    assert!(!missed.contains("not for Ana"), "{missed}");
    let (playground, _) = opened(None).await;
    let page = Page::of(&playground).await;
    let lost = page.get("/playground/stream?as=ana", "Last-Event-ID: 1-999\r\n").await;
    assert!(lost.contains("event: reload"), "{lost}");
}

#[tokio::test]
async fn the_clock_is_wound_to_an_instant_and_never_back() {
    let (playground, house) = opened(None).await;
    let page = Page::of(&playground).await;
    let now = playground::Host::now(house.as_ref());
    let due = now + Duration::from_mins(10);
    let wind = |until: i64| json!({ "until": until }).to_string();
    assert!(page.post("/playground/wind", "", &wind(due.as_ms())).await.contains(&due.as_ms().to_string()));
    page.post("/playground/wind", "", &wind(now.as_ms())).await;
    assert_eq!(playground::Host::now(house.as_ref()), due);
    assert!(page.post("/playground/wind", "", "{}").await.starts_with("HTTP/1.1 400"));
}

#[tokio::test]
async fn a_form_that_was_cancelled_is_gone() {
    let (playground, _) = opened(None).await;
    let page = Page::of(&playground).await;
    let message = playground.post(Person::Ana, Room::Deals, None, "my hours").await.unwrap();
    let event = Event {
        id: chat::EventId::new("e"),
        at: chat::Timestamp::from_ms(0),
        place: Room::Deals.place(),
        by: Person::Ana.identity(),
        what: What::Deleted { message },
    };
    let form = chat::Form { id: chat::FormId::new("hours"), title: "Hours".to_owned(), fields: Vec::new() };
    playground.ask(&event, &form).await.unwrap();
    assert_eq!(playground.form(Person::Ana), Some(form));
    assert!(page.post("/playground/dismiss", "", r#"{"as":"ana"}"#).await.starts_with("HTTP/1.1 200"));
    assert_eq!(playground.form(Person::Ana), None);
}

/// What may be tried is the house's to offer; where it offers nothing the page is refused, and foreign pages always.
#[tokio::test]
async fn a_house_without_experiments_refuses_them_and_foreign_pages_reach_none() {
    let (playground, _) = opened(None).await;
    let page = Page::of(&playground).await;
    for (path, body) in [
        ("hear", r#"{"text":"hello"}"#),
        ("limits", r#"{"loose":true}"#),
        ("numbers", "{}"),
        ("number", r#"{"events":9}"#),
        ("export", "PK"),
    ] {
        let path = format!("/playground/{path}");
        assert!(page.post(&path, "", body).await.starts_with("HTTP/1.1 404"), "{path}");
        let foreign = page.post(&path, "Origin: https://evil.example\r\n", body).await;
        assert!(foreign.starts_with("HTTP/1.1 403"), "{path}: {foreign}");
    }
    assert!(page.get("/playground/state?as=ana", "").await.contains("\"limits\":null"));
}
