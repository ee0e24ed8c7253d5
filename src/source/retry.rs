//! When to try again: exponential pauses with full jitter, bounded in number and in time.
//!
//! [`Retry`] is the policy, of sources and lakes on S3 alike; [`Tries`] one task's way through it. A try
//! that brought new bytes does not count against the number, so that a long object on a bad line gets
//! through; the bound in time holds for it as well. Every further try is told and counted, since a
//! fault that nobody hears of is mended by nobody.

use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::error::{Cause, SourceError, shown};
use crate::timespan::parse_timeout;

/// From so many failures of one task in a row on, its further tries are told as warnings: by then it has
/// waited for seconds.
const LOUD_FROM: u32 = 4;

/// The policy. As text: `attempts=12,base=200ms,cap=30s,within=10m,stall=20s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// The first pause is below this; each further one may be twice as long.
    pub base: Duration,
    /// No pause that we choose is longer.
    pub cap: Duration,
    /// Tries that may fail without progress.
    pub attempts: u32,
    /// No new try begins after this time.
    pub within: Duration,
    /// A request is answered, and a body goes on, within this time; else the try has failed.
    pub stall: Duration,
}

impl Default for Retry {
    /// S3 takes minutes to scale a busy prefix up: these pauses add up to some 75 s on average.
    fn default() -> Self {
        Self {
            base: Duration::from_millis(200),
            cap: Duration::from_secs(30),
            attempts: 12,
            within: Duration::from_secs(600),
            stall: Duration::from_secs(20),
        }
    }
}

impl FromStr for Retry {
    type Err = String;

    /// What is not named stays as it is by default.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut retry = Self::default();
        for setting in text.split(',').map(str::trim).filter(|setting| !setting.is_empty()) {
            let (name, value) = setting.split_once('=').unwrap_or((setting, ""));
            let time = || {
                millis(value).or_else(|| parse_timeout(value).ok()).ok_or_else(|| {
                    format!("`{setting}`: write a time, like `{name}=200ms`, `{name}=20s` or `{name}=10m`")
                })
            };
            match name {
                "base" => retry.base = time()?,
                "cap" => retry.cap = time()?,
                "within" => retry.within = time()?,
                "stall" => retry.stall = time()?,
                "attempts" => {
                    let number = value.parse().ok().filter(|number| *number > 0);
                    retry.attempts = number.ok_or_else(|| {
                        format!("`{setting}`: write a number from 1 on, like `attempts=12`")
                    })?;
                }
                _ => {
                    return Err(format!(
                        "`{setting}` is none of attempts, base, cap, within and stall; \
                         write it like `attempts=12,base=200ms,cap=30s,within=10m,stall=20s`"
                    ));
                }
            }
        }
        Ok(retry)
    }
}

fn millis(text: &str) -> Option<Duration> {
    let number: u64 = text.strip_suffix("ms")?.parse().ok()?;
    Some(Duration::from_millis(number)).filter(|time| !time.is_zero())
}

impl Retry {
    /// How long to wait after so many failures in a row, with a random number in [0, 1]; the server's
    /// own wish is the least.
    pub fn pause(&self, failures: u32, wish: Option<Duration>, random: f64) -> Duration {
        let doublings = failures.saturating_sub(1).min(30);
        let ceiling = self.base.saturating_mul(1 << doublings).min(self.cap);
        ceiling.mul_f64(random.clamp(0.0, 1.0)).max(wish.unwrap_or_default())
    }

    pub(crate) fn start(&self) -> Tries {
        Tries { policy: *self, made: 0, in_a_row: 0, begun: Instant::now() }
    }
}

static AGAIN: AtomicU64 = AtomicU64::new(0);

/// How many requests this process has made again, whatever became of them.
pub fn retries() -> u64 {
    AGAIN.load(Ordering::Relaxed)
}

/// Counts a request that is made again.
pub(crate) fn count_retry() {
    AGAIN.fetch_add(1, Ordering::Relaxed);
}

/// A failure that may pass.
#[derive(Debug)]
pub(crate) struct Passing {
    pub(crate) cause: Cause,
    /// `Retry-After`.
    pub(crate) wish: Option<Duration>,
}

impl Passing {
    pub(crate) fn new(cause: impl Into<Cause>) -> Self {
        Self { cause: cause.into(), wish: None }
    }
}

/// A failed try: for good, or perhaps not.
#[derive(Debug)]
pub(super) enum Trouble {
    Final(SourceError),
    Passing(Passing),
}

impl Trouble {
    pub(super) fn passing(cause: impl Into<Cause>) -> Self {
        Self::Passing(Passing::new(cause))
    }
}

/// The tries of one task.
#[derive(Debug)]
pub(crate) struct Tries {
    policy: Retry,
    made: u32,
    in_a_row: u32,
    begun: Instant,
}

