//! A 128-bit hash of a JSON value that is the same for equal values, however they are written.
//!
//! Equal means: same keys and values, whatever the order of keys and the white space; strings equal
//! after unescaping; numbers equal as text (`1.0` is not `1`); of a repeated key, the last one.
//! Two events with the same hash are the same event: this is what de-duplication rests on.
//!
//! XXH3 is fast and not meant against an adversary. It needs no more here: an attacker does not
//! choose a record's eventID, and can't see the hashes of a lake to aim at.

use std::sync::LazyLock;

use xxhash_rust::xxh3::{xxh3_64_with_seed, xxh3_128_with_seed};

use super::json::{self, Text};

/// The hash of one value.
pub(crate) type Hash = u128;

// One seed for each type, so that `"1"` and `1`, or `[]` and `{}`, differ.
const TEXT: u64 = 1;
const NUMBER: u64 = 2;
const LITERAL: u64 = 3;
const ARRAY: u64 = 4;
const MEMBER: u64 = 5;
const OBJECT: u64 = 6;
const IDENTITY: u64 = 7;

/// An odd constant, so that multiplication loses nothing (π's first 128 bits, lowest bit set).
const STEP: u128 = 0x3243_f6a8_885a_308d_3131_98a2_e037_0735;

pub(crate) fn text(text: Text<'_>) -> Hash {
    match text.escaped {
        false => xxh3_128_with_seed(text.raw.as_bytes(), TEXT),
        true => xxh3_128_with_seed(&json::unescape(text.raw), TEXT),
    }
}

pub(crate) fn number(text: &str) -> Hash {
    xxh3_128_with_seed(text.as_bytes(), NUMBER)
}

pub(crate) fn literal(word: &'static str) -> Hash {
    static WORDS: LazyLock<[Hash; 3]> =
        LazyLock::new(|| ["null", "true", "false"].map(|word| xxh3_128_with_seed(word.as_bytes(), LITERAL)));
    WORDS[match word {
        "null" => 0,
        "true" => 1,
        _ => 2,
    }]
}

/// The key under which two events with the same identity meet, whatever their content.
pub(crate) fn identity(event_id: &str, recipient_account_id: &str) -> u64 {
    let mut key = Vec::with_capacity(event_id.len() + recipient_account_id.len() + 1);
    key.extend_from_slice(event_id.as_bytes());
    key.push(0xff); // never a byte of UTF-8
    key.extend_from_slice(recipient_account_id.as_bytes());
    xxh3_64_with_seed(&key, IDENTITY)
}

/// The hash of an array, item by item.
#[derive(Debug, Default)]
pub(crate) struct Items {
    state: u128,
    count: u64,
}

impl Items {
    pub(crate) fn add(&mut self, item: Hash) {
        self.state = self.state.wrapping_mul(STEP).wrapping_add(item);
        self.count += 1;
    }

    pub(crate) fn finish(self) -> Hash {
        finish(self.state, self.count, ARRAY)
    }
}

/// The hashes of objects, member by member; one stack serves all the objects that are open.
#[derive(Debug, Default)]
pub(crate) struct Members {
    stack: Vec<Member>,
}

#[derive(Debug, Clone, Copy)]
struct Member {
    key: Hash,
    value: Hash,
}

impl Members {
    pub(crate) fn clear(&mut self) {
        self.stack.clear();
    }

    /// Of all the objects that are open.
    pub(crate) fn len(&self) -> usize {
        self.stack.len()
    }

    /// Opens an object; what it returns is wanted back by [`Self::end`].
    pub(crate) fn begin(&self) -> usize {
        self.stack.len()
    }

    pub(crate) fn add(&mut self, key: Hash, value: Hash) {
        self.stack.push(Member { key, value });
    }

    /// Closes the object that was opened as `start`.
    pub(crate) fn end(&mut self, start: usize) -> Hash {
        let members = &mut self.stack[start..];
        let kept = if may_repeat(members) { keep_last(members) } else { members };
        let count = kept.len() as u64;
        // A sum, so that the order of the members does not matter.
        let sum = kept.iter().fold(0_u128, |sum, member| sum.wrapping_add(member_hash(*member)));
        self.stack.truncate(start);
        finish(sum, count, OBJECT)
    }
}

