//! Statements that would overflow a stack, eat the memory or the time: each ends, in bounds, with an
//! answer or with an error that says what is wrong.
//!
//! The real executable runs every one with 256 MB of memory and a second of time, and its peak of memory
//! and its time on processors are measured. `HOSTILE_TABLE=1` prints what each took.

use std::fmt::Write as _;
use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::harness::{Record, TestLake};

/// What must be there at the end.
#[derive(Debug, Clone, Copy)]
enum End {
    /// Rows.
    Answer,
    /// An error with these words.
    Error(&'static str),
    /// One of the two: which, depends on the machine.
    Either,
}

use End::{Answer, Either, Error};

/// Peak of resident memory.
const MEMORY_MAX_KIB: u64 = 1 << 20;

/// Time on processors: of all of them for the second which is allowed, and of planning before it.
fn cpu_max() -> Duration {
    let processors = std::thread::available_parallelism().map_or(2, usize::from);
    Duration::from_secs(3) + Duration::from_millis(1_300) * u32::try_from(processors).unwrap_or(2)
}

/// Time that passes, on a machine that does much else.
const WALL_MAX: Duration = Duration::from_secs(30);

fn repeat(times: usize, unit: &str, between: &str) -> String {
    vec![unit; times].join(between)
}

/// `open` many times, `inner`, `close` as often.
fn nest(times: usize, open: &str, inner: &str, close: &str) -> String {
    format!("{}{inner}{}", open.repeat(times), close.repeat(times))
}

fn numbered(count: usize, unit: impl Fn(usize) -> String, between: &str) -> String {
    (0..count).map(unit).collect::<Vec<_>>().join(between)
}

/// Statements whose text is large or nests.
fn of_shape() -> Vec<(&'static str, String, End)> {
    let from = "FROM cloudtrail WHERE";
    let columns = |count: usize| numbered(count, |at| format!("value + {at}"), ", ");
    let ctes = |count: usize, body: &dyn Fn(usize) -> String| {
        numbered(
            count,
            |at| format!("t{at} AS ({})", if at == 0 { "SELECT 1 AS x".to_owned() } else { body(at - 1) }),
            ", ",
        )
    };
    let deep = (0..10).fold("SELECT value AS x, value FROM generate_series(1, 10)".to_owned(), |inner, _| {
        format!("SELECT x{} AS x, value FROM ({inner})", repeat(440, " - value", ""))
    });
    let sets = |count: usize| numbered(count, |at| format!("(user_name, {at})"), ", ");
    vec![
        ("subqueries that become one expression", format!("SELECT x FROM ({deep})"), Either),
        (
            "a long constant",
            "SELECT repeat('x', 300000), value FROM generate_series(1, 8192)".into(),
            Error("would make"),
        ),
        (
            "a list filled with long texts",
            "SELECT array_resize([''], 8000000, repeat('x', 1000))".into(),
            Error("would make"),
        ),
        ("OR of 100,000", format!("SELECT 1 {from} {}", repeat(100_000, "a=1", " OR ")), Error("too large")),
        ("OR of 3,000", format!("SELECT 1 {from} {}", repeat(3_000, "user_name = 'x'", " OR ")), Error("too large")),
        ("OR of 480", format!("SELECT 1 {from} {}", numbered(480, |at| format!("user_name LIKE '%{at}%'"), " OR ")), Either),
        ("AND of 480", format!("SELECT 1 {from} {}", numbered(480, |at| format!("user_name <> '{at}'"), " AND ")), Either),
        ("AND of ORs", format!("SELECT 1 {from} {}", numbered(160, |at| format!("(user_name = '{at}' OR user_name LIKE '{at}%' AND aws_region = 'x')"), " AND ")), Either),
        ("10,000 brackets", format!("SELECT {}", nest(10_000, "(", "1", ")")), Error("too")),
        ("10,000 brackets of a table", format!("SELECT * FROM {}", nest(10_000, "(", "cloudtrail", ")")), Error("too")),
        ("90 brackets", format!("SELECT {}", nest(90, "(", "1", ")")), Either),
        ("90 brackets of a table", format!("SELECT count(*) FROM {}", nest(90, "(", "cloudtrail", ")")), Either),
        ("brackets that never close", format!("SELECT {}", "(".repeat(9_000)), Error("")),
        ("brackets that only close", format!("SELECT {}", ")".repeat(100_000)), Error("syntax error")),
        ("CASE in CASE", format!("SELECT {}", nest(2_000, "CASE WHEN true THEN ", "1", " END")), Error("too")),
        ("CASE in CASE, 40", format!("SELECT {}", nest(40, "CASE WHEN true THEN ", "1", " END")), Either),
        ("CASE with 4,000 branches", format!("SELECT CASE {} END FROM cloudtrail", numbered(4_000, |at| format!("WHEN user_name = '{at}' THEN {at}"), " ")), Either),
        ("subquery in subquery", format!("SELECT {}", nest(300, "(SELECT ", "1", ")")), Error("too")),
        ("subquery in FROM, 90", format!("SELECT * FROM {}", nest(90, "(SELECT * FROM ", "cloudtrail", ") AS t")), Either),
        ("EXISTS in EXISTS", format!("SELECT 1 {from} {}", nest(40, "EXISTS (SELECT 1 FROM cloudtrail WHERE ", "true", ")")), Either),
        ("correlated subqueries", format!("SELECT {} FROM cloudtrail a", repeat(60, "(SELECT max(event_time) FROM cloudtrail b WHERE b.user_name = a.user_name)", ", ")), Either),
        ("IN of IN", format!("SELECT 1 {from} {}", nest(40, "event_id IN (SELECT event_id FROM cloudtrail WHERE ", "true", ")")), Either),
        ("500 common tables", format!("WITH {} SELECT * FROM t499", ctes(500, &|at| format!("SELECT * FROM t{at}"))), Error("too large")),
        ("190 common tables", format!("WITH {} SELECT * FROM t189", ctes(190, &|at| format!("SELECT x + 1 AS x FROM t{at}"))), Either),
        ("common tables that double", format!("WITH {} SELECT * FROM t40", ctes(41, &|at| format!("SELECT a.x FROM t{at} a, t{at} b"))), Error("tables read")),
        ("expressions that double", format!("WITH {} SELECT x FROM t60", ctes(61, &|at| format!("SELECT x + x AS x FROM t{at}"))), Either),
        ("text that doubles", format!("WITH {} SELECT length(x) FROM t60", ctes(61, &|at| format!("SELECT concat(x, x, 'abc') AS x FROM t{at}"))), Either),
        ("UNION of 5,000", repeat(5_000, "SELECT 1", " UNION ALL "), Error("too")),
        ("UNION of 190", numbered(190, |at| format!("SELECT {at}"), " UNION "), Either),
        ("EXCEPT of 190", numbered(190, |at| format!("SELECT {at}"), " EXCEPT "), Either),
        ("call in call, 10,000", format!("SELECT {}", nest(10_000, "upper(", "'a'", ")")), Error("too")),
        ("call in call, 45", format!("SELECT {}", nest(45, "upper(", "'a'", ")")), Error("too large")),
        ("call in call, 12", format!("SELECT {} FROM cloudtrail", nest(12, "upper(", "user_name", ")")), Answer),
        ("call in call, two of each", format!("SELECT {} FROM cloudtrail", nest(12, "concat(user_name, ", "user_name", ")")), Answer),
        ("wrong call in call", format!("SELECT {}", nest(45, "f(", "1 1", ")")), Error("")),
        ("wrong CAST in CAST", format!("SELECT {}", nest(45, "CAST(", "1 1", " AS int)")), Error("")),
        ("wrong CASE in CASE", format!("SELECT {}", nest(45, "CASE WHEN ", "1 1", " THEN 1 END")), Error("")),
        ("CAST in CAST", format!("SELECT {} FROM cloudtrail", nest(45, "CAST(", "user_name", " AS varchar)")), Either),
        (":: of 5,000", format!("SELECT 1{}", "::int::text".repeat(2_500)), Error("too large")),
        ("-> of 5,000", format!("SELECT request_parameters{} FROM cloudtrail", "->'a'".repeat(5_000)), Error("too large")),
        ("-> of 20", format!("SELECT request_parameters{} FROM cloudtrail", "->'a'".repeat(20)), Error("too large")),
        ("->> of 12", format!("SELECT request_parameters{}->>'b' FROM cloudtrail", "->'a'".repeat(11)), Answer),
        ("-> with calls between", format!("SELECT {} FROM cloudtrail", nest(6, "json_get(", "request_parameters -> 'a'", " -> 'b', 'c')")), Either),
        ("NOT of 20,000", format!("SELECT {}true", "NOT ".repeat(20_000)), Error("too")),
        ("NOT of 90", format!("SELECT {}true", "NOT ".repeat(90)), Either),
        ("minus of 20,000", format!("SELECT {}1", "- ".repeat(20_000)), Error("too")),
        ("plus of 400", format!("SELECT {} FROM cloudtrail", repeat(400, "length(user_name)", " + ")), Either),
        ("|| of 400", format!("SELECT {} FROM cloudtrail", repeat(400, "user_name", " || ")), Either),
        ("comparison of comparison", format!("SELECT {}", repeat(450, "true", " = ")), Either),
        ("IS NULL of 5,000", format!("SELECT 1{}", " IS NULL".repeat(5_000)), Error("too large")),
        ("AT TIME ZONE of 400", format!("SELECT now(){}", " AT TIME ZONE 'UTC'".repeat(400)), Either),
        ("arrays in arrays", format!("SELECT {}", nest(5_000, "[", "1", "]")), Error("")),
        ("arrays in arrays, 40", format!("SELECT {}", nest(40, "[", "1", "]")), Either),
        ("a long array", format!("SELECT [{}]", repeat(19_000, "1", ",")), Either),
        ("subscript of 5,000", format!("SELECT a{} FROM (SELECT [1] AS a)", "[1]".repeat(5_000)), Error("")),
        ("IN of 100,000 numbers", format!("SELECT 1 {from} length(user_name) IN ({})", numbered(100_000, |at| at.to_string(), ",")), Error("too large")),
        ("IN of 10,000 keys", format!("SELECT count(*) {from} access_key_id IN ({})", numbered(10_000, |at| format!("'AKIA{at:016}'"), ",")), Answer),
        ("VALUES of 9,000", format!("SELECT count(*) FROM (VALUES {})", numbered(9_000, |at| format!("({at})"), ",")), Either),
        ("5,000 columns", format!("SELECT {} FROM generate_series(1, 10)", columns(5_000)), Either),
        ("ORDER BY 5,000", format!("SELECT 1 FROM generate_series(1, 10) ORDER BY {}", columns(5_000)), Either),
        ("GROUP BY 3,000", format!("SELECT count(*) FROM generate_series(1, 10) GROUP BY {}", columns(3_000)), Either),
        ("join of 100", format!("SELECT count(*) FROM {}", numbered(100, |at| format!("cloudtrail t{at}"), ", ")), Either),
        ("join of 100 on ids", format!("SELECT count(*) FROM cloudtrail t0 {}", numbered(99, |at| format!("JOIN cloudtrail t{} ON t{at}.event_id = t{}.event_id", at + 1, at + 1), " ")), Either),
        ("outer joins of 60", format!("SELECT * FROM cloudtrail t0 {}", numbered(59, |at| format!("FULL JOIN cloudtrail t{} ON t{at}.event_id = t{}.event_id", at + 1, at + 1), " ")), Either),
        ("natural joins of 40", format!("SELECT count(*) FROM cloudtrail {}", numbered(39, |at| format!("NATURAL JOIN cloudtrail t{at}"), " ")), Either),
        ("CUBE of 30", format!("SELECT count(*) FROM cloudtrail GROUP BY CUBE ({})", numbered(30, |at| format!("length(user_name) + {at}"), ", ")), Error("groupings")),
        ("CUBE of 8", "SELECT count(*) FROM cloudtrail GROUP BY CUBE (user_name, event_name, aws_region, user_type, user_arn, event_source, event_id, user_agent)".to_owned(), Answer),
        ("CUBEs", "SELECT count(*) FROM cloudtrail GROUP BY CUBE (1,2,3,4,5,6), CUBE (1,2,3,4,5,6), CUBE (1,2,3)".to_owned(), Error("groupings")),
        ("ROLLUPs", format!("SELECT count(*) FROM cloudtrail GROUP BY ROLLUP ({}), ROLLUP ({0})", repeat(60, "user_name", ",")), Error("groupings")),
        ("GROUPING SETS of 5,000", format!("SELECT count(*) FROM cloudtrail GROUP BY GROUPING SETS ({})", sets(5_000)), Error("groupings")),
        ("500 windows", format!("SELECT {} FROM cloudtrail", numbered(500, |at| format!("lag(user_name, {at}) OVER (ORDER BY event_time, {at})"), ", ")), Either),
        ("EXPLAIN of much", format!("EXPLAIN VERBOSE SELECT 1 {from} {}", numbered(450, |at| format!("user_name LIKE '%{at}%'"), " OR ")), Either),
    ]
}

/// Statements that are short.
fn of_work() -> Vec<(&'static str, String, End)> {
    [
        ("endless recursion", "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t", Error("")),
        ("recursion that doubles", "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n FROM t, (VALUES (1), (2)) v) SELECT count(*) FROM t", Error("")),
        ("cross joins", "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b WHERE a.value % 7 = b.value % 11", Error("takes longer than 1s")),
        ("a sort of everything", "SELECT * FROM generate_series(1, 100000000000) ORDER BY value DESC", Error("")),
        ("a list of everything", "SELECT array_agg(value) FROM generate_series(1, 100000000000)", Error("")),
        ("a text of everything", "SELECT length(string_agg(value::text, repeat('x', 1000))) FROM generate_series(1, 100000000000)", Error("")),
        ("distinct everything", "SELECT count(DISTINCT value), count(DISTINCT value::text) FROM generate_series(1, 100000000000)", Error("")),
        ("median of everything", "SELECT median(value) FROM generate_series(1, 100000000000)", Error("")),
        ("window over everything", "SELECT count(s) FROM (SELECT sum(value) OVER (ORDER BY value ROWS BETWEEN 1000000000 PRECEDING AND 1000000000 FOLLOWING) AS s FROM generate_series(1, 100000000000))", Error("")),
        ("a self join", "SELECT count(*) FROM generate_series(1, 100000000) a JOIN generate_series(1, 100000000) b ON a.value = b.value", Error("")),
        ("repeat", "SELECT length(repeat('x', 2000000000))", Error("at most 204800 are made")),
        ("repeat in rows", "SELECT max(length(repeat('x', value::int))) FROM generate_series(1, 10000000)", Error("are made at a time")),
        ("repeat of repeat", "SELECT length(repeat(repeat('x', 60000000), 1000))", Error("")),
        ("lpad", "SELECT length(lpad('x', 2000000000, 'y'))", Error("are made at a time")),
        ("rpad", "SELECT length(rpad('x', 2000000000, 'y')), value FROM generate_series(1, 3)", Error("are made at a time")),
        ("range", "SELECT array_length(range(0, 100000000000))", Error("are made at a time")),
        ("range downwards", "SELECT array_length(range(9223372036854775807, -9223372036854775808, -1))", Error("are made at a time")),
        ("range of moments", "SELECT array_length(range(TIMESTAMP '0001-01-01', TIMESTAMP '2200-01-01', INTERVAL '1 microsecond'))", Error("")),
        ("generate_series in a row", "SELECT array_length(generate_series(1, 100000000000))", Error("are made at a time")),
        ("array_repeat", "SELECT array_length(array_repeat('xxxxxxxxxxxxxxxxxxxx', 1000000000))", Error("are made at a time")),
        ("array_repeat of array_repeat", "SELECT array_repeat(array_repeat(1, 1000000), 1000000)", Error("")),
        ("array_resize", "SELECT array_length(array_resize([1], 4000000000, 0))", Error("are made at a time")),
        ("replace", "SELECT length(replace(repeat('a', 1000000), 'a', repeat('b', 1000000)))", Error("")),
        ("regexp_replace", "SELECT length(regexp_replace(repeat('a', 1000000), 'a', repeat('b', 1000000), 'g'))", Error("")),
        ("a pattern that explodes", "SELECT regexp_like(repeat('a', 100000), '((a{1,100}){1,100}){1,100}$')", Either),
        ("a pattern that backtracks", "SELECT regexp_like(repeat('a', 1000000), '^(a+)+b$'), repeat('a', 100000) LIKE '%a%a%a%a%a%a%a%b'", Either),
        ("sigma_like", "SELECT sigma_like(repeat('a', 1000000), '*a*a*a*a*a*a*a*a*b')", Either),
        ("deep JSON", "SELECT repeat('[', 1000000) -> 0, policy_is_public(repeat('{\"a\":[', 1000000)), json_extract_scalar(repeat('[', 1000000), '$[0]')", Either),
        ("a wide type", "SELECT arrow_cast('x'::bytea, 'FixedSizeBinary(2000000000)'), value FROM generate_series(1, 100)", Either),
        ("percentiles", "SELECT approx_percentile_cont(value, 0.5, 1000000000) FROM generate_series(1, 1000)", Either),
        ("frames beyond", "SELECT lag(value, 9223372036854775807) OVER (ORDER BY value), nth_value(value, 9223372036854775807) OVER () FROM generate_series(1, 1000)", Either),
        ("limits beyond", "SELECT value FROM generate_series(1, 10) LIMIT 9223372036854775807 OFFSET 9223372036854775807", Either),
        ("a top of everything", "SELECT value FROM generate_series(1, 100000000000) ORDER BY value DESC LIMIT 1000000000", Error("")),
        ("all rows", "SELECT value, repeat('x', 1000) FROM generate_series(1, 100000000000)", Error("takes longer than 1s")),
        ("wide rows", "SELECT count(*) FROM (SELECT value, repeat('x', 8000) AS x FROM generate_series(1, 100000000) ORDER BY x, value)", Either),
        ("unnested", "SELECT count(*) FROM (SELECT unnest(range(0, 8000000)) FROM generate_series(1, 10000))", Error("")),
        ("EXPLAIN ANALYZE", "EXPLAIN ANALYZE SELECT count(*) FROM generate_series(1, 100000000000)", Error("takes longer than 1s")),
        ("random order", "SELECT count(*) FROM (SELECT * FROM generate_series(1, 100000000000) ORDER BY random())", Error("")),
    ]
    .map(|(name, sql, end)| (name, sql.to_owned(), end))
    .to_vec()
}

/// What a run took.
struct Taken {
    exit: Option<i32>,
    out: u64,
    error: String,
    peak_kib: u64,
    cpu: Duration,
    wall: Duration,
}

/// The value of a line of `/proc/<id>/status`, in KiB.
fn peak_kib(id: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// Time on processors; the kernel counts in hundredths of a second.
fn cpu(id: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(") ")?;
    let ticks: u64 = fields.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Some(Duration::from_millis(10 * ticks))
}

fn run(mut command: Command, out: &std::path::Path) -> Taken {
    let errors = out.with_extension("errors");
    command.stdin(Stdio::null());
    command.stdout(fs::File::create(out).unwrap()).stderr(fs::File::create(&errors).unwrap());
    let started = Instant::now();
    let mut child = command.spawn().expect("starting the executable");
    let (mut peak, mut used) = (0, Duration::ZERO);
    let exit = loop {
        // A process that has ended and was not waited for has no memory any more, but still its times.
        peak = peak.max(peak_kib(child.id()).unwrap_or(0));
        used = used.max(cpu(child.id()).unwrap_or_default());
        if let Some(status) = child.try_wait().expect("waiting for the executable") {
            break status.code();
        }
        if started.elapsed() > WALL_MAX {
            child.kill().expect("killing the executable");
        }
        std::thread::sleep(Duration::from_millis(4));
    };
    Taken {
        exit,
        out: fs::metadata(out).unwrap().len(),
        error: fs::read_to_string(errors).unwrap(),
        peak_kib: peak,
        cpu: used,
        wall: started.elapsed(),
    }
}

/// What is wrong with how a statement ended.
fn complaint(taken: &Taken, end: End) -> Option<String> {
    if taken.peak_kib > MEMORY_MAX_KIB {
        return Some(format!("took {} MiB", taken.peak_kib >> 10));
    }
    if taken.cpu > cpu_max() || taken.wall > WALL_MAX {
        return Some(format!("took {:?} of processors, {:?} in all", taken.cpu, taken.wall));
    }
    let unclear =
        ["panicked", "Internal error", "internal error", "overflowed its stack", "memory allocation"];
    if let Some(word) = unclear.iter().find(|word| taken.error.contains(**word)) {
        return Some(format!("says `{word}`"));
    }
    match (end, taken.exit) {
        (Answer | Either, Some(0)) if taken.out > 0 => None,
        (Error(part), Some(1)) if taken.error.starts_with("trailhound: ") && taken.error.contains(part) => {
            None
        }
        (Either, Some(1)) if taken.error.starts_with("trailhound: ") => None,
        (_, exit) => Some(format!("ends with {exit:?}, {end:?} was expected")),
    }
}

#[test]
fn every_statement_ends_in_bounds_with_an_answer_or_a_clear_error() {
    let records: Vec<_> = (0..20)
        .map(|number| {
            let record = Record::new(number).with("/requestParameters/a/a/a", f64::from(number));
            record.with("/userIdentity/userName", format!("user-{}", number % 5)).json()
        })
        .collect();
    let lake = TestLake::new().object("one.json.gz", &records);
    lake.ingest().expect_exit(0);
    let only = std::env::var("HOSTILE_ONLY").ok();
    let (mut table, mut wrong) = (String::new(), String::new());
    for (name, sql, end) in of_shape().into_iter().chain(of_work()) {
        if only.as_ref().is_some_and(|only| !name.contains(only.as_str())) {
            continue;
        }
        let file = lake.dir.file("statement.sql", &sql);
        let mut command = lake.dir.command();
        command.args(["query", "--memory", "256MB", "--timeout", "1s", "--format", "csv", "-f"]).arg(file);
        let taken = run(command, &lake.dir.path().join("out"));
        let error: String = taken.error.chars().take(150).collect();
        let line = format!(
            "{name:32} exit {:?} {:>5} MiB {:>6.2} s cpu {:>6.2} s  {}\n",
            taken.exit.unwrap_or(-1),
            taken.peak_kib >> 10,
            taken.cpu.as_secs_f64(),
            taken.wall.as_secs_f64(),
            error.escape_debug()
        );
        table.push_str(&line);
        if let Some(complaint) = complaint(&taken, end) {
            write!(wrong, "{name}: {complaint}\n    {line}").unwrap();
        }
    }
    if std::env::var_os("HOSTILE_TABLE").is_some() {
        println!("{table}");
    }
    assert!(wrong.is_empty(), "{wrong}");
}
