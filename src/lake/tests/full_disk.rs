//! A disk that is full from some write on, or at one write: nothing is corrupt, the error says what the
//! matter is, and the next run comes to the same lake as one that nothing has disturbed.

use std::io;
use std::sync::atomic::AtomicU64;

use arrow::array::{ArrayRef, RecordBatch, StringArray, new_null_array};
use futures::StreamExt;

use super::*;
use crate::decode::DeadLetter;

/// A store in memory whose writes and deletes fail from a certain one on, or at that one.
#[derive(Debug)]
struct FullDisk {
    inner: Arc<InMemory>,
    /// Writes so far.
    writes: Arc<AtomicU64>,
    full_at: u64,
    stays_full: bool,
}

impl fmt::Display for FullDisk {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("full disk")
    }
}

/// What a file system says, as the folder store passes it on.
fn full(at: &Path) -> Error {
    let cause = io::Error::from_raw_os_error(28);
    Error::Generic { store: "full disk", source: format!("can't write {at}: {cause}").into() }
}

impl FullDisk {
    fn is_full(&self) -> bool {
        is_full(&self.writes, self.full_at, self.stays_full)
    }
}

fn is_full(writes: &AtomicU64, full_at: u64, stays_full: bool) -> bool {
    let write = writes.fetch_add(1, Ordering::SeqCst);
    write == full_at || stays_full && write > full_at
}

#[async_trait]
impl ObjectStore for FullDisk {
    async fn put_opts(&self, at: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        if !self.is_full() {
            return self.inner.put_opts(at, payload, options).await;
        }
        // The first half of it stays, under the name that files have while they are written.
        let half = payload.iter().next().cloned().unwrap_or_default();
        let folder = at.as_ref().rsplit_once('/').map_or("", |(folder, _)| folder);
        let temporary = Path::from(format!("{folder}/{}", layout::temporary()));
        self.inner.put(&temporary, half.slice(..half.len() / 2).into()).await?;
        Err(full(at))
    }

    async fn put_multipart_opts(
        &self,
        at: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        match self.is_full() {
            true => Err(full(at)),
            false => self.inner.put_multipart_opts(at, options).await,
        }
    }

    async fn get_opts(&self, at: &Path, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(at, options).await
    }

