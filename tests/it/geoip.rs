//! Where addresses are: databases that the configuration names, in every command that asks for them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use trailhound::config::GeoIp;
use trailhound::query::{GeoDatabases, Limits, QueryError, Session};

use crate::harness::{Record, TestDir, TestLake};
use crate::mmdb;

const CONFIG: &str = "[geoip]\ncountry = \"country.mmdb\"\nasn = \"asn.mmdb\"\n";

/// A folder with both databases and a configuration that names them, as text.
fn configured() -> TestDir {
    let dir = TestDir::new();
    dir.file("country.mmdb", mmdb::countries());
    dir.file("asn.mmdb", mmdb::systems());
    dir.file("trailhound.toml", CONFIG);
    dir.file("logs/none.json", "{\"Records\":[]}");
    dir
}

/// A call from an address.
fn call_from(number: u32, address: &str) -> Value {
    Record::new(number).with("/sourceIPAddress", address).json()
}

/// The file of a shipped rule.
fn rule_file(id: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("queries/any/{id}.sql")).display().to_string()
}

fn answers(dir: &TestDir, sql: &str) -> Value {
    dir.run(["query", sql, "--from", "logs", "--format", "ndjson"]).expect_exit(0).ndjson()[0].clone()
}

#[test]
fn addresses_and_blocks_are_looked_up_in_the_configured_files() {
    let dir = configured();
    let found = answers(
        &dir,
        "SELECT geo_country('192.0.2.1') a, geo_country('192.0.2.241') b, geo_country('2001:db8:1::2') c,
            geo_country('::ffff:198.51.100.1') d, geo_country('198.51.100.0/24') e, geo_asn('192.0.2.250') f,
            geo_as_name('192.0.2.1') g, geo_asn('2001:db8::/32') h",
    );
    let wanted = json!({"a": "DE", "b": "BR", "c": "JP", "d": "FR", "e": "FR", "f": 64503, "g": "Example Telecom",
        "h": 64502});
    assert_eq!(found, wanted);
    let nowhere = answers(
        &dir,
        "SELECT geo_country('203.0.113.1') a, geo_country('10.0.0.1') b, geo_asn('s3.amazonaws.com') c,
            geo_as_name('fd00::1') d, geo_country(NULL) e, geo_country('2001:dead::1') f",
    );
    assert!(nowhere.as_object().unwrap().values().all(Value::is_null), "{nowhere}");
}

#[test]
fn every_command_that_asks_has_the_databases() {
    let lake = TestLake::new().object(
        "a.json.gz",
        &[call_from(1, "192.0.2.1"), call_from(2, "198.51.100.1"), call_from(3, "AWS Internal")],
    );
    lake.ingest().expect_exit(0);
    let dir = &lake.dir;
    dir.file("country.mmdb", mmdb::cities());
    dir.file("asn.mmdb", mmdb::systems());
    dir.file(
        "trailhound.toml",
        format!("{CONFIG}[params]\napproved_countries = [\"FR\"]\napproved_asns = [\"AS64501\"]\n"),
    );
    let rows =
        lake.rows("SELECT geo_city(source_ip) AS city, count(*) AS n FROM cloudtrail GROUP BY 1 ORDER BY 1");
    assert_eq!(
        json!(rows),
        json!([{"city": "Berlin", "n": 1}, {"city": "Paris", "n": 1}, {"city": null, "n": 1}])
    );
    let statement = b"SELECT count(*) FROM cloudtrail WHERE geo_country(source_ip) = 'DE';\n";
    dir.run_with(["shell"], statement).expect_exit(0).expect_out("1");
    dir.run(["export", "--where", "geo_asn(source_ip) = 64500"]).expect_exit(0).expect_out("192.0.2.1");
    for rule in ["access_from_unapproved_country", "access_from_unapproved_asn"] {
        let detected =
            dir.run(["detect", "--only", rule, "--no-save", "--format", "ndjson"]).expect_exit(0).ndjson();
        let addresses: Vec<_> = detected.iter().map(|finding| &finding["source_ip"]).collect();
        assert_eq!(addresses, ["192.0.2.1"], "{rule}");
        dir.run(["rules", "backtest", rule]).expect_exit(0).expect_out("1 findings on 1 days");
    }
}

