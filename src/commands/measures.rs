//! `kairos measures`: what a manager may see of the numbers: everybody together, never anybody.

use std::{io::Write, time::Duration};

use anyhow::Result;
use chat::{Observation, PersonId, Said, Timestamp};
use serde_json::{Value, json};

use super::{Outcome, runtime};
use crate::{
    clock::Clock,
    config::Config,
    engine::dip::{FEWEST, Moved, Part, Total, total},
    library::{Library, Measure, MeasureKind, Trigger},
    run,
    store::Store,
};

/// What is looked at.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Args {
    /// How many days back
    #[arg(long, default_value_t = 90)]
    days: u32,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Prints every measure of the library with its total.
pub fn run(args: Args, config: &Config, out: &mut dyn Write) -> Result<Outcome> {
    let library = run::library(config)?;
    let since = Clock::system().now() - Duration::from_hours(24) * args.days;
    let totals = runtime()?.block_on(async {
        let store = Store::open(&config.store.expose()).await?;
        let totals = totals(&library, &store, since).await;
        store.close().await;
        totals
    })?;
    if args.json {
        let rows: Vec<Value> = totals
            .iter()
            .map(|(measure, total)| json!({ "measure": measure.id, "title": measure.title, "total": total }))
            .collect();
        serde_json::to_writer_pretty(&mut *out, &json!({ "days": args.days, "measures": rows }))?;
        writeln!(out)?;
        return Ok(Outcome::Well);
    }
    for (measure, total) in &totals {
        writeln!(out, "{}: {}", measure.title, total.as_ref().map_or_else(too_few, |total| words(measure, total)))?;
    }
    if totals.is_empty() {
        writeln!(out, "the prompts declare no measure")?;
    }
    Ok(Outcome::Well)
}

async fn totals<'a>(
    library: &'a Library,
    store: &Store,
    since: Timestamp,
) -> Result<Vec<(&'a Measure, Option<Total>)>> {
    let mut totals = Vec::new();
    for measure in library.measures.values() {
        let observed = store.observed_since(&measure.id, since).await?;
        let observed: Vec<(PersonId, Observation)> = observed
            .into_iter()
            .filter_map(|(person, signal)| match signal.what {
                Said::Observation(seen) => Some((person, seen)),
                Said::Alert(_) => None,
            })
            .collect();
        let listens =
            |trigger: &&Trigger| trigger.dip.as_ref().is_some_and(|dip| dip.measure.as_ref() == Some(&measure.id));
        let mut moved = Vec::new();
        for trigger in library.triggers.values().filter(listens) {
            let dips = store.dips_since(&trigger.id, since).await?;
            moved.extend(dips.into_iter().map(|dip| Moved {
                person: dip.person,
                held_out: dip.held_out,
                closed_at: dip.closed_at,
            }));
        }
        totals.push((measure, total(measure, &observed, &moved)));
    }
    Ok(totals)
}

fn too_few() -> String {
    format!("fewer than {FEWEST} people, so nothing is shown")
}

fn words(measure: &Measure, total: &Total) -> String {
    let Total { people, number, moved, helped, without } = total;
    let number = match measure.kind {
        MeasureKind::Proportion => format!("{:.1} %", number * 100.0),
        _ => format!("{number:.2}"),
    };
    let part = |part: &Option<Part>, who: &str| {
        part.map(|Part { people, back }| format!("; {who}: {people}, {back} of them back at what is usual"))
            .unwrap_or_default()
    };
    let (helped, without) = (part(helped, "with help"), part(without, "without, by lot"));
    format!("{number} over {people} people; of {moved} the number moved{helped}{without}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_total_reads_like_this() {
        let library = Library::read(&crate::library::Source::Starter).library;
        let measure = library.measures.values().next().unwrap();
        let part = Part { people: 6, back: 4 };
        let total = Total { people: 12, number: 0.2531, moved: 9, helped: Some(part), without: None };
        assert_eq!(
            words(measure, &total),
            "25.3 % over 12 people; of 9 the number moved; with help: 6, 4 of them back at what is usual"
        );
        assert_eq!(too_few(), "fewer than 5 people, so nothing is shown");
    }
}
