//! The forms in which people say something about themselves: hours, budget, days off, time zone.

use std::time::Duration;

use chat::{Card, Event, Field, Form, FormId, HOME, Mistake, PersonId, Text, What};

use super::{
    Changes, Cx, Handled,
    answers::{self, here_only, privately},
    changes::OpenForm,
    people, personal_page,
};
use crate::{
    engine::{Budget, DaysOff, PersonFacts, Setting, Tap, WorkingHours, compose::zone_card, zone_named},
    messages::say,
    store::{Action, PersonChange},
};

/// How long what somebody came for stands alone before they are asked something back.
const AFTER_THE_ANSWER: Duration = Duration::from_mins(2);

/// What somebody may write about themselves. The name is the form's id and that of its one field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Hours,
    Budget,
    DaysOff,
    Zone,
}

impl Asked {
    const ALL: [Self; 4] = [Self::Hours, Self::Budget, Self::DaysOff, Self::Zone];

    const fn of(setting: Setting) -> Option<Self> {
        match setting {
            Setting::Hours => Some(Self::Hours),
            Setting::Budget => Some(Self::Budget),
            Setting::DaysOff => Some(Self::DaysOff),
            Setting::Zone => Some(Self::Zone),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Hours => "hours",
            Self::Budget => "budget",
            Self::DaysOff => "days-off",
            Self::Zone => "zone",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Hours => say!("form-hours"),
            Self::Budget => say!("form-limit"),
            Self::DaysOff => say!("form-days-off"),
            Self::Zone => say!("form-zone"),
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Hours => say!("form-hours-label"),
            Self::Budget => say!("form-limit-label"),
            Self::DaysOff => say!("form-days-off-label"),
            Self::Zone => say!("form-zone-label"),
        }
    }

    /// What was written, as a change and as it is told back; or what would be right.
    fn read(self, written: &str) -> Result<(PersonChange, String), String> {
        Ok(match self {
            Self::Hours => {
                let hours: WorkingHours = written.parse()?;
                (PersonChange::Hours(Some(hours)), say!("form-hours-set", hours = hours.to_string()))
            }
            Self::Budget => {
                let budget: Budget = written.parse()?;
                (PersonChange::Budget(Some(budget)), say!("form-limit-set", limit = budget.to_string()))
            }
            Self::DaysOff => {
                let days: DaysOff = written.parse()?;
                let told = if days.is_empty() {
                    say!("form-days-off-none").to_owned()
                } else {
                    say!("form-days-off-set", days = days.to_string().replace('\n', ", "))
                };
                (PersonChange::DaysOff(days), told)
            }
            Self::Zone => {
                let zone = zone_named(written)?;
                (PersonChange::Zone(Some(zone.clone())), say!("form-zone-set", zone = zone))
            }
        })
    }
}

/// What is wrong in a form that somebody sent about themselves.
pub(crate) fn mistakes_in(event: &Event) -> Vec<Mistake> {
    let What::Form { form, fields, .. } = &event.what else { return Vec::new() };
    let Some(asked) = Asked::ALL.into_iter().find(|asked| asked.name() == form.as_str()) else { return Vec::new() };
    let read = asked.read(written(asked, fields)).err();
    read.map(|right| Mistake { field: asked.name().to_owned(), reason: right }).into_iter().collect()
}

/// What stands in the one field of a form about oneself.
fn written(asked: Asked, fields: &[(String, String)]) -> &str {
    fields.iter().find(|(field, _)| field == asked.name()).map_or("", |(_, written)| written.trim())
}