/// Whether two members could share a key: exact enough to spare most objects the real search.
fn may_repeat(members: &[Member]) -> bool {
    let mut seen = [0_u64; 4];
    for member in members {
        let bit = member.key as usize % 256;
        let mask = 1 << (bit % 64);
        if seen[bit / 64] & mask != 0 {
            return true;
        }
        seen[bit / 64] |= mask;
    }
    false
}

/// Of members with the same key, the last one (a stable sort keeps their order).
fn keep_last(members: &mut [Member]) -> &[Member] {
    members.sort_by_key(|member| member.key);
    let mut kept = 0;
    for index in 0..members.len() {
        if kept > 0 && members[kept - 1].key == members[index].key {
            kept -= 1;
        }
        members[kept] = members[index];
        kept += 1;
    }
    &members[..kept]
}

fn member_hash(member: Member) -> Hash {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(&member.key.to_le_bytes());
    bytes[16..].copy_from_slice(&member.value.to_le_bytes());
    xxh3_128_with_seed(&bytes, MEMBER)
}

fn finish(state: u128, count: u64, seed: u64) -> Hash {
    let mut bytes = [0; 24];
    bytes[..16].copy_from_slice(&state.to_le_bytes());
    bytes[16..].copy_from_slice(&count.to_le_bytes());
    xxh3_128_with_seed(&bytes, seed)
}

#[cfg(test)]
mod tests {
    use super::super::json::Scanner;
    use super::*;

    fn hash(text: &str) -> Hash {
        Scanner::new(text).value().unwrap().hash
    }

    #[test]
    fn equal_values_hash_alike_however_they_are_written() {
        for (one, other) in [
            (r#"{"a":1,"b":[true,null]}"#, "{ \"b\" : [ true , null ] ,\n\"a\":1}"),
            (r#""ä/A""#, r#""\u00e4\/\u0041""#),
            (r#"{"\u0061":1}"#, r#"{"a":1}"#),
            (r#"{"a":1,"a":2}"#, r#"{"a":2}"#),
            (r#"{"a":1,"b":3,"a":2,"c":{}}"#, r#"{"c":{},"a":2,"b":3}"#),
            (r#""\ud83d\ude00""#, r#""😀""#),
        ] {
            assert_eq!(hash(one), hash(other), "{one} {other}");
        }
    }

    #[test]
    fn different_values_hash_differently() {
        let values = [
            "1",
            "1.0",
            "10e-1",
            "\"1\"",
            "null",
            "\"null\"",
            "true",
            "false",
            "[]",
            "{}",
            "[[]]",
            "[{}]",
            "[null]",
            "\"\"",
            "[1,2]",
            "[2,1]",
            "[1,[2]]",
            "[[1],2]",
            r#"{"a":1}"#,
            r#"{"a":"1"}"#,
            r#"{"1":"a"}"#,
            r#"{"a":null}"#,
            r#"{"a":{"b":1}}"#,
            r#"{"a":1,"b":1}"#,
            r#""\ud800""#,
            r#""\udc00""#,
            r#""\ufffd""#,
            r#"{"a":2,"b":1}"#,
            r#"{"a":1,"b":2}"#,
        ];
        for (index, one) in values.iter().enumerate() {
            for other in &values[..index] {
                assert_ne!(hash(one), hash(other), "{one} {other}");
            }
        }
    }

    #[test]
    fn of_a_repeated_key_the_last_wins_even_among_hundreds() {
        let member = |key: usize, value: usize| format!("\"k{key}\":{value}");
        let plain: Vec<_> = (0..300).map(|key| member(key, key + 1)).collect();
        let repeated: Vec<_> = (0..300).map(|key| member(key, 0)).chain(plain.iter().cloned()).collect();
        assert_eq!(hash(&format!("{{{}}}", repeated.join(","))), hash(&format!("{{{}}}", plain.join(","))));
    }
}
