//! The hash sidecar of a data file: the keys of its events, sorted, 16 bytes each.
//!
//! It lets an ingester ask whether an event is in the lake without reading the file. It is written
//! before the file is named by a commit, and can be rebuilt from the file.
//!
//! ```text
//! "THHASH2\n"  count: u64  key: u128 …  checksum: u64 (XXH3 of all before)      big-endian
//! ```
//!
//! The number is that of how keys are made (`decode::hash`): keys of another way say nothing, so such a
//! sidecar is made anew from its data file like one that is lost.

use anyhow::{Result, bail, ensure};
use bytes::{Buf, BufMut, Bytes};
use xxhash_rust::xxh3::xxh3_64;

use crate::decode::EventKey;

const MAGIC: &[u8; 8] = b"THHASH2\n";
/// What every version begins with.
const FAMILY: &[u8; 6] = b"THHASH";
const KEY: usize = size_of::<u128>();

/// A sidecar's bytes; `keys` need no order.
pub(crate) fn write(mut keys: Vec<EventKey>) -> Bytes {
    keys.sort_unstable();
    let mut out = Vec::with_capacity(MAGIC.len() + 16 + keys.len() * KEY);
    out.put_slice(MAGIC);
    out.put_u64(keys.len() as u64);
    for key in keys {
        out.put_u128(key.0);
    }
    let checksum = xxh3_64(&out);
    out.put_u64(checksum);
    out.into()
}

/// The keys in a sidecar, sorted.
pub(crate) fn read(mut bytes: Bytes) -> Result<Vec<EventKey>> {
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
    let count = usize::try_from(body.get_u64())?;
    ensure!(Some(body.len()) == count.checked_mul(KEY), "its length is not that of {count} keys");
    Ok((0..count).map(|_| EventKey(body.get_u128())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sidecar_of_another_version_is_not_believed() {
        let bytes = write(vec![EventKey(1)]);
        let older = [&b"THHASH1\n"[..], &bytes[MAGIC.len()..]].concat();
        let error = read(older.into()).unwrap_err().to_string();
        assert!(error.starts_with("another version"), "{error}");
    }

    #[test]
    fn keys_come_back_sorted_and_damage_is_noticed() {
        let keys: Vec<_> = [7, u128::MAX, 1, 7].map(EventKey).to_vec();
        let bytes = write(keys);
        assert_eq!(read(bytes.clone()).unwrap(), [1, 7, 7, u128::MAX].map(EventKey));
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
