//! `trailhound rules list | show | check | test | backtest`.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use futures::StreamExt;
use serde_json::{Value, json};

use super::app::App;
use super::args::{self, Rules};
use super::signals::until_interrupted;
use super::{Exit, detect, terminal};
use crate::config::Limits;
use crate::detect::{
    Body, Level, Mistake, Rule, RuleFile, RuleSet, backtest, check, check_config, read, shipped_files, test,
};
use crate::query::Session;

/// Where the cases of rules are, unless `--cases` says otherwise.
const CASES: &str = "testdata/detections";

/// Other rules that a backtest names; `--format json` has them all.
const OVERLAP_MAX: usize = 20;

pub(super) async fn run(command: &Rules, app: &App) -> Result<Exit> {
    match command {
        Rules::List(args) => list(args, app),
        Rules::Show(args) => show(args, app),
        Rules::Check(args) => checked(args, app),
        Rules::Test(args) => tested(args, app).await,
        Rules::Backtest(args) => backtested(args, app).await,
    }
}

fn list(args: &args::RulesList, app: &App) -> Result<Exit> {
    let rules = app.rules(&args.rules.paths)?;
    let mut text = String::new();
    for rule in rules.iter() {
        let name = terminal::escape(&rule.title).into_owned();
        let id = terminal::escape(&rule.id);
        _ = writeln!(text, "{:<10}{id:<38}{name}", rule.severity.name());
    }
    let json: Vec<_> = rules.iter().map(|rule| described(rule)).collect();
    app.report(args.reporting.format, &text, &json)?;
    Ok(Exit::of_rules(&rules))
}

fn show(args: &args::RulesShow, app: &App) -> Result<Exit> {
    let rules = test::only(&app.rules(&args.rules.paths)?, &args.id).map_err(anyhow::Error::msg)?;
    let mut text = String::new();
    for rule in rules.iter() {
        text.push_str(&shown(rule));
    }
    let json: Vec<_> = rules.iter().map(|rule| described(rule)).collect();
    app.report(args.reporting.format, &text, &json)?;
    Ok(Exit::of_rules(&rules))
}

fn shown(rule: &Rule) -> String {
    let mut out = format!("{} ({}, {})\n{}\n", rule.id, rule.severity.name(), rule.status.name(), rule.title);
    _ = writeln!(out, "\n{}", rule.description);
    let lists = [
        ("a story about", &rule.rules),
        ("ATT&CK", &rule.attack),
        ("false positives", &rule.false_positives),
        ("respond", &rule.respond),
        ("references", &rule.references),
    ];
    for (name, items) in lists {
        if !items.is_empty() {
            _ = writeln!(out, "\n{name}:");
            items.iter().for_each(|item| _ = writeln!(out, "  - {item}"));
        }
    }
    if !rule.params.is_empty() {
        _ = writeln!(out, "\nparameters ([params] in trailhound.toml, or --param):");
        for (name, param) in &rule.params {
            let default = match &param.default {
                Some(value) => format!("default {value}"),
                None if param.required => "required".to_owned(),
                None => "optional".to_owned(),
            };
            let about = param.description.as_deref().unwrap_or_default();
            _ = writeln!(out, "  {name} ({default}) {about}");
        }
    }
    let text = match &rule.body {
        Body::Sql { text, .. } | Body::Sigma { text, .. } | Body::Correlation { text, .. } => text,
    };
    _ = writeln!(out, "\n{}", text.trim());
    terminal::escape_lines(&out)
}

fn described(rule: &Rule) -> Value {
    json!({
        "id": rule.id, "title": rule.title, "severity": rule.severity.name(), "status": rule.status.name(),
        "attack": rule.attack, "practice": rule.practice.map(|practice| practice.name()),
        "description": rule.description, "params": rule.params.keys().collect::<Vec<_>>(),
        "file": rule.file, "version": rule.version,
        "kind": rule.kind.name(), "rules": rule.rules,
        "sql": match &rule.body { Body::Sql { text, .. } => Some(text), _ => None },
        "sigma": match &rule.body {
            Body::Sigma { text, .. } | Body::Correlation { text, .. } => Some(text),
            Body::Sql { .. } => None,
        },
    })
}

/// The rule files that a command is about, those given or the shipped ones, and what can't be read among them.
fn files(paths: &[PathBuf]) -> Result<(Vec<RuleFile>, Vec<Mistake>)> {
    match paths {
        [] => Ok((shipped_files(), Vec::new())),
        paths => Ok(read(paths)?),
    }
}

