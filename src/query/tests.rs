use std::time::Duration;

use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::Int64Type;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::physical_plan::displayable;
use futures::{StreamExt, TryStreamExt};
use jiff::Timestamp;
use object_store::memory::InMemory;
use object_store::path::Path as StorePath;
use object_store::{ObjectStore, ObjectStoreExt};

use super::*;
use crate::decode::{self, Chunk, Decoder, Members};
use crate::event;
use crate::lake::{self, Location, ObjectRow, State};

const DAYS: [&str; 3] = ["2026-01-15", "2026-01-16", "2026-01-17"];

fn none() -> BTreeMap<String, Literal> {
    BTreeMap::new()
}

fn with(name: &str, value: Literal) -> BTreeMap<String, Literal> {
    BTreeMap::from([(name.to_owned(), value)])
}

fn text(text: &str) -> Literal {
    Literal::Text(text.to_owned())
}

fn record(id: usize, time: &str, name: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.08","userIdentity":{{"type":"IAMUser","userName":"u{id}","sessionContext":{{"attributes":{{"mfaAuthenticated":"true"}}}}}},
        "eventTime":"{time}","eventSource":"iam.amazonaws.com","eventName":"{name}","awsRegion":"us-east-1",
        "sourceIPAddress":"198.51.100.{id}","requestParameters":{{"n":{id},"s":"it's"}},"eventID":"id-{id}","recipientAccountId":"111111111111"}}"#
    )
}

fn decode(json: &str) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    let mut emit = |chunk: Chunk| -> anyhow::Result<()> {
        chunks.push(chunk);
        Ok(())
    };
    let mut decoder = Decoder::new(decode::Options { today: 20_500 });
    decoder.decode(json.as_bytes(), Members::One, &mut emit).unwrap();
    chunks
}

