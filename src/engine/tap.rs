//! What a button of ours means, and how it is written into the little text that a platform hands back.
//!
//! Invariants
//! - Reading back what was written gives the same tap.
//! - Written, a tap has at most 100 characters while ids keep to the library's 60.

use chat::{AssetId, ChoiceId, DeliveryId, SessionId};

use super::{Load, compose::Rating};
use crate::library::{ScenarioId, SkillId, TriggerId};

/// What a person may change about themselves with one tap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Nothing unasked for a week.
    Snooze,
    /// Unasked help may come again.
    Resume,
    /// Nothing unasked, ever.
    Out,
    /// Working hours of one's own.
    Hours,
    /// A time zone of one's own.
    Zone,
    /// The time zone of the house is mine too.
    UsualZone,
    /// How many unasked messages one bears.
    Budget,
    /// When one is away.
    DaysOff,
    /// A digest of what the budget held back may come.
    Digest,
    /// No digest.
    NoDigest,
    /// Ask once a week how full it is.
    Pulse,
    /// Don't ask.
    NoPulse,
    /// How full it is.
    Load(Load),
    /// What was said of that holds no longer.
    RoomAgain,
    /// The triggers that one may pause.
    Triggers,
    /// Show me everything that is kept.
    Export,
    /// Forget me; to be confirmed.
    Erase,
    /// Forget me.
    EraseNow,
}

impl Setting {
    /// Every setting with its name, as it is written.
    const ALL: [(Self, &'static str); 20] = [
        (Self::Snooze, "snooze"),
        (Self::Resume, "resume"),
        (Self::Out, "out"),
        (Self::Hours, "hours"),
        (Self::Zone, "zone"),
        (Self::UsualZone, "usual-zone"),
        (Self::Budget, "budget"),
        (Self::DaysOff, "days-off"),
        (Self::Digest, "digest"),
        (Self::NoDigest, "no-digest"),
        (Self::Pulse, "pulse"),
        (Self::NoPulse, "no-pulse"),
        (Self::Load(Load::Ready), "ready"),
        (Self::Load(Load::Unsure), "unsure"),
        (Self::Load(Load::Overloaded), "overloaded"),
        (Self::RoomAgain, "room-again"),
        (Self::Triggers, "triggers"),
        (Self::Export, "export"),
        (Self::Erase, "erase"),
        (Self::EraseNow, "erase-now"),
    ];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(setting, _)| *setting == self).map_or("", |(_, name)| name)
    }

    fn read(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(setting, _)| *setting)
    }
}

/// What a person chose on a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tap {
    /// It helped.
    Useful(DeliveryId),
    /// It did not.
    NotForMe(DeliveryId),
    /// It is known already: let it rest.
    Know(DeliveryId),
    /// Why do I see this?
    Why(DeliveryId),
    /// Every rule that was asked about it.
    Details(DeliveryId),
    /// Say in one's own words what the card helped with.
    OwnWords(DeliveryId),
    /// Practise what the card offers.
    Practise(DeliveryId),
    /// Nothing unasked for a week.
    Snooze(DeliveryId),
    /// This trigger no more.
    Stop(DeliveryId),
    /// The topic that was meant, of those that a card asks about.
    Pick(DeliveryId, usize),
    /// None of them was meant.
    NoneOfThese(DeliveryId),
    /// Open the topic of a skill.
    Skill(SkillId),
    /// Show everything that a card says.
    All(DeliveryId),
    /// Another card of the same offer, by its place in it.
    Also(DeliveryId, usize),
    /// Take back what was tapped.
    Undo(DeliveryId, Rating),
    /// A topic that was stopped may come again.
    Allow(TriggerId),
    /// Show an asset.
    Show(AssetId),
    /// Begin a scenario.
    Start(ScenarioId),
    /// Take an option of a turn in a practice.
    Turn(SessionId, u32, usize),
    /// Answer a retrieval exercise.
    Answer(AssetId, usize),
    /// Show here, to whom it is for, what could not be sent in private.
    Open(DeliveryId),
    /// A manager lets a trigger be quiet.
    Pause(TriggerId),
    /// A manager lets it speak again.
    Resume(TriggerId),
    /// A manager: the moment was right.
    Right(DeliveryId),
    /// A manager: it was not.
    Wrong(DeliveryId),
    /// A manager has what is nearest to an example, named by its code, not heard unasked.
    LeaveOut(TriggerId, String),
    /// A manager has it heard again.
    BringBack(TriggerId, String),
    /// A manager makes words that somebody gave, named by their code, an example.
    TakeIn(TriggerId, String),
    /// A manager declines them.
    Decline(TriggerId, String),
    /// A manager has what was taken in an example no more.
    TakeOut(TriggerId, String),
    /// An address, named by its code, is theirs: numbers about it may reach them.
    ItsMe(String),
    /// It is not theirs.
    NotMe(String),
    /// Change something about oneself.
    Set(Setting),
}

