//! Kairos beside the simulated Discord, with a small library whose trigger speaks at once.

use std::path::Path;

use tempfile::TempDir;

use super::peer::{Peer, eventually};
use crate::support::{
    program::{Serving, run, told},
    prompts::prompts,
};

/// The text that the trigger hears.
pub(crate) const QUESTION: &str = "does anybody have a price objection answer?";

/// Kairos and the simulated Discord.
pub(crate) struct World {
    pub(crate) peer: Peer,
    pub(crate) kairos: Serving,
    pub(crate) home: TempDir,
    prompts: TempDir,
}

impl World {
    /// Both, connected.
    pub(crate) fn new() -> Self {
        let world = Self::beside(Peer::start());
        world.peer.connected();
        world
    }

    /// Kairos beside a peer that was prepared; it may not be connected yet.
    pub(crate) fn beside(peer: Peer) -> Self {
        Self::with(peer, &[])
    }

    /// The same, configured further.
    pub(crate) fn with(peer: Peer, env: &[(&str, &str)]) -> Self {
        let home = TempDir::new().unwrap();
        let prompts = prompts()
            .trigger("price-objection", "tip-1", "grace_minutes: 0\npractise: the-talk")
            .trigger("look-back", "think-back", "grace_minutes: 0")
            .folder();
        let kairos = start(home.path(), prompts.path(), &peer, env);
        Self { peer, kairos, home, prompts }
    }

    /// Kairos stops and starts again.
    pub(crate) fn restart(self) -> Self {
        let Self { peer, kairos, home, prompts } = self;
        let (_, log) = kairos.stop();
        assert!(log.contains("stopped"), "{log}");
        Down { peer, home, prompts }.up()
    }

    /// `kill -9`.
    pub(crate) fn killed(self) -> Down {
        let Self { peer, kairos, home, prompts } = self;
        kairos.kill();
        Down { peer, home, prompts }
    }

    /// What `kairos queue` tells beside the running program.
    pub(crate) fn queue(&self) -> String {
        told(&run(self.home.path(), &["queue"], &[("KAIROS_STORE_URL", &store(self.home.path()))]).stdout)
    }

    pub(crate) fn deals(&self) -> String {
        self.peer.id("/channels/deals")
    }

    /// Somebody's private conversation with Kairos.
    pub(crate) fn private(&self, user: &str) -> String {
        let opened = self.peer.ask("private", &serde_json::json!({ "user": user }));
        opened["id"].as_str().unwrap().to_owned()
    }
}

/// The simulated Discord without Kairos, and what Kairos left behind.
pub(crate) struct Down {
    pub(crate) peer: Peer,
    home: TempDir,
    prompts: TempDir,
}

impl Down {
    /// Where Kairos keeps everything.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Kairos starts again, and is connected again.
    pub(crate) fn up(self) -> World {
        let Self { peer, home, prompts } = self;
        let sessions = |peer: &Peer| peer.state("identified") + peer.state("resumed");
        let before = sessions(&peer);
        let kairos = start(home.path(), prompts.path(), &peer, &[]);
        eventually("the second connection", || (sessions(&peer) > before).then_some(()));
        World { peer, kairos, home, prompts }
    }
}

fn store(home: &Path) -> String {
    format!("sqlite:{}", home.join("kairos.sqlite").display())
}

fn start(home: &Path, prompts: &Path, peer: &Peer, more: &[(&str, &str)]) -> Serving {
    let (api, token) = (peer.api(), peer.id("/token"));
    let store = store(home);
    let mut env = vec![
        ("KAIROS_DISCORD_TOKEN", token.as_str()),
        ("KAIROS_DISCORD_API_URL", &api),
        ("KAIROS_STORE_URL", &store),
        ("KAIROS_PROMPTS_DIR", prompts.to_str().unwrap()),
        ("KAIROS_PLAYGROUND_ENABLED", "on"),
        ("KAIROS_CHANNELS_DEFAULT", "live"),
        ("KAIROS_CADENCE_WORKING_HOURS", "00:00-23:59"),
        ("KAIROS_CADENCE_WORKING_DAYS", "Mon-Sun"),
        ("KAIROS_CADENCE_BUDGET_PER_DAY", "90"),
        ("KAIROS_CADENCE_BUDGET_PER_WEEK", "90"),
    ];
    env.extend(more);
    Serving::start(home, &env)
}
