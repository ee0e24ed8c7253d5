//! A lake that was damaged, one way a case: each command either answers as before or says which file is
//! to blame and what to do, and `lake doctor` finds it and mends what can be mended.
//!
//! Readers can't see two things, and the cases say so (`quiet`): that `findings` was put back to an older
//! state by itself, and a flipped byte inside a Parquet file, which the doctor finds if it is asked to look
//! at every row. (A last commit of `objects` that is lost is an interrupted batch, which ingests finish.) By default some combinations are left out; `TRAILHOUND_LONG=1` has all.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use parquet::file::reader::{FileReader, SerializedFileReader};
use serde_json::{Value, json};

use crate::harness::{Record, Run, TestDir, gzip, key};
use crate::lossless::{Tree, files_under};

const TABLES: [&str; 4] = ["cloudtrail", "objects", "dead_letters", "findings"];

/// Logs, a lake of them in some state, and what it holds.
struct World {
    dir: TestDir,
    sources: Vec<String>,
    /// What every command should see.
    truth: Truth,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Truth {
    records: Vec<String>,
    counts: Value,
    findings: BTreeSet<String>,
}

const COUNTS: &str = "SELECT (SELECT count(*) FROM cloudtrail) AS cloudtrail, \
                      (SELECT count(DISTINCT uri) FROM objects WHERE state = 'ingested') AS objects, \
                      (SELECT count(*) FROM dead_letters) AS dead_letters, \
                      (SELECT count(*) FROM findings) AS findings, \
                      (SELECT sum(records) FROM objects) AS records, \
                      (SELECT sum(\"count\") FROM baseline WHERE attribute = 'region') AS counted";

fn run(dir: &Path, arguments: &[&str]) -> Run {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_trailhound"));
    command
        .current_dir(dir)
        .env("HOME", dir)
        .env_remove("RUST_LOG")
        .env_remove("TRAILHOUND_LAKE")
        .args(arguments);
    Run::of(command, b"")
}

const DETECT: [&str; 6] = ["detect", "--only", "root_api_activity", "--no-save", "--format", "ndjson"];

fn finding_ids(run: &Run) -> BTreeSet<String> {
    run.ndjson().iter().map(|finding| finding["finding_id"].as_str().unwrap().to_owned()).collect()
}

fn records_of(run: &Run) -> Vec<String> {
    let mut records: Vec<_> = run.out().lines().map(|line| Tree::parse(line).canonical()).collect();
    records.sort();
    records
}

impl Truth {
    fn of(dir: &Path) -> Self {
        Self {
            records: records_of(&run(dir, &["export"]).expect_exit(0)),
            counts: run(dir, &["query", COUNTS, "--format", "ndjson"]).expect_exit(0).ndjson()[0].clone(),
            findings: finding_ids(&run(dir, &DETECT).expect_exit(0)),
        }
    }
}

/// The records of an object: plain ones by their numbers, and root's, an hour a number.
fn records(day: &str, numbers: std::ops::Range<u32>, root: u32) -> Vec<Value> {
    let plain =
        numbers.map(|number| Record::new(number).at(&format!("{day}T10:00:{:02}Z", number % 60)).json());
    let root = Record::new(root)
        .at(&format!("{day}T{:02}:30:00Z", root % 24))
        .call("iam.amazonaws.com", "CreateAccessKey")
        .with("/readOnly", json!(false))
        .with(
            "/userIdentity",
            json!({
                "type": "Root", "principalId": "111111111111", "arn": "arn:aws:iam::111111111111:root",
                "accountId": "111111111111"
            }),
        );
    plain.chain([root.json()]).collect()
}

fn put_object(dir: &TestDir, folder: &str, day: &str, unique: &str, records: &[Value], letter: bool) {
    let mut texts: Vec<_> = records.iter().map(Value::to_string).collect();
    if letter {
        texts.push(r#"{"eventVersion":"1.11","eventID":tru}"#.to_owned());
    }
    let text = format!("{{\"Records\":[{}]}}", texts.join(","));
    dir.file(&format!("{folder}/{}", key("111111111111", "us-east-1", day, unique)), gzip(text));
}

impl World {
    fn ingest(&self) {
        let mut arguments = vec!["ingest"];
        arguments.extend(self.sources.iter().map(String::as_str));
        let run = run(self.dir.path(), &arguments);
        assert!(matches!(run.exit, Some(0 | 3)), "{run}");
        self.detect();
    }

    fn detect(&self) {
        run(self.dir.path(), &["detect", "--only", "root_api_activity"]).expect_exit(0);
    }
}

/// Three batches, each with a finding, two with dead letters; no checkpoint. `older` is the lake after the
/// first of them.
static PLAIN: LazyLock<World> = LazyLock::new(|| {
    let dir = TestDir::new();
    let sources = vec![dir.path().join("logs").to_str().unwrap().to_owned()];
    let truth = Truth { records: Vec::new(), counts: Value::Null, findings: BTreeSet::new() };
    let mut world = World { dir, sources, truth };
    put_object(&world.dir, "logs", "2026-01-15", "a", &records("2026-01-15", 0..6, 100), true);
    put_object(&world.dir, "logs", "2026-01-15", "b", &records("2026-01-15", 6..11, 101), false);
    world.ingest();
    copy(&world.dir.path().join("lake"), &world.dir.path().join("older"));
    put_object(&world.dir, "logs", "2026-01-16", "c", &records("2026-01-16", 20..27, 102), false);
    world.ingest();
    // Two of its records are in already.
    put_object(&world.dir, "logs", "2026-01-15", "d", &records("2026-01-15", 4..15, 103), false);
    put_object(&world.dir, "logs", "2026-01-16", "e", &records("2026-01-16", 30..34, 104), true);
    world.ingest();
    age(&world.dir.path().join("lake"));
    world.truth = Truth::of(world.dir.path());
    world
});

/// The same, merged, with checkpoints, and a batch behind them.
static MERGED: LazyLock<World> = LazyLock::new(|| {
    let dir = TestDir::new();
    copy(&PLAIN.dir.path().join("lake"), &dir.path().join("lake"));
    let more = dir.path().join("more").to_str().unwrap().to_owned();
    let sources = vec![PLAIN.sources[0].clone(), more];
    let mut world = World { dir, sources, truth: PLAIN.truth.clone() };
    run(world.dir.path(), &["lake", "optimize"]).expect_exit(0).expect_out("became");
    put_object(&world.dir, "more", "2026-01-16", "f", &records("2026-01-16", 40..44, 105), true);
    world.ingest();
    age(&world.dir.path().join("lake"));
    world.truth = Truth::of(world.dir.path());
    world
});

fn copy(from: &Path, to: &Path) {
    for file in files_under(from) {
        let target = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(&file, &target).unwrap();
    }
}

/// Makes files two days old, so that vacuum looks at them.
fn age(folder: &Path) {
    let then = SystemTime::now() - Duration::from_secs(2 * 24 * 3600);
    for file in files_under(folder) {
        File::options().write(true).open(file).unwrap().set_modified(then).unwrap();
    }
}

/// How a case ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// It disturbs nobody; the doctor may have something to say.
    Harmless,
    /// `lake doctor --repair` and the next ingest bring everything back.
    Mended,
    /// Nothing but a backup, or a newer trailhound, helps.
    Told,
}

struct Case {
    name: String,
    world: &'static LazyLock<World>,
    damage: Box<dyn Fn(&Path) + Sync>,
    /// What messages name.
    named: String,
    end: End,
    /// Readers can't notice: only the doctor does.
    quiet: bool,
    /// Objects are read again, and their dead letters are there twice.
    letters_twice: bool,
    /// Objects that were forgotten are looked at again: their records are duplicates then.
    objects_anew: bool,
    /// Only a look at every row finds it.
    deep: bool,
}

fn case(
    name: impl Into<String>,
    named: impl Into<String>,
    end: End,
    damage: impl Fn(&Path) + Sync + 'static,
) -> Case {
    Case {
        name: name.into(),
        world: &PLAIN,
        damage: Box::new(damage),
        named: named.into(),
        end,
        quiet: false,
        letters_twice: false,
        objects_anew: false,
        deep: false,
    }
}

impl Case {
    fn merged(self) -> Self {
        Self { world: &MERGED, ..self }
    }

