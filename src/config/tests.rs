//! The whole file of the documentation, and one line a slip.

use super::*;

const WHOLE: &str = r#"
[params]
approved_regions = ["us-east-1", "eu-west-1"]
approved_networks = ["203.0.113.0/24"]
unused_days = 90
business_hours = { timezone = "Europe/Berlin", days = "mon-fri", from = "07:00", to = "20:00" }
[params.access_key_unused]
unused_days = 30
[geoip]
country = "GeoLite2-Country.mmdb"
asn = "/var/lib/GeoLite2-ASN.mmdb"
[tables]
accounts = "accounts.csv"
[sigma.placeholders]
Administrators = ["alice", "bob"]
[[suppress]]
rule = "iam_access_key_created"
where = "principal LIKE '%:role/ci/%'"
reason = "the pipeline rotates keys"
expires = 2027-01-01
[[schedule]]
name = "all"
cron = "*/5 * * * *"
timezone = "UTC"
jitter = "30s"
sources = ["s3://my-trail/", "logs", "-"]
detections = ["*"]
sinks = ["slack"]
timeout = "10m"
overlap = "skip"
catch_up = "once"
[[sink]]
name = "slack"
kind = "slack"
url_env = "SLACK_WEBHOOK_URL"
[limits]
memory = "2GiB"
"#;

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(text, Path::new("/etc/hound/trailhound.toml"))
}

fn refusal(text: &str) -> String {
    parse(text).unwrap_err().to_string().replace("/etc/hound/", "")
}

#[test]
fn the_whole_file_is_read() {
    let config = parse(WHOLE).unwrap();
    assert_eq!(config.params.global["unused_days"], toml::Value::Integer(90));
    assert_eq!(config.limits, Limits::default());
    assert_eq!(config.sigma.placeholders["Administrators"], ["alice", "bob"]);
    let suppress = &config.suppress[0];
    assert_eq!(suppress.expires, Some(jiff::civil::date(2027, 1, 1)));
    assert!(suppress.has_expired(jiff::civil::date(2027, 1, 1)));
    assert!(!suppress.has_expired(jiff::civil::date(2026, 12, 31)));
    let job = &config.schedule[0];
    assert_eq!((job.jitter, job.timeout), (Duration::from_secs(30), Some(Duration::from_secs(600))));
    assert_eq!(config.sink[0].kind, SinkKind::Slack(Url::Env("SLACK_WEBHOOK_URL".to_owned())));
}

#[test]
fn relative_paths_start_at_the_folder_of_the_file() {
    let config = parse(WHOLE).unwrap();
    assert_eq!(config.tables["accounts"], Path::new("/etc/hound/accounts.csv"));
    assert_eq!(config.geoip.country.as_deref(), Some(Path::new("/etc/hound/GeoLite2-Country.mmdb")));
    assert_eq!(config.geoip.asn.as_deref(), Some(Path::new("/var/lib/GeoLite2-ASN.mmdb")));
    assert_eq!(config.schedule[0].sources, ["s3://my-trail/", "/etc/hound/logs", "-"]);
    let sink = parse("sink = [{ name = \"f\", kind = \"file\", path = \"out.ndjson\" }]").unwrap();
    assert_eq!(sink.sink[0].kind, SinkKind::File { path: "/etc/hound/out.ndjson".into() });
}

#[test]
fn a_rules_own_parameter_goes_before_everybodys() {
    let params = parse(WHOLE).unwrap().params;
    assert_eq!(params.get("access_key_unused", "unused_days"), Some(&toml::Value::Integer(30)));
    assert_eq!(params.get("access_key_never_used", "unused_days"), Some(&toml::Value::Integer(90)));
    assert_eq!(params.get("access_key_unused", "vpn"), None);
    assert!(params.get("console_login_at_night", "business_hours").is_some_and(toml::Value::is_table));
}

