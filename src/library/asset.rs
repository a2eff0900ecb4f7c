//! One micro-asset: something to read, tick off, look at or answer in a minute or two.

use std::{fmt, str::FromStr};

use chat::{AssetId, Image, Link, Span, Text, Video};
use serde::{Deserialize, Serialize};

use super::SkillId;

/// A micro-asset as its author wrote it, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Its name.
    pub id: AssetId,
    /// The skill whose folder it lies in.
    pub skill: SkillId,
    /// What manner of asset it is.
    pub kind: AssetKind,
    /// The heading people see.
    pub title: String,
    /// How long it takes, in seconds.
    pub seconds: u32,
    /// The moments of need it serves; never empty.
    pub moments: Vec<Moment>,
    /// For whom, by experience; `None`: everybody.
    pub level: Option<Level>,
    /// For whom, by role; empty: everybody.
    pub roles: Vec<String>,
    /// Two-letter language.
    pub language: String,
    /// An asset that goes further.
    pub deeper: Option<AssetId>,
    /// The body, without what became `steps` or `answers`.
    pub text: Text,
    /// What to do, in order (checklists, tips).
    pub steps: Vec<Vec<Span>>,
    /// A picture.
    pub image: Option<Image>,
    /// A video or a recording.
    pub video: Option<Video>,
    /// Something to read on.
    pub link: Option<Link>,
    /// The label of the field under a reflection.
    pub input: Option<String>,
    /// The answers of a retrieval exercise, two to five.
    pub answers: Vec<Answer>,
    /// Where facts come from.
    pub sources: Vec<String>,
}

/// One answer of a retrieval exercise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What people choose, at most 140 characters.
    pub text: String,
    /// True when it holds.
    pub right: bool,
    /// What is said to somebody who chose it, about the task.
    pub feedback: String,
}

/// Declares an enum of names as authors write them.
macro_rules! names {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// Every one, in the order in which they are explained.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name as authors write it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, ()> {
                Self::ALL.iter().copied().find(|name| name.as_str() == text).ok_or(())
            }
        }
    };
}
pub(super) use names;

names! {
    /// The manner of an asset.
    AssetKind {
        /// A card to read in 90 seconds.
        Tip = "tip",
        /// Steps to tick off.
        Checklist = "checklist",
        /// Terms at a glance.
        QuickReference = "quick-reference",
        /// Questions with answers.
        Faq = "faq",
        /// A picture that carries the content.
        Infographic = "infographic",
        /// A short video.
        Video = "video",
        /// A recording.
        Audio = "audio",
        /// A question without a right answer.
        Reflection = "reflection",
        /// A question with right and wrong answers.
        Retrieval = "retrieval",
    }
}

names! {
    /// The five moments of need (Gottfredson and Mosher).
    Moment {
        /// Learning it for the first time.
        New = "new",
        /// Learning more of it.
        More = "more",
        /// Doing it now.
        Apply = "apply",
        /// Something went wrong.
        Solve = "solve",
        /// It works differently now.
        Change = "change",
    }
}

names! {
    /// Experience with a skill.
    Level {
        /// Starts with it.
        Beginner = "beginner",
        /// Does it often.
        Practised = "practised",
        /// Teaches others.
        Expert = "expert",
    }
}
