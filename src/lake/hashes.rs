//! The hash sidecar of a data file: the keys of its events, sorted, 9 to 11 bytes each.
//!
//! It lets an ingester ask whether an event is in the lake without reading the file. It is written
//! before the file is named by a commit, and can be rebuilt from the file.
//!
//! ```text
//! "THHASH3\n"  count: u64  run: varint …  entry: 11 − b bytes …  checksum: u64 (XXH3 of all before)   big-endian
//! ```
//!
//! A key is 7 bytes of identity and 4 of content. Keys that agree in their first b bytes are a run, and of their
//! entries these are left out; there are 256ᵇ runs, each with its number of keys (7 bits a byte, lowest first,
//! the highest bit set in all but the last). b is 0 below 256 keys, 1 below 65,536 and else 2: of 250,000 keys
//! each takes 9 bytes and 65,536 ÷ 250,000 = 0.26 for the runs.
//!
//! The number is that of how keys are made (`decode::hash`) and laid out: keys of another way say nothing, so
//! such a sidecar is made anew from its data file like one that is lost.

use anyhow::{Context, Result, bail, ensure};
use bytes::{Buf, BufMut, Bytes};
use xxhash_rust::xxh3::xxh3_64;

use super::keys::{Keys, Shape, entry};
use crate::decode::EventKey;

const MAGIC: &[u8; 8] = b"THHASH3\n";
/// What every version begins with.
const FAMILY: &[u8; 6] = b"THHASH";

/// A sidecar's bytes; `keys` need no order.
pub(crate) fn write(mut keys: Vec<EventKey>) -> Bytes {
    keys.sort_unstable();
    let shape = Shape::of(keys.len());
    let mut out = Vec::with_capacity(MAGIC.len() + 16 + 2 * shape.runs() + keys.len() * shape.width());
    out.put_slice(MAGIC);
    out.put_u64(keys.len() as u64);
    let mut runs = vec![0_u32; shape.runs()];
    for key in &keys {
        runs[shape.run_of(*key)] += 1;
    }
    for run in runs {
        put_varint(&mut out, run);
    }
    for key in keys {
        let entry = entry::<{ EventKey::BYTES }>(key);
        out.put_slice(&entry[EventKey::BYTES - shape.width()..]);
    }
    let checksum = xxh3_64(&out);
    out.put_u64(checksum);
    out.into()
}

/// The keys in a sidecar, as they lie in it.
pub(crate) fn read(mut bytes: Bytes) -> Result<Keys> {
    ensure!(bytes.len() >= MAGIC.len() + 16 && bytes.starts_with(FAMILY), "not a hash file");
    ensure!(
        bytes.starts_with(MAGIC),
        "another version of Trailhound wrote it, which makes keys in another way"
    );
    let body = bytes.split_to(bytes.len() - 8);
    if xxh3_64(&body) != bytes.get_u64() {
        bail!("its checksum is wrong");
    }
    let mut body = body.slice(MAGIC.len()..);
    let count = u32::try_from(body.get_u64())?;
    let shape = Shape::of(count as usize);
    let mut runs = Vec::with_capacity(shape.runs());
    for _ in 0..shape.runs() {
        runs.push(get_varint(&mut body).context("it ends within its runs")?);
    }
    let sum: u64 = runs.iter().map(|run| u64::from(*run)).sum();
    let is_whole = sum == u64::from(count) && Some(body.len()) == (count as usize).checked_mul(shape.width());
    ensure!(is_whole, "its length is not that of {count} keys");
    Ok(Keys::sorted(shape, &runs, body))
}

fn put_varint(out: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        out.put_u8(number as u8 | 0x80);
        number >>= 7;
    }
    out.put_u8(number as u8);
}

fn get_varint(from: &mut Bytes) -> Option<u32> {
    let mut number = 0;
    for shift in (0..u32::BITS).step_by(7) {
        let byte = from.try_get_u8().ok()?;
        number |= u32::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(bits: u128) -> EventKey {
        EventKey::from_bits(bits)
    }

    #[test]
    fn a_sidecar_of_another_version_is_not_believed() {
        let bytes = write(vec![key(1)]);
        let older = [&b"THHASH2\n"[..], &bytes[MAGIC.len()..]].concat();
        let error = read(older.into()).unwrap_err().to_string();
        assert!(error.starts_with("another version"), "{error}");
    }

    #[test]
    fn keys_come_back_sorted_and_damage_is_noticed() {
        const MOST: u128 = (1 << 88) - 1;
        let many: Vec<_> = (0..300).map(|number| key(number * (MOST / 300))).collect();
        let mut sorted = many.clone();
        sorted.sort_unstable();
        for (keys, sorted) in
            [([7, MOST, 1, 7].map(key).to_vec(), [1, 7, 7, MOST].map(key).to_vec()), (many, sorted)]
        {
            let bytes = write(keys);
            assert_eq!(read(bytes.clone()).unwrap().to_sorted(), sorted);
            for at in 0..bytes.len() {
                let mut damaged = bytes.to_vec();
                damaged[at] ^= 1;
                assert!(read(damaged.into()).is_err(), "{at}");
            }
            for cut in 0..bytes.len() {
                assert!(read(bytes.slice(..cut)).is_err(), "{cut}");
            }
        }
    }

    #[test]
    fn a_wrong_number_of_keys_or_in_a_run_is_refused_whatever_the_checksum_says() {
        let bytes = write((0..300).map(|number| key(number << 78)).collect());
        for (at, value) in [(15, 0x2b), (14, 0), (8, 1), (16, 0x7f), (16, 0xff), (20, 0xff)] {
            let mut wrong = bytes[..bytes.len() - 8].to_vec();
            wrong[at] = value;
            let checksum = xxh3_64(&wrong);
            wrong.put_u64(checksum);
            assert!(read(wrong.into()).is_err(), "{at}");
        }
    }

    #[test]
    fn a_key_takes_little_more_than_nine_bytes() {
        let random = |number: u64| EventKey::new(number.wrapping_mul(0x9e37_79b9_7f4a_7c15), number);
        let bytes = write((0..250_000).map(random).collect());
        assert!(bytes.len() < 250_000 * 93 / 10, "{}", bytes.len());
    }

    proptest! {
        #[test]
        fn what_was_written_is_found(
            seeds in proptest::collection::vec((any::<u64>(), 0..3_u64), 0..1_000), narrow: bool,
        ) {
            let of = |(identity, content): &(u64, u64)| {
                EventKey::new(if narrow { identity >> 40 << 8 } else { *identity }, content << 32)
            };
            let mut keys: Vec<_> = seeds.iter().map(of).collect();
            let found = read(write(keys.clone())).unwrap();
            prop_assert!(keys.iter().all(|key| found.has(*key)));
            keys.sort_unstable();
            prop_assert_eq!(found.to_sorted(), keys);
        }
    }
}
