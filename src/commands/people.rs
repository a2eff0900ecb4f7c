//! `kairos people`: links people across systems, and shows what waits for unknown people.
//!
//! Invariants
//! - One name means one person; two people never become one by a slip.
//! - Numbers about people are never shown, only how many of them wait.

use std::io::Write;

use ::chat::{Identity, PersonId, PersonKey, PlatformKind, Scope, Timestamp};
use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::{Outcome, runtime};
use crate::{
    clock::{Clock, Ids},
    config::Config,
    store::{NameState, Store},
};

/// The most people that are listed.
const LISTED: u32 = 10_000;
/// The most names that are listed of those not linked to a person.
const WAITING: u32 = 1_000;

/// What to do about people's names.
#[derive(Clone, Debug, clap::Subcommand)]
pub enum People {
    /// Link names: they all mean one person
    ///
    /// A name is an e-mail address, slack:WORKSPACE/USER, discord:USER, or the id in another system such as crm:0055.
    Add {
        /// The names; one of them leads to a chat, or is known already
        #[arg(required = true, num_args = 1..=16)]
        names: Vec<String>,
    },
    /// Unlink a name from its person
    Unlink {
        /// The name, such as crm:0055
        name: String,
    },
    /// List everybody who is known, with their names
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// What waits for names not linked to a person, and team alerts that reached nobody
    #[command(alias = "parked")]
    Unmatched {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

/// Does it.
pub fn run(people: &People, config: &Config, out: &mut dyn Write) -> Result<Outcome> {
    runtime()?.block_on(async {
        let store = Store::open(&config.store.expose()).await?;
        let done = obey(people, &store, out).await;
        store.close().await;
        done
    })
}

async fn obey(people: &People, store: &Store, out: &mut dyn Write) -> Result<Outcome> {
    match people {
        People::Add { names } => {
            let names = names.iter().map(|name| named(name)).collect::<Result<Vec<_>>>()?;
            match introduce(store, &names, &Ids::random(), Clock::system().now()).await? {
                Ok(_) => writeln!(out, "linked {} names to one person", names.len())?,
                Err(why) => bail!("{why}"),
            }
        }
        People::Unlink { name } => {
            let key = named(name)?;
            if key.scheme.parse::<PlatformKind>().is_ok() {
                bail!("a chat account can’t be unlinked, only names of other systems");
            }
            if !store.unname(&key).await? {
                bail!("that name isn’t linked to a person");
            }
            writeln!(out, "unlinked; the name is no longer linked to anybody")?;
        }
        People::List { json } => list(store, *json, out).await?,
        People::Unmatched { json } => return unmatched(store, *json, out).await,
    }
    Ok(Outcome::Well)
}

/// Reads a name as people write it.
pub(super) fn named(text: &str) -> Result<PersonKey> {
    match PersonKey::read(text) {
        Some(key) => Ok(key),
        None => {
            bail!("“{text}” isn’t a name; use an e-mail address, slack:T0123/U0456, discord:4711 or crm:0055")
        }
    }
}

/// Says that all `names` mean one person, who is made where nobody is known by any of them. The inner error says what is
/// wrong with the names.
pub(super) async fn introduce(
    store: &Store,
    names: &[PersonKey],
    ids: &Ids,
    now: Timestamp,
) -> Result<Result<PersonId, &'static str>> {
    let (mut identities, mut keys) = (Vec::new(), Vec::new());
    for key in names {
        match key.scheme.parse::<PlatformKind>() {
            Ok(platform) => {
                let Some(identity) = Identity::read(platform, &key.value) else {
                    return Ok(Err("a chat account is written workspace/user, e.g. T0123/U0456"));
                };
                identities.push(identity);
            }
            Err(_) => keys.push(key),
        }
    }
    let mut known: Option<PersonId> = None;
    for key in &keys {
        known = known.or(store.person_named(key, &Scope::All, true).await?);
    }
    let person = match (&known, identities.first()) {
        (Some(person), _) => person.clone(),
        (None, Some(identity)) => store.person_of(identity, &PersonId::new(ids.new_id()), now).await?.id,
        (None, None) => {
            return Ok(Err("none of these names leads to a chat; add slack:WORKSPACE/USER or discord:USER"));
        }
    };
    for identity in &identities {
        if !store.add_identity(identity, &person).await? {
            return Ok(Err("that chat account already belongs to somebody else"));
        }
    }
    for key in &keys {
        store.name_person(key, &person).await?;
    }
    Ok(Ok(person))
}

/// A chat identity as people write it.
pub(super) fn written(identity: &Identity) -> String {
    let Identity { platform, workspace, user } = identity;
    match platform.workspace_of_people() {
        Some(_) => format!("{platform}:{user}"),
        None => format!("{platform}:{workspace}/{user}"),
    }
}

async fn list(store: &Store, as_json: bool, out: &mut dyn Write) -> Result<()> {
    let everybody = store.everybody(LISTED).await?;
    let name = |(key, _): &(PersonKey, NameState)| format!("{}:{}", key.scheme, key.value);
    let shown = |named: &(PersonKey, NameState)| match named.1 {
        NameState::Told => name(named),
        NameState::Found | NameState::Asked => format!("{} (not confirmed)", name(named)),
        NameState::Refused => format!("{} (said: not me)", name(named)),
    };
    if as_json {
        let settled = |known: &[(PersonKey, NameState)], is: fn(NameState) -> bool| {
            known.iter().filter(|(_, state)| is(*state)).map(name).collect::<Vec<_>>()
        };
        let people: Vec<Value> = everybody
            .iter()
            .map(|known| {
                json!({
                    "person": known.person,
                    "chat": known.identities.iter().map(written).collect::<Vec<_>>(),
                    "names": settled(&known.names, |state| state == NameState::Told),
                    "unconfirmed": settled(&known.names, |state| matches!(state, NameState::Found | NameState::Asked)),
                    "refused": settled(&known.names, |state| state == NameState::Refused),
                })
            })
            .collect();
        serde_json::to_writer_pretty(&mut *out, &json!({ "people": people }))?;
        writeln!(out)?;
        return Ok(());
    }
    for known in &everybody {
        let names: Vec<String> = known.identities.iter().map(written).chain(known.names.iter().map(shown)).collect();
        writeln!(out, "{}", names.join("  "))?;
    }
    writeln!(out, "{} people", everybody.len())?;
    Ok(())
}

async fn unmatched(store: &Store, as_json: bool, out: &mut dyn Write) -> Result<Outcome> {
    let (waiting, unheard) = (store.signals_waiting(WAITING).await?, store.unheard_count().await?);
    let name = |key: &PersonKey| format!("{}:{}", key.scheme, key.value);
    let since = |at: Timestamp| {
        jiff::Timestamp::from_millisecond(at.as_ms()).map(|at| at.strftime("%Y-%m-%d").to_string()).unwrap_or_default()
    };
    if as_json {
        let names: Vec<Value> = waiting
            .iter()
            .map(|it| {
                json!({
                    "name": name(&it.who), "count": it.count, "since": since(it.since), "unconfirmed": it.unconfirmed,
                })
            })
            .collect();
        serde_json::to_writer_pretty(&mut *out, &json!({ "waiting": names, "group_alerts": unheard }))?;
        writeln!(out)?;
    } else {
        for it in &waiting {
            let note = if it.unconfirmed { "  (until its person has said that it is them)" } else { "" };
            writeln!(out, "{:6}  {}  since {}{note}", it.count, name(&it.who), since(it.since))?;
        }
        let signals: u64 = waiting.iter().map(|it| it.count).sum();
        writeln!(out, "{signals} numbers or alerts wait for {} names not linked to a person", waiting.len())?;
        writeln!(out, "{unheard} team alerts reached nobody: nobody was on call, and no channel was on")?;
        if !waiting.is_empty() {
            writeln!(out, "Link a name with `kairos people add NAME NAME`; what still holds is then sent")?;
        }
    }
    Ok(if waiting.is_empty() && unheard == 0 { Outcome::Well } else { Outcome::Found })
}