#[test]
fn without_configuration_a_statement_is_told_how_and_a_rule_waits() {
    let lake = TestLake::new().object("a.json.gz", &[call_from(1, "192.0.2.1")]);
    lake.ingest().expect_exit(0);
    let dir = &lake.dir;
    for function in ["geo_country", "geo_city", "geo_asn", "geo_as_name"] {
        let sql = format!("SELECT {function}(source_ip) FROM cloudtrail");
        dir.run(["query", &sql])
            .expect_exit(2)
            .expect_err(&format!("`{function}` needs a database: set `"))
            .expect_no_out();
    }
    dir.file("trailhound.toml", "[params]\napproved_countries = [\"DE\"]\napproved_asns = [\"AS64500\"]\n");
    for (rule, wanted) in [
        ("access_from_unapproved_country", "set `country` in `[geoip]`"),
        ("access_from_unapproved_asn", "set `asn` in `[geoip]`"),
        ("impossible_travel", "set `country` in `[geoip]`; set `asn` in `[geoip]`"),
    ] {
        dir.run(["detect", "--only", rule, "--format", "summary"]).expect_exit(0).expect_out(wanted);
        dir.run(["rules", "backtest", rule]).expect_exit(3).expect_err(wanted);
    }
    // One without the other.
    dir.file("country.mmdb", mmdb::countries());
    dir.file("trailhound.toml", "[geoip]\ncountry = \"country.mmdb\"\n");
    dir.run(["query", "SELECT geo_asn('192.0.2.1')"]).expect_exit(2).expect_err("set `asn = ");
    dir.run(["query", "SELECT geo_city('192.0.2.1')"])
        .expect_exit(2)
        .expect_err("country.mmdb` is a database `GeoLite2-Country`")
        .expect_err("has to be one of City, Enterprise");
}

#[test]
fn a_database_that_cannot_be_used_is_named_with_the_way_out_before_anything_is_done() {
    let whole = mmdb::countries();
    let cut = whole[..whole.len() / 2].to_vec();
    let mut other_format = whole.clone();
    let version = whole.windows(13).position(|part| part == b"major_version").unwrap() + 13;
    other_format[version + 1] = 9;
    let damaged = "is no database in MaxMind's format (.mmdb), or damaged";
    for (file, wanted) in [
        (None, "can't read the database `country.mmdb`: No such file"),
        (Some(cut), damaged),
        (Some(b"<html>Sign in to download</html>".to_vec()), damaged),
        (Some(Vec::new()), damaged),
        (Some(other_format), damaged),
        (
            Some(mmdb::systems()),
            "is a database `GeoLite2-ASN`; `country` in [geoip] has to be one of Country",
        ),
    ] {
        let dir = configured();
        match file {
            None => fs::remove_file(dir.path().join("country.mmdb")).unwrap(),
            Some(bytes) => drop(dir.file("country.mmdb", bytes)),
        }
        let rule = "access_from_unapproved_country";
        for command in [
            vec!["query", "SELECT geo_country('192.0.2.1')", "--from", "logs"],
            vec!["query", "SELECT geo_country(source_ip) FROM cloudtrail", "--from", "logs"],
            vec!["detect", "--from", "logs"],
            vec!["detect", "--from", "logs", "--only", rule, "--param", "approved_countries=DE,FR"],
            vec!["rules", "backtest", rule, "--from", "logs", "--param", "approved_countries=DE,FR"],
        ] {
            let run = dir.run(command);
            run.expect_exit(2).expect_err(wanted).expect_no_out();
        }
        dir.run(["rules", "check", &rule_file(rule)])
            .expect_exit(1)
            .expect_out("trailhound.toml:1: error: ")
            .expect_out(wanted);
        // Whom it is no matter to.
        dir.run(["query", "SELECT geo_asn('192.0.2.1')", "--from", "logs"])
            .expect_exit(0)
            .expect_out("64500");
        dir.run(["detect", "--from", "logs", "--only", "root_api_activity"]).expect_exit(0);
    }
}

