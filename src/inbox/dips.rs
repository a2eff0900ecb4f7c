//! A number that moved: help in private, once; and what is said when it is back.

use chat::{Card, EventId, Identity, MessageId, PersonId, Place, Privacy, ShownTo, Signal, Text};

use super::{
    Line, LineError,
    line::{Effect, tenant},
    messages::OFFER_LASTS,
    signals::About,
};
use crate::{
    engine::{
        Act, Decision, Facts, Load, Need, PersonFacts, Plan, Reason, Received, Rule,
        compose::{offer_card, with_numbers},
    },
    library::{Trigger, TriggerId},
    messages::say,
    store::{Action, Delivery, DeliveryKey, DeliveryState, DipChange, KeptDip, Offer, Recorded, Settlement},
};

/// Taps that say that a person took it up.
const ENGAGED: [&str; 3] = ["useful", "know", "practise"];

/// What is offered for a dip: to whom, and where it goes.
struct Help<'a> {
    trigger: &'a Trigger,
    need: Need,
    signal: &'a Signal,
    place: Place,
    asker: Identity,
    action: Action,
    matter: Option<&'a str>,
}

impl Line {
    /// Offers help for a number that moved, unless the person has had it, or is in the share without.
    pub(super) async fn offer_help(
        &self,
        trigger: &Trigger,
        need: Need,
        about: About<'_>,
        open: Option<KeptDip>,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        if self.is_settled(open.as_ref()).await? {
            return Ok(());
        }
        let mut facts = self.facts_for(about.identity, [&trigger.id], effect).await?;
        if facts.awaited && self.parts.engine.asks_who(&trigger.id, false) {
            facts = self.past_of(self.known_by_now(about.identity).await?, false, [&trigger.id]).await?;
        }
        facts.received.extend(promised(effect, about.person));
        let place = Place {
            platform: about.identity.platform,
            workspace: about.identity.workspace.clone(),
            channel: format!("private:{}", about.identity.user).as_str().into(),
            thread: None,
            privacy: Privacy::Private,
        };
        let action = Action::PostPrivately { who: about.identity.clone() };
        let asker = about.identity.clone();
        let help = Help { trigger, need, signal: about.signal, place, asker, action, matter: about.matter };
        self.offer_for(&help, &facts, open, effect).await
    }

    /// The same for a group, into its channel.
    pub(super) async fn offer_to_group(
        &self,
        trigger: &Trigger,
        need: Need,
        (signal, matter): (&Signal, &str),
        (group, place): (&PersonId, &Place),
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        if self.parts.store.open_dip(&trigger.id, group).await?.is_some() {
            return Ok(());
        }
        let mut facts = self.parts.store.facts_about(group, self.now() - super::line::PAST).await?;
        facts.received.extend(promised(effect, group));
        let user = chat::UserId::new(group.as_str());
        let asker = Identity { platform: place.platform, workspace: place.workspace.clone(), user };
        let action = Action::Post { place: place.clone(), shown_to: ShownTo::Everyone };
        let help = Help { trigger, need, signal, place: place.clone(), asker, action, matter: Some(matter) };
        self.offer_for(&help, &facts, None, effect).await
    }

    async fn offer_for(
        &self,
        help: &Help<'_>,
        person: &PersonFacts,
        open: Option<KeptDip>,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let now = self.now();
        let place = self.place_facts(&help.place).await?;
        let facts = Facts { person, place: &place, heard_at: now, now, addressed: false };
        let decision = self.parts.engine.help(&help.need, &facts);
        let delivery = match &decision.act {
            Act::Speak(plan) if plan.shadow => None,
            Act::Speak(plan) => self.help_delivery(help, plan, DeliveryState::Pending, now),
            Act::Hold { because: Rule::Digest, plan, .. } => {
                let offer = self.help_delivery(help, plan, DeliveryState::Held, now);
                self.put_by(offer, person, effect).await?
            }
            Act::Hold { until, plan, .. } => self.help_delivery(help, plan, DeliveryState::Held, *until),
            Act::Silent { .. } => None,
        };
        let id = delivery.as_ref().map(|delivery| delivery.id.clone());
        let (trigger, who) = (help.trigger.id.clone(), person.id.clone());
        match (open, id.clone()) {
            (None, id) => effect.outcome.dips.push(DipChange::Open(Box::new(KeptDip {
                trigger,
                held_out: self.parts.engine.is_held_out(help.trigger, &who),
                person: who,
                opened_at: now,
                delivery: id,
                fingerprint: help.matter.map(str::to_owned).or_else(|| fingerprint(help.signal)),
                verdict: verdict(&help.need),
                closed_at: None,
            }))),
            (Some(_), Some(delivery)) => {
                effect.outcome.dips.push(DipChange::Helped { trigger, person: who, delivery });
            }
            (Some(_), None) => {}
        }
        effect.outcome.decisions.push(Recorded {
            event: EventId::new(&help.signal.id),
            person: person.id.clone(),
            at: now,
            delivery: id,
            decision,
        });
        effect.outcome.deliveries.extend(delivery);
        Ok(())
    }

    /// True when nothing more is to be offered for an open dip: help is on its way or there, or the person goes without.
    async fn is_settled(&self, open: Option<&KeptDip>) -> Result<bool, LineError> {
        let Some(dip) = open else { return Ok(false) };
        let Some(delivery) = &dip.delivery else { return Ok(dip.held_out) };
        let delivery = self.parts.store.delivery(delivery).await?;
        // What was cancelled at the budget, expired or refused has helped nobody.
        let in_vain = [DeliveryState::Cancelled, DeliveryState::Expired, DeliveryState::Dead];
        Ok(delivery.is_none_or(|delivery| !in_vain.contains(&delivery.state)))
    }

