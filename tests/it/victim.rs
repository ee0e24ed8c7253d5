//! A run of the executable that is stopped at a point of `src/pause.rs`, or killed.
//!
//! What it says on stderr is read as it comes: that is how a test learns that it stands still.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// What a process says when it stands still.
const PAUSED: &str = "TRAILHOUND_PAUSE: ";

/// Longer than any run of these tests takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// Sends a signal by its name without `SIG`.
pub(crate) fn send(child: &Child, signal: &str) {
    let sent = Command::new("kill").args(["-s", signal, &child.id().to_string()]).status();
    assert!(sent.expect("running `kill`").success(), "SIG{signal} could not be sent");
}

/// A running process.
pub(crate) struct Victim {
    child: Child,
    lines: Receiver<String>,
    said: Vec<String>,
}

impl Victim {
    /// Starts a command that stops where `pause` says.
    pub(crate) fn start(mut command: Command, pause: Option<&str>) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        if let Some(pause) = pause {
            command.env("TRAILHOUND_PAUSE", pause);
        }
        let mut child = command.spawn().expect("starting the executable");
        let stderr = BufReader::new(child.stderr.take().expect("stderr is a pipe"));
        let (send, lines) = channel();
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                // Nobody listens any more when the test has failed.
                drop(send.send(line));
            }
        });
        Self { child, lines, said: Vec::new() }
    }

    /// Waits until it stands still, or `None` when it has ended before; says where it stands.
    pub(crate) fn paused(&mut self) -> Option<String> {
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) if line.starts_with(PAUSED) => return Some(line[PAUSED.len()..].to_owned()),
                Ok(line) => self.said.push(line),
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => return None,
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {
                    self.kill();
                    panic!("a run neither stops nor ends:\n{}", self.said.join("\n"));
                }
            }
        }
    }

    /// Sends it `STOP` or `CONT`.
    pub(crate) fn signal(&self, signal: &str) {
        send(&self.child, signal);
    }

    /// SIGKILL: nothing of it runs any more. How it ended, if it had before.
    pub(crate) fn kill(&mut self) -> Option<ExitStatus> {
        let ended = self.child.try_wait().expect("asking for the executable");
        if ended.is_none() {
            self.child.kill().expect("killing the executable");
        }
        let status = self.child.wait().expect("waiting for the executable");
        // It may have ended between the question and the signal.
        status.code().map(|_| status)
    }

    /// Waits for its end, which must be with one of these exit codes.
    #[track_caller]
    pub(crate) fn expect_end(mut self, codes: &[i32]) {
        let status = self.child.wait().expect("waiting for the executable");
        self.said.extend(self.lines.iter());
        let code = status.code();
        let said = self.said.join("\n");
        assert!(code.is_some_and(|code| codes.contains(&code)), "{status}, not one of {codes:?}:\n{said}");
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        // A test that has failed leaves nothing running.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
