//! SQL as files: what `testdata/slt/*.slt` say of tables, functions and errors, over a small lake.
//!
//! `UPDATE_SLT=1 cargo test --test it slt` writes the present answers into the files; read the diff.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::util::display::{ArrayFormatter, FormatOptions};
use async_trait::async_trait;
use futures::TryStreamExt;
use sqllogictest::{AsyncDB, DBOutput, DefaultColumnType, MakeConnection, Runner};
use trailhound::decode::{Chunk, Decoder, Members, Options};
use trailhound::lake::{Lake, ObjectRow, State};
use trailhound::query::{GeoDatabases, Limits, QueryError, Session};

use crate::mmdb;

/// The records that the files ask about.
const EVENTS: &str = "testdata/slt/events.json";

fn in_project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

async fn make_lake(folder: &Path) -> Lake {
    let lake = Lake::in_folder(folder, true).expect("a folder for the lake");
    let writer = lake.writer().await.expect("a new lake");
    let bytes = std::fs::read(in_project(EVENTS)).expect("the records");
    let mut chunks: Vec<Chunk> = Vec::new();
    let mut emit = |chunk: Chunk| -> anyhow::Result<()> {
        chunks.push(chunk);
        Ok(())
    };
    let today = 20_500;
    let decoded =
        Decoder::new(Options { today }).decode(bytes.as_slice(), Members::One, &mut emit).expect("decoding");
    let object = ObjectRow {
        uri: "s3://logs/AWSLogs/111111111111/CloudTrail/us-east-1/2026/01/15/a.json.gz".to_owned(),
        etag: Some("e".to_owned()),
        size: bytes.len() as u64,
        state: State::Ingested,
        reason: None,
        records: 0,
        duplicates: 0,
        conflicting: 0,
        dead_letters: 0,
        event_times: decoded.event_times,
        account_id: Some("111111111111".to_owned()),
        region: Some("us-east-1".to_owned()),
        sha256: decoded.sha256,
        month: Some("2026-01".to_owned()),
    };
    let mut batch = writer.begin();
    writer.add(&mut batch, object, chunks, decoded.dead_letters).await.expect("adding the records");
    writer.commit(batch).await.expect("committing the records");
    lake
}

struct Database(Arc<Session>);

#[async_trait]
impl AsyncDB for Database {
    type Error = QueryError;
    type ColumnType = DefaultColumnType;

    async fn run(&mut self, sql: &str) -> Result<DBOutput<DefaultColumnType>, QueryError> {
        let frame = self.0.plan(sql, &BTreeMap::new())?;
        let types = vec![DefaultColumnType::Any; frame.schema().fields().len()];
        let stream = self.0.run(frame).await?;
        let batches: Vec<_> = stream.try_collect().await.map_err(QueryError::of_running)?;
        let options = FormatOptions::default().with_null("NULL");
        let mut rows = Vec::new();
        for batch in batches {
            let columns = batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &options));
            let columns: Vec<_> = columns.collect::<Result<_, _>>().expect("every type has a text");
            for row in 0..batch.num_rows() {
                let cell = |column: &ArrayFormatter<'_>| match column.value(row).to_string() {
                    empty if empty.is_empty() => "(empty)".to_owned(),
                    text => text,
                };
                rows.push(columns.iter().map(cell).collect());
            }
        }
        Ok(DBOutput::Rows { types, rows })
    }

    async fn shutdown(&mut self) {}
}

/// How one file went: its problem, if it has one.
async fn run<M: MakeConnection<Conn = Database>>(
    mut runner: Runner<Database, M>,
    file: &Path,
) -> Option<String> {
    if std::env::var_os("UPDATE_SLT").is_some() {
        let updated = runner.update_test_file(
            file,
            "\t",
            sqllogictest::default_validator,
            sqllogictest::default_normalizer,
            sqllogictest::default_column_validator,
        );
        return updated.await.err().map(|error| error.to_string());
    }
    runner.run_file_async(file).await.err().map(|error| error.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn sql_behaves_as_its_files_say() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let lake = make_lake(folder.path()).await;
    let databases = Arc::new(GeoDatabases::of_files(&mmdb::files(folder.path())));
    let session = Session::over_lake(&lake, &Limits::default()).await.expect("a session");
    let session = session.with_geoip(&databases);
    session
        .register_file("accounts", &in_project("testdata/slt/accounts.csv"))
        .await
        .expect("a table of a file");
    let session = Arc::new(session);
    let entries = std::fs::read_dir(in_project("testdata/slt")).expect("the folder of files");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "slt"));
    files.sort();
    assert!(!files.is_empty());
    let mut problems = Vec::new();
    for file in files {
        let session = session.clone();
        let runner = Runner::new(move || {
            let session = session.clone();
            async move { Ok(Database(session)) }
        });
        problems.extend(run(runner, &file).await);
    }
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

#[test]
fn every_function_has_its_example_in_a_file() {
    let text = std::fs::read_to_string(in_project("testdata/slt/functions.slt")).expect("functions.slt");
    for doc in trailhound::query::function_docs() {
        assert!(text.contains(doc.example), "testdata/slt/functions.slt lacks `{}`", doc.example);
    }
}
