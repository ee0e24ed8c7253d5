//! A 64-bit hash of a JSON value that is the same for equal values, however they are written.
//!
//! Equal means: same keys and values, whatever the order of keys and the white space; strings equal
//! after unescaping; numbers equal as text (`1.0` is not `1`); of a repeated key, the last one.
//! Two events with the same id and the same hash are the same event, and of those without an id whose
//! hashes of two seeds are the same: this is what de-duplication rests on, and of it `EventKey` keeps 88 bits.
//!
//! XXH3 is fast and not meant against an adversary, nor is what joins its values. Who only calls AWS does not choose a
//! record's eventID; who may write logs can make a record that passes for another's duplicate (see `EventKey`).

use std::sync::LazyLock;

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::json::{self, Scanner, Text};

/// The hash of one value.
pub(crate) type Hash = u64;

// One for each type, so that `"1"` and `1`, or `[]` and `{}`, differ. Like all that follow, digits of π
// (each 64 bits, lowest set, since multiplying by an odd number loses nothing).
const NUMBER: u64 = 0x2437_3707_3443_fa67;
const LITERAL: u64 = 0x4528_21e6_38d0_1377;
const ARRAY: u64 = 0xbe54_66cf_34e9_0c6d;
const OBJECT: u64 = 0xc0ac_29b7_c97c_50dd;
const KEY: u64 = 0x3f84_d5b5_b547_0917;
const VALUE: u64 = 0x9216_d5d9_8979_fb1b;
const COUNT: u64 = 0xd131_0ba6_98df_b5ad;
const STEP: u64 = 0x2ffd_72db_d01a_dfb7;
const EVENT: u64 = 0xb8e1_afed_6a26_7e97;
const RECIPIENT: u64 = 0xba7c_9045_f12c_7f99;

/// The seed of [`again`].
const AGAIN: u64 = 0x243f_6a88_85a3_08d3;

/// The hash of a string or a key.
pub(crate) fn text(text: Text<'_>, seed: u64) -> Hash {
    match text.escaped {
        false => xxh3_64_with_seed(text.raw.as_bytes(), seed),
        true => xxh3_64_with_seed(&json::unescape(text.raw), seed),
    }
}

pub(crate) fn number(text: &str, seed: u64) -> Hash {
    xxh3_64_with_seed(text.as_bytes(), seed) ^ NUMBER
}

/// A value of which there is only one.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Literal {
    Null,
    True,
    False,
}

impl Literal {
    const ALL: [Self; 3] = [Self::Null, Self::True, Self::False];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::True => "true",
            Self::False => "false",
        }
    }
}

pub(crate) fn literal(literal: Literal, seed: u64) -> Hash {
    static HASHES: LazyLock<[Hash; 3]> =
        LazyLock::new(|| Literal::ALL.map(|literal| xxh3_64(literal.word().as_bytes()) ^ LITERAL));
    let hash = HASHES[literal as usize];
    if seed == 0 { hash } else { mix(hash ^ seed, STEP) }
}

/// Another hash of a whole record, for those in which no id says which event it is.
pub(crate) fn again(record: &str) -> Hash {
    // It was read before, so it can be read.
    Scanner::seeded(record, AGAIN).value().map_or(0, |value| value.hash)
}

/// The key under which two events with the same identity meet, whatever their content.
pub(crate) fn identity(event_id: &str, recipient_account_id: &str) -> u64 {
    mix(xxh3_64(event_id.as_bytes()) ^ EVENT, xxh3_64(recipient_account_id.as_bytes()) ^ RECIPIENT)
}

/// Both halves of the product: each bit of the result depends on all bits of both.
fn mix(one: u64, other: u64) -> u64 {
    let product = u128::from(one) * u128::from(other);
    product as u64 ^ (product >> 64) as u64
}

/// The hash of an array, item by item.
#[derive(Debug, Default)]
pub(crate) struct Items {
    state: u64,
    count: u64,
}

impl Items {
    pub(crate) fn add(&mut self, item: Hash) {
        self.state = mix(self.state ^ item, STEP).wrapping_add(VALUE);
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
        let sum = kept.iter().fold(0_u64, |sum, member| sum.wrapping_add(member_hash(*member)));
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
    mix(member.key ^ KEY, member.value ^ VALUE)
}

fn finish(state: u64, count: u64, of: u64) -> Hash {
    mix(state ^ of, count ^ COUNT)
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