fn checked(args: &args::RulesPaths, app: &App) -> Result<Exit> {
    let (files, unreadable) = files(&args.paths)?;
    let session = Session::over_raw(Arc::new(|| futures::stream::empty().boxed()), &Limits::default())?;
    let placeholders = &app.config.sigma.placeholders;
    let mut mistakes = check(&session, &files, placeholders);
    mistakes.extend(unreadable);
    if let Some(file) = &app.config.file {
        let rules = RuleSet::load(&args.paths, placeholders)?;
        let ids: Vec<_> = rules.iter().map(|rule| rule.id.as_str()).collect();
        let today = app.now.to_zoned(jiff::tz::TimeZone::UTC).date();
        mistakes.extend(check_config(file, &app.config.params, &app.config.suppress, &ids, today));
        let databases = [
            app.geoip.has_country().then(|| app.geoip.open_country()),
            app.geoip.has_asn().then(|| app.geoip.open_asn()),
        ];
        let unusable = databases.into_iter().flatten().filter_map(Result::err);
        mistakes.extend(unusable.map(|error| Mistake {
            file: file.display().to_string(),
            line: 1,
            level: Level::Error,
            message: error.to_string(),
        }));
    }
    let errors = mistakes.iter().filter(|mistake| mistake.level == Level::Error).count();
    let mut text = String::new();
    mistakes.iter().for_each(|mistake| _ = writeln!(text, "{}", terminal::escape(&mistake.to_string())));
    let warnings = mistakes.len() - errors;
    _ = writeln!(text, "{} files: {errors} errors, {warnings} warnings", files.len());
    let json: Vec<_> = mistakes.iter().map(mistake_json).collect();
    app.report(args.reporting.format, &text, &json)?;
    Ok(if errors > 0 { Exit::Failed } else { Exit::Done })
}

fn mistake_json(mistake: &Mistake) -> Value {
    json!({"file": mistake.file, "line": mistake.line, "level": mistake.level.name(), "message": mistake.message})
}

async fn tested(args: &args::RulesTest, app: &App) -> Result<Exit> {
    let (mutate, args) = (args.mutate, &args.rules);
    let rules = match args.paths.as_slice() {
        [] => RuleSet::shipped()?,
        paths => {
            let (files, unreadable) = read(paths)?;
            RuleSet::parse(&files, &app.config.sigma.placeholders).with_refused(unreadable)
        }
    };
    app.name_refused(&rules);
    let folder = args.cases.clone().unwrap_or_else(|| Path::new(CASES).to_owned());
    folder
        .read_dir()
        .with_context(|| format!("no cases at {}; say where they are with --cases", folder.display()))?;
    let outcomes = match mutate {
        true => test::mutate(&rules, &folder).await,
        false => test::test(&rules, &folder).await,
    };
    let mut text = String::new();
    let failed = outcomes.iter().filter(|outcome| outcome.failure.is_some()).count();
    for outcome in outcomes.iter().filter(|outcome| outcome.failure.is_some()) {
        let why = outcome.failure.as_deref().unwrap_or_default();
        let line = format!("{} {}: {why}", outcome.rule_id, outcome.case);
        _ = writeln!(text, "FAILED {}", terminal::escape(&line));
    }
    let what = if mutate { "mutants" } else { "cases" };
    _ = writeln!(text, "{} rules, {} {what}, {failed} failed", rules.len(), outcomes.len());
    let json: Vec<_> = outcomes
        .iter()
        .map(|outcome| json!({"rule": outcome.rule_id, "case": outcome.case, "failure": outcome.failure}))
        .collect();
    app.report(args.reporting.format, &text, &json)?;
    Ok(if failed > 0 || !rules.refused().is_empty() { Exit::Failed } else { Exit::Done })
}

async fn backtested(args: &args::Backtest, app: &App) -> Result<Exit> {
    let rules = app.rules(&args.rules.paths)?;
    let asked = rules.iter().filter(|rule| rule.id == args.id).map(AsRef::as_ref);
    detect::open_databases(asked, app)?;
    let options = detect::options(&args.raw, &args.range, &args.params, app)?;
    let lake = match args.raw.sources.is_empty() {
        true => Some(app.lake(false).await?),
        false => None,
    };
    let session = detect::session(lake.as_ref(), &args.raw, &args.range, &args.bounds, app).await?;
    let done = until_interrupted(backtest(&session, &rules, &args.id, &options)).await?;
    let most = done.days.values().copied().max().unwrap_or(1);
    let mut text = String::new();
    for (day, count) in &done.days {
        let bar = "#".repeat(usize::try_from(count * 40 / most).unwrap_or(40).max(1));
        _ = writeln!(text, "{day} {count:>8} {bar}");
    }
    let total: u64 = done.days.values().sum();
    _ = writeln!(
        text,
        "{total} findings on {} days, of {} principals, {} suppressed, {} not counted by day",
        done.days.len(),
        done.principals_count,
        done.outcome.suppressed,
        done.outcome.dropped
    );
    for (principal, count) in &done.principals {
        _ = writeln!(text, "{count:>8} {}", terminal::escape(principal));
    }
    if !done.overlap.is_empty() {
        _ = writeln!(text, "\nof these events, other rules match");
        for (id, count) in done.overlap.iter().take(OVERLAP_MAX) {
            let title = rules.get(id).map_or("", |rule| rule.title.as_str());
            _ = writeln!(text, "{count:>8} {}  {}", terminal::escape(id), terminal::escape(title));
        }
    }
    let days: serde_json::Map<_, _> =
        done.days.iter().map(|(day, count)| (day.to_string(), json!(count))).collect();
    let json = json!({
        "rule": done.outcome.rule_id, "days": days, "dropped": done.outcome.dropped,
        "principals": done.principals, "principals_count": done.principals_count, "overlap": done.overlap,
    });
    app.report(args.reporting.format, &text, &json)?;
    Ok(match &done.outcome.state {
        crate::detect::State::Ran => Exit::of_rules(&rules),
        crate::detect::State::NotConfigured(missing) => {
            tracing::warn!("not configured: {}", missing.join("; "));
            Exit::Incomplete
        }
        crate::detect::State::Failed(reason) => anyhow::bail!("the rule failed: {reason}"),
    })
}
