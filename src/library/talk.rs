//! What people say to Kairos about Kairos: recognised where it is addressed, and never anywhere else.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::asset::names;

chat::id! {
    /// The name of something that is said to Kairos about itself.
    TalkId;
}

/// Something that people say to Kairos about itself, as its author wrote it, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Talk {
    /// Its name.
    pub id: TalkId,
    /// How people read it.
    pub title: String,
    /// What it is about, which decides the answer.
    pub about: About,
    /// Messages that mean it.
    pub examples: Vec<String>,
}

names! {
    /// What can be said to Kairos about itself.
    About {
        /// What it can do.
        Abilities = "abilities",
        /// Who it is.
        Identity = "identity",
        /// Who can see what is written to it.
        Privacy = "privacy",
        /// What it knows about the person, and their settings.
        PersonalPage = "personal-page",
        /// Thanks.
        Thanks = "thanks",
        /// No more suggestions.
        Stop = "stop",
        /// No suggestions for a while.
        Quiet = "quiet",
        /// Hello.
        Greeting = "greeting",
        /// A test whether it is there.
        Test = "test",
    }
}
