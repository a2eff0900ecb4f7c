//! The program `kairos`, running.

use std::{
    fs::{self, File},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::Arc,
};

use sqlx::Connection;
use tempfile::TempDir;

use super::peer::{Mode, client, until};

/// A running `kairos serve`.
pub(super) struct House {
    child: Child,
    port: u16,
    folder: Arc<TempDir>,
    env: Vec<(String, String)>,
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            use std::io::Write as _;
            let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            let _ = writeln!(std::io::stderr(), "--- what kairos logged ---\n{log}");
        }
    }
}

impl House {
    /// Starts it beside the Web API at `api`.
    pub(super) async fn start(mode: Mode, port: u16, api: &str, settings: &[(&str, &str)]) -> Self {
        let folder = Arc::new(TempDir::new().unwrap());
        let store = format!("sqlite:{}", folder.path().join("kairos.sqlite").display());
        let listen = format!("127.0.0.1:{port}");
        let mut env = vec![
            ("KAIROS_STORE_URL", store.as_str()),
            ("KAIROS_HTTP_LISTEN", &listen),
            ("KAIROS_SLACK_API_URL", api),
            ("KAIROS_SLACK_BOT_TOKEN", "xoxb-test-token"),
            ("KAIROS_CHANNELS_DEFAULT", "live"),
            ("KAIROS_CADENCE_GRACE_MINUTES", "0"),
            ("KAIROS_CADENCE_BUDGET_PER_DAY", "100"),
            ("KAIROS_CADENCE_BUDGET_PER_WEEK", "100"),
            ("KAIROS_CADENCE_WORKING_DAYS", "Mon-Sun"),
            ("KAIROS_CADENCE_WORKING_HOURS", "00:00-23:59"),
        ];
        env.push(match mode {
            Mode::Socket => ("KAIROS_SLACK_APP_TOKEN", "xapp-test-token"),
            Mode::Http => ("KAIROS_SLACK_SIGNING_SECRET", "test-signing-secret"),
        });
        env.extend(settings);
        let env = env.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let mut house = Self { child: idle(), port, folder, env };
        house.run().await;
        house
    }

    /// Kills it, and starts it again over what it kept.
    pub(super) async fn kill_and_restart(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.run().await;
    }

    async fn run(&mut self) {
        let log = File::options().create(true).append(true).open(self.folder.path().join("log")).unwrap();
        // What is over from before has ended, or is the idle one.
        let _ = self.child.wait();
        self.child = Command::new(env!("CARGO_BIN_EXE_kairos"))
            .arg("serve")
            .env_clear()
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let ready = format!("http://127.0.0.1:{}/readyz", self.port);
        until("kairos is ready", || async { client().get(&ready).send().await.ok() }).await;
    }

    /// Where its pages are.
    pub(super) fn address(&self) -> SocketAddr {
        ([127, 0, 0, 1], self.port).into()
    }

    /// A file beside its database, for a command to read.
    pub(super) fn writes(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// A number out of its database.
    pub(super) async fn count(&self, sql: &'static str) -> i64 {
        let url = format!("sqlite:{}", self.folder.path().join("kairos.sqlite").display());
        let mut database = sqlx::SqliteConnection::connect(&url).await.unwrap();
        let (number,): (i64,) = sqlx::query_as(sql).fetch_one(&mut database).await.unwrap();
        number
    }

    /// Everything it logged so far.
    pub(super) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Runs a command of it with the same configuration; what it printed.
    pub(super) fn command(&self, args: &[&str]) -> String {
        let done = Command::new(env!("CARGO_BIN_EXE_kairos"))
            .args(args)
            .env_clear()
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        String::from_utf8(done.stdout).unwrap()
    }
}

/// Something that has ended: a place for the child to come.
fn idle() -> Child {
    Command::new("true").spawn().unwrap()
}