/// Opens the form behind a setting, with what holds now; false where the setting has none.
pub(super) fn ask_about(
    cx: &Cx<'_>,
    event: &Event,
    setting: Setting,
    person: &PersonId,
    out: &mut Changes,
) -> Handled<bool> {
    let Some(asked) = Asked::of(setting) else { return Ok(false) };
    let facts = people::facts_for(cx, &event.by, [], out)?;
    let field = Field {
        id: asked.name().to_owned(),
        label: asked.label().to_owned(),
        value: holds_now(cx, asked, &facts),
        long: asked == Asked::DaysOff,
    };
    let form = Form { id: FormId::new(asked.name()), title: asked.title().to_owned(), fields: vec![field] };
    let card = Card::new(say!("form-late-title"), Text::paragraph(say!("form-late")));
    let instead = answers::answer(cx, event, asked.name(), person, here_only(event), card);
    out.forms.push(OpenForm { event: event.clone(), form, instead });
    Ok(true)
}

fn holds_now(cx: &Cx<'_>, asked: Asked, facts: &PersonFacts) -> String {
    let usual = cx.engine.cadence();
    match asked {
        Asked::Hours => facts.hours.unwrap_or(usual.hours).to_string(),
        Asked::Budget => usual.budget_of(facts).to_string(),
        Asked::DaysOff => facts.own.days_off.to_string(),
        Asked::Zone => usual.zone_of(facts).iana_name().unwrap_or("UTC").to_owned(),
    }
}

/// A form about oneself was sent; false when the form was none of those.
pub(super) fn settings_sent(
    cx: &Cx<'_>,
    event: &Event,
    form: &FormId,
    fields: &[(String, String)],
    out: &mut Changes,
) -> Handled<bool> {
    let Some(asked) = Asked::ALL.into_iter().find(|asked| asked.name() == form.as_str()) else { return Ok(false) };
    let person = people::known(cx, &event.by)?.id;
    let card = match asked.read(written(asked, fields)) {
        Ok((change, told)) => {
            out.stored.people.push((person.clone(), change));
            Card::new(say!("done"), Text::paragraph(told))
        }
        Err(right) => Card::new(say!("not-changed"), Text::paragraph(right)),
    };
    out.stored.deliveries.push(answers::answer(cx, event, asked.name(), &person, privately(event), card));
    let has_home = cx.has_home(event.by.platform);
    if has_home {
        let card = personal_page::about(cx, &event.by, out)?;
        let show = Action::ShowHome { who: event.by.clone() };
        out.stored.deliveries.push(answers::answer(cx, event, HOME, &person, show, card));
    }
    Ok(true)
}

/// Asks for the time zone where nobody knows it: once, right where somebody first turns to Kairos, for their eyes
/// alone. That may be lost, and does no harm: it stands on their page as well.
pub(super) fn ask_zone_once(cx: &Cx<'_>, event: &Event, out: &mut Changes) -> Handled {
    let is_own_act = match &event.what {
        What::Command { .. } | What::Choice { .. } => true,
        What::Message(message) => event.place.is_private() && !message.by_bot,
        _ => false,
    };
    if !is_own_act {
        return Ok(());
    }
    let person = people::known(cx, &event.by)?;
    // What this very event brought is not in the store yet.
    let profile = out.described(&person.id).unwrap_or(&person.profile);
    let is_described = person.described_at.is_some() || out.described(&person.id).is_some();
    let is_known = person.own.zone.is_some() || profile.zone.is_some() || person.zone_asked_at.is_some();
    let is_changing = out
        .stored
        .people
        .iter()
        .any(|(id, change)| *id == person.id && matches!(change, PersonChange::Zone(_) | PersonChange::Erase));
    // Whoever is just opening the form needs no question.
    let answers = matches!(&event.what, What::Choice { choice, .. }
        if matches!(Tap::read(choice), Some(Tap::Set(Setting::Zone | Setting::UsualZone | Setting::EraseNow))));
    if !is_described || is_known || is_changing || answers {
        return Ok(());
    }
    let card = zone_card(cx.engine.cadence());
    out.stored.people.push((person.id.clone(), PersonChange::ZoneAsked(cx.now())));
    let mut asking = answers::answer(cx, event, "zone-asked", &person.id, here_only(event), card);
    asking.due_at = cx.now() + AFTER_THE_ANSWER;
    out.stored.deliveries.push(asking);
    Ok(())
}