    fn quiet(self) -> Self {
        Self { quiet: true, ..self }
    }

    fn letters_twice(self) -> Self {
        Self { letters_twice: true, ..self }
    }

    /// A command said what is wrong, with the way out.
    fn assert_told(&self, run: &Run) {
        let text = format!("{}{}", run.stderr, run.out());
        let is_named =
            text.contains(&self.named) || self.deep && text.contains("`trailhound lake doctor --deep`");
        assert!(is_named, "{}: `{}` is not named\n{run}", self.name, self.named);
        let ways = ["lake doctor", "backup", "newer trailhound", "--repair"];
        assert!(ways.iter().any(|way| text.contains(way)), "{}: no way out\n{run}", self.name);
    }

    /// A command that answered has answered right; one that failed said why. Whether it answered.
    fn check(&self, run: &Run, is_right: impl FnOnce(&Run) -> bool) -> bool {
        assert!(!run.stderr.contains("panicked"), "{}\n{run}", self.name);
        // With 3 a rule, or an object, has failed; which is told too.
        let answered = run.exit == Some(0);
        match answered {
            true => assert!(self.quiet || is_right(run), "{}: a wrong answer\n{run}", self.name),
            false => self.assert_told(run),
        }
        answered
    }

    fn play(&self) {
        let truth = &self.world.truth;
        let dir = TestDir::new();
        let lake = dir.path().join("lake");
        copy(&self.world.dir.path().join("lake"), &lake);
        age(&lake);
        (self.damage)(&lake);

        let counts = |run: &Run| run.ndjson()[0] == truth.counts;
        let query = || run(dir.path(), &["query", COUNTS, "--format", "ndjson"]);
        self.check(&query(), counts);
        if is_long() {
            self.check(&run(dir.path(), &["export"]), |run| records_of(run) == truth.records);
        }
        self.check(&run(dir.path(), &DETECT), |run| finding_ids(run) == truth.findings);
        self.check(&run(dir.path(), &["lake", "info", "--format", "json"]), |run| {
            run.json()["tables"].as_array().unwrap().iter().all(|table| {
                let name = table["table"].as_str().unwrap();
                ["objects", "baseline"].contains(&name) || table["rows"] == truth.counts[name]
            })
        });
        let deep: &[&str] = if self.deep { &["--deep"] } else { &[] };
        let doctor = run(dir.path(), &[&["lake", "doctor"], deep].concat());
        match self.end {
            End::Harmless => assert!(matches!(doctor.exit, Some(0 | 3)), "{}\n{doctor}", self.name),
            End::Mended | End::Told => {
                assert!(matches!(doctor.exit, Some(1 | 3)), "{}\n{doctor}", self.name);
                self.assert_told(&doctor);
            }
        }
        // Whatever these do on the damaged lake, they give no other answer.
        let scratch = TestDir::new();
        copy(&lake, &scratch.path().join("lake"));
        age(&scratch.path().join("lake"));
        for command in ["optimize", "vacuum"] {
            self.check(&run(scratch.path(), &["lake", command]), |_| true);
        }
        self.check(&run(scratch.path(), &["query", COUNTS, "--format", "ndjson"]), counts);
        let mut ingest = vec!["ingest"];
        ingest.extend(self.world.sources.iter().map(String::as_str));
        self.check(&run(dir.path(), &ingest), |_| true);
        self.check(&query(), counts);

        let repair = run(dir.path(), &[&["lake", "doctor", "--repair"], deep].concat());
        if self.end == End::Told {
            assert_eq!(repair.exit, Some(1), "{}\n{repair}", self.name);
            return self.assert_told(&repair);
        }
        assert_eq!(repair.exit, Some(0), "{}\n{repair}", self.name);
        let again = run(dir.path(), &ingest);
        assert!(matches!(again.exit, Some(0 | 3)), "{}\n{again}", self.name);
        if self.named.contains("findings") {
            run(dir.path(), &["detect", "--only", "root_api_activity"]).expect_exit(0);
        }
        let mut left = Truth::of(dir.path());
        if self.letters_twice {
            let letters = |truth: &Truth| truth.counts["dead_letters"].as_u64().unwrap();
            assert!(letters(&left) >= letters(truth), "{}: {left:?}", self.name);
            left.counts["dead_letters"] = truth.counts["dead_letters"].clone();
        }
        if self.objects_anew {
            left.counts["records"] = truth.counts["records"].clone();
        }
        assert!(left == *truth, "{}\n{repair}\nleft: {:?}\nwas: {:?}", self.name, left.counts, truth.counts);
        let last = run(dir.path(), &[&["lake", "doctor"], deep].concat());
        assert_eq!(last.exit, Some(0), "{}\n{last}", self.name);
    }
}

/// How bytes go bad.
#[derive(Debug, Clone, Copy)]
enum Rot {
    Cut,
    Empty,
    Noise,
    /// One byte, after which JSON is still JSON.
    Flip,
    Gone,
}

impl Rot {
    const ALL: [Self; 5] = [Self::Cut, Self::Empty, Self::Noise, Self::Flip, Self::Gone];

