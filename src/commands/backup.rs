//! `kairos backup`: the whole database in one file, while Kairos runs.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use super::{Outcome, runtime};
use crate::{
    config::{Config, StoreUrl},
    store::Store,
};

/// Where to.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The file to be made; one that is there already is never overwritten
    file: PathBuf,
}

/// Copies the database as it is at one instant.
pub fn run(args: &Args, config: &Config, out: &mut dyn Write) -> Result<Outcome> {
    match &config.store {
        StoreUrl::File(path) if !path.exists() => bail!("there is no database {} yet", path.display()),
        StoreUrl::File(_) => {}
        StoreUrl::Memory => bail!("a database in memory can't be kept: name a file by KAIROS_STORE_URL=sqlite:PATH"),
        StoreUrl::Postgres(_) => {
            bail!("PostgreSQL has its own tools: pg_dump --format=custom --file={} does it", args.file.display())
        }
    }
    if args.file.exists() {
        bail!("{} is there already; a backup never overwrites anything", args.file.display());
    }
    runtime()?.block_on(async {
        let store = Store::open(&config.store.expose()).await?;
        let copied = store.copy_to(&args.file).await;
        let schema = store.schema_version().await;
        store.close().await;
        copied.with_context(|| format!("{} could not be written", args.file.display()))?;
        writeln!(out, "{}: {} bytes, schema {}.", args.file.display(), size(&args.file)?, schema?)?;
        writeln!(out, "To restore it: stop Kairos, put it in the place of the database, remove its -wal and -shm.")?;
        Ok(Outcome::Well)
    })
}

fn size(file: &Path) -> Result<u64> {
    Ok(file.metadata()?.len())
}
