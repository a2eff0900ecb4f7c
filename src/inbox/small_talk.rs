//! What people say to Kairos about Kairos, and topics that they call by name.
//!
//! Invariants
//! - Only what is put to Kairos is answered here, at once, and no budget counts it.
//! - What concerns one person alone is answered in private.

use chat::{Event, Message};

use super::{
    Line, LineError, Observed,
    line::{Effect, privately},
    messages::{answer_here, of_message},
};
use crate::{
    engine::{
        Act, Decision, Evidence, Need, Reason, Rule,
        compose::{here_card, privacy_card, skills_card, thanks_card, ways_out_card, who_card},
    },
    library::{About, TriggerId},
    store::Delivery,
};

impl Line {
    /// Answers what is said to Kairos about itself, and opens what is called by its name; false for everything else.
    pub(super) async fn small_talk(
        &self,
        event: &Event,
        message: &Message,
        effect: &mut Effect,
    ) -> Result<bool, LineError> {
        let engine = &self.parts.engine;
        if let Some(about) = engine.says(&message.text) {
            self.answer_talk(event, message, about, effect).await?;
            return Ok(true);
        }
        let named = engine.named(&message.text);
        if !named.is_empty() {
            self.open_named(event, message, &named, effect).await?;
            return Ok(true);
        }
        if let Some(about) = engine.resembles_talk(&message.text) {
            self.answer_talk(event, message, about, effect).await?;
            return Ok(true);
        }
        Ok(false)
    }

    async fn answer_talk(
        &self,
        event: &Event,
        message: &Message,
        about: About,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let person = self.known(&event.by).await?.id;
        let library = self.parts.engine.library();
        let (card, action) = match about {
            About::Greeting | About::Abilities => (skills_card(library), answer_here(event, message)),
            About::Identity => (who_card(library), answer_here(event, message)),
            About::Privacy => (privacy_card(), answer_here(event, message)),
            About::Test => (here_card(library), answer_here(event, message)),
            About::Thanks => (thanks_card(), answer_here(event, message)),
            About::PersonalPage => (self.about(&event.by, effect).await?, privately(event)),
            About::Stop | About::Quiet => {
                let facts = self.facts(&event.by, effect).await?;
                (ways_out_card(&facts, self.now()), privately(event))
            }
        };
        let mut delivery = self.answer(event, about.as_str(), &person, action, card);
        delivery.key.event = of_message(&event.place, message);
        self.note_talk(event, message, delivery, effect);
        Ok(())
    }

    /// Opens a topic that was called by its name, or asks which of several.
    async fn open_named(
        &self,
        event: &Event,
        message: &Message,
        named: &[TriggerId],
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        if let [trigger] = named {
            let order = self.parts.engine.order_of(trigger, &message.text);
            self.open_for(event, message, (trigger, &order), effect).await?;
            return Ok(());
        }
        // Which of them is asked as for needs that are near each other.
        let need = |trigger: &TriggerId| Need {
            trigger: trigger.clone(),
            score: 1.0,
            threshold: 0.0,
            evidence: Evidence::Asked,
        };
        let needs: Vec<Need> = named.iter().take(3).map(need).collect();
        self.decide_about(event, message, &needs, effect).await
    }

    fn note_talk(&self, event: &Event, message: &Message, delivery: Delivery, effect: &mut Effect) {
        effect.outcome.deliveries.push(delivery);
        let reason = Reason::passed(Rule::Addressed, "said to Kairos about Kairos: answered right away");
        let decision = Decision { act: Act::Silent { because: Rule::Addressed }, need: None, reasons: vec![reason] };
        effect.observed.push(Observed::first(event, message, decision, self.now()));
    }
}
