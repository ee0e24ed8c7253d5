//! Examples out of AWS's documentation that are no JSON, or not quite: what people paste into files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use trailhound::decode::{Members, Verdict};

use super::{Judged, REASONS, gzip_well, tell};
use crate::harness::{TestLake, shared};

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

#[test]
fn every_malformed_example_is_refused_or_kept_for_a_reason() {
    let Some(folder) = shared("data/malformed") else { return };
    let lake = TestLake::new();
    let mut expected = Vec::new();
    for (number, path) in files(&folder).iter().enumerate() {
        let bytes = std::fs::read(path).expect("a file");
        let name = format!("{number}-{}", path.file_stem().unwrap_or_default().to_string_lossy());
        // In a trail, where nothing but logs is expected, and as a file of somebody's.
        let in_trail = super::trail_key(&name);
        for (name, bytes, members) in [
            (format!("other/{name}.txt"), bytes.clone(), Members::Any),
            (in_trail, gzip_well(&bytes), Members::One),
        ] {
            let judged = Judged::of(&bytes, members);
            // Nothing of these is whole: one that is taken for a log must say what it could not read.
            let is_loud = judged.verdict != Verdict::Log || !judged.letters.is_empty();
            assert!(is_loud, "{}: {judged:?}", path.display());
            let text = String::from_utf8_lossy(&bytes);
            // Of an event notification the source is `aws:s3`.
            let mut sources = text.split("\"eventSource\"").skip(1);
            let speaks =
                sources.any(|rest| rest.split(',').next().unwrap_or("").contains(".amazonaws.com\""));
            let is_skipped = matches!(judged.verdict, Verdict::Skipped(_));
            let has_time = text.contains("\"eventTime\"");
            assert!(!(is_skipped && speaks && has_time), "{}: {judged:?}", path.display());
            lake.dir.file(&format!("logs/{name}"), bytes);
            expected.push((name, judged));
        }
    }
    let run = lake.ingest().expect_exit(3);
    let rows = super::kinds::objects(&lake.dir);
    let mut states: BTreeMap<String, usize> = BTreeMap::new();
    for (name, judged) in &expected {
        let row = &rows[name];
        let (state, reason) =
            (row["state"].as_str().unwrap_or_default(), row["reason"].as_str().unwrap_or_default());
        *states.entry(state.to_owned()).or_default() += 1;
        let is_known = REASONS.iter().any(|known| reason.starts_with(known));
        assert!(is_known || (state == "ingested" && row["dead_letters"].as_u64() > Some(0)), "{name}: {row}");
        assert!(judged.reason() == reason, "{name}: {row} for {judged:?}");
        assert!(state == "ingested" || row["visible"] == 0, "{name}: {row}");
    }
    assert_eq!(run.json()["objects"]["listed"], expected.len() as u64);
    tell(expected.len(), &format!("malformed examples of the documentation: {states:?}"));
}
