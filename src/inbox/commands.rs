//! What is typed behind `/kairos`: a word we know, or a question.
//!
//! Invariants
//! - Every command gets an answer, or a reason why there is none.
//! - What Kairos does in a channel is told in that channel, and changed only by whoever may.

use chat::{Card, Event, Joining, Message, PersonId, Place, ShownTo, Text};

use super::{
    Line, LineError,
    line::{Effect, privately},
    lookups::{Answer, Question},
    messages::SNOOZE,
};
use crate::{
    access::{self, authorise},
    engine::{
        Act, Conversation, PlaceFacts,
        compose::{help_card, why_card, why_silent_card},
    },
    library::{Hearing, Mode},
    messages::{paragraph, say},
    store::{Action, Channel, PersonChange},
};

/// How many decisions are looked through for the last card.
const LOOK_BACK: u32 = 50;

impl Line {
    /// A slash command: a word we know, or a question.
    pub(super) async fn command(&self, event: &Event, text: &str, effect: &mut Effect) -> Result<(), LineError> {
        let text = text.trim();
        let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        match (word.to_lowercase().as_str(), rest.trim()) {
            ("" | "help" | "ask", "") => {
                let person = self.known(&event.by).await?.id;
                self.reply(event, "help", &person, help_card(self.parts.engine.library()), effect);
                Ok(())
            }
            ("snooze", "") => self.unasked(event, "snooze", effect).await,
            ("resume", "") => self.unasked(event, "resume", effect).await,
            ("stop", "") => self.unasked(event, "stop", effect).await,
            ("why", "") => self.why_last(event, effect).await,
            ("settings" | "me", "") => {
                let person = self.known(&event.by).await?.id;
                let card = self.about(&event.by, effect).await?;
                self.reply(event, "settings", &person, card, effect);
                Ok(())
            }
            ("here", "") => self.tell_mode(event, effect).await,
            ("here", words) if words.split_whitespace().count() <= 2 => self.set_mode(event, words, effect).await,
            ("ask", question) => self.question(event, question, effect).await,
            _ => self.question(event, text, effect).await,
        }
    }

    fn reply(&self, event: &Event, what: &str, person: &PersonId, card: Card, effect: &mut Effect) {
        effect.outcome.deliveries.push(self.answer(event, what, person, privately(event), card));
    }

    async fn question(&self, event: &Event, text: &str, effect: &mut Effect) -> Result<(), LineError> {
        let message = Message {
            id: chat::MessageId::new(event.id.as_str()),
            text: text.to_owned(),
            by_bot: false,
            mentions_us: true,
            replies_to: None,
        };
        if self.small_talk(event, &message, effect).await? {
            return Ok(());
        }
        let learnt = self.learnt(&event.place.tenant()).await?;
        let needs = self.parts.engine.hear(text, &Conversation { learnt: &learnt, ..Conversation::none(true) });
        self.decide_about(event, &message, &needs, effect).await
    }

    /// Whether unasked help may come.
    async fn unasked(&self, event: &Event, word: &str, effect: &mut Effect) -> Result<(), LineError> {
        let person = self.known(&event.by).await?.id;
        let (changes, said) = match word {
            "snooze" => (vec![PersonChange::Snooze(Some(self.now() + SNOOZE))], say!("suggestions-snoozed")),
            "stop" => (vec![PersonChange::OptOut(true)], say!("suggestions-off")),
            _ => (vec![PersonChange::Snooze(None), PersonChange::OptOut(false)], say!("suggestions-on")),
        };
        effect.outcome.people.extend(changes.into_iter().map(|change| (person.clone(), change)));
        self.reply(event, word, &person, Card::new(say!("done"), paragraph(said)), effect);
        Ok(())
    }

    /// Why the last card came.
    async fn why_last(&self, event: &Event, effect: &mut Effect) -> Result<(), LineError> {
        let person = self.known(&event.by).await?.id;
        let library = self.parts.engine.library();
        let mut card = Card::new(say!("why-nothing-title"), Text::paragraph(say!("why-nothing-text")));
        for decided in self.parts.store.decisions_of(&person, LOOK_BACK).await? {
            if let (Act::Silent { because }, Some(need)) = (&decided.decision.act, &decided.decision.need)
                && let Some(trigger) = library.triggers.get(&need.trigger).filter(|_| need.is_heard())
            {
                card = why_silent_card(trigger, *because, &decided.decision.reasons);
                break;
            }
            let Some(delivery) = &decided.delivery else { continue };
            let Some((_, offer)) = self.offer_behind(delivery).await? else { continue };
            if let Some(trigger) = library.triggers.get(&offer.plan.trigger) {
                card = why_card(trigger, &offer.need, &self.learnt(&offer.place.tenant()).await?, delivery);
                break;
            }
        }
        self.reply(event, "why", &person, card, effect);
        Ok(())
    }