    fn rot(self, file: &Path) {
        let bytes = fs::read(file).unwrap();
        let rotten = match self {
            Self::Cut => bytes[..bytes.len() * 2 / 3].to_vec(),
            Self::Empty => Vec::new(),
            Self::Noise => (0..bytes.len()).map(|at| (at * 7919 % 251) as u8).collect(),
            Self::Flip => {
                let mut flipped = bytes.clone();
                // The last digit in the file: of a size, a time, a number of a batch.
                let at = flipped.iter().rposition(u8::is_ascii_digit).unwrap();
                flipped[at] ^= 1;
                flipped
            }
            Self::Gone => return fs::remove_file(file).unwrap(),
        };
        assert_ne!(rotten, bytes);
        fs::write(file, rotten).unwrap();
    }
}

fn entries(lake: &Path, table: &str) -> Vec<PathBuf> {
    let mut files = files_under(&lake.join(table).join("_delta_log"));
    files.retain(|file| file.extension().is_some_and(|end| end == "json"));
    files
}

/// The first file of a table whose name ends so.
fn file_of(lake: &Path, table: &str, end: &str) -> PathBuf {
    let is_it = |file: &PathBuf| {
        let text = file.to_str().unwrap();
        text.ends_with(end) && !text.contains("_delta_log")
    };
    files_under(&lake.join(table)).into_iter().find(is_it).unwrap()
}

fn is_long() -> bool {
    std::env::var_os("TRAILHOUND_LONG").is_some()
}

/// A log entry that is not what was written, or not there.
fn entry_cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (number, table) in TABLES.into_iter().enumerate() {
        for (place, position) in ["first", "middle", "last"].into_iter().enumerate() {
            for (kind, rot) in Rot::ALL.into_iter().enumerate() {
                let by_turns = (2 * number + place + kind) % Rot::ALL.len() == 0;
                let is_worst = table == "cloudtrail" && matches!(rot, Rot::Flip | Rot::Gone);
                if !is_long() && !by_turns && !is_worst {
                    continue;
                }
                let pick = move |lake: &Path| {
                    let files = entries(lake, table);
                    match position {
                        "first" => files[0].clone(),
                        "middle" => files[files.len() / 2].clone(),
                        _ => files[files.len() - 1].clone(),
                    }
                };
                let file = pick(&PLAIN.dir.path().join("lake"));
                let is_gone = matches!(rot, Rot::Gone);
                let named = match (position, is_gone) {
                    // A log that ends too early is whole; it is the other tables that tell.
                    ("last", true) => table.to_owned(),
                    _ => format!("{table}/_delta_log/{}", file.file_name().unwrap().to_str().unwrap()),
                };
                let end = if position == "last" { End::Mended } else { End::Told };
                let mut case =
                    case(format!("{rot:?} {position} entry of {table}"), named, end, move |lake| {
                        rot.rot(&pick(lake));
                    });
                // An interrupted batch looks like a lost last entry of `objects`, and is finished like one.
                case.quiet = position == "last" && is_gone && matches!(table, "objects" | "findings");
                case.letters_twice = table == "cloudtrail";
                if is_gone && position == "last" && table == "objects" {
                    case.named = "batch 3 was interrupted".to_owned();
                }
                cases.push(case);
            }
        }
    }
    cases
}

