//! `baseline` says what a query over all events counts, however much of it the lake has counted, and how often.

use super::*;
use crate::lake::{Attribute, Health};
use crate::timespan::Timespan;

/// Events of this many users and roles, on five days.
const EVENTS: usize = 600;

/// A record that differs from its neighbours in all that is counted.
fn varied(id: usize) -> String {
    let pick = |of: &[&str], salt: usize| of[(id * 7919 + salt * 104_729) / 13 % of.len()].to_owned();
    let user = pick(&["ana", "ben", "cem"], 1);
    let identity = match id % 5 {
        0 => format!(
            r#"{{"type":"AssumedRole","arn":"arn:aws:sts::111111111111:assumed-role/ci/{id}","accessKeyId":"ASIAX",
            "sessionContext":{{"sessionIssuer":{{"type":"Role","arn":"arn:aws:iam::111111111111:role/ci"}}}}}}"#
        ),
        1 => r#"{"type":"AWSService","invokedBy":"config.amazonaws.com"}"#.to_owned(),
        2 => format!(
            r#"{{"type":"IAMUser","arn":"arn:aws:iam::111111111111:user/{user}","invokedBy":"athena.amazonaws.com"}}"#
        ),
        _ => format!(
            r#"{{"type":"IAMUser","arn":"arn:aws:iam::111111111111:user/{user}","accessKeyId":"AKIA{user}"}}"#
        ),
    };
    let (day, hour, minute) = (11 + id % 5, id / 5 % 24, id % 60);
    let error = if id.is_multiple_of(11) { r#","errorCode":"AccessDenied""# } else { "" };
    let (region, name) =
        (pick(&["us-east-1", "eu-west-1"], 2), pick(&["ListUsers", "GetUser", "PutUser"], 3));
    let agent = pick(&["aws-cli/2.1 Linux/5", "aws-cli/2.2 Linux/6", "Boto3/1 Darwin/3"], 4);
    format!(
        r#"{{"eventVersion":"1.08","userIdentity":{identity},"eventTime":"2026-01-{day}T{hour:02}:{minute:02}:00Z",
        "eventSource":"iam.amazonaws.com","eventName":"{name}","awsRegion":"{region}","userAgent":"{agent}",
        "sourceIPAddress":"198.51.{}.{}","eventID":"id-{id}","recipientAccountId":"{}11111111111"{error}}}"#,
        id % 3,
        id % 7,
        1 + id % 2,
    )
}

