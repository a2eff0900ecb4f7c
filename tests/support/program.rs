//! The real binary, as an operator runs it: a process, its output, its exit code, its HTTP.
//!
//! Invariants
//! - It sees nothing of the environment that the test runs in.
//! - Nothing waits without a deadline, and no process outlives its test.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(30);

/// The program with these arguments, in `folder`, with nothing of our own environment.
pub(crate) fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kairos"));
    command.args(arguments).current_dir(folder).env_clear().env("HOME", folder);
    command
}

/// Runs it to its end.
pub(crate) fn run(folder: &Path, arguments: &[&str], env: &[(&str, &str)]) -> Output {
    program(folder, arguments).envs(env.iter().copied()).output().unwrap()
}

/// What it wrote, as text.
pub(crate) fn told(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// `kairos serve` on a free port; killed when it is dropped.
pub(crate) struct Serving {
    child: Child,
    stderr: Option<thread::JoinHandle<String>>,
    pub(crate) address: Option<SocketAddr>,
}

impl Serving {
    /// Starts it, and waits until it says where it is.
    pub(crate) fn start(folder: &Path, env: &[(&str, &str)]) -> Self {
        Self::begin(folder, env).and_waits()
    }

    /// The same where no file may grow beyond so many KiB.
    pub(crate) fn start_with_room(folder: &Path, env: &[(&str, &str)], kib: u32) -> Self {
        let mut command = Command::new("bash");
        let limited = format!("trap '' XFSZ; ulimit -f {kib}; exec {} serve", env!("CARGO_BIN_EXE_kairos"));
        command.args(["-c", &limited]).current_dir(folder).env_clear().env("HOME", folder);
        Self::spawn(command, env).and_waits()
    }

    fn and_waits(self) -> Self {
        let mut serving = self;
        let stdout = serving.child.stdout.take().unwrap();
        let (said, address) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if let Some(address) = line.strip_prefix("Open the playground: http://") {
                    // Whoever waited may have given up.
                    let _ = said.send(address.to_owned());
                }
            }
        });
        let Ok(address) = address.recv_timeout(PATIENCE) else {
            // Its complaint comes with the end of the process.
            serving.child.kill().unwrap();
            let complaint = serving.stderr.take().map(|stderr| stderr.join().unwrap());
            panic!("kairos serve did not say where it is: {complaint:?}");
        };
        serving.address = Some(address.parse().unwrap());
        serving
    }

    /// Starts it, and waits for nothing.
    pub(crate) fn begin(folder: &Path, env: &[(&str, &str)]) -> Self {
        Self::spawn(program(folder, &["serve"]), env)
    }

    fn spawn(mut command: Command, env: &[(&str, &str)]) -> Self {
        command.env("KAIROS_HTTP_LISTEN", "127.0.0.1:0").envs(env.iter().copied());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = child.stderr.take().unwrap();
        // Read all the time, so that a log that nobody reads stops nothing.
        let stderr = thread::spawn(move || {
            let mut text = Vec::new();
            let _ = stderr.read_to_end(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        });
        Self { child, stderr: Some(stderr), address: None }
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// `kill -9`; what it had logged.
    pub(crate) fn killed(mut self) -> String {
        self.child.kill().unwrap();
        self.stderr.take().unwrap().join().unwrap()
    }

    /// Asks it to stop, and waits until it has; how it ended, and what it logged.
    pub(crate) fn stop(mut self) -> (ExitStatus, String) {
        let asked = Command::new("sh").arg("-c").arg(format!("kill -TERM {}", self.child.id())).status().unwrap();
        assert!(asked.success());
        let (ended, end) = mpsc::channel();
        let stderr = self.stderr.take().unwrap();
        // Its standard error ends with the process.
        thread::spawn(move || ended.send(stderr.join().unwrap()));
        let log = end.recv_timeout(PATIENCE).expect("it does not stop");
        (self.child.wait().unwrap(), log)
    }

    /// Posts JSON; the answer where it is a good one.
    pub(crate) fn post(&self, path: &str, body: &Value) -> io::Result<Value> {
        post(self.address.unwrap(), path, body)
    }

    /// What somebody sees in the playground.
    pub(crate) fn state(&self, person: &str) -> Value {
        self.get(&format!("/playground/state?as={person}"))
    }

    /// Gets a page as it stands, its head included.
    pub(crate) fn text(&self, path: &str) -> String {
        answer(self.address.unwrap(), "GET", path, "").unwrap()
    }

    /// Gets JSON.
    pub(crate) fn get(&self, path: &str) -> Value {
        request(self.address.unwrap(), "GET", path, "").unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Posts JSON; the answer where it is a good one.
pub(crate) fn post(address: SocketAddr, path: &str, body: &Value) -> io::Result<Value> {
    request(address, "POST", path, &body.to_string())
}

/// Everything that is answered, head and body.
fn answer(address: SocketAddr, method: &str, path: &str, body: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

fn request(address: SocketAddr, method: &str, path: &str, body: &str) -> io::Result<Value> {
    let answer = answer(address, method, path, body)?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    if !head.starts_with("HTTP/1.1 200") {
        return Err(io::Error::other(format!("{}: {body}", head.lines().next().unwrap_or_default())));
    }
    // A process that dies in the middle of its answer leaves half of one.
    serde_json::from_str(body).map_err(|_| io::ErrorKind::UnexpectedEof.into())
}
