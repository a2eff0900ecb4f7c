//! `kairos queue`: what is on its way, what waits, what is unknown and what a person should look at; never what it says.

use std::{fmt::Write as _, io::Write};

use ::chat::DeliveryId;
use anyhow::{Result, bail};
use serde_json::json;

use super::{Outcome, runtime};
use crate::{
    clock::Clock,
    config::Config,
    store::{ArrivalCounts, DeliveryState, OpenCounts, Queued, Store},
};

/// What to do about the queue. It may be looked at and changed while Kairos runs.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// One JSON object, for scripts
    #[arg(long)]
    json: bool,
    /// How many deliveries are listed
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u32,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum What {
    /// Send a dead delivery again, or one that may have arrived (it may then be seen twice)
    Retry {
        /// The delivery's id, as `kairos queue` lists it
        id: String,
    },
    /// Drop a delivery that isn’t being sent right now
    Drop {
        /// The delivery's id, as `kairos queue` lists it
        id: String,
    },
}

/// Shows the queue, or does what was asked with one delivery.
pub fn run(args: &Args, config: &Config, out: &mut dyn Write) -> Result<Outcome> {
    runtime()?.block_on(async {
        let store = Store::open(&config.store.expose()).await?;
        let done = match &args.what {
            None => show(&store, args, out).await,
            Some(What::Retry { id }) => retry(&store, &DeliveryId::new(id), out).await,
            Some(What::Drop { id }) => take_back(&store, &DeliveryId::new(id), out).await,
        };
        store.close().await;
        done
    })
}

async fn show(store: &Store, args: &Args, out: &mut dyn Write) -> Result<Outcome> {
    let (open, arrivals) = (store.open_counts().await?, store.arrival_counts().await?);
    let queue = store.queue(args.limit).await?;
    if args.json {
        let all = json!({
            "deliveries": { "counts": open, "listed": queue },
            // The former name stays for one release.
            "events": { "open": arrivals.open, "quarantined": arrivals.parked, "set_aside": arrivals.parked },
        });
        writeln!(out, "{all}")?;
    } else {
        write!(out, "{}", told(&open, &arrivals, &queue))?;
    }
    Ok(if open.dead + arrivals.parked == 0 { Outcome::Well } else { Outcome::Found })
}

fn told(open: &OpenCounts, arrivals: &ArrivalCounts, queue: &[Queued]) -> String {
    let OpenCounts { held, pending, sending, ambiguous, dead, .. } = open;
    let mut text = format!(
        "{pending} to send, {sending} on their way, {held} held, {ambiguous} unknown, {dead} dead; {} events \
         undecided, {} quarantined\n",
        arrivals.open, arrivals.parked
    );
    for Queued { id, state, platform, kind, trigger, due_at_ms, attempts, reason } in queue {
        let due = jiff::Timestamp::from_millisecond(*due_at_ms).unwrap_or_default();
        let (platform, kind) = (platform.unwrap_or("?"), kind.unwrap_or("?"));
        // Writing to a String can't fail.
        let _ = write!(
            text,
            "{:<9} {id}  {platform} {kind} {trigger}, due {due:.0}, tried {}",
            word(*state),
            times(*attempts)
        );
        let _ = match reason {
            Some(reason) => writeln!(text, ": {reason}"),
            None => writeln!(text),
        };
    }
    if *dead > 0 {
        text.push_str("`kairos queue retry ID` sends one again, `kairos queue drop ID` drops it.\n");
    }
    if arrivals.parked > 0 {
        text.push_str("`kairos quarantine` says which events could not be read, and why.\n");
    }
    text
}

/// A state as people call it.
const fn word(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Pending => "to send",
        DeliveryState::Ambiguous => "unknown",
        other => other.as_str(),
    }
}

fn times(attempts: u32) -> String {
    match attempts {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        many => format!("{many} times"),
    }
}

async fn retry(store: &Store, id: &DeliveryId, out: &mut dyn Write) -> Result<Outcome> {
    if store.send_again(id, Clock::system().now()).await? {
        writeln!(out, "{id} is sent again within seconds, where Kairos runs.")?;
        return Ok(Outcome::Well);
    }
    bail!("{}", refused(store, id, "sent again", "dead or unknown").await?)
}

async fn take_back(store: &Store, id: &DeliveryId, out: &mut dyn Write) -> Result<Outcome> {
    if store.drop_delivery(id).await? {
        writeln!(out, "{id} is dropped.")?;
        return Ok(Outcome::Well);
    }
    bail!("{}", refused(store, id, "dropped", "held, to send, unknown or dead").await?)
}

async fn refused(store: &Store, id: &DeliveryId, what: &str, right: &str) -> Result<String> {
    Ok(match store.delivery(id).await? {
        Some(delivery) => format!("{id} is {}; only what is {right} can be {what}", word(delivery.state)),
        None => format!("there is no delivery {id}; `kairos queue` lists them"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::TriggerId;
    use ::chat::Timestamp;

    #[test]
    fn the_queue_reads_like_a_list_of_what_to_look_at() {
        let queued = Queued {
            id: DeliveryId::new("d1"),
            state: DeliveryState::Dead,
            platform: Some("slack"),
            kind: Some("post"),
            trigger: TriggerId::new("price"),
            due_at_ms: Timestamp::from_ms(1_794_996_000_000).as_ms(),
            attempts: 8,
            reason: Some("chat.postMessage: is_archived".to_owned()),
        };
        let open = OpenCounts { dead: 1, held: 2, ..OpenCounts::default() };
        let arrivals = ArrivalCounts { parked: 3, ..ArrivalCounts::default() };
        insta::assert_snapshot!(told(&open, &arrivals, &[queued]), @r"
        0 to send, 0 on their way, 2 held, 0 unknown, 1 dead; 0 events undecided, 3 quarantined
        dead      d1  slack post price, due 2026-11-18T10:00:00Z, tried 8 times: chat.postMessage: is_archived
        `kairos queue retry ID` sends one again, `kairos queue drop ID` drops it.
        `kairos quarantine` says which events could not be read, and why.
        ");
    }
}
