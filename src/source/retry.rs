//! When to try again: exponential pauses with full jitter, bounded in number and in time.
//!
//! [`Retry`] is the policy, [`Tries`] one task's way through it. A try that brought new bytes does
//! not count against the number, so that a long object on a bad line gets through; the bound in
//! time holds for it as well.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::error::{Cause, SourceError};

/// The policy.
#[derive(Clone)]
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
    /// A number in [0, 1).
    pub random: Arc<dyn Fn() -> f64 + Send + Sync>,
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
            random: Arc::new(rand::random::<f64>),
        }
    }
}

impl fmt::Debug for Retry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Retry")
            .field("base", &self.base)
            .field("cap", &self.cap)
            .field("attempts", &self.attempts)
            .field("within", &self.within)
            .field("stall", &self.stall)
            .finish_non_exhaustive()
    }
}

impl Retry {
    /// How long to wait after so many failures in a row; the server's own wish is the least.
    pub fn pause(&self, failures: u32, wish: Option<Duration>) -> Duration {
        let doublings = failures.saturating_sub(1).min(30);
        let ceiling = self.base.saturating_mul(1 << doublings).min(self.cap);
        ceiling.mul_f64((self.random)().clamp(0.0, 1.0)).max(wish.unwrap_or_default())
    }

    pub(super) fn start(&self) -> Tries<'_> {
        Tries { policy: self, made: 0, in_a_row: 0, begun: Instant::now() }
    }
}

/// A failure that may pass.
#[derive(Debug)]
pub(super) struct Passing {
    pub cause: Cause,
    /// `Retry-After`.
    pub wish: Option<Duration>,
}

/// A failed try: for good, or perhaps not.
#[derive(Debug)]
pub(super) enum Trouble {
    Final(SourceError),
    Passing(Passing),
}

impl Trouble {
    pub(super) fn passing(cause: impl Into<Cause>) -> Self {
        Self::Passing(Passing { cause: cause.into(), wish: None })
    }
}

/// The tries of one task.
#[derive(Debug)]
pub(super) struct Tries<'r> {
    policy: &'r Retry,
    made: u32,
    in_a_row: u32,
    begun: Instant,
}

impl Tries<'_> {
    /// Waits before the next try.
    ///
    /// # Errors
    /// With the trouble when it is final, or when there were enough tries; `most` may bound them
    /// further than the policy does.
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
        self.made += 1;
        self.in_a_row = if progress { 1 } else { self.in_a_row + 1 };
        let pause = self.policy.pause(self.in_a_row, passing.wish);
        let elapsed = self.begun.elapsed();
        if self.in_a_row >= self.policy.attempts.min(most) || elapsed + pause > self.policy.within {
            let uri = uri.to_owned();
            return Err(SourceError::Exhausted { uri, attempts: self.made, elapsed, cause: passing.cause });
        }
        tracing::debug!(uri, made = self.made, ?pause, cause = %passing.cause, "trying again");
        tokio::time::sleep(pause).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(random: f64) -> Retry {
        Retry {
            base: Duration::from_millis(100),
            cap: Duration::from_secs(1),
            attempts: 3,
            random: Arc::new(move || random),
            ..Retry::default()
        }
    }

    #[test]
    fn pauses_double_up_to_the_cap() {
        let pauses: Vec<_> = (1..=6).map(|failures| policy(1.0).pause(failures, None).as_millis()).collect();
        assert_eq!(pauses, [100, 200, 400, 800, 1000, 1000]);
        assert_eq!(policy(1.0).pause(u32::MAX, None), Duration::from_secs(1));
    }

    #[test]
    fn jitter_takes_the_whole_range_from_zero() {
        assert_eq!(policy(0.0).pause(4, None), Duration::ZERO);
        assert_eq!(policy(0.5).pause(2, None), Duration::from_millis(100));
    }

    #[test]
    fn the_servers_wish_is_honoured_even_above_the_cap() {
        assert_eq!(policy(1.0).pause(1, Some(Duration::from_secs(9))), Duration::from_secs(9));
    }

    #[tokio::test]
    async fn the_last_try_tells_how_many_there_were_and_why_it_failed() {
        let policy = policy(0.0);
        let mut tries = policy.start();
        for _ in 0..2 {
            tries.wait("s3://b/k", Trouble::passing("503"), false, u32::MAX).await.expect("another try");
        }
        let error =
            tries.wait("s3://b/k", Trouble::passing("503"), false, u32::MAX).await.expect_err("enough");
        let SourceError::Exhausted { attempts, cause, .. } = error else { panic!("{error}") };
        assert_eq!((attempts, cause.to_string().as_str()), (3, "503"));
    }

    #[tokio::test]
    async fn progress_starts_the_count_again() {
        let policy = policy(0.0);
        let mut tries = policy.start();
        for _ in 0..10 {
            tries.wait("s3://b/k", Trouble::passing("cut"), true, u32::MAX).await.expect("another try");
        }
    }

    #[tokio::test]
    async fn no_try_begins_after_the_time_is_over() {
        let policy = Retry { within: Duration::from_secs(1), ..policy(0.0) };
        let slow = Passing { cause: "503".into(), wish: Some(Duration::from_secs(60)) };
        let error = policy.start().wait("s3://b/k", Trouble::Passing(slow), true, u32::MAX).await;
        assert!(matches!(error, Err(SourceError::Exhausted { attempts: 1, .. })), "{error:?}");
    }
}
