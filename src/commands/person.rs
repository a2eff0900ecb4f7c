//! `kairos export` and `kairos forget`: everything that is held about one person, told whole or erased with a proof.

use std::io::Write;

use ::chat::PersonId;
use anyhow::{Result, bail};
use serde_json::json;

use super::{Outcome, runtime};
use crate::{config::Config, store::Store};

/// About whom.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Their id in Kairos, platform/workspace/user (slack/T0123/U0456), or a name of another system
    /// (email:ana@example.com)
    #[arg(value_name = "PERSON")]
    named: String,
}

/// Tells everything that is held about somebody, as JSON.
pub fn export(args: &Args, config: &Config, out: &mut dyn Write) -> Result<Outcome> {
    about(args, config, async |store, person| {
        let held = store.held_about(&person).await?;
        writeln!(out, "{}", serde_json::to_string_pretty(&json!({ "person": person, "held": held }))?)?;
        Ok(Outcome::Well)
    })
}

/// Erases everything that is held about somebody, and tells how much that was.
pub fn forget(args: &Args, config: &Config, out: &mut dyn Write) -> Result<Outcome> {
    about(args, config, async |store, person| {
        let forgotten = store.forget(&person).await?;
        for (table, rows) in &forgotten.removed {
            writeln!(out, "{table:<12} {rows:>6}")?;
        }
        writeln!(out, "{} rows about {person} were deleted.", forgotten.rows())?;
        if forgotten.under_way > 0 {
            let cards = forgotten.under_way;
            writeln!(out, "{cards} of their cards are being sent right now; run this again in a minute.")?;
            return Ok(Outcome::Found);
        }
        Ok(Outcome::Well)
    })
}

fn about(args: &Args, config: &Config, work: impl AsyncFnOnce(&Store, PersonId) -> Result<Outcome>) -> Result<Outcome> {
    runtime()?.block_on(async {
        let store = Store::open(&config.store.expose()).await?;
        let done = match &store.people_named(&args.named).await?[..] {
            [person] => work(&store, person.clone()).await,
            [] => nobody(&store, &args.named).await,
            several => Err(anyhow::anyhow!("{} people have that name; use Kairos’s own id", several.len())),
        };
        store.close().await;
        done
    })
}

/// Nobody goes by that name. What is held under an id alone, after its person was forgotten, can still be asked for.
async fn nobody(store: &Store, named: &str) -> Result<Outcome> {
    let held = store.held_about(&PersonId::new(named)).await?;
    if held.is_empty() {
        bail!("no person called “{named}”; use platform/workspace/user, e.g. playground/playground/ana");
    }
    bail!("{named} was forgotten; what was being sent at that moment is deleted with old deliveries")
}
