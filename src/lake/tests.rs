//! The commit protocol against a store that fails on demand: what each crash leaves, what each race
//! comes to. The rows of ARCHITECTURE.md's crash table, one test each.

mod full_disk;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    ObjectStoreExt, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

use super::*;
use crate::decode::{Chunk, Decoder, Members, Options};

/// What happens to PUTs, or listings, whose path contains a text.
#[derive(Debug, Clone)]
enum Fault {
    /// It fails and nothing is written; so does every write after it: the process is gone.
    Crash,
    /// It is written, but the answer is lost.
    LostAnswer,
    /// The first listing finds nothing yet.
    NotYetListed,
}

/// A store in memory with one fault at one place.
#[derive(Debug)]
struct Faulty {
    inner: Arc<InMemory>,
    fault: Option<(String, Fault)>,
    met: AtomicUsize,
}

impl fmt::Display for Faulty {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("faulty")
    }
}

fn lost() -> Error {
    Error::Generic { store: "faulty", source: "the connection is gone".into() }
}

#[async_trait]
impl ObjectStore for Faulty {
    async fn put_opts(&self, at: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        let Some((place, fault)) = &self.fault else {
            return self.inner.put_opts(at, payload, options).await;
        };
        let here = at.as_ref().contains(place.as_str());
        match fault {
            Fault::Crash if here || self.met.load(Ordering::SeqCst) > 0 => {
                self.met.fetch_add(1, Ordering::SeqCst);
                Err(lost())
            }
            Fault::LostAnswer if here && self.met.fetch_add(1, Ordering::SeqCst) == 0 => {
                self.inner.put_opts(at, payload, options).await?;
                Err(lost())
            }
            Fault::Crash | Fault::LostAnswer | Fault::NotYetListed => {
                self.inner.put_opts(at, payload, options).await
            }
        }
    }

    async fn put_multipart_opts(
        &self,
        at: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(at, options).await
    }

    async fn get_opts(&self, at: &Path, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(at, options).await
    }