#[test]
fn every_slip_names_the_line_and_the_way_out() {
    for (text, expected) in [
        ("[limit]\n", "trailhound.toml:1:2: unknown key `limit`; did you mean `limits`"),
        (
            "\n[limits]\nmemroy = \"1GiB\"\n",
            "trailhound.toml:3:1: unknown key `memroy`; did you mean `memory`",
        ),
        ("[limits]\nzzz = 1\n", "trailhound.toml:2:1: unknown key `zzz`; known are `memory`, `rows`, `time`"),
        ("[limits]\nmemory = \"2 gigs\"\n", "trailhound.toml:2:10: `2 gigs` is no size"),
        ("[limits]\nmemory = 0\n", "trailhound.toml:2:10: `0` is no size"),
        ("[limits]\nrows = -1\n", "trailhound.toml:2:8: `-1` is out of range"),
        ("[limits]\ntime = \"soon\"\n", "trailhound.toml:2:8: `soon` is no span of time"),
        ("[geoip]\ncountri = \"x\"\n", "trailhound.toml:2:1: unknown key `countri`; did you mean `country`"),
        ("[tables]\n\"a-b\" = \"x.csv\"\n", "trailhound.toml:2:9: `a-b` cannot name a table"),
        (
            "[sigma]\nplaceholder = {}\n",
            "trailhound.toml:2:1: unknown key `placeholder`; did you mean `placeholders`",
        ),
        ("[[suppress]]\nrule = \"a\"\n", "trailhound.toml:1:1: missing field `reason`"),
        ("[[suppress]]\nrule = \"a\"\nreason = \" \"\n", "trailhound.toml:3:10: must not be empty"),
        (
            "[[suppress]]\nrule = \"a\"\nreason = \"b\"\nexpires = \"2027\"",
            "trailhound.toml:4:11: `2027` is no date",
        ),
        (
            "[[suppress]]\nrule = \"a\"\nreason = \"b\"\nexpires = 2027-01-01T00:00:00Z",
            "trailhound.toml:4:11: `2027-",
        ),
        ("[[schedule]]\nname = \"a\"\n", "trailhound.toml:1:1: missing field `cron`"),
        (
            "[[schedule]]\nname = \"a\"\ncron = \"* * * * *\"\ntimezone = \"Mars\"",
            "trailhound.toml:4:12: unknown time zone `Mars`",
        ),
        (
            "[[schedule]]\noverlap = \"skp\"\n",
            "trailhound.toml:2:11: unknown value `skp`; did you mean `skip`",
        ),
        (
            "[[schedule]]\nmin_severity = \"hihg\"\n",
            "trailhound.toml:2:16: unknown value `hihg`; did you mean `high`",
        ),
        (
            "[[sink]]\nname = \"a\"\nkind = \"slak\"\n",
            "trailhound.toml:3:8: unknown value `slak`; did you mean `slack`",
        ),
        ("[[sink]]\nname = \"a\"\nkind = \"file\"\n", "trailhound.toml:1:1: [[sink]] `a` needs `path`"),
        ("[[sink]]\nname = \"a\"\nkind = \"slack\"\n", "trailhound.toml:1:1: [[sink]] `a` needs `url_env`"),
        (
            "[[sink]]\nname = \"a\"\nkind = \"stdout\"\npath = \"x\"\n",
            "trailhound.toml:1:1: [[sink]] `a` is of a kind that takes no `path`",
        ),
        (
            "[[sink]]\nname = \"a\"\nkind = \"s3\"\nuri = \"/x\"\n",
            "trailhound.toml:1:1: `/x` is no place on S3",
        ),
        ("[limits\n", "trailhound.toml:1:8: "),
        ("a = 1\na = 2\n", "trailhound.toml:2:1: "),
    ] {
        let message = refusal(text);
        assert!(message.starts_with(expected), "{text:?}\n gives {message}\n  want {expected}");
        assert!(!message.contains('\n') && !message.ends_with('.'), "{message}");
    }
}

#[test]
fn a_job_delivers_only_to_sinks_that_exist() {
    let job = "[[schedule]]\nname = \"all\"\ncron = \"@daily\"\nsinks = [\"slakc\"]\n";
    let sink = "[[sink]]\nname = \"slack\"\nkind = \"stdout\"\n";
    let message = refusal(&format!("{sink}{job}"));
    assert_eq!(
        message,
        "trailhound.toml:4:1: [[schedule]] `all` delivers to the unknown sink `slakc`; did you mean `slack`"
    );
    assert!(refusal(job).ends_with("add a [[sink]] with name = \"slakc\""));
    assert!(refusal(&format!("{sink}{sink}")).contains(":4:1: a second [[sink]] is named `slack`"));
}

#[test]
fn without_a_file_the_defaults_hold_and_a_named_file_must_exist() {
    let missing = Config::load(Some(Path::new("/nonexistent/trailhound.toml"))).unwrap_err().to_string();
    assert!(missing.starts_with("cannot read the configuration `/nonexistent/trailhound.toml`"), "{missing}");
    assert_eq!(
        parse("").unwrap(),
        Config { file: Some("/etc/hound/trailhound.toml".into()), ..Config::default() }
    );
    assert_eq!(Config::default().limits.memory, 2_147_483_648);
}

#[test]
fn sizes_are_bytes_or_carry_a_unit() {
    for (text, bytes) in [
        ("1024", 1024),
        ("1024B", 1024),
        ("1kB", 1000),
        ("1KiB", 1024),
        ("500MB", 500_000_000),
        ("2GiB", 2 << 30),
        ("2 GiB", 2 << 30),
        ("2g", 2 << 30),
        ("1.5GiB", 3 << 29),
        ("0.5kB", 500),
        ("1TiB", 1 << 40),
    ] {
        assert_eq!(parse_size(text), Ok(bytes), "{text}");
    }
    for text in ["", "0", "GiB", "-1", "1.", ".5GiB", "1.2.3MB", "2GB/s", "2 gigs", "1e9", "99999999999TiB"] {
        assert!(parse_size(text).is_err(), "{text}");
    }
}