fn checkpoint(lake: &Path, table: &str) -> PathBuf {
    let files = files_under(&lake.join(table).join("_delta_log"));
    files.into_iter().find(|file| file.to_str().unwrap().ends_with(".checkpoint.parquet")).unwrap()
}

fn hint(lake: &Path, table: &str) -> PathBuf {
    lake.join(table).join("_delta_log/_last_checkpoint")
}

/// Entries that a checkpoint has replaced, as `lake vacuum` leaves it after a week.
fn drop_replaced(lake: &Path, table: &str) {
    let checkpoint = checkpoint(lake, table);
    for entry in entries(lake, table) {
        if entry.file_name() < checkpoint.file_name() {
            fs::remove_file(entry).unwrap();
        }
    }
}

fn checkpoint_cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (number, table) in TABLES.into_iter().enumerate() {
        for (kind, rot) in Rot::ALL.into_iter().enumerate() {
            if !is_long() && (number + kind) % 4 != 0 {
                continue;
            }
            let (end, named) = match rot {
                // A checkpoint that is not there is not used; the entries say the same.
                Rot::Gone | Rot::Empty => (End::Harmless, "_last_checkpoint"),
                _ => (End::Mended, ".checkpoint.parquet"),
            };
            let name = format!("{rot:?} checkpoint of {table}");
            cases.push(case(name, named, end, move |lake| rot.rot(&checkpoint(lake, table))).merged());
        }
    }
    let told = |name: &str, named: &str, damage: fn(&Path)| case(name, named, End::Told, damage).merged();
    cases.push(told("damaged checkpoint, its entries gone", ".checkpoint.parquet", |lake| {
        drop_replaced(lake, "cloudtrail");
        Rot::Flip.rot(&checkpoint(lake, "cloudtrail"));
    }));
    cases.push(told(
        "no checkpoint, its entries gone",
        "cloudtrail/_delta_log/00000000000000000000.json",
        |lake| {
            drop_replaced(lake, "cloudtrail");
            fs::remove_file(checkpoint(lake, "cloudtrail")).unwrap();
        },
    ));
    let harmless =
        |name: &str, damage: fn(&Path)| case(name, "_last_checkpoint", End::Harmless, damage).merged();
    let replaced = |lake: &Path| Rot::Flip.rot(&entries(lake, "objects")[1]);
    cases.push(case("a replaced entry damaged", "objects/_delta_log/", End::Harmless, replaced).merged());
    cases.push(harmless("entries gone, their checkpoint there", |lake| drop_replaced(lake, "cloudtrail")));
    cases.push(harmless("no hint", |lake| fs::remove_file(hint(lake, "objects")).unwrap()));
    cases.push(harmless("noise for a hint", |lake| Rot::Noise.rot(&hint(lake, "cloudtrail"))));
    for text in [r#"{"version":7777,"size":9}"#, r#"{"version":1,"size":9}"#] {
        let name = format!("a hint {text}");
        let damage = move |lake: &Path| fs::write(hint(lake, "cloudtrail"), text).unwrap();
        cases.push(case(name, "_last_checkpoint", End::Harmless, damage).merged());
    }
    cases
}

