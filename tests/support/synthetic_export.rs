//! Writes a Slack export of any size out of templates, for benches and for tests of large histories.
//!
//! Invariants
//! - The same count and seed give the same bytes.
//! - No word of a real conversation is in it.

use std::{
    fs,
    io::{self, BufWriter, Write},
    path::Path,
};

const CHANNELS: [&str; 12] = [
    "deals",
    "support",
    "general",
    "product",
    "marketing",
    "people",
    "random",
    "incidents",
    "design",
    "data",
    "legal",
    "onboarding",
];
const OPENERS: [&str; 8] = [
    "Does anybody know",
    "Quick one:",
    "Heads up,",
    "I looked again and",
    "For the record:",
    "Question from a customer:",
    "Following up,",
    "Small win:",
];
const MIDDLES: [&str; 12] = [
    "how to answer when they say we're too expensive",
    "the customer is angry about the delay",
    "the build of the release branch is green again",
    "the slides for the workshop are in the drive",
    "where the invoice template lives now",
    "what to say when they ask for thirty per cent off",
    "the meeting moves to three o'clock",
    "who owns the integration with the ledger",
    "the new person starts on Monday",
    "how to reset a trial account",
    "the export of last month is complete",
    "we should write this down somewhere",
];
const ENDINGS: [&str; 6] = ["?", ".", ", right?", " :eyes:", " - thoughts?", ", see <https://example.com/x|the page>."];
/// Monday, the first of January 2024, at 07:00 UTC.
const START_SECS: u64 = 1_704_092_400;
/// About ten hours of work a day, with messages spread over them.
const DAY_SECS: u64 = 86_400;

/// Writes an export of `messages` messages over 90 days, twelve channels and 200 people into `folder`.
///
/// A tenth are replies in threads, a twentieth come from programs.
pub(crate) fn write(folder: &Path, messages: usize, seed: u64) -> io::Result<()> {
    let mut random = Random(seed.wrapping_mul(2).wrapping_add(1));
    let people: Vec<_> = (0..200)
        .map(|n| format!(r#"{{"id":"U{n:05}","team_id":"T1","name":"p{n}","tz":"Europe/Lisbon","is_bot":false}}"#))
        .collect();
    fs::write(folder.join("users.json"), format!("[{}]", people.join(",\n")))?;
    let channels: Vec<_> =
        CHANNELS.iter().enumerate().map(|(n, name)| format!(r#"{{"id":"C{n:05}","name":"{name}"}}"#)).collect();
    fs::write(folder.join("channels.json"), format!("[{}]", channels.join(",\n")))?;
    let files = 90 * CHANNELS.len();
    for day in 0..90 {
        for (n, channel) in CHANNELS.iter().enumerate() {
            let at = day * CHANNELS.len() + n;
            let count = messages * (at + 1) / files - messages * at / files;
            if count > 0 {
                fs::create_dir_all(folder.join(channel))?;
                let date = date(day);
                let file = fs::File::create(folder.join(channel).join(format!("{date}.json")))?;
                write_day(BufWriter::new(file), day as u64, count as u64, &mut random)?;
            }
        }
    }
    Ok(())
}

fn write_day(mut file: impl Write, day: u64, count: u64, random: &mut Random) -> io::Result<()> {
    file.write_all(b"[\n")?;
    let mut opening = String::new();
    for n in 0..count {
        let secs = START_SECS + day * DAY_SECS + n * 36_000 / count;
        let ts = format!("{secs}.{:06}", random.below(1_000_000));
        let comma = if n == 0 { "" } else { ",\n" };
        let user = random.below(200);
        let text = format!("{} {}{}", random.of(&OPENERS), random.of(&MIDDLES), random.of(&ENDINGS));
        let extra = match random.below(20) {
            0 => r#","bot_id":"B1","subtype":"bot_message""#.to_owned(),
            1 | 2 if !opening.is_empty() => format!(r#","thread_ts":"{opening}""#),
            _ => {
                opening.clone_from(&ts);
                String::new()
            }
        };
        write!(file, r#"{comma}{{"type":"message","user":"U{user:05}","ts":"{ts}","text":"{text}"{extra}}}"#)?;
    }
    file.write_all(b"\n]\n")?;
    file.flush()
}

/// The date of a day of 2024, from its first; 90 days end in March, of a leap year.
fn date(day: usize) -> String {
    let (month, first) = match day {
        0..31 => (1, 0),
        31..60 => (2, 31),
        _ => (3, 60),
    };
    format!("2024-{month:02}-{:02}", day - first + 1)
}

/// A small generator of numbers that look random (Knuth's MMIX); good enough for templates.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[usize::try_from(self.below(words.len() as u64)).unwrap_or_default()]
    }
}