impl Tap {
    /// As a button carries it.
    pub fn to_choice(&self) -> ChoiceId {
        ChoiceId::new(match self {
            Self::Useful(id) => format!("useful:{id}"),
            Self::NotForMe(id) => format!("not-for-me:{id}"),
            Self::Know(id) => format!("know:{id}"),
            Self::Why(id) => format!("why:{id}"),
            Self::Details(id) => format!("details:{id}"),
            Self::OwnWords(id) => format!("own-words:{id}"),
            Self::Practise(id) => format!("practise:{id}"),
            Self::Snooze(id) => format!("snooze:{id}"),
            Self::Stop(id) => format!("stop:{id}"),
            Self::Pick(id, index) => format!("pick:{id}:{index}"),
            Self::NoneOfThese(id) => format!("none-of-these:{id}"),
            Self::Skill(id) => format!("skill:{id}"),
            Self::All(id) => format!("all:{id}"),
            Self::Also(id, index) => format!("also:{id}:{index}"),
            Self::Undo(id, rating) => format!("undo:{id}:{}", rating.as_str()),
            Self::Allow(id) => format!("allow:{id}"),
            Self::Show(id) => format!("show:{id}"),
            Self::Start(id) => format!("start:{id}"),
            Self::Turn(session, turn, option) => format!("turn:{session}:{turn}:{option}"),
            Self::Answer(asset, index) => format!("answer:{asset}:{index}"),
            Self::Open(id) => format!("open:{id}"),
            Self::Pause(id) => format!("pause:{id}"),
            Self::Resume(id) => format!("resume:{id}"),
            Self::Right(id) => format!("right:{id}"),
            Self::Wrong(id) => format!("wrong:{id}"),
            Self::LeaveOut(id, code) => format!("leave-out:{id}:{code}"),
            Self::BringBack(id, code) => format!("bring-back:{id}:{code}"),
            Self::TakeIn(id, code) => format!("take-in:{id}:{code}"),
            Self::Decline(id, code) => format!("decline:{id}:{code}"),
            Self::TakeOut(id, code) => format!("take-out:{id}:{code}"),
            Self::ItsMe(code) => format!("its-me:{code}"),
            Self::NotMe(code) => format!("not-me:{code}"),
            Self::Set(setting) => format!("set:{}", setting.name()),
        })
    }