impl Tries {
    /// Waits before the next try of `what`; `false` when there were enough, of which `most` may be a
    /// closer bound than the policy's.
    pub(crate) async fn again(&mut self, what: &str, passing: &Passing, progress: bool, most: u32) -> bool {
        self.made += 1;
        self.in_a_row = if progress { 1 } else { self.in_a_row + 1 };
        let pause = self.policy.pause(self.in_a_row, passing.wish, rand::random());
        let enough = self.in_a_row >= self.policy.attempts.min(most);
        if enough || self.begun.elapsed() + pause > self.policy.within {
            return false;
        }
        count_retry();
        let (what, cause, made) = (shown(what), &passing.cause, self.made);
        match self.in_a_row < LOUD_FROM {
            true => tracing::info!(what, made, ?pause, %cause, "trying again"),
            false => tracing::warn!(what, made, ?pause, %cause, "trying again"),
        }
        tokio::time::sleep(pause).await;
        true
    }

    /// How many tries were made.
    pub(crate) fn made(&self) -> u32 {
        self.made
    }

    /// The same, for who gives up with an error.
    ///
    /// # Errors
    /// With the trouble when it is final, or when there were enough tries.
    pub(super) async fn wait(
        &mut self,
        uri: &str,
        trouble: Trouble,
        progress: bool,
        most: u32,
    ) -> Result<(), SourceError> {
        let passing = match trouble {
            Trouble::Final(error) => return Err(error),
            Trouble::Passing(passing) => passing,
        };
        if self.again(uri, &passing, progress, most).await {
            return Ok(());
        }
        let (uri, attempts, elapsed) = (uri.to_owned(), self.made, self.begun.elapsed());
        Err(SourceError::Exhausted { uri, attempts, elapsed, cause: passing.cause })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Retry {
        Retry {
            base: Duration::from_millis(100),
            cap: Duration::from_secs(1),
            attempts: 3,
            ..Retry::default()
        }
    }

    fn quick() -> Retry {
        Retry { base: Duration::from_millis(1), cap: Duration::from_millis(1), ..policy() }
    }

    #[test]
    fn pauses_double_up_to_the_cap() {
        let pauses: Vec<_> =
            (1..=6).map(|failures| policy().pause(failures, None, 1.0).as_millis()).collect();
        assert_eq!(pauses, [100, 200, 400, 800, 1000, 1000]);
        assert_eq!(policy().pause(u32::MAX, None, 1.0), Duration::from_secs(1));
    }

    #[test]
    fn jitter_takes_the_whole_range_from_zero() {
        assert_eq!(policy().pause(4, None, 0.0), Duration::ZERO);
        assert_eq!(policy().pause(2, None, 0.5), Duration::from_millis(100));
    }

    #[test]
    fn the_servers_wish_is_honoured_even_above_the_cap() {
        assert_eq!(policy().pause(1, Some(Duration::from_secs(9)), 1.0), Duration::from_secs(9));
    }

    #[test]
    fn a_policy_is_read_from_text_and_a_slip_is_told_with_what_would_be_right() {
        let all: Retry = "attempts=3,base=5ms,cap=1s,within=2m,stall=250ms".parse().expect("a policy");
        let expected = Retry {
            base: Duration::from_millis(5),
            cap: Duration::from_secs(1),
            attempts: 3,
            within: Duration::from_secs(120),
            stall: Duration::from_millis(250),
        };
        assert_eq!(all, expected);
        assert_eq!("".parse(), Ok(Retry::default()));
        assert_eq!("attempts=5".parse(), Ok(Retry { attempts: 5, ..Retry::default() }));
        for (text, part) in [
            ("tries=5", "`tries=5` is none of attempts, base,"),
            ("attempts", "`attempts`: write a number from 1 on"),
            ("attempts=0", "write a number from 1 on"),
            ("base=0ms", "`base=0ms`: write a time, like `base=200ms`"),
            ("stall=5", "`stall=5`: write a time"),
        ] {
            let error = text.parse::<Retry>().expect_err(text);
            assert!(error.contains(part), "{error}");
        }
    }

    #[tokio::test]
    async fn the_last_try_tells_how_many_there_were_and_why_it_failed() {
        let before = retries();
        let mut tries = quick().start();
        for _ in 0..2 {
            tries.wait("s3://b/k", Trouble::passing("503"), false, u32::MAX).await.expect("another try");
        }
        let error =
            tries.wait("s3://b/k", Trouble::passing("503"), false, u32::MAX).await.expect_err("enough");
        let SourceError::Exhausted { attempts, cause, .. } = error else { panic!("{error}") };
        assert_eq!((attempts, cause.to_string().as_str()), (3, "503"));
        assert!(retries() >= before + 2, "each further try is counted");
    }

    #[tokio::test]
    async fn progress_starts_the_count_again() {
        let mut tries = quick().start();
        for _ in 0..10 {
            tries.wait("s3://b/k", Trouble::passing("cut"), true, u32::MAX).await.expect("another try");
        }
    }

    #[tokio::test]
    async fn no_try_begins_after_the_time_is_over() {
        let policy = Retry { within: Duration::from_secs(1), ..quick() };
        let slow = Passing { cause: "503".into(), wish: Some(Duration::from_secs(60)) };
        let error = policy.start().wait("s3://b/k", Trouble::Passing(slow), true, u32::MAX).await;
        assert!(matches!(error, Err(SourceError::Exhausted { attempts: 1, .. })), "{error:?}");
    }
}