fn trail(ids: impl Iterator<Item = usize>) -> String {
    format!(r#"{{"Records":[{}]}}"#, ids.map(varied).collect::<Vec<_>>().join(","))
}

async fn ingest(lake: &Lake, part: usize, parts: usize) {
    let writer = lake.writer().await.unwrap();
    let mut batch = writer.begin();
    let json = trail((0..EVENTS).filter(|id| id % parts == part));
    writer.add(&mut batch, row(&format!("s3://b/{part}"), 1), decode(&json), Vec::new()).await.unwrap();
    writer.commit(batch).await.unwrap();
}

fn new_lake() -> Lake {
    let place = Location::S3 { bucket: "test".to_owned(), prefix: String::new() };
    Lake::over(place, Arc::new(InMemory::new()))
}

const COLUMNS: &str =
    r#""day", account_id, principal, attribute, "value", "count", first_time, last_time, first_event_id"#;

/// What there is in `baseline`.
async fn counted(session: &Session) -> Vec<Vec<String>> {
    rows(session, &format!("SELECT {COLUMNS} FROM baseline ORDER BY {COLUMNS}"), &none()).await
}

/// The same as plain SQL says it of all events.
async fn expected(session: &Session) -> Vec<Vec<String>> {
    let by_themselves = "user_invoked_by IS NULL";
    let of = |attribute: Attribute| match attribute {
        Attribute::AccessKey => ("access_key_id", "access_key_id LIKE 'AKIA%'"),
        Attribute::Client => (
            "CASE WHEN user_agent LIKE 'aws-cli%' THEN 'aws-cli linux' ELSE 'Boto3 macos' END",
            by_themselves,
        ),
        Attribute::Error => ("error_code", "error_code IS NOT NULL"),
        Attribute::Event => ("'iam:' || event_name", by_themselves),
        Attribute::Network => ("regexp_replace(source_ip, '[0-9]+$', '0/24')", by_themselves),
        Attribute::Region => ("aws_region", "true"),
    };
    let parts = Attribute::ALL.map(|attribute| {
        let (value, condition) = of(attribute);
        format!(
            r#"SELECT event_date AS "day", recipient_account_id AS account_id, principal, '{}' AS attribute, {value} AS "value",
            count(*) AS "count", min(event_time) AS first_time, max(event_time) AS last_time,
            first_value(event_id ORDER BY event_time, event_id) AS first_event_id
            FROM cloudtrail WHERE {condition} GROUP BY 1, 2, 3, 4, 5"#,
            attribute.name()
        )
    });
    let sql =
        format!("SELECT {COLUMNS} FROM ({}) AS all_parts ORDER BY {COLUMNS}", parts.join(" UNION ALL "));
    rows(session, &sql, &none()).await
}

async fn assert_right(lake: &Lake, when: &str) {
    let session = Session::over_lake(lake, &Limits::default()).await.unwrap();
    let (counted, expected) = (counted(&session).await, expected(&session).await);
    assert!(counted.len() > 100, "{when}");
    let first = counted.iter().zip(&expected).find(|(counted, expected)| counted != expected);
    assert!(first.is_none() && counted.len() == expected.len(), "{when}: {first:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lake_that_has_counted_nothing_some_or_all_of_it_answers_alike() {
    let lake = new_lake();
    ingest(&lake, 0, 3).await;
    ingest(&lake, 1, 3).await;
    assert_right(&lake, "nothing counted").await;
    let followed = lake.follow_baseline().await.unwrap();
    assert!(followed.batch == 2 && followed.rows > 100, "{followed:?}");
    assert_right(&lake, "all counted").await;
    ingest(&lake, 2, 3).await;
    assert_right(&lake, "some counted").await;
    lake.optimize(1).await.unwrap();
    assert_right(&lake, "some counted, of files that were merged").await;
    assert_eq!(lake.follow_baseline().await.unwrap().batch, 3);
    assert_right(&lake, "all counted again").await;
    assert_eq!(lake.follow_baseline().await.unwrap().rows, 0, "nothing is left to count");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_batches_come_to_few_files_and_to_the_same() {
    let lake = new_lake();
    for part in 0..20 {
        ingest(&lake, part, 20).await;
        lake.follow_baseline().await.unwrap();
    }
    let files = lake.snapshot(Table::Baseline).await.unwrap().files.len();
    assert!(files < 8, "{files} files");
    assert_right(&lake, "twenty batches").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_counts_at_the_same_time_counts_nothing_twice() {
    let lake = new_lake();
    for part in 0..3 {
        ingest(&lake, part, 3).await;
        let (one, two) = tokio::join!(lake.follow_baseline(), lake.follow_baseline());
        assert_eq!(one.unwrap().batch, two.unwrap().batch);
    }
    assert_right(&lake, "two at a time").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn raw_logs_are_counted_as_a_lake_is() {
    let lake = new_lake();
    ingest(&lake, 0, 1).await;
    let of_lake = Session::over_lake(&lake, &Limits::default()).await.unwrap();
    let rows: Vec<RecordBatch> = {
        let stream = of_lake.run(of_lake.plan("SELECT * FROM cloudtrail", &none()).unwrap()).await.unwrap();
        stream.try_collect().await.unwrap()
    };
    let schema = event::table_schema();
    let as_decoded = |rows: &RecordBatch| {
        let columns = rows.columns().iter().zip(schema.fields());
        let columns = columns.map(|(column, field)| arrow::compute::cast(column, field.data_type()).unwrap());
        RecordBatch::try_new(schema.clone(), columns.collect()).unwrap()
    };
    let batches: Vec<_> = rows.iter().map(as_decoded).collect();
    let factory = move || futures::stream::iter(batches.clone().into_iter().map(Ok)).boxed();
    let of_raw = Session::over_raw(Arc::new(factory), &Limits::default()).unwrap();
    assert_eq!(counted(&of_raw).await, counted(&of_lake).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_baseline_of_another_history_is_not_believed_and_made_anew() {
    let (lake, other) = (new_lake(), new_lake());
    for part in 0..3 {
        ingest(&other, part, 3).await;
    }
    other.follow_baseline().await.unwrap();
    ingest(&lake, 0, 1).await;
    // As after `cloudtrail` was put back to an older state: the baseline stands at batch 3, and there is one.
    let mut files = other.store().list(Some(&StorePath::from("baseline")));
    while let Some(file) = files.try_next().await.unwrap() {
        let bytes = other.store().get(&file.location).await.unwrap().bytes().await.unwrap();
        lake.store().put(&file.location, bytes.into()).await.unwrap();
    }
    assert_right(&lake, "of another history").await;
    assert_eq!(lake.follow_baseline().await.unwrap().batch, 1);
    assert_right(&lake, "made anew").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_of_time_leaves_the_days_that_it_touches() {
    let lake = new_lake();
    ingest(&lake, 0, 1).await;
    for followed in [false, true] {
        if followed {
            lake.follow_baseline().await.unwrap();
        }
        let session = Session::over_lake(&lake, &Limits::default()).await.unwrap();
        let time = |text: &str| Some(text.parse().unwrap());
        let span = Timespan { since: time("2026-01-12T06:00:00Z"), until: time("2026-01-14T00:00:00Z") };
        session.restrict(&span).await.unwrap();
        let days = rows(&session, r#"SELECT DISTINCT "day" FROM baseline ORDER BY 1"#, &none()).await;
        assert_eq!(days, [["2026-01-12"], ["2026-01-13"]], "followed: {followed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_baseline_that_is_damaged_is_named_by_the_doctor_and_counted_anew() {
    for of_log in [false, true] {
        let lake = new_lake();
        ingest(&lake, 0, 1).await;
        lake.follow_baseline().await.unwrap();
        let files: Vec<_> =
            lake.store().list(Some(&StorePath::from("baseline"))).try_collect().await.unwrap();
        let is_meant = |path: &str| match of_log {
            true => path.ends_with("00000000000000000000.json"),
            false => path.ends_with(".parquet"),
        };
        let file = files.iter().find(|file| is_meant(file.location.as_ref())).unwrap();
        match of_log {
            true => drop(lake.store().put(&file.location, "{".into()).await.unwrap()),
            false => lake.store().delete(&file.location).await.unwrap(),
        }
        let found = lake.doctor(false, false).await.unwrap();
        let is_told = found.checks.iter().any(|check| check.message.contains("counts anew"));
        assert!(found.health() == Health::Bad && is_told, "{found:?}");

        let mended = lake.doctor(true, false).await.unwrap();
        assert_eq!(mended.health(), Health::Mended, "{mended:?}");
        assert_right(&lake, "mended").await;
        assert_eq!(lake.follow_baseline().await.unwrap().batch, 1);
        assert_right(&lake, "counted anew").await;
        assert_eq!(lake.doctor(false, true).await.unwrap().health(), Health::Good);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn values_without_end_are_counted_as_one_from_some_number_on() {
    let lake = new_lake();
    let writer = lake.writer().await.unwrap();
    let mut batch = writer.begin();
    let record = |id: usize| {
        format!(
            r#"{{"eventVersion":"1.08","userIdentity":{{"type":"IAMUser","arn":"arn:aws:iam::111111111111:user/x"}},
            "eventTime":"2026-01-11T08:00:00Z","eventSource":"iam.amazonaws.com","eventName":"Call{id}",
            "awsRegion":"us-east-1","eventID":"id-{id}","recipientAccountId":"111111111111"}}"#
        )
    };
    let json = format!(r#"{{"Records":[{}]}}"#, (0..1_500).map(record).collect::<Vec<_>>().join(","));
    writer.add(&mut batch, row("s3://b/x", 1), decode(&json), Vec::new()).await.unwrap();
    writer.commit(batch).await.unwrap();
    lake.follow_baseline().await.unwrap();
    let session = Session::over_lake(&lake, &Limits::default()).await.unwrap();
    let sql = r#"SELECT count(*), count("value"), sum("count") FROM baseline WHERE attribute = 'event'"#;
    assert_eq!(rows(&session, sql, &none()).await, [["1001", "1000", "1500"]]);
}
