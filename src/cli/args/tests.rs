//! The command line as a table: lines that are understood, and lines that are refused.

use clap::CommandFactory;

use super::*;
use crate::detect::Severity;

fn parse(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(std::iter::once("trailhound").chain(line.split_whitespace()))
}

#[test]
fn the_definition_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn every_command_shows_an_example_and_every_option_has_help() {
    fn walk(command: &clap::Command, path: &str) {
        let path = format!("{path} {}", command.get_name());
        assert!(command.get_about().is_some(), "{path} has no help");
        for argument in command.get_arguments() {
            let about = argument.get_help().map(ToString::to_string).unwrap_or_default();
            assert!(!about.is_empty(), "{path} {} has no help", argument.get_id());
            assert!(!about.ends_with('.'), "{path} {}: {about}", argument.get_id());
        }
        let mut children = command.get_subcommands().peekable();
        let takes_something = command.get_arguments().any(|argument| argument.get_id() != "format");
        if children.peek().is_none() && takes_something {
            let examples = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(
                examples.contains("  trailhound ") || examples.contains("| trailhound "),
                "{path} has no example"
            );
        }
        for child in children.filter(|child| child.get_name() != "help") {
            walk(child, &path);
        }
    }
    walk(&Cli::command(), "");
}

#[test]
fn the_examples_of_the_help_are_understood() {
    fn walk(command: &clap::Command, found: &mut Vec<String>) {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        for line in help.lines().filter_map(|line| line.strip_prefix("  trailhound ")) {
            // What follows two blanks is a comment, what follows `|` or `>` is the shell's.
            let line = line.split("  ").next().unwrap_or(line);
            found.push(
                line.split([' ', '\n'])
                    .take_while(|word| !matches!(*word, "|" | ">"))
                    .collect::<Vec<_>>()
                    .join(" "),
            );
        }
        for child in command.get_subcommands() {
            walk(child, found);
        }
    }
    let mut examples = Vec::new();
    walk(&Cli::command(), &mut examples);
    assert!(examples.len() >= 20, "{examples:?}");
    for example in examples {
        let words = shell_words(&example);
        let parsed = Cli::try_parse_from(std::iter::once("trailhound".to_owned()).chain(words));
        assert!(parsed.is_ok(), "{example}\n{}", parsed.unwrap_err());
    }
}

/// Splits at blanks outside quotes; enough for the examples.
fn shell_words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for character in line.chars() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '\'' | '"') => quote = Some(character),
            (None, ' ') => words.push(String::new()),
            _ => words.last_mut().unwrap().push(character),
        }
    }
    words
}

#[test]
fn lines_of_the_design_are_understood() {
    for line in [
        "demo",
        "demo /tmp/x --events 5000 --end 2026-01-31",
        "ingest s3://b/p ./logs - --since 7d --until 2026-01-31 --account 111111111111 --region us-east-1 --dry-run",
        "ingest x --jobs 8 --retry-quarantined --format json",
        "ingest s3://b --profile p --aws-region eu-west-1 --endpoint-url http://localhost:9000 --requester-pays",
        "--lake s3://l/x -vv --color never ingest s3://b --no-sign-request",
        "query SELECT --param ip=1.2.3.4 --param q=a=b -o x.csv --format ndjson --from a --from b --table t=x.csv",
        "query -f hunt.sql --since 30d --limit 10 --timeout 30s --memory 512MB",
        "shell --from ./logs",
        "hunts",
        "hunts some_hunt",
        "detect --from x --rules r --rules s --only a,b --only c --min-severity high --fail-on critical --no-save",
        "detect --since 7d --until now --format ocsf -o f.json --param approved_regions=us-east-1",
        "rules list --format json",
        "rules show root_api_activity",
        "rules check",
        "rules check a b",
        "rules test a --cases c",
        "rules backtest x --since 90d",
        "export --where x --since 1d -o x --format records",
        "generate out --events 1000 --seed 7 --days 3 --end 2026-01-31 --stories root,region",
        "lake info",
        "lake optimize",
        "lake vacuum --older-than 7d",
        "lake doctor --format json",
        "lake info -q --config x.toml",
    ] {
        let parsed = parse(line);
        assert!(parsed.is_ok(), "{line}\n{}", parsed.unwrap_err());
    }
}

#[test]
fn slips_are_refused_with_a_word_on_what_would_do() {
    for (line, word) in [
        ("ingest", "SOURCE"),
        ("ingset x", "ingest"),
        ("ingest x --since lastweek", "`7d`"),
        ("ingest x --account 12345", "12 digits"),
        ("ingest x --region 'US East'", "us-east-1"),
        ("ingest x --jobs 0", "1..=4096"),
        ("ingest x --format table", "json"),
        ("ingest x --endpoint-url localhost:9000", "https://"),
        ("ingest x --profile p --no-sign-request", "cannot be used with"),
        ("query", "SQL"),
        ("query a -f b", "cannot be used with"),
        ("query a --param ip", "ip=192.0.2.1"),
        ("query a --table x", "accounts=accounts.csv"),
        ("query a --format xml", "parquet"),
        ("query a --limit 0", "1.."),
        ("query a --timeout 0s", "`30m`"),
        ("query a --memory lots", "`2GiB`"),
        ("detect --min-severity urgent", "critical"),
        ("detect --fail-on 5", "critical"),
        ("detect --format xml", "ocsf"),
        ("rules", "backtest"),
        ("rules show", "ID"),
        ("generate out --stories toor", "trail-stopped"),
        ("generate out --days 0", "1..=400"),
        ("generate", "OUT"),
        ("lake vacuum --older-than 1h", "`24h`"),
        ("lake info -q -v", "cannot be used with"),
        ("--color sometimes demo", "always"),
        ("--lake= demo", "--lake"),
    ] {
        let message = parse(line).map(|_| ()).unwrap_err().render().to_string();
        assert!(message.contains(word), "{line}\n{message}");
    }
}

#[test]
fn what_was_typed_arrives() {
    let Command::Detect(detect) = parse("detect --only a,b --only c --min-severity high").unwrap().command
    else {
        panic!("another command");
    };
    assert_eq!(detect.only, ["a", "b", "c"]);
    assert_eq!(detect.min_severity, Some(Severity::High));
    assert!(Severity::High < Severity::Critical);
    let cli = parse("ingest x --region eu-west-1 --aws-region us-east-1 --lake l").unwrap();
    assert_eq!((cli.global.lake.as_str(), cli.global.aws.aws_region.as_deref()), ("l", Some("us-east-1")));
    let Command::Ingest(ingest) = cli.command else { panic!("another command") };
    assert_eq!(ingest.regions, ["eu-west-1"]);
}
