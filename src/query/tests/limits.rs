//! Limits hold in every phase of a statement, whatever blocks in it.

use std::time::Instant;

use arrow::datatypes::DataType;
use datafusion::error::Result;
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use tokio::runtime::Builder;

use super::*;

const LONG: Duration = Duration::from_secs(20);

/// `slow(x)` takes long to plan, or to evaluate.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Slow {
    signature: Signature,
    to_plan: bool,
}

impl ScalarUDFImpl for Slow {
    fn name(&self) -> &str {
        "slow"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        if self.to_plan {
            std::thread::sleep(LONG);
        }
        Ok(types[0].clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        std::thread::sleep(LONG);
        Ok(args.args[0].clone())
    }
}

async fn end(session: &Session, sql: &str) -> Result<(), QueryError> {
    let mut stream = session.run(session.prepare(sql, &none()).await?).await?;
    while let Some(batch) = stream.next().await {
        batch.map_err(QueryError::of_running)?;
    }
    Ok(())
}

/// A session with a second of time and `slow`, whose one thread the query blocks.
fn with_slow(to_plan: bool, sql: &str) -> (QueryError, Duration) {
    let limits = Limits { time: Some(Duration::from_secs(1)), ..Limits::default() };
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let session = Session::empty(&limits).unwrap();
    let signature = Signature::any(1, Volatility::Immutable);
    session.context().register_udf(ScalarUDF::from(Slow { signature, to_plan }));
    let started = Instant::now();
    let error = runtime.block_on(end(&session, sql)).unwrap_err();
    let took = started.elapsed();
    runtime.shutdown_background();
    (error, took)
}

#[test]
fn time_is_limited_while_planning_optimizing_and_running() {
    for (to_plan, argument) in [(true, "1"), (false, "1"), (false, "value")] {
        let sql = format!("SELECT slow({argument}) FROM generate_series(1, 3)");
        let (error, took) = with_slow(to_plan, &sql);
        let message = error.to_string();
        assert!(matches!(error, QueryError::Limit(_)), "{message}");
        assert!(message.contains("takes longer than 1s"), "{message}");
        assert!(took < LONG / 2, "slow({argument}): {took:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_grow_beyond_bounds_is_refused_and_what_would_not_is_made() {
    let session = session().await;
    for (sql, expected) in [
        (
            "SELECT repeat('ab', 3), lpad('a', 3, 'b'), rpad('a', 3), repeat(NULL, 3), repeat('a', -1)",
            "ababab",
        ),
        ("SELECT range(3), range(1, 7, 2), generate_series(3, 1, -1), range(1, 1)", "[0, 1, 2]"),
        ("SELECT array_repeat('a', 2), array_resize([1], 3, 0), list_repeat(1, 2)", "[a, a]"),
        ("SELECT max(length(repeat(event_name, 100))) FROM cloudtrail", "1000"),
        ("SELECT range(DATE '2026-01-01', DATE '2026-01-03', INTERVAL '1 day')", "[2026-01-01, 2026-01-02]"),
        ("SELECT range(now(), now(), INTERVAL '1 day') IS NULL", "false"),
    ] {
        assert_eq!(value(&session, sql, &none()).await, expected, "{sql}");
    }
    for call in [
        "repeat('x', 2000000000)",
        "repeat(event_name, 2000000000)",
        "repeat('x', 9223372036854775807)",
        "lpad('x', 2000000000)",
        "rpad(event_name, 2000000000, 'y')",
        "range(9223372036854775807)",
        "range(9223372036854775807, -9223372036854775808, -1)",
        "generate_series(1, 100000000000, 7)",
        "array_repeat(event_name, 100000000)",
        "list_repeat([1, 2, 3], 100000000)",
        "array_resize([1], 4000000000)",
    ] {
        let error = end(&session, &format!("SELECT {call} FROM cloudtrail")).await.unwrap_err().to_string();
        assert!(error.contains("are made at a time"), "{call}: {error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn spilled_files_go_with_the_session() {
    let limits = Limits { memory: 40 << 20, ..Limits::default() };
    let session = Session::empty(&limits).unwrap();
    let sql = "SELECT count(*) FROM
        (SELECT value % 100000000 AS k, count(*) FROM generate_series(1, 100000000000) GROUP BY k)";
    let stream = session.run(session.plan(sql, &none()).unwrap()).await.unwrap();
    let disk = session.context().runtime_env().disk_manager.clone();
    let reading = tokio::spawn(stream.collect::<Vec<_>>());
    let started = Instant::now();
    while disk.temp_dir_paths().is_empty() {
        assert!(started.elapsed() < LONG, "nothing is spilled");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    drop(session);
    assert!(disk.temp_dir_paths().iter().all(|folder| !folder.try_exists().unwrap()));
    reading.abort();
}