    /// Reads what a button carried; `None` for what we never wrote.
    pub fn read(choice: &ChoiceId) -> Option<Self> {
        let (name, rest) = choice.as_str().split_once(':')?;
        Some(match name {
            "useful" => Self::Useful(DeliveryId::new(rest)),
            "not-for-me" => Self::NotForMe(DeliveryId::new(rest)),
            "know" => Self::Know(DeliveryId::new(rest)),
            "why" => Self::Why(DeliveryId::new(rest)),
            "details" => Self::Details(DeliveryId::new(rest)),
            "own-words" => Self::OwnWords(DeliveryId::new(rest)),
            "practise" => Self::Practise(DeliveryId::new(rest)),
            "snooze" => Self::Snooze(DeliveryId::new(rest)),
            "stop" => Self::Stop(DeliveryId::new(rest)),
            "open" => Self::Open(DeliveryId::new(rest)),
            "pick" => {
                let (id, index) = rest.rsplit_once(':')?;
                Self::Pick(DeliveryId::new(id), index.parse().ok()?)
            }
            "none-of-these" => Self::NoneOfThese(DeliveryId::new(rest)),
            "skill" => Self::Skill(SkillId::new(rest)),
            "all" => Self::All(DeliveryId::new(rest)),
            "also" => {
                let (id, index) = rest.rsplit_once(':')?;
                Self::Also(DeliveryId::new(id), index.parse().ok()?)
            }
            "undo" => {
                let (id, rating) = rest.rsplit_once(':')?;
                Self::Undo(DeliveryId::new(id), Rating::read(rating)?)
            }
            "allow" => Self::Allow(TriggerId::new(rest)),
            "show" => Self::Show(AssetId::new(rest)),
            "start" => Self::Start(ScenarioId::new(rest)),
            "turn" => {
                let mut parts = rest.rsplitn(3, ':');
                let option = parts.next()?.parse().ok()?;
                let turn = parts.next()?.parse().ok()?;
                Self::Turn(SessionId::new(parts.next()?), turn, option)
            }
            "answer" => {
                let (asset, index) = rest.rsplit_once(':')?;
                Self::Answer(AssetId::new(asset), index.parse().ok()?)
            }
            "pause" => Self::Pause(TriggerId::new(rest)),
            "resume" => Self::Resume(TriggerId::new(rest)),
            "right" => Self::Right(DeliveryId::new(rest)),
            "wrong" => Self::Wrong(DeliveryId::new(rest)),
            "leave-out" | "bring-back" | "take-in" | "decline" | "take-out" => {
                let (id, code) = rest.rsplit_once(':')?;
                let (id, code) = (TriggerId::new(id), code.to_owned());
                match name {
                    "leave-out" => Self::LeaveOut(id, code),
                    "bring-back" => Self::BringBack(id, code),
                    "take-in" => Self::TakeIn(id, code),
                    "decline" => Self::Decline(id, code),
                    _ => Self::TakeOut(id, code),
                }
            }
            "its-me" => Self::ItsMe(rest.to_owned()),
            "not-me" => Self::NotMe(rest.to_owned()),
            "set" => Self::Set(Setting::read(rest)?),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_back_and_fits_a_button() {
        let delivery = || DeliveryId::new("019a9c7e-0b1c-7a3e-9f51-4f2b6a3d8c10");
        let trigger = || TriggerId::new("a".repeat(60));
        let code = || crate::engine::code_of("the number scares them");
        for tap in [
            Tap::Useful(delivery()),
            Tap::Details(delivery()),
            Tap::OwnWords(delivery()),
            Tap::Pick(delivery(), 2),
            Tap::NoneOfThese(delivery()),
            Tap::All(delivery()),
            Tap::Also(delivery(), 11),
            Tap::Undo(delivery(), Rating::NotForMe),
            Tap::Allow(trigger()),
            Tap::Pause(trigger()),
            Tap::LeaveOut(trigger(), code()),
            Tap::BringBack(trigger(), code()),
            Tap::TakeIn(trigger(), code()),
            Tap::Decline(trigger(), code()),
            Tap::TakeOut(trigger(), code()),
            Tap::ItsMe(code()),
            Tap::NotMe(code()),
        ] {
            let written = tap.to_choice();
            assert!(written.as_str().len() <= 100, "{written}");
            assert_eq!(Tap::read(&written), Some(tap));
        }
    }
}
