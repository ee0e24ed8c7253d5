//! What the operating system refuses, and the way out, which is the same wherever it happens.
//!
//! The layers below name the file and keep the system's own words, which end in its number.

/// Linux's numbers; macOS has the same but for the quota's.
const WAYS: [(u32, &str); 8] = [
    (28, "the disk is full: free some space and run again, which goes on from here"),
    (122, "the disk quota is used up: free some space and run again, which goes on from here"),
    (
        27,
        "files may not become that large here: raise the limit (`ulimit -f`) and run again, which goes on from here",
    ),
    (
        24,
        "too many files are open: raise the limit (`ulimit -n 4096`), or ask for fewer at a time (`ingest --jobs 4`)",
    ),
    (23, "too many files are open on this machine: run again later, which goes on from here"),
    (30, "the file system is read-only: mount it writable, or choose another place with --lake"),
    (13, "give this user access to it, or choose another place with --lake"),
    (1, "it is protected: give this user access to it, or choose another place with --lake"),
];

/// The way out of the first refusal in a message.
pub(super) fn way_out(message: &str) -> Option<&'static str> {
    let ways =
        WAYS.iter().filter_map(|(number, way)| Some((message.find(&format!("(os error {number})"))?, *way)));
    ways.min_by_key(|(place, _)| *place).map(|(_, way)| way)
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn a_refusal_has_a_way_out_by_its_number() {
        for (number, word) in [(28, "disk is full"), (24, "ulimit -n"), (30, "read-only"), (13, "access")] {
            let message = format!("writing lake/x: {}", io::Error::from_raw_os_error(number));
            assert!(way_out(&message).is_some_and(|way| way.contains(word)), "{message}");
        }
        assert_eq!(way_out("no such file (os error 2)"), None);
        assert_eq!(way_out("(os error 131)"), None);
    }
}