fn file_cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for table in TABLES {
        for rot in [Rot::Gone, Rot::Cut] {
            let damage = move |lake: &Path| rot.rot(&file_of(lake, table, ".parquet"));
            let mut case =
                case(format!("{rot:?} Parquet of {table}"), format!("{table}/"), End::Mended, damage);
            case.letters_twice = table != "findings";
            case.objects_anew = table == "objects";
            cases.push(case);
        }
    }
    let merged = |lake: &Path| {
        let files = files_under(&lake.join("cloudtrail"));
        // Those that were merged are still there.
        Rot::Gone.rot(files.iter().find(|file| file.to_str().unwrap().contains("/optimized-")).unwrap());
    };
    cases.push(case("no merged Parquet", "cloudtrail/", End::Mended, merged).merged().letters_twice());
    for rot in Rot::ALL {
        let damage = move |lake: &Path| {
            let file = file_of(lake, "cloudtrail", ".hashes");
            match rot {
                Rot::Flip => flip_middle(&file),
                rot => rot.rot(&file),
            }
        };
        cases.push(case(format!("{rot:?} hash sidecar"), "_hashes", End::Harmless, damage));
    }
    let flip = |lake: &Path| flip_a_name(&file_of(lake, "cloudtrail", ".parquet"));
    let mut flipped =
        case("a flipped byte in Parquet", "cloudtrail/", End::Mended, flip).quiet().letters_twice();
    flipped.deep = true;
    cases.push(flipped);
    cases
}