#[test]
fn what_is_no_file_of_a_size_that_can_be_read_is_refused_unread() {
    let dir = configured();
    fs::File::create(dir.path().join("country.mmdb")).unwrap().set_len((512 << 20) + 1).unwrap();
    let sql = "SELECT geo_country('192.0.2.1')";
    dir.run(["query", sql, "--from", "logs"]).expect_exit(2).expect_err("it is no file of at most 512 MiB");
    fs::remove_file(dir.path().join("country.mmdb")).unwrap();
    fs::create_dir(dir.path().join("country.mmdb")).unwrap();
    dir.run(["query", sql, "--from", "logs"]).expect_exit(2).expect_err("it is no file of at most 512 MiB");
}

/// What a session of the files answers, or why not.
async fn asked(files: &GeoIp, sql: &str) -> Result<usize, QueryError> {
    let session = Session::empty(&Limits::default()).unwrap();
    let session = session.with_geoip(&Arc::new(GeoDatabases::of_files(files)));
    let rows = session.plan(sql, &BTreeMap::new())?.collect().await.map_err(QueryError::of_running)?;
    Ok(rows.iter().map(|batch| batch.num_rows()).sum())
}

/// Each byte of a database changed in turn: some answer or an error, never a panic, and never an error that is not its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_byte_is_an_answer_or_an_error_that_names_the_file() {
    let dir = TestDir::new();
    let whole = mmdb::cities();
    let path = dir.file("c.mmdb", &whole);
    let files = GeoIp { country: Some(path.clone()), asn: None };
    let sql = "SELECT geo_country(ip), geo_city(ip) FROM (VALUES ('192.0.2.1'), ('198.51.100.9'), ('2001:db8::1')) t(ip)";
    assert_eq!(asked(&files, sql).await.unwrap(), 3);
    let mut told = 0;
    // The tree is long and alike; of the rest every byte.
    let tree = whole.windows(16).position(|part| part == [0; 16]).unwrap_or(0);
    let places = (0..tree).step_by(7).chain(tree..whole.len());
    for place in places {
        let mut bytes = whole.clone();
        bytes[place] ^= if place % 2 == 0 { 0xff } else { 0x21 };
        fs::write(&path, bytes).unwrap();
        if let Err(error) = asked(&files, sql).await {
            assert!(
                matches!(error, QueryError::Geo(_)) && error.to_string().contains("c.mmdb"),
                "{place}: {error}"
            );
            told += 1;
        }
    }
    assert!(told > 50, "only {told} of {} told", whole.len());
}

#[test]
fn a_case_says_itself_where_its_addresses_are() {
    let dir = TestDir::new();
    let rule = rule_file("access_from_unapproved_country");
    let log = json!({"Records": [call_from(1, "192.0.2.1")]}).to_string();
    let folder = "cases/access_from_unapproved_country";
    let places = "[params]\napproved_countries = [\"FR\"]\n[geoip]\n";
    dir.file(&format!("{folder}/hit.json"), &log);
    dir.file(&format!("{folder}/hit.toml"), format!("{places}\"192.0.2.0/24\" = {{ country = \"DE\" }}\n"));
    dir.file(&format!("{folder}/miss.json"), &log);
    dir.file(&format!("{folder}/miss.toml"), format!("{places}\"192.0.2.0/24\" = {{ country = \"FR\" }}\n"));
    let command = ["rules", "test", &rule, "--cases", "cases"];
    dir.run(command).expect_exit(0).expect_out("1 rules, 2 cases, 0 failed");
    for (places, wanted) in [
        ("[params]\napproved_countries = [\"FR\"]\n", "set `country` in `[geoip]`"),
        ("[geoip]\n\"192.0.2.0\" = { country = \"DE\" }\n", "`192.0.2.0` in `[geoip]` is no network"),
        ("[geoip]\n\"192.0.2.0/24\" = { land = \"DE\" }\n", "unknown field `land`"),
    ] {
        dir.file(&format!("{folder}/hit.toml"), places);
        dir.run(command).expect_exit(1).expect_out(wanted);
    }
}
