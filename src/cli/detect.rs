//! `trailhound detect`: rules over the lake or over raw logs, and what they found.

use anyhow::{Result, bail};
use std::collections::BTreeSet;
use uuid::Uuid;

use super::app::{App, open_output};
use super::args::{self, Assignment, Bounds, Range, Raw};
use super::signals::until_interrupted;
use super::{Exit, color_stdout, query, terminal};
use crate::config::Params;
use crate::detect::{self, Need, Options, Report, Rule, Selection, Severity};
use crate::lake::Lake;
use crate::query::Session;
use crate::report::{self, Format, Style};

pub(super) async fn run(args: &args::Detect, app: &App) -> Result<Exit> {
    let selection = Selection { only: args.only.clone(), min_severity: args.min_severity };
    let rules = app.chosen_rules(&args.rules.paths, &selection)?;
    open_databases(rules.iter().map(AsRef::as_ref), app)?;
    let mut options = options(&args.raw, &args.range, &args.params, app)?;
    // Findings that nobody reads one by one, keeps or suppresses need not be made.
    options.explain = args.explain;
    let kept = args.raw.sources.is_empty() && !args.no_save;
    options.count_only = args.format == Format::Summary && !kept && options.suppress.is_empty();
    let mut out = open_output(args.output.as_deref())?;
    let lake = match args.raw.sources.is_empty() {
        true => Some(app.lake(false).await?),
        false => None,
    };
    let session = session(lake.as_ref(), &args.raw, &args.range, &args.bounds, app).await?;
    let progress = app.spinner("detecting");
    let report = until_interrupted(detect::run(&session, &rules, &options)).await;
    progress.finish();
    let mut report = report?;
    if let Some(lake) = lake.as_ref().filter(|_| !args.no_save && !args.explain) {
        let saved = detect::save(lake, &session, &mut report.findings).await?;
        tracing::info!(new = saved.new, grown = saved.grown, unchanged = saved.unchanged, "findings saved");
    }
    let to_terminal = args.output.is_none();
    let style = Style {
        color: to_terminal && color_stdout(app.global.color),
        width: (to_terminal && terminal::is_stdout()).then(terminal::width).flatten(),
        // Who names rules or a severity wants to see what they find.
        least: match args.only.is_empty() && args.min_severity.is_none() {
            true => Severity::Medium,
            false => Severity::Info,
        },
    };
    match args.explain {
        true => report::explain(&report, style, out.as_mut())?,
        false => report::write(args.format, &report, style, out.as_mut())?,
    }
    out.flush()?;
    Ok(exit(&report, args.fail_on).merge(Exit::of_rules(&rules)))
}

/// What a run ends with: its findings, and rules that could not be run to their end.
fn exit(report: &Report, fail_on: Option<Severity>) -> Exit {
    let mut failed = Exit::Done;
    for (rule, reason) in report.failed() {
        tracing::error!(rule = %rule.rule_id, "failed: {}", terminal::escape(reason));
        failed = Exit::Incomplete;
    }
    for warning in &report.warnings {
        tracing::warn!("{}", terminal::escape(warning));
    }
    match fail_on {
        Some(least) if report.worst().is_some_and(|worst| worst >= least) => failed.merge(Exit::Findings),
        _ => failed,
    }
}

/// A session for rules: `--since` and `--until` are theirs, so nothing is cut off here.
pub(super) async fn session(
    lake: Option<&Lake>,
    raw: &Raw,
    range: &Range,
    bounds: &Bounds,
    app: &App,
) -> Result<Session> {
    match lake {
        Some(lake) => Ok(Session::over_lake(lake, &app.limits(bounds)).await?.with_geoip(&app.geoip)),
        None => query::session(raw, range, &[], bounds, app).await,
    }
}

/// The options of a run, with the parameters of the configuration and of the command line.
pub(super) fn options(raw: &Raw, range: &Range, given: &[Assignment], app: &App) -> Result<Options> {
    let source = match raw.sources.is_empty() {
        true => app.global.lake.clone(),
        false => raw.sources.join(", "),
    };
    let mut options = Options::new(source, app.now, Uuid::now_v7().to_string());
    options.span = app.span(range)?;
    options.params = app.config.params.clone();
    options.suppress = app.config.suppress.clone();
    options.available.extend(available(app));
    for pair in given {
        assign(&mut options.params, pair)?;
    }
    Ok(options)
}

/// What rules may need and the configuration has.
fn available(app: &App) -> BTreeSet<Need> {
    let needs = [(Need::Geoip, app.geoip.has_country()), (Need::GeoipAsn, app.geoip.has_asn())];
    needs.into_iter().filter_map(|(need, is_there)| is_there.then_some(need)).collect()
}

/// Reads the databases that rules ask for, so that what is wrong with one is told before any event is read.
pub(super) fn open_databases<'a>(rules: impl Iterator<Item = &'a Rule>, app: &App) -> Result<()> {
    let available = available(app);
    for need in rules.flat_map(|rule| &rule.needs).filter(|need| available.contains(*need)) {
        match need {
            Need::Geoip => app.geoip.open_country()?,
            Need::GeoipAsn => app.geoip.open_asn()?,
            Need::Baseline | Need::Inventory(_) => {}
        }
    }
    Ok(())
}

/// `name=value` or `rule.name=value`; a value is TOML, and text that is none stands for itself.
fn assign(params: &mut Params, pair: &Assignment) -> Result<()> {
    let document = format!("value = {}", pair.value);
    let parsed: Option<toml::Table> = document.parse().ok();
    let value = parsed.and_then(|mut table| table.remove("value"));
    let value = value.unwrap_or_else(|| match pair.value.contains(',') {
        true => pair.value.split(',').map(|item| toml::Value::from(item.trim())).collect::<Vec<_>>().into(),
        false => pair.value.as_str().into(),
    });
    match pair.name.split_once('.') {
        None => drop(params.global.insert(pair.name.clone(), value)),
        Some((rule, name)) if !rule.is_empty() && !name.is_empty() => {
            params.by_rule.entry(rule.to_owned()).or_default().insert(name.to_owned(), value);
        }
        Some(_) => bail!("`{}` names no parameter; write `name=value` or `rule.name=value`", pair.name),
    }
    Ok(())
}