    fn delete_stream(&self, at: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(at)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        if let (Some((place, Fault::NotYetListed)), Some(prefix)) = (&self.fault, prefix)
            && prefix.as_ref().contains(place.as_str())
            && self.met.fetch_add(1, Ordering::SeqCst) == 0
        {
            return futures::stream::empty().boxed();
        }
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

fn lake_over(store: &Arc<InMemory>, fault: Option<(&str, Fault)>) -> Lake {
    let fault = fault.map(|(place, fault)| (place.to_owned(), fault));
    let store = Faulty { inner: store.clone(), fault, met: AtomicUsize::new(0) };
    Lake::over(Location::Folder("memory".into()), Arc::new(store))
}

async fn new_lake() -> (Arc<InMemory>, Lake) {
    let store = Arc::new(InMemory::new());
    let lake = lake_over(&store, None);
    lake.writer().await.unwrap();
    (store, lake)
}

/// Rows as the decoder makes them, one a name; an id is its name.
fn chunks(names: &[&str]) -> Vec<Chunk> {
    chunks_of("2026-01-15", names)
}

pub(super) fn chunks_of(date: &str, names: &[&str]) -> Vec<Chunk> {
    let record = |name: &&str| {
        serde_json::json!({
            "eventVersion": "1.11", "eventTime": format!("{date}T10:00:00Z"), "eventName": name, "eventID": name,
        })
    };
    let text = serde_json::json!({ "Records": names.iter().map(record).collect::<Vec<_>>() }).to_string();
    let mut chunks = Vec::new();
    let mut emit = |chunk: Chunk| -> anyhow::Result<()> {
        chunks.push(chunk);
        Ok(())
    };
    Decoder::new(Options { today: 20_473 }).decode(text.as_bytes(), Members::One, &mut emit).unwrap();
    chunks
}

pub(super) fn object(uri: &str) -> ObjectRow {
    ObjectRow {
        uri: uri.to_owned(),
        etag: None,
        size: 1,
        state: State::Ingested,
        reason: None,
        records: 0,
        duplicates: 0,
        conflicting: 0,
        dead_letters: 0,
        event_times: None,
        account_id: None,
        region: None,
        sha256: None,
        month: Some("2026-01".to_owned()),
    }
}

async fn gather(writer: &Writer, objects: &[(&str, &[&str])]) -> Batch {
    let mut batch = writer.begin();
    for (uri, names) in objects {
        writer.add(&mut batch, object(uri), chunks(names), Vec::new()).await.unwrap();
    }
    batch
}

async fn ingest(lake: &Lake, objects: &[(&str, &[&str])]) -> anyhow::Result<Report> {
    let writer = lake.writer().await?;
    let batch = gather(&writer, objects).await;
    writer.commit(batch).await
}

/// All event names that a reader sees, sorted.
async fn rows_of(lake: &Lake) -> Vec<String> {
    column(lake, Table::Cloudtrail, "event_name").await
}

async fn state_of(writer: &Writer, uri: &str) -> Option<State> {
    let row = object(uri);
    writer.state_of(row.key(), row.month.as_deref()).await.unwrap()
}

/// All URIs that the ledger has, sorted.
async fn uris(lake: &Lake) -> Vec<String> {
    column(lake, Table::Objects, "uri").await
}

async fn column(lake: &Lake, table: Table, name: &str) -> Vec<String> {
    let mut values = Vec::new();
    for path in lake.snapshot(table).await.unwrap().files.keys() {
        for batch in files::read(lake, table, path, None).await.unwrap() {
            values.extend(files::text_column(&batch, name).unwrap().iter().flatten().map(str::to_owned));
        }
    }
    values.sort();
    values
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_visible_and_its_objects_are_known() {
    let (_, lake) = new_lake().await;
    let report = ingest(&lake, &[("one", &["A", "B"]), ("two", &["C"])]).await.unwrap();
    assert_eq!(report.objects.iter().map(|row| row.records).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(
        (rows_of(&lake).await, uris(&lake).await.len()),
        (vec!["A".into(), "B".into(), "C".into()], 2)
    );
    let writer = lake.writer().await.unwrap();
    assert_eq!(state_of(&writer, "one").await, Some(State::Ingested));
    assert_eq!(state_of(&writer, "other").await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_write_loses_nothing_and_doubles_nothing() {
    for place in [
        "cloudtrail/_hashes/",
        "cloudtrail/event_date=",
        "objects/object_month=",
        "cloudtrail/_delta_log/00000000000000000002",
        "objects/_delta_log/00000000000000000002",
    ] {
        let (store, lake) = new_lake().await;
        ingest(&lake, &[("one", &["A"])]).await.unwrap();
        let crashing = lake_over(&store, Some((place, Fault::Crash)));
        let two: (&str, &[&str]) = ("two", &["A", "B"]);
        ingest(&crashing, &[two]).await.expect_err(place);
        let before = rows_of(&lake).await;
        let is_committed = place.starts_with("objects/_delta_log");
        assert_eq!(before.len(), if is_committed { 2 } else { 1 }, "{place}");
        let writer = lake.writer().await.unwrap();
        let known = state_of(&writer, "two").await;
        assert_eq!(known.is_some(), is_committed, "{place}");
        if known.is_none() {
            ingest(&lake, &[two]).await.unwrap();
        }
        assert_eq!(rows_of(&lake).await, ["A", "B"], "{place}");
        assert_eq!(uris(&lake).await, ["one", "two"], "{place}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_recognised_as_our_own_commit() {
    for place in ["cloudtrail/_delta_log/00000000000000000001", "objects/_delta_log/00000000000000000001"] {
        let (store, lake) = new_lake().await;
        let losing = lake_over(&store, Some((place, Fault::LostAnswer)));
        let report = ingest(&losing, &[("one", &["A"])]).await.unwrap();
        assert_eq!((report.already, report.objects.len()), (0, 1), "{place}");
        assert_eq!(
            (rows_of(&lake).await, uris(&lake).await),
            (vec!["A".into()], vec!["one".into()]),
            "{place}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_of_two_writers_drops_what_the_first_brought_in() {
    let (_, lake) = new_lake().await;
    let (first, second) = (lake.writer().await.unwrap(), lake.writer().await.unwrap());
    let one = gather(&first, &[("same", &["A", "B"]), ("mine", &["C"])]).await;
    let two = gather(&second, &[("same", &["A", "B"]), ("yours", &["C", "D"])]).await;
    assert_eq!(first.commit(one).await.unwrap().already, 0);
    let report = second.commit(two).await.unwrap();
    assert_eq!((report.already, report.objects.len()), (1, 1));
    assert_eq!((report.objects[0].records, report.objects[0].duplicates), (1, 1));
    assert_eq!(rows_of(&lake).await, ["A", "B", "C", "D"]);
    assert_eq!(uris(&lake).await, ["mine", "same", "yours"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_date_that_another_batch_has_loaded_is_looked_up_again_for_what_came_in_since() {
    let (_, lake) = new_lake().await;
    let writer = lake.writer().await.unwrap();
    let first = gather(&writer, &[("first", &["A"])]).await;
    let mut second = writer.begin();
    let foreign = lake.writer().await.unwrap();
    let mut batch = foreign.begin();
    let rows = chunks_of("2026-01-16", &["F"]);
    assert!(foreign.add(&mut batch, object("foreign"), rows, Vec::new()).await.unwrap());
    foreign.commit(batch).await.unwrap();
    writer.commit(first).await.unwrap();
    // The second batch loads the other date from a snapshot without the foreign file …
    writer.add(&mut second, object("second"), chunks_of("2026-01-16", &["B"]), Vec::new()).await.unwrap();
    // … and the third begins with one that has it, while the second is not committed yet.
    let mut third = writer.begin();
    writer.add(&mut third, object("third"), chunks_of("2026-01-16", &["F", "B"]), Vec::new()).await.unwrap();
    writer.commit(second).await.unwrap();
    let report = writer.commit(third).await.unwrap();
    assert_eq!((report.objects[0].records, report.objects[0].duplicates), (0, 2));
    assert_eq!(rows_of(&lake).await, ["A", "B", "F"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_is_read_at_last_counts_whatever_optimize_makes_of_its_old_row() {
    let (_, lake) = new_lake().await;
    let writer = lake.writer().await.unwrap();
    for uri in ["retried", "other"] {
        let mut batch = writer.begin();
        let row = ObjectRow { state: State::Quarantined, ..object(uri) };
        writer.add(&mut batch, row, Vec::new(), Vec::new()).await.unwrap();
        writer.commit(batch).await.unwrap();
    }
    let batch = gather(&writer, &[("retried", &["A"])]).await;
    assert!(lake.optimize(2).await.unwrap().added > 0);
    assert_eq!(writer.commit(batch).await.unwrap().already, 0);
    assert_eq!(rows_of(&lake).await, ["A"]);
    assert_eq!(state_of(&lake.writer().await.unwrap(), "retried").await, Some(State::Ingested));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_came_in_since_it_was_listed_is_not_taken_again() {
    let (_, lake) = new_lake().await;
    let writer = lake.writer().await.unwrap();
    ingest(&lake, &[("same", &["A"])]).await.unwrap();
    let batch = gather(&writer, &[("mine", &["B"])]).await;
    writer.commit(batch).await.unwrap();
    let mut batch = writer.begin();
    assert!(!writer.add(&mut batch, object("same"), chunks(&["A"]), Vec::new()).await.unwrap());
    assert_eq!(uris(&lake).await, ["mine", "same"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_is_written_now_and_then_and_the_lake_opens_from_it() {
    let (store, lake) = new_lake().await;
    let writer = lake.writer().await.unwrap();
    for index in 0..51 {
        let (uri, name) = (format!("object-{index}"), format!("E{index:02}"));
        let batch = gather(&writer, &[(&uri, &[&name])]).await;
        writer.commit(batch).await.unwrap();
    }
    let listed: Vec<_> = store.list(Some(&Table::Cloudtrail.root())).try_collect().await.unwrap();
    let checkpoints = listed.iter().filter(|file| file.location.as_ref().contains(".checkpoint"));
    assert_eq!(checkpoints.count(), 1);
    assert_eq!((rows_of(&lake).await.len(), uris(&lake).await.len()), (51, 51));
    assert_eq!(lake.snapshot(Table::Cloudtrail).await.unwrap().batch, 51);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_with_nothing_left_commits_nothing() {
    let (_, lake) = new_lake().await;
    let (first, second) = (lake.writer().await.unwrap(), lake.writer().await.unwrap());
    let one = gather(&first, &[("same", &["A"])]).await;
    let two = gather(&second, &[("same", &["A"])]).await;
    first.commit(one).await.unwrap();
    assert_eq!(second.commit(two).await.unwrap().already, 1);
    let three = gather(&second, &[("next", &["B"])]).await;
    second.commit(three).await.unwrap();
    assert_eq!(lake.snapshot(Table::Cloudtrail).await.unwrap().batch, 2);
    assert_eq!(rows_of(&lake).await, ["A", "B"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_in_two_objects_is_there_once_and_one_with_other_content_twice() {
    let (_, lake) = new_lake().await;
    let writer = lake.writer().await.unwrap();
    let batch = gather(&writer, &[("one", &["A"]), ("two", &["A", "B"])]).await;
    let report = writer.commit(batch).await.unwrap();
    assert_eq!((report.objects[1].records, report.objects[1].duplicates), (1, 1));
    let text = r#"{"Records":[{"eventID":"A","eventTime":"2026-01-15T10:00:00Z","eventName":"Forged"}]}"#;
    let mut forged = Vec::new();
    let mut emit = |chunk: Chunk| -> anyhow::Result<()> {
        forged.push(chunk);
        Ok(())
    };
    Decoder::new(Options { today: 20_473 }).decode(text.as_bytes(), Members::One, &mut emit).unwrap();
    let mut batch = writer.begin();
    writer.add(&mut batch, object("three"), forged, Vec::new()).await.unwrap();
    let report = writer.commit(batch).await.unwrap();
    assert_eq!((report.objects[0].records, report.objects[0].conflicting), (1, 1));
    assert_eq!(rows_of(&lake).await, ["A", "B", "Forged"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn optimize_changes_no_row_and_no_key_and_loses_against_nobody() {
    let (_, lake) = new_lake().await;
    for (uri, name) in [("one", "A"), ("two", "B"), ("three", "C")] {
        ingest(&lake, &[(uri, &[name])]).await.unwrap();
    }
    let writer = lake.writer().await.unwrap();
    let open = gather(&writer, &[("four", &["C", "D"])]).await;
    let done = lake.optimize(2).await.unwrap();
    assert_eq!((done.removed, done.added, done.lost), (6, 2, 0));
    assert_eq!(lake.snapshot(Table::Cloudtrail).await.unwrap().files.len(), 1);
    assert_eq!(rows_of(&lake).await, ["A", "B", "C"]);
    let report = writer.commit(open).await.unwrap();
    assert_eq!((report.objects[0].records, report.objects[0].duplicates), (1, 1));
    let again = ingest(&lake, &[("five", &["A", "B", "C", "D"])]).await.unwrap();
    assert_eq!((again.objects[0].records, again.objects[0].duplicates), (0, 4));
    assert_eq!(lake.optimize(2).await.unwrap().lost, 0);
    assert_eq!(rows_of(&lake).await, ["A", "B", "C", "D"]);
    assert_eq!(uris(&lake).await, ["five", "four", "one", "three", "two"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn vacuum_deletes_what_no_log_names_and_only_when_it_is_old() {
    let (store, lake) = new_lake().await;
    let crashing = lake_over(&store, Some(("cloudtrail/_delta_log/", Fault::Crash)));
    ingest(&crashing, &[("one", &["A"])]).await.unwrap_err();
    ingest(&lake, &[("one", &["A"])]).await.unwrap();
    ingest(&lake, &[("two", &["B"])]).await.unwrap();
    let now = jiff::Timestamp::now();
    assert_eq!(lake.vacuum(vacuum::KEEP, false, now).await.unwrap().files, 0);
    let tomorrow = now + jiff::SignedDuration::from_hours(25);
    // The data file, its sidecar and the file of `objects` that the crash left.
    assert_eq!(lake.vacuum(vacuum::KEEP, true, tomorrow).await.unwrap().files, 3);
    assert_eq!(lake.vacuum(vacuum::KEEP, false, tomorrow).await.unwrap().files, 3);
    assert_eq!(rows_of(&lake).await, ["A", "B"]);
    assert_eq!(lake.doctor(false, false).await.unwrap().health(), Health::Good);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_sidecar_is_made_anew() {
    let (store, lake) = new_lake().await;
    ingest(&lake, &[("one", &["A", "B"])]).await.unwrap();
    let snapshot = lake.snapshot(Table::Cloudtrail).await.unwrap();
    let file = snapshot.files.values().next().unwrap();
    let before = files::keys_of(&lake, file).await.unwrap().to_sorted();
    store.delete(&layout::hashes_of(&file.path)).await.unwrap();
    assert_eq!(lake.doctor(false, false).await.unwrap().health(), Health::Poor);
    assert_eq!(lake.doctor(true, false).await.unwrap().health(), Health::Mended);
    assert_eq!(files::keys_of(&lake, file).await.unwrap().to_sorted(), before);
    assert_eq!(lake.doctor(false, false).await.unwrap().health(), Health::Good);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_data_file_is_named_by_the_doctor() {
    let (store, lake) = new_lake().await;
    ingest(&lake, &[("one", &["A"])]).await.unwrap();
    let snapshot = lake.snapshot(Table::Cloudtrail).await.unwrap();
    let path = snapshot.files.keys().next().unwrap();
    store.delete(&Table::Cloudtrail.path(path)).await.unwrap();
    let found = lake.doctor(false, false).await.unwrap();
    assert_eq!(found.health(), Health::Bad);
    assert!(found.checks.iter().any(|check| check.message.contains(path.as_str())));
}

#[tokio::test]
async fn a_table_that_is_being_made_while_it_is_looked_at_is_found() {
    for table in Table::ALL {
        let (store, _) = new_lake().await;
        let log = table.path("_delta_log").to_string();
        let lake = lake_over(&store, Some((&log, Fault::NotYetListed)));
        assert!(lake.find_log(table).await.unwrap().is_some(), "{table:?}");
        lake_over(&store, Some((&log, Fault::NotYetListed))).writer().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lake_of_a_newer_version_is_refused() {
    let (store, lake) = new_lake().await;
    let at = layout::log_entry(Table::Cloudtrail, 0);
    let entry = store.get(&at).await.unwrap().bytes().await.unwrap();
    let text = String::from_utf8(entry.to_vec()).unwrap();
    let sealed = text.find(r#""trailhoundChecksum""#).unwrap();
    let text = [&text[..sealed], &text[text.find(r#""timestamp""#).unwrap()..]].concat();
    let newer = text.replace(r#""trailhound.schemaVersion":"1""#, r#""trailhound.schemaVersion":"99""#);
    assert_ne!(newer, text);
    store.put(&at, newer.into()).await.unwrap();
    let error = lake.writer().await.unwrap_err();
    assert!(format!("{error:#}").contains("schema version 99"), "{error:#}");
}