    fn delete_stream(&self, at: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let (writes, full_at, stays_full) = (self.writes.clone(), self.full_at, self.stays_full);
        let at = at.map(move |at| {
            let at = at?;
            if is_full(&writes, full_at, stays_full) { Err(full(&at)) } else { Ok(at) }
        });
        self.inner.delete_stream(at.boxed())
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Ingest,
    Optimize,
    Vacuum,
    Findings,
    Checkpoint,
}

const STEPS: [Step; 5] = [Step::Ingest, Step::Optimize, Step::Vacuum, Step::Findings, Step::Checkpoint];

fn letter() -> DeadLetter {
    DeadLetter { offset: 7, reason: "no record".to_owned(), raw: b"{".to_vec() }
}

/// Two objects of two dates, one with a dead letter, unless they are in.
async fn ingest_more(lake: &Lake) -> anyhow::Result<()> {
    let writer = lake.writer().await?;
    let mut batch = writer.begin();
    let rows = chunks_of("2026-01-16", &["D"]);
    writer.add(&mut batch, object("three"), rows, vec![letter()]).await?;
    writer.add(&mut batch, object("four"), chunks(&["C", "E"]), Vec::new()).await?;
    if !batch.is_empty() {
        writer.commit(batch).await?;
    }
    Ok(())
}

/// One finding, as `detect` would save it: not again if it is there.
async fn save_finding(lake: &Lake) -> anyhow::Result<()> {
    if !column(lake, Table::Findings, "finding_id").await.is_empty() {
        return Ok(());
    }
    let schema = findings_schema();
    let columns = schema.fields().iter().map(|field| -> ArrayRef {
        match field.name().as_str() {
            "finding_id" => Arc::new(StringArray::from(vec!["one"])),
            _ => new_null_array(field.data_type(), 1),
        }
    });
    let rows = RecordBatch::try_new(schema.clone(), columns.collect())?;
    lake.append_findings(&[rows], jiff::Timestamp::now()).await
}

async fn run(step: Step, lake: &Lake) -> anyhow::Result<()> {
    match step {
        Step::Ingest => ingest_more(lake).await,
        Step::Optimize => lake.optimize(2).await.map(drop),
        Step::Vacuum => {
            let tomorrow = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(25);
            lake.vacuum(vacuum::KEEP, false, tomorrow).await.map(drop)
        }
        Step::Findings => save_finding(lake).await,
        Step::Checkpoint => lake.log(Table::Cloudtrail).await?.checkpoint().await,
    }
}

/// All that readers see.
async fn contents(lake: &Lake) -> [Vec<String>; 4] {
    [
        rows_of(lake).await,
        uris(lake).await,
        column(lake, Table::DeadLetters, "reason").await,
        column(lake, Table::Findings, "finding_id").await,
    ]
}

/// A lake over a disk that is full at a write, and the count of writes.
fn lake_on(store: &Arc<InMemory>, full_at: u64, stays_full: bool) -> (Lake, Arc<AtomicU64>) {
    let writes = Arc::new(AtomicU64::new(0));
    let disk = FullDisk { inner: store.clone(), writes: writes.clone(), full_at, stays_full };
    (Lake::over(Location::Folder("memory".into()), Arc::new(disk)), writes)
}

/// A step on a disk that is full at a write, and the same step again on one that is not.
async fn disturb(store: Arc<InMemory>, step: Step, after: Arc<[Vec<String>; 4]>, full_at: u64, stays: bool) {
    let place = format!("{step:?}, write {full_at}, stays full: {stays}");
    let healthy = lake_over(&store, None);
    let before = contents(&healthy).await;
    if let Err(error) = run(step, &lake_on(&store, full_at, stays).0).await {
        let text = format!("{error:#}");
        assert!(text.contains("can't write") && text.contains("(os error 28)"), "{place}: {text}");
    }
    let left = contents(&healthy).await;
    for (index, (table, now)) in Table::ALL.iter().zip(&left).enumerate() {
        assert!(*now == before[index] || *now == after[index], "{place}: {table:?} holds {now:?}");
    }
    assert!(healthy.doctor(false, true).await.unwrap().health() <= Health::Poor, "{place}");

    run(step, &healthy).await.unwrap_or_else(|error| panic!("{place}: the next run: {error:#}"));
    assert_eq!(contents(&healthy).await, *after, "{place}");
    let found = healthy.doctor(false, true).await.unwrap();
    assert_eq!(found.health(), Health::Good, "{place}: {found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_full_at_any_write_of_any_step_spoils_nothing() {
    let (store, lake) = new_lake().await;
    let crashing = lake_over(&store, Some(("cloudtrail/_delta_log/", Fault::Crash)));
    ingest(&crashing, &[("one", &["A"])]).await.unwrap_err();
    ingest(&lake, &[("one", &["A", "B"])]).await.unwrap();
    ingest(&lake, &[("two", &["C"])]).await.unwrap();

    // A commit that fails is tried again for seconds: the writes are looked at side by side.
    let mut runs = Vec::new();
    for step in STEPS {
        let (undisturbed, writes) = lake_on(&Arc::new(store.fork()), u64::MAX, false);
        run(step, &undisturbed).await.unwrap();
        let (writes, after) = (writes.load(Ordering::SeqCst), Arc::new(contents(&undisturbed).await));
        assert!(writes > 0, "{step:?} writes nothing");
        for (full_at, stays_full) in (0..writes).flat_map(|write| [(write, true), (write, false)]) {
            let store = Arc::new(store.fork());
            runs.push(tokio::spawn(disturb(store, step, after.clone(), full_at, stays_full)));
        }
    }
    eprintln!("a full disk at {} writes", runs.len());
    for run in runs {
        run.await.unwrap();
    }
}
