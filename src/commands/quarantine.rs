//! `kairos quarantine`: what could not be read, from where, since when and why; never what it says.

use std::{fmt::Write as _, io::Write};

use anyhow::{Result, bail};
use serde_json::json;

use super::{Outcome, runtime};
use crate::{
    clock::Clock,
    config::Config,
    store::{QuarantineCounts, Quarantined, Store},
};

/// What to do about the quarantine. It may be looked at and changed while Kairos runs.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// One JSON object, for scripts
    #[arg(long)]
    json: bool,
    /// How many entries are listed
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u32,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum What {
    /// Read an entry again, after an update or a change of the configuration
    Retry {
        /// The entry's id, as `kairos quarantine` lists it
        id: String,
    },
    /// Erase an entry
    Drop {
        /// The entry's id, as `kairos quarantine` lists it
        id: String,
    },
}

/// Shows the quarantine, or does what was asked with one entry.
pub fn run(args: &Args, config: &Config, out: &mut dyn Write) -> Result<Outcome> {
    runtime()?.block_on(async {
        let store = Store::open(&config.store.expose()).await?;
        let done = match &args.what {
            None => show(&store, args, out).await,
            Some(What::Retry { id }) => {
                let taken = store.read_again(id, Clock::system().now()).await?;
                answer(taken, id, "is read again within seconds, where Kairos runs", out)
            }
            Some(What::Drop { id }) => answer(store.drop_quarantined(id).await?, id, "is erased", out),
        };
        store.close().await;
        done
    })
}

async fn show(store: &Store, args: &Args, out: &mut dyn Write) -> Result<Outcome> {
    let (counts, listed) = (store.quarantine_counts().await?, store.quarantined(args.limit).await?);
    if args.json {
        writeln!(out, "{}", json!({ "counts": counts, "listed": listed }))?;
    } else {
        write!(out, "{}", told(counts, &listed))?;
    }
    Ok(if counts == QuarantineCounts::default() { Outcome::Well } else { Outcome::Found })
}

fn told(counts: QuarantineCounts, listed: &[Quarantined]) -> String {
    let QuarantineCounts { events, rows } = counts;
    if events + rows == 0 {
        return "Everything that came in could be read.\n".to_owned();
    }
    let mut text = format!("{events} events and {rows} rows of the database can't be read\n");
    for Quarantined { id, source, since_ms, reason, place, .. } in listed {
        let since = jiff::Timestamp::from_millisecond(*since_ms).unwrap_or_default();
        // Writing to a String can't fail.
        let _ = writeln!(text, "{id}  from {source}, {since:.0}, {place}: {reason}");
    }
    text.push_str(
        "`kairos quarantine retry ID` reads one again after an update, `kairos quarantine drop ID` erases it.\n",
    );
    text
}

fn answer(is_done: bool, id: &str, done: &str, out: &mut dyn Write) -> Result<Outcome> {
    if !is_done {
        bail!("there is no {id} in the quarantine; `kairos quarantine` lists what is");
    }
    writeln!(out, "{id} {done}.")?;
    Ok(Outcome::Well)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::QuarantineKind;

    #[test]
    fn the_quarantine_says_where_since_when_and_why_and_never_what() {
        let event = Quarantined {
            kind: QuarantineKind::Event,
            id: "alerts:crm:7f3a".to_owned(),
            source: "alerts:crm".to_owned(),
            since_ms: 1_794_996_000_000,
            reason: "no field `person`".to_owned(),
            place: "arrivals.raw".to_owned(),
        };
        let row = Quarantined {
            kind: QuarantineKind::Delivery,
            id: "delivery/0193".to_owned(),
            source: "kairos".to_owned(),
            reason: "unreadable offer in a row of the database".to_owned(),
            place: "deliveries.offer".to_owned(),
            ..event.clone()
        };
        insta::assert_snapshot!(told(QuarantineCounts { events: 1, rows: 1 }, &[event, row]), @r"
        1 events and 1 rows of the database can't be read
        alerts:crm:7f3a  from alerts:crm, 2026-11-18T10:00:00Z, arrivals.raw: no field `person`
        delivery/0193  from kairos, 2026-11-18T10:00:00Z, deliveries.offer: unreadable offer in a row of the database
        `kairos quarantine retry ID` reads one again after an update, `kairos quarantine drop ID` erases it.
        ");
        assert_eq!(told(QuarantineCounts::default(), &[]), "Everything that came in could be read.\n");
    }
}
