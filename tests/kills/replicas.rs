//! The processes that are killed.

use std::{
    fs::{self, File},
    net::TcpListener,
    process::{Child, Command, Stdio},
    sync::Arc,
};

use tempfile::TempDir;

use super::load::{SECRET, client};
use crate::support::{program::program, prompts::prompts};

/// Processes that share one database; none outlives its test.
pub(super) struct Replicas {
    /// Where each takes events.
    pub(super) doors: Arc<Vec<String>>,
    children: Vec<Child>,
    folder: TempDir,
    library: TempDir,
    env: Vec<(String, String)>,
}

impl Drop for Replicas {
    fn drop(&mut self) {
        for child in &mut self.children {
            // It may have ended already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Replicas {
    pub(super) async fn start(url: &str, api: &str, processes: usize) -> Self {
        let library = prompts().trigger("price-talk", "tip-1, tip-2, tip-3", "cooldown_hours: 0\nrecovery_days: 0");
        let ports: Vec<u16> = (0..processes).map(|_| free_port()).collect();
        let doors = ports.iter().map(|port| format!("http://127.0.0.1:{port}")).collect();
        let env = [
            ("KAIROS_STORE_URL", url),
            ("KAIROS_SLACK_API_URL", api),
            ("KAIROS_SLACK_BOT_TOKEN", "xoxb-test-token"),
            ("KAIROS_SLACK_SIGNING_SECRET", SECRET),
            ("KAIROS_CHANNELS_DEFAULT", "live"),
            ("KAIROS_LOG_LEVEL", "warn"),
            ("KAIROS_METRICS_LISTEN", "off"),
            // What the dead held is waited for, so a lease is short here; the peer answers within milliseconds.
            ("KAIROS_INBOX_LEASE_MS", "1500"),
            ("KAIROS_OUTBOX_LEASE_MS", "2000"),
            ("KAIROS_OUTBOX_CALL_MS", "1500"),
            ("KAIROS_OUTBOX_TRIES", "20"),
            ("KAIROS_REPLICAS_LEASE_MS", "1500"),
        ];
        let env = env.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let (folder, library) = (TempDir::new().unwrap(), library.folder());
        let mut replicas = Self { doors: Arc::new(doors), children: Vec::new(), folder, library, env };
        for one in 0..processes {
            let child = replicas.run(one, &[]);
            replicas.children.push(child);
            // The first makes the schema.
            replicas.is_ready(one).await;
        }
        replicas
    }

    /// `kill -9`, and the next begins.
    pub(super) fn kill_and_restart(&mut self, one: usize) {
        self.kill_and_restart_with(one, &[]);
    }

    /// The same, the next one with more of an environment.
    pub(super) fn kill_and_restart_with(&mut self, one: usize, env: &[(&str, &str)]) {
        // It may have ended already.
        let _ = self.children[one].kill();
        self.children[one].wait().unwrap();
        self.children[one] = self.run(one, env);
    }

    /// Waits until it has died of itself.
    pub(super) async fn dies(&mut self, one: usize) {
        for _ in 0..1_200 {
            if self.children[one].try_wait().unwrap().is_some() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("it does not die: {}", self.logs());
    }

    /// Ends them all, in order.
    pub(super) fn stop(&mut self) {
        for child in &mut self.children {
            let asked = Command::new("sh").arg("-c").arg(format!("kill -TERM {}", child.id())).status().unwrap();
            assert!(asked.success());
        }
        for child in &mut self.children {
            assert!(child.wait().unwrap().success());
        }
    }

    /// What they complained about at last.
    pub(super) fn logs(&self) -> String {
        let log = |one| fs::read_to_string(self.folder.path().join(format!("log-{one}"))).unwrap_or_default();
        let last = |one: usize| log(one).lines().rev().take(20).collect::<Vec<_>>().join("\n");
        (0..self.children.len()).map(last).collect::<Vec<_>>().join("\n")
    }

    fn run(&self, one: usize, env: &[(&str, &str)]) -> Child {
        let log =
            File::options().create(true).append(true).open(self.folder.path().join(format!("log-{one}"))).unwrap();
        program(self.folder.path(), &["serve"])
            .env("KAIROS_HTTP_LISTEN", self.doors[one].trim_start_matches("http://"))
            .env("KAIROS_PROMPTS_DIR", self.library.path())
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .envs(env.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap()
    }

    async fn is_ready(&self, one: usize) {
        let http = client();
        for _ in 0..600 {
            if http
                .get(format!("{}/readyz", self.doors[one]))
                .send()
                .await
                .is_ok_and(|ready| ready.status().is_success())
            {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("it never became ready: {}", self.logs());
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
