//! Chance that is the same each time.
//!
//! Every choice comes from a seed: a `Dice` for a run of choices, and `mix` to derive a seed from another and a
//! number. An event's seed depends on the trail's seed and the event's place alone, so any thread may write it.

use rand::{RngCore, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

pub(super) struct Dice(Xoshiro256PlusPlus);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `limit`; 0 for a limit of 0.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        scale(self.next(), limit)
    }

    /// A number in [0, 1).
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A number below `limit`, small ones far more often.
    pub(super) fn skewed(&mut self, limit: usize) -> usize {
        ((self.unit().powi(3) * limit as f64) as usize).min(limit.saturating_sub(1))
    }

    /// An index of `weights`, each as often as its weight says.
    pub(super) fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (index, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return index;
            }
        }
        weights.len().saturating_sub(1)
    }

    /// Log-normal around a median of 1.
    pub(super) fn lognormal(&mut self, sigma: f64) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        (sigma * radius * (std::f64::consts::TAU * self.unit()).cos()).exp()
    }
}

/// A seed made of a seed and a number (the finaliser of SplitMix64).
pub(super) fn mix(seed: u64, number: u64) -> u64 {
    let mut x = seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x2545_f491_4f6c_dd1d);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// A number below `limit` from a seed.
pub(super) fn below(seed: u64, limit: u64) -> u64 {
    scale(mix(seed, 0x5eed), limit)
}

/// Whether a seed falls under `probability`.
pub(super) fn chance(seed: u64, probability: f64) -> bool {
    ((mix(seed, 0xc4a9ce) >> 11) as f64) < probability * (1_u64 << 53) as f64
}

fn scale(x: u64, limit: u64) -> u64 {
    ((u128::from(x) * u128::from(limit)) >> 64) as u64
}
