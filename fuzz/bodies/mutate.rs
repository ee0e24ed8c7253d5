//! Seeds, changed in ways that parsers stumble over; the same for the same seed of chance.

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// Bytes that mean something to JSON, YAML, TOML, SQL or a key.
const TOKENS: [&[u8]; 40] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b":",
    b",",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"\\u00e9",
    b"\n",
    b"\r\n",
    b"\t",
    b" ",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xc3\xa9",
    b"null",
    b"true",
    b"-",
    b"1e999",
    b"-0.0",
    b"9999999999999999999",
    b"\"Records\":[",
    b"{\"eventVersion\":\"1.08\"}",
    b"\"eventTime\":\"2026-01-15T10:00:00Z\"",
    b"\"eventID\":",
    b"/*---",
    b"---*/",
    b"'",
    b"#",
    b"=",
    b"/",
    b"AWSLogs/",
    b"o-abcdefghij/",
    b"CloudTrail",
    b"(",
    b")",
];

/// Longer ones only take time.
const LENGTH_MAX: usize = 16 << 10;

/// Makes inputs out of seeds.
pub struct Mutator {
    chance: Xoshiro256PlusPlus,
    seeds: Vec<Vec<u8>>,
}

impl Mutator {
    /// Of at least one seed.
    pub fn new(chance: u64, seeds: Vec<Vec<u8>>) -> Self {
        assert!(!seeds.is_empty());
        Self { chance: Xoshiro256PlusPlus::seed_from_u64(chance), seeds }
    }

    /// The next input.
    pub fn input(&mut self) -> Vec<u8> {
        let mut bytes = self.seed();
        let changes = 1 << self.chance.random_range(0..5);
        for _ in 0..changes {
            self.change(&mut bytes);
        }
        bytes.truncate(LENGTH_MAX);
        bytes
    }

    fn seed(&mut self) -> Vec<u8> {
        let at = self.chance.random_range(0..self.seeds.len());
        self.seeds[at].clone()
    }

    fn range(&mut self, bytes: &[u8]) -> std::ops::Range<usize> {
        let start = self.chance.random_range(0..=bytes.len());
        let most = 1_usize << self.chance.random_range(0..10);
        let length = self.chance.random_range(0..=most);
        start..(start + length).min(bytes.len())
    }

    fn change(&mut self, bytes: &mut Vec<u8>) {
        let at = self.chance.random_range(0..=bytes.len());
        let range = self.range(bytes);
        match self.chance.random_range(0..9) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(range)),
            2 => {
                let copy = bytes[range].to_vec();
                bytes.splice(at..at, copy);
            }
            3 => {
                let token = TOKENS[self.chance.random_range(0..TOKENS.len())];
                bytes.splice(at..at, token.iter().copied());
            }
            4 => {
                let token = TOKENS[self.chance.random_range(0..TOKENS.len())];
                bytes.splice(range, token.iter().copied());
            }
            5 => {
                let other = self.seed();
                let part = other[self.range(&other)].to_vec();
                bytes.splice(range, part);
            }
            6 => {
                let copy = bytes[range].repeat(self.chance.random_range(0..20));
                bytes.splice(at..at, copy);
            }
            7 if at < bytes.len() => bytes[at] = self.chance.random(),
            _ if at < bytes.len() => bytes[at] ^= 1 << self.chance.random_range(0..8),
            _ => {}
        }
        bytes.truncate(LENGTH_MAX);
    }
}