    async fn tell_mode(&self, event: &Event, effect: &mut Effect) -> Result<(), LineError> {
        let person = self.known(&event.by).await?.id;
        let PlaceFacts { mode, hearing, .. } = self.mode_of(&event.place).await?;
        let text = say!("here-told", mode = does(mode), sensitivity = answers(hearing));
        self.reply(event, "here", &person, Card::new(say!("here-title"), paragraph(&text)), effect);
        Ok(())
    }

    /// What Kairos does in a channel from now on.
    async fn set_mode(&self, event: &Event, words: &str, effect: &mut Effect) -> Result<(), LineError> {
        let person = self.known(&event.by).await?.id;
        let place = event.place.channel_itself();
        let (mode, how) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
        let hearing = how.trim().parse::<Hearing>().ok();
        let refused = match Mode::ALL.iter().find(|known| known.as_str() == mode) {
            None => Err(say!("here-unknown-mode")),
            Some(_) if hearing.is_none() && !how.is_empty() => Err(say!("here-unknown-sensitivity")),
            Some(_) if place.is_private() => Err(say!("here-private")),
            Some(mode) => match self.may_steer(event, &place).await {
                Some(may_by_platform) => {
                    let actor = self.member_or_operator(&event.by, &person);
                    match authorise(&actor, access::Action::SwitchChannel { may_by_platform }) {
                        Ok(()) => Ok(*mode),
                        Err(_) => Err(say!("here-refused")),
                    }
                }
                None => Err(say!("here-unanswered")),
            },
        };
        let mode = match refused {
            Ok(mode) => mode,
            Err(reason) => {
                self.reply(event, "here", &person, Card::new(say!("not-changed"), Text::paragraph(reason)), effect);
                return Ok(());
            }
        };
        let may_hear = mode == Mode::Off || self.joins(&place).await;
        if !may_hear {
            let card = Card::new(say!("not-changed"), Text::paragraph(say!("here-invite-first")));
            self.reply(event, "here", &person, card, effect);
            return Ok(());
        }
        let name = self.name_of(&place).await;
        let hearing = hearing.or(self.parts.store.channel(&place).await?.and_then(|kept| kept.hearing));
        effect.outcome.channels.push(Channel {
            platform: place.platform,
            workspace: place.workspace.clone(),
            channel: place.channel.clone(),
            name: name.clone(),
            mode,
            hearing,
        });
        let telling = Action::Post { place, shown_to: ShownTo::Everyone };
        let card = Card::new(
            say!("here-announce-title"),
            Text::paragraph(announced(mode)).then(paragraph(say!("here-announce-more"))),
        );
        effect.outcome.deliveries.push(self.answer(event, "here-told", &person, telling, card));
        let done = say!("here-done", channel = name, announced = announced(mode));
        self.reply(event, "here", &person, Card::new(say!("done"), Text::paragraph(done)), effect);
        Ok(())
    }

    /// Whether somebody may say what Kairos does here; `None` where the platform did not answer.
    async fn may_steer(&self, event: &Event, place: &Place) -> Option<bool> {
        self.look_up_whether(Question::MaySteer(event.by.clone(), place.clone())).await
    }

    /// Whether Kairos is in a channel now, or could enter it. Where the platform does not answer, whoever asks knows better.
    async fn joins(&self, place: &Place) -> bool {
        !matches!(
            self.look_up(Question::Join(place.clone())).await,
            Some(Answer::Joining(Some(Joining::NeedsInvitation)))
        )
    }

    /// The name of a channel as conditions see it, or its id.
    async fn name_of(&self, place: &Place) -> String {
        match self.look_up(Question::NameOf(place.clone())).await {
            Some(Answer::Name(Some(name))) => name,
            _ => place.channel.to_string(),
        }
    }
}

/// How readily Kairos answers in a channel.
fn answers(hearing: Hearing) -> &'static str {
    match hearing {
        Hearing::Careful => say!("here-careful"),
        Hearing::Balanced => say!("here-balanced"),
        Hearing::Eager => say!("here-eager"),
    }
}

/// What Kairos does in a channel of that mode.
fn does(mode: Mode) -> &'static str {
    match mode {
        Mode::Off => say!("here-mode-off"),
        Mode::Shadow => say!("here-mode-shadow"),
        Mode::Live => say!("here-mode-live"),
    }
}

/// What Kairos will do from now on.
fn announced(mode: Mode) -> &'static str {
    match mode {
        Mode::Off => say!("here-announce-off"),
        Mode::Shadow => say!("here-announce-shadow"),
        Mode::Live => say!("here-announce-live"),
    }
}