fn flip_middle(file: &Path) {
    let mut bytes = fs::read(file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    fs::write(file, bytes).unwrap();
}

/// Flips a bit of an event name: of what is compressed more than a short text the decompressor would say that
/// it is damaged, and elsewhere it may be a bit that says nothing of a record.
fn flip_a_name(file: &Path) {
    let mut bytes = fs::read(file).unwrap();
    let reader = SerializedFileReader::new(File::open(file).unwrap()).unwrap();
    let columns = reader.metadata().row_group(0).columns();
    let names = columns.iter().find(|column| column.column_path().string() == "event_name").unwrap();
    let start = names.byte_range().0 as usize;
    let name = bytes[start..].windows(6).position(|text| text.iter().all(u8::is_ascii_alphabetic));
    bytes[start + name.unwrap() + 3] ^= 4;
    fs::write(file, bytes).unwrap();
}

fn table_cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for table in TABLES {
        let named = format!("table `{table}`");
        let gone = move |lake: &Path| fs::remove_dir_all(lake.join(table)).unwrap();
        let log_gone = move |lake: &Path| fs::remove_dir_all(lake.join(table).join("_delta_log")).unwrap();
        let mut one = case(format!("no folder {table}"), table, End::Mended, gone);
        one.letters_twice = table != "findings";
        one.objects_anew = table == "objects";
        let mut other = case(format!("no log of {table}"), table, End::Mended, log_gone);
        other.letters_twice = table != "findings";
        cases.extend([one, other]);
        // Nothing is left by which anybody could tell that there were more findings.
        if table != "findings" {
            let older = move |lake: &Path| {
                fs::remove_dir_all(lake.join(table)).unwrap();
                copy(&PLAIN.dir.path().join("older").join(table), &lake.join(table));
            };
            let mut back =
                case(format!("{table} as it was"), named.clone(), End::Mended, older).letters_twice();
            back.named = format!("`{table}`");
            back.objects_anew = table == "objects";
            cases.push(back);
        }
        let older_log = move |lake: &Path| {
            fs::remove_dir_all(lake.join(table).join("_delta_log")).unwrap();
            let log = PLAIN.dir.path().join("older").join(table).join("_delta_log");
            copy(&log, &lake.join(table).join("_delta_log"));
            age(&lake.join(table));
        };
        let mut back = case(format!("the log of {table} as it was"), named, End::Mended, older_log);
        back.quiet = table == "findings";
        back.letters_twice = table == "cloudtrail";
        back.named = if back.quiet { "files of findings".to_owned() } else { format!("`{table}`") };
        cases.push(back);
    }
    cases.push(case("a newer schema", "schema version 99", End::Told, |lake| {
        let file = &entries(lake, "cloudtrail")[0];
        let text = fs::read_to_string(file).unwrap();
        let (sealed, rest) =
            (text.find("\"trailhoundChecksum\"").unwrap(), text.find("\"timestamp\"").unwrap());
        let unsealed = [&text[..sealed], &text[rest..]].concat();
        let mine = r#""trailhound.schemaVersion":"1""#;
        assert!(unsealed.contains(mine));
        fs::write(file, unsealed.replace(mine, r#""trailhound.schemaVersion":"99""#)).unwrap();
    }));
    cases.push(case("a newer protocol", "reader protocol", End::Told, |lake| {
        let last = entries(lake, "cloudtrail").len();
        let entry = r#"{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"],"writerFeatures":["deletionVectors"]}}"#;
        fs::write(lake.join(format!("cloudtrail/_delta_log/{last:020}.json")), entry).unwrap();
    }));
    cases.push(case("files of others", "", End::Harmless, |lake| {
        for name in FOREIGN {
            let file = lake.join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "not ours").unwrap();
        }
        age(lake);
    }));
    cases
}

/// What other tools and people leave.
const FOREIGN: [&str; 8] = [
    "README.txt",
    "cloudtrail/.DS_Store",
    "cloudtrail/part-00000-0a.c000.snappy.parquet",
    "cloudtrail/event_date=2026-01-15/copy of a file.parquet",
    "cloudtrail/_delta_log/notes.json",
    "cloudtrail/_delta_log/00000000000000000001.json.bak",
    "objects/5.json",
    "findings/_temporary/0/x",
];

/// Plays cases on two threads: as many as the smallest machine that matters has cores.
fn play(cases: &[Case]) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::SeqCst)) {
                    case.play();
                }
            });
        }
    });
    eprintln!("{} cases of damage", cases.len());
}

#[test]
fn a_log_entry_that_is_damaged_or_missing_is_named_or_mended() {
    play(&entry_cases());
}

#[test]
fn a_checkpoint_or_its_hint_that_is_damaged_or_missing_changes_no_answer() {
    play(&checkpoint_cases());
}

#[test]
fn a_file_that_is_missing_cut_or_flipped_is_named_and_its_rows_come_in_again() {
    play(&file_cases());
}

#[test]
fn a_table_that_is_missing_older_or_newer_is_named_and_mended_where_it_can_be() {
    play(&table_cases());
}

#[test]
fn vacuum_leaves_the_files_of_others_alone() {
    let dir = TestDir::new();
    copy(&PLAIN.dir.path().join("lake"), &dir.path().join("lake"));
    for name in FOREIGN {
        dir.file(&format!("lake/{name}"), "not ours");
    }
    age(&dir.path().join("lake"));
    run(dir.path(), &["lake", "vacuum"]).expect_exit(0).expect_out("0 files");
    for name in FOREIGN {
        assert_eq!(dir.read(&format!("lake/{name}")), "not ours");
    }
}
