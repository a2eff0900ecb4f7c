//! Where Kairos listens and speaks, and how soon.

use std::collections::BTreeMap;

use chat::Place;

use super::{ChannelKey, Mistake, reader::Reader, values::word};
use crate::library::{Hearing, Mode};

/// Where Kairos listens and speaks.
#[derive(Clone, Debug)]
pub struct Channels {
    /// The mode of every channel that isn't named.
    pub default: Mode,
    /// How soon triggers are heard, where neither a channel nor a trigger says it.
    pub hearing: Hearing,
    /// The modes of those that are named, and how soon triggers are heard there.
    pub modes: BTreeMap<ChannelKey, (Mode, Option<Hearing>)>,
}

impl Channels {
    /// True where the mode of this very channel is configured.
    pub fn is_named(&self, place: &Place) -> bool {
        self.modes.contains_key(&ChannelKey::of(place))
    }

    /// The mode of the channel in which a conversation is.
    pub fn mode_of(&self, place: &Place) -> Mode {
        self.modes.get(&ChannelKey::of(place)).map_or(self.default, |(mode, _)| *mode)
    }

    /// How soon triggers are heard in that channel.
    pub fn hearing_of(&self, place: &Place) -> Hearing {
        self.modes.get(&ChannelKey::of(place)).and_then(|(_, hearing)| *hearing).unwrap_or(self.hearing)
    }
}

pub(super) fn read(reader: &mut Reader) -> Option<Channels> {
    let words: Vec<(&str, Mode)> = Mode::ALL.iter().map(|mode| (mode.as_str(), *mode)).collect();
    let default = reader.read("channels.default", |text| word(text, &words));
    let names: Vec<(&str, Hearing)> = Hearing::ALL.iter().map(|hearing| (hearing.as_str(), *hearing)).collect();
    let hearing = reader.read("channels.hearing", |text| word(text, &names));
    let setting = |text: &str| -> Result<(Mode, Option<Hearing>), String> {
        let (mode, how) = text.trim().split_once(char::is_whitespace).unwrap_or((text.trim(), ""));
        let how = if how.is_empty() { Ok(None) } else { word(how.trim(), &names).map(Some) };
        Ok((word(mode, &words)?, how?))
    };
    let mut modes = BTreeMap::new();
    for (name, found) in reader.entries() {
        let key = format!("channels.modes.\"{name}\"");
        match (name.parse::<ChannelKey>(), setting(&found.text)) {
            (Ok(channel), Ok(setting)) => {
                modes.insert(channel, setting);
            }
            (Err(right), _) => reader.mistakes.push(Mistake::other(found.source, format!("{key}: {right}"))),
            (_, Err(right)) => reader.mistakes.push(Mistake::value(found.source, &key, &found.text, &right)),
        }
    }
    Some(Channels { default: default?, hearing: hearing?, modes })
}