    fn help_delivery(
        &self,
        help: &Help<'_>,
        plan: &Plan,
        state: DeliveryState,
        due_at: chat::Timestamp,
    ) -> Option<Delivery> {
        let (now, id) = (self.now(), self.new_delivery_id());
        let library = self.parts.engine.library();
        let card = offer_card(library, help.trigger, plan, &id)?;
        let card = with_numbers(card, library, help.trigger, &help.need);
        let event = EventId::new(&help.signal.id);
        Some(Delivery {
            id,
            key: DeliveryKey {
                tenant: tenant(&help.place),
                event: event.clone(),
                trigger: plan.trigger.clone(),
                person: plan.person.clone(),
                step: 0,
            },
            state,
            action: help.action.clone(),
            card: (state == DeliveryState::Pending).then_some(card),
            offer: Some(Offer {
                plan: plan.clone(),
                need: help.need.clone(),
                place: help.place.clone(),
                message: MessageId::new(&help.signal.id),
                heard_in: event,
                asker: help.asker.clone(),
                heard_at: now,
                put_by: false,
            }),
            due_at,
            expires_at: now + OFFER_LASTS,
            created_at: now,
            sent: None,
            sent_at: None,
            last_error: None,
        })
    }

    /// Closes a dip: what was not sent yet is taken back, and whoever took the help up is told, in their hours.
    pub(super) async fn is_over(
        &self,
        trigger: &Trigger,
        dip: &KeptDip,
        about: Option<About<'_>>,
        sentence: &str,
        effect: &mut Effect,
    ) -> Result<(), LineError> {
        let now = self.now();
        let (id, person) = (dip.trigger.clone(), dip.person.clone());
        effect.outcome.dips.push(DipChange::Close { trigger: id, person, at: now });
        let Some(delivery) = &dip.delivery else { return Ok(()) };
        let Some(delivery) = self.parts.store.delivery(delivery).await? else { return Ok(()) };
        if matches!(delivery.state, DeliveryState::Held | DeliveryState::Pending) {
            let reason = Reason::stopped(Rule::Measured, say!("over-before-told"));
            effect.outcome.settled.push((delivery.id.clone(), Settlement::Cancel { reason: reason.clone() }));
            effect.outcome.decisions.push(Recorded {
                event: delivery.key.event.clone(),
                person: dip.person.clone(),
                at: now,
                delivery: Some(delivery.id),
                decision: Decision { act: Act::Silent { because: Rule::Measured }, need: None, reasons: vec![reason] },
            });
            return Ok(());
        }
        let taps = self.parts.store.taps_on(&delivery.id).await?;
        let engaged = taps.iter().any(|tap| tap.person == dip.person && ENGAGED.contains(&tap.tap.as_str()));
        let Some(about) = about.filter(|_| engaged) else { return Ok(()) };
        let facts = self.facts_for(about.identity, [], effect).await?;
        let has_room = facts.own.load != Some(Load::Overloaded);
        let is_quiet = !has_room || facts.opted_out || facts.snoozed_until.is_some_and(|until| until > now);
        if !is_quiet && !facts.stopped.contains(&trigger.id) {
            let due_at = self.parts.engine.opens(&facts, now);
            effect.outcome.deliveries.push(self.told_kindly(about, sentence, due_at));
        }
        Ok(())
    }

    fn told_kindly(&self, about: About<'_>, sentence: &str, due_at: chat::Timestamp) -> Delivery {
        let now = self.now();
        let card = Card {
            footer: say!("recovered-footer").to_owned(),
            ..Card::new(say!("recovered-title"), Text::paragraph(sentence))
        };
        Delivery {
            id: self.new_delivery_id(),
            key: DeliveryKey {
                tenant: format!("{}/{}", about.identity.platform, about.identity.workspace),
                event: EventId::new(&about.signal.id),
                trigger: TriggerId::new("recovered"),
                person: about.person.clone(),
                step: 0,
            },
            state: DeliveryState::Pending,
            action: Action::PostPrivately { who: about.identity.clone() },
            card: Some(card),
            offer: None,
            due_at,
            expires_at: now + OFFER_LASTS,
            created_at: now,
            sent: None,
            sent_at: None,
            last_error: None,
        }
    }
}

/// What this very outcome promises a person already: the budget counts it.
fn promised(effect: &Effect, person: &PersonId) -> Vec<Received> {
    let theirs = effect.outcome.deliveries.iter().filter(|delivery| delivery.key.person == *person);
    let offers = theirs.filter_map(|delivery| Some((delivery, delivery.offer.as_ref()?)));
    offers
        .map(|(delivery, offer)| Received {
            at: delivery.due_at,
            trigger: offer.plan.trigger.clone(),
            asset: offer.plan.molecule.assets.first().cloned().unwrap_or_else(|| chat::AssetId::new("")),
            unasked: offer.plan.unasked,
        })
        .collect()
}

fn fingerprint(signal: &Signal) -> Option<String> {
    match &signal.what {
        chat::Said::Alert(alert) => Some(alert.fingerprint.clone()),
        chat::Said::Observation(_) => None,
    }
}

fn verdict(need: &Need) -> Option<crate::engine::dip::Verdict> {
    match &need.evidence {
        crate::engine::Evidence::Measured { verdict } => Some(verdict.clone()),
        _ => None,
    }
}