fn row(uri: &str, records: u64) -> ObjectRow {
    ObjectRow {
        uri: uri.to_owned(),
        etag: None,
        size: 1,
        state: State::Ingested,
        reason: None,
        records,
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

/// A lake with an object of two records for each of [`DAYS`], and one record without a time.
async fn lake() -> (Lake, Arc<InMemory>) {
    let store = Arc::new(InMemory::new());
    let place = Location::S3 { bucket: "test".to_owned(), prefix: String::new() };
    let lake = Lake::over(place, store.clone());
    let writer = lake.writer().await.unwrap();
    for (index, day) in DAYS.iter().enumerate() {
        let mut records = vec![
            record(2 * index, &format!("{day}T08:00:00Z"), "CreateUser"),
            record(2 * index + 1, &format!("{day}T20:00:00Z"), ["ListUsers", "DeleteUser"][index % 2]),
        ];
        if index == 0 {
            records.push(record(99, "no time", "CreateUser"));
        }
        let json = format!(r#"{{"Records":[{}]}}"#, records.join(","));
        let mut batch = writer.begin();
        writer.add(&mut batch, row(&format!("s3://b/{day}"), 2), decode(&json), Vec::new()).await.unwrap();
        writer.commit(batch).await.unwrap();
    }
    (lake, store)
}

async fn session() -> Session {
    Session::over_lake(&lake().await.0, &Limits::default()).await.unwrap()
}

async fn rows(session: &Session, sql: &str, params: &BTreeMap<String, Literal>) -> Vec<Vec<String>> {
    let frame = session.plan(sql, params).unwrap_or_else(|error| panic!("{sql}: {error}"));
    let stream = session.run(frame).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    let batches: Vec<RecordBatch> =
        stream.try_collect().await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    let options = FormatOptions::default().with_null("NULL");
    let mut rows = Vec::new();
    for batch in batches {
        let columns: Vec<_> =
            batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &options).unwrap()).collect();
        rows.extend(
            (0..batch.num_rows()).map(|row| columns.iter().map(|c| c.value(row).to_string()).collect()),
        );
    }
    rows
}

async fn value(session: &Session, sql: &str, params: &BTreeMap<String, Literal>) -> String {
    rows(session, sql, params).await[0][0].clone()
}

async fn physical(session: &Session, sql: &str) -> String {
    let plan = session.plan(sql, &none()).unwrap().create_physical_plan().await.unwrap();
    displayable(plan.as_ref()).indent(true).to_string()
}

/// How many files a statement reads.
async fn files(session: &Session, sql: &str) -> usize {
    physical(session, sql).await.matches(".parquet").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_task_plans_as_many_statements_as_it_likes() {
    let session = session().await;
    // tokio lets a task wait 128 times before it has to yield.
    for _ in 0..300 {
        session.plan("SELECT 1", &none()).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_reads_only_the_files_that_can_hold_its_rows() {
    let session = session().await;
    for (wanted, condition) in [
        (4, "event_name <> ''"),
        (1, "event_date = DATE '2026-01-16'"),
        (1, "event_date = '2026-01-16'"),
        (1, "event_date IS NULL"),
        (3, "event_date IS NOT NULL"),
        (2, "event_date BETWEEN '2026-01-15' AND '2026-01-16'"),
        (1, "event_time >= TIMESTAMP '2026-01-17T00:00:00Z'"),
        (1, "event_time < '2026-01-15T09:00:00Z'"),
        (2, "event_name = 'ListUsers'"),
        (0, "event_name = 'Zzz'"),
        (1, "ingest_batch > 2"),
        (3, "event_name = 'ListUsers' OR ingest_batch = 2"),
        (4, "request_parameters LIKE '%x%'"),
    ] {
        let sql = format!("SELECT event_id FROM cloudtrail WHERE {condition}");
        assert_eq!(files(&session, &sql).await, wanted, "{condition}\n{}", physical(&session, &sql).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_the_choice_of_files_settles_is_not_asked_of_rows() {
    let session = session().await;
    for (asked, found, condition) in [
        (false, 4, "event_time >= '2026-01-16T00:00:00Z'"),
        (false, 4, "event_time > '2026-01-15T20:00:00Z'"),
        (false, 6, "event_time < '2026-01-18T00:00:00Z'"),
        (false, 2, "event_time >= '2026-01-16T00:00:00Z' AND event_time < '2026-01-17T00:00:00Z'"),
        (false, 0, "event_time < '2026-01-15T00:00:00Z'"),
        (true, 3, "event_time >= '2026-01-16T10:00:00Z'"),
        (true, 1, "event_time = '2026-01-16T08:00:00Z'"),
        (true, 3, "event_time >= '2026-01-16T00:00:00Z' AND event_name <> 'ListUsers'"),
        (true, 4, "event_time IS NULL OR event_time >= '2026-01-16T10:00:00Z'"),
    ] {
        let sql = format!("SELECT event_id, user_name FROM cloudtrail WHERE {condition}");
        let plan = physical(&session, &sql).await;
        let is_asked = plan.contains("predicate=") || plan.contains("FilterExec");
        assert_eq!(is_asked, asked, "{condition}\n{plan}");
        assert_eq!(rows(&session, &sql, &none()).await.len(), found, "{condition}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn athenas_text_times_and_structs_read_as_little_as_our_columns() {
    let session = session().await;
    for (wanted, condition) in [
        (1, "eventtime >= '2026-01-17T00:00:00Z'"),
        (1, "\"timestamp\" = '2026/01/15'"),
        (1, "from_iso8601_timestamp(eventtime) >= TIMESTAMP '2026-01-17T00:00:00Z'"),
    ] {
        let sql = format!("SELECT eventid FROM cloudtrail_logs WHERE {condition}");
        assert_eq!(files(&session, &sql).await, wanted, "{condition}\n{}", physical(&session, &sql).await);
    }
    let sql = "SELECT useridentity.sessioncontext.attributes.mfaauthenticated FROM cloudtrail_logs";
    let plan = physical(&session, sql).await;
    assert!(plan.contains("session_mfa_authenticated") && !plan.contains("user_arn"), "{plan}");
    assert_eq!(rows(&session, sql, &none()).await.len(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_columns_are_in_the_tables_order() {
    let session = session().await;
    for table in ["cloudtrail", "objects", "dead_letters", "findings", "detections"] {
        let frame = session.plan(&format!("SELECT * FROM {table}"), &none()).unwrap();
        let names: Vec<_> = frame.schema().fields().iter().map(|field| field.name().clone()).collect();
        let of = Table::ALL.into_iter().find(|other| other.name() == table).unwrap_or(Table::Findings);
        let wanted: Vec<_> =
            lake::table_schema(of).fields().iter().map(|field| field.name().clone()).collect();
        assert_eq!(names, wanted, "{table}");
    }
    let sql = "SELECT event_date, event_id, event_time FROM cloudtrail ORDER BY event_time LIMIT 1";
    assert_eq!(rows(&session, sql, &none()).await, [["2026-01-15", "id-0", "2026-01-15T08:00:00Z"]]);
    assert_eq!(value(&session, "SELECT count(*) FROM objects", &none()).await, "3");
    assert_eq!(
        value(&session, "SELECT min(event_time) FROM cloudtrail", &none()).await,
        "2026-01-15T08:00:00Z"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn later_commits_are_seen_after_a_refresh() {
    let (lake, _) = lake().await;
    let session = Session::over_lake(&lake, &Limits::default()).await.unwrap();
    let writer = lake.writer().await.unwrap();
    let mut batch = writer.begin();
    let json = format!(r#"{{"Records":[{}]}}"#, record(50, "2026-01-18T00:00:00Z", "X"));
    writer.add(&mut batch, row("s3://b/more", 1), decode(&json), Vec::new()).await.unwrap();
    writer.commit(batch).await.unwrap();
    let count = async || value(&session, "SELECT count(*) FROM cloudtrail", &none()).await;
    assert_eq!(count().await, "7");
    session.refresh().await.unwrap();
    assert_eq!(count().await, "8");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_an_older_schema_reads_with_nulls() {
    let (lake, store) = lake().await;
    let snapshot = lake.snapshot(Table::Cloudtrail).await.unwrap();
    let file = snapshot.files.values().find(|file| file.partition.as_deref() == Some(DAYS[2])).unwrap();
    let at = StorePath::from(format!("cloudtrail/{}", file.path));
    let bytes = store.get(&at).await.unwrap().bytes().await.unwrap();
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap();
    let batch = reader.build().unwrap().next().unwrap().unwrap();
    let keep: Vec<_> = (0..batch.num_columns())
        .filter(|index| batch.schema().field(*index).name() != "user_agent")
        .collect();
    let older = batch.project(&keep).unwrap();
    let mut bytes = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, older.schema(), None).unwrap();
    writer.write(&older).unwrap();
    writer.close().unwrap();
    let log: Vec<_> =
        store.list(Some(&StorePath::from("cloudtrail/_delta_log"))).try_collect().await.unwrap();
    for entry in log {
        let found = store.get(&entry.location).await.unwrap().bytes().await.unwrap();
        let mut found = String::from_utf8(found.to_vec()).unwrap();
        if let Some(at) = found.find("\"trailhoundChecksum\"") {
            let end = at + found[at..].find(',').unwrap();
            found.replace_range(at..=end, "");
        }
        let resized = found.replace(&format!("\"size\":{}", file.size), &format!("\"size\":{}", bytes.len()));
        store.put(&entry.location, resized.into_bytes().into()).await.unwrap();
    }
    store.put(&at, bytes.into()).await.unwrap();
    let session = Session::over_lake(&lake, &Limits::default()).await.unwrap();
    let sql = "SELECT user_agent, event_id, ingest_batch FROM cloudtrail WHERE event_date = '2026-01-17' ORDER BY 2";
    assert_eq!(rows(&session, sql, &none()).await, [["NULL", "id-4", "3"], ["NULL", "id-5", "3"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_show_the_newest_revision() {
    let (lake, _) = lake().await;
    let found = |revision: i64, message: &str| {
        let schema = lake::findings_schema();
        let columns = schema.fields().iter().map(|field| -> ArrayRef {
            match (field.name().as_str(), field.data_type()) {
                ("finding_id", _) => Arc::new(StringArray::from(vec!["f"])),
                ("message", _) => Arc::new(StringArray::from(vec![message])),
                ("revision", _) => Arc::new(Int64Array::from(vec![revision])),
                ("found_at", _) => {
                    Arc::new(TimestampMicrosecondArray::from(vec![revision]).with_timezone("UTC"))
                }
                (_, data_type) => arrow::array::new_null_array(data_type, 1),
            }
        });
        RecordBatch::try_new(schema.clone(), columns.collect()).unwrap()
    };
    for (revision, message) in [(1, "one"), (2, "two"), (2, "two")] {
        lake.append_findings(&[found(revision, message)], Timestamp::UNIX_EPOCH).await.unwrap();
    }
    let session = Session::over_lake(&lake, &Limits::default()).await.unwrap();
    for table in ["findings", "detections"] {
        let sql = format!("SELECT revision, message FROM {table}");
        assert_eq!(rows(&session, &sql, &none()).await, [["2", "two"]]);
    }
    assert_eq!(value(&session, "SELECT count(*) FROM internal.findings", &none()).await, "3");
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_are_literals() {
    let session = session().await;
    let count = async |condition: &str, params: &BTreeMap<String, Literal>| {
        value(&session, &format!("SELECT count(*) FROM cloudtrail WHERE {condition}"), params).await
    };
    assert_eq!(count("request_parameters ->> 's' = $s", &with("s", text("it's"))).await, "7");
    assert_eq!(count("event_name = $x", &with("x", text("' OR 1 = 1 --"))).await, "0");
    let time = Literal::Time("2026-01-16T20:00:00Z".parse().unwrap());
    assert_eq!(count("event_time >= $t", &with("t", time.clone())).await, "3");
    let list = Literal::List(vec![text("id-1"), text("id-2")]);
    assert_eq!(count("event_id IN ($l)", &with("l", list.clone())).await, "2");
    assert_eq!(count("event_id NOT IN ('id-0', $l)", &with("l", list)).await, "4");
    let empty = Literal::List(Vec::new());
    assert_eq!(count("event_id IN ($l)", &with("l", empty.clone())).await, "0");
    assert_eq!(count("event_id NOT IN ($l)", &with("l", empty.clone())).await, "7");
    assert_eq!(count("ip_in(source_ip_address, $l)", &with("l", empty)).await, "0");
    let nets = Literal::List(vec![text("198.51.100.0/31")]);
    assert_eq!(count("ip_in(source_ip_address, $l)", &with("l", nets)).await, "2");
    assert_eq!(count("'$x' = $x AND $x = $x", &with("x", text("$x"))).await, "7");
    let plan =
        session.plan("SELECT event_id FROM cloudtrail WHERE event_time >= $t", &with("t", time)).unwrap();
    let plan = plan.create_physical_plan().await.unwrap();
    assert_eq!(displayable(plan.as_ref()).indent(true).to_string().matches(".parquet").count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_say_what_to_change() {
    let session = session().await;
    let error = |sql: &str, params: &BTreeMap<String, Literal>| match session.plan(sql, params) {
        Err(QueryError::Statement(message)) => message,
        other => panic!("{sql}: {other:?}"),
    };
    for (sql, wanted) in [
        ("SELECT eventname FROM cloudtrail", "no column `eventname`; did you mean `event_name`"),
        ("SELECT c.evnt_time FROM cloudtrail c", "no column `evnt_time`; did you mean `event_time`"),
        ("SELECT zzzz FROM cloudtrail", "no column `zzzz`; DESCRIBE lists a table's columns"),
        ("SELECT 1 FROM cloudtrial", "no table `cloudtrial`; did you mean `cloudtrail`"),
        (
            "SELECT 1 FROM zzzz",
            "no table `zzzz`; there are baseline, cloudtrail, cloudtrail_logs, dead_letters, detections, findings, objects",
        ),
        (
            "SELECT cidr_contain('10.0.0.0/8', '1')",
            "no function `cidr_contain`; did you mean `cidr_contains`?",
        ),
        ("SELECT 1 FROM\n  WHERE 1", "syntax error at line 2"),
        ("SELECT $x", "parameter `$x` has no value: give it with --param x=VALUE"),
        ("SELECT * FROM '/etc/passwd'", "no table"),
        ("SELECT * FROM read_csv('/etc/passwd')", "read_csv"),
    ] {
        let message = error(sql, &none());
        assert!(
            message.starts_with(wanted) || wanted == "read_csv" && message.contains(wanted),
            "{sql}: {message}"
        );
    }
    let unused = error("SELECT 1", &with("x", text("")));
    assert_eq!(unused, "parameter `x` is not used: the statement has no such `$name`");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_or_runs_and_a_longer_one_is_an_error() {
    let session = session().await;
    let or = |terms: usize| {
        let terms: Vec<_> = (0..terms).map(|term| format!("user_agent LIKE '%{term}%'")).collect();
        format!("SELECT count(*) FROM cloudtrail WHERE {}", terms.join(" OR "))
    };
    assert_eq!(value(&session, &or(450), &none()).await, "0");
    let error = session.plan(&or(3_000), &none()).unwrap_err().to_string();
    assert!(error.starts_with("the statement is too large"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_arrow_operator_yields_json_text_at_output() {
    let session = session().await;
    let sql = "SELECT request_parameters -> 'n' AS n, request_parameters -> 's' AS s, request_parameters -> 'x' AS x
        FROM cloudtrail WHERE event_id = 'id-3'";
    assert_eq!(rows(&session, sql, &none()).await, [["3", "\"it's\"", "NULL"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_that_passes_a_limit_ends_with_an_error() {
    let (lake, _) = lake().await;
    let end = async |limits: Limits, sql: &str| {
        let session = Session::over_lake(&lake, &limits).await.unwrap();
        let mut stream = session.run(session.plan(sql, &none()).unwrap()).await.unwrap();
        loop {
            match stream.next().await {
                Some(Ok(_)) => {}
                Some(Err(error)) => return Some(QueryError::of_running(error).to_string()),
                None => return None,
            }
        }
    };
    let rows = Limits { rows: Some(5), ..Limits::default() };
    let message = end(rows, "SELECT event_id FROM cloudtrail").await.unwrap();
    assert!(message.starts_with("the result has more than 5 rows"), "{message}");
    assert_eq!(end(rows, "SELECT event_id FROM cloudtrail LIMIT 5").await, None);
    let time = Limits { time: Some(Duration::from_millis(500)), ..Limits::default() };
    let long = "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b WHERE a.value % 7 = b.value % 11";
    let message = end(time, long).await.unwrap();
    assert!(message.contains("takes longer than 500ms"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn raw_rows_are_a_table_that_can_be_read_twice() {
    let batches: RawBatches = Arc::new(|| {
        let json = format!(r#"{{"Records":[{}]}}"#, record(1, "2026-01-15T00:00:00Z", "CreateUser"));
        let table = event::table_schema();
        let batches: Vec<_> = decode(&json)
            .into_iter()
            .map(|chunk| {
                let column = |name: &String| chunk.batch.column_by_name(name).cloned();
                let columns = table.fields().iter().map(|field| {
                    column(field.name()).unwrap_or_else(|| {
                        arrow::array::new_null_array(field.data_type(), chunk.batch.num_rows())
                    })
                });
                Ok(RecordBatch::try_new(table.clone(), columns.collect()).unwrap())
            })
            .collect();
        futures::stream::iter(batches).boxed()
    });
    let session = Session::over_raw(batches, &Limits::default()).unwrap();
    let sql =
        "SELECT a.event_name, b.user_name FROM cloudtrail a JOIN cloudtrail b ON a.event_id = b.event_id
        WHERE a.event_date = '2026-01-15'";
    assert_eq!(rows(&session, sql, &none()).await, [["CreateUser", "u1"]]);
    let sql = "SELECT useridentity.username FROM cloudtrail_logs WHERE eventname = 'CreateUser'";
    assert_eq!(rows(&session, sql, &none()).await, [["u1"]]);
    let broken: RawBatches =
        Arc::new(|| futures::stream::iter([Err(anyhow::anyhow!("no such bucket"))]).boxed());
    let session = Session::over_raw(broken, &Limits::default()).unwrap();
    let mut stream = session.run(session.plan("SELECT * FROM cloudtrail", &none()).unwrap()).await.unwrap();
    let error = QueryError::of_running(stream.next().await.unwrap().unwrap_err());
    assert_eq!(error.to_string(), "the query failed: no such bucket");
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_is_bounded() {
    let limits = Limits { memory: 100 << 10, ..Limits::default() };
    let session = Session::empty(&limits).unwrap();
    let sql = "SELECT array_agg(value) FROM generate_series(1, 1000000)";
    let mut stream = session.run(session.plan(sql, &none()).unwrap()).await.unwrap();
    let error = QueryError::of_running(stream.next().await.unwrap().unwrap_err());
    assert!(matches!(&error, QueryError::Limit(message) if message.contains("[limits] memory")), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_come_from_the_log_alone() {
    let session = session().await;
    let plan = session.plan("SELECT count(*) FROM cloudtrail", &none()).unwrap();
    let plan = plan.create_physical_plan().await.unwrap();
    assert!(!displayable(plan.as_ref()).indent(true).to_string().contains(".parquet"));
    let batches = session.plan("SELECT count(*) FROM cloudtrail", &none()).unwrap().collect().await.unwrap();
    assert_eq!(batches[0].column(0).as_primitive::<Int64Type>().value(0), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_shipped_hunt_runs() {
    let session = session().await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("queries/hunts");
    let times = ["2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"].map(|time| time.parse().unwrap());
    let mut hunts = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "sql") {
            continue;
        }
        let hunt = Hunt::parse(&std::fs::read_to_string(&path).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let given = hunt.params.iter().filter(|(_, param)| param.required).map(|(name, param)| {
            let value = match param.kind.item {
                ItemType::Text => "x",
                ItemType::Int | ItemType::Float => "1",
                ItemType::Bool => "true",
                ItemType::Time => "2026-01-15",
                ItemType::Ip => "198.51.100.1",
                ItemType::Cidr => "198.51.100.0/24",
            };
            format!("{name}={value}")
        });
        let values = hunt.bind(&given.collect::<Vec<_>>(), times[0], times[1]).unwrap();
        rows(&session, &hunt.sql, &values).await;
        hunts += 1;
    }
    assert!(hunts >= 20, "{hunts}");
}

mod baseline;
mod limits;
