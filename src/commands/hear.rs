//! `kairos hear`: how strongly a message means each topic, and why; nothing is stored or sent.
//!
//! Invariants
//! - It says what the running Kairos would hear on its first day: people's taps and a channel's traffic are not looked at.

use std::io::Write;

use anyhow::Result;
use serde::Serialize;

use super::{Outcome, screen};
use crate::{
    config::Config,
    engine::{Conversation, Engine, Evidence, Need, TopicScore, percents},
    messages::say,
    run,
};

/// What is asked.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The message, in quotes
    message: String,
    /// One JSON array with every topic, best first, for scripts
    #[arg(long)]
    json: bool,
    /// The name of a channel, for topics that only listen in some
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
}

/// One topic, for scripts.
#[derive(Serialize)]
struct Weighed<'a> {
    topic: &'a str,
    score: f64,
    threshold: f64,
    heard: bool,
}

/// Weighs the message and tells what comes of it.
pub fn run(args: &Args, config: &Config, out: &mut dyn Write) -> Result<Outcome> {
    let engine = Engine::new(run::library(config)?, config.cadence.clone());
    let hearing = config.channels.hearing;
    let said = Conversation { hearing, ..Conversation::none(false) };
    let topics = engine.topics(&args.message, &said);
    if args.json {
        let weighed: Vec<Weighed<'_>> = topics.iter().map(weighed).collect();
        serde_json::to_writer(&mut *out, &weighed)?;
        writeln!(out)?;
        return Ok(Outcome::Well);
    }
    let needs = engine.hear(&args.message, &said);
    tell(&engine, (&needs, &topics), args.channel.as_deref(), screen::width(), out)?;
    Ok(Outcome::Well)
}

fn weighed(topic: &TopicScore) -> Weighed<'_> {
    let places = |share: f32| (f64::from(share) * 10_000.0).round() / 10_000.0;
    Weighed {
        topic: topic.trigger.as_str(),
        score: places(topic.score),
        threshold: places(topic.threshold),
        heard: topic.heard,
    }
}

fn tell(
    engine: &Engine,
    (needs, topics): (&[Need], &[TopicScore]),
    channel: Option<&str>,
    width: usize,
    out: &mut dyn Write,
) -> Result<()> {
    let library = engine.library();
    let best = needs.iter().find(|need| need.is_heard());
    let found = best.and_then(|need| Some((need, library.triggers.get(&need.trigger)?)));
    match found {
        None => writeln!(out, "{}", say!("hear-nothing"))?,
        Some((need, trigger)) => {
            writeln!(out, "{}", say!("hear-topic", topic = &trigger.title))?;
            let why = match &need.evidence {
                Evidence::Keyword { phrase } => say!("hear-because-words", words = phrase),
                Evidence::Example { nearest, .. } => say!("hear-because-example", example = nearest),
                _ => String::new(),
            };
            screen::paragraph(out, "  ", &why, width)?;
            if let Some(asset) = trigger.offer.first().and_then(|id| library.assets.get(id)) {
                screen::paragraph(out, "  ", &say!("hear-card", card = &asset.title), width)?;
            }
            if let (Some(condition), Some(channel)) = (&trigger.condition, channel) {
                let line = say!("hear-condition", condition = condition, channel = channel);
                screen::paragraph(out, "  ", &line, width)?;
            }
        }
    }
    writeln!(out)?;
    for topic in topics {
        let (score, threshold) = percents(topic.score, topic.threshold, topic.heard);
        let mark = if topic.heard { "▸" } else { " " };
        let line = format!("{mark} {score:>3} % (needs {threshold:>2} %)  {}", topic.trigger);
        writeln!(out, "{}", screen::cut(&line, width))?;
    }
    Ok(())
}
