//! `rules test`: rules run over small logs of their own, that they must or must not find something in.
//!
//! A case of the rule `<id>` is a file `<id>/hit*.json` or `<id>/miss*.json` (`.json.gz` too), any container
//! the decoder takes. A `.toml` of the same name sets the scene: `params`, `as_of`, where the networks of its addresses
//! are (`geoip`), and what to `expect`. Cases see nothing of the operator's configuration, so they mean the same everywhere.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail, ensure};
use datafusion::common::runtime::SpawnedTask;
use futures::{StreamExt, stream};
use ipnet::IpNet;
use jiff::Timestamp;
use serde::Deserialize;

use super::kind;
use super::mutant::{self, Mutant};
use super::outcome::State;
use super::param::{self, ParamType};
use super::rule::{Body, Rule};
use super::rule_set::RuleSet;
use super::run::{self, Options};
use super::vocabulary::Need;
use super::{Finding, Selection};
use crate::decode::{self, Chunk, Decoder, Members, Verdict};
use crate::ingest::table_rows;
use crate::query::{GeoDatabases, Limits, Place, Session};
use crate::timespan::Timespan;

/// A day later than any event of a case, and far from the edge of what a date holds.
const LATE: i32 = 200_000;

/// The source name of findings in cases.
const SOURCE: &str = "a test case";

/// The rules that a story is about.
type Parts = Vec<Arc<Rule>>;

/// A log and what a rule has to make of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The rule.
    pub rule_id: String,
    /// The log.
    pub path: PathBuf,
    /// Whether the rule must find something.
    pub hit: bool,
    scene: Scene,
}

/// The `.toml` beside a case.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scene {
    #[serde(default)]
    params: toml::Table,
    as_of: Option<toml::Value>,
    /// What is known of networks, by the networks.
    #[serde(default)]
    geoip: BTreeMap<String, Place>,
    #[serde(default)]
    expect: Expect,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    /// How many findings.
    count: Option<u64>,
    /// Columns or details that one of the findings has.
    #[serde(default)]
    entity: BTreeMap<String, String>,
    /// Of all findings.
    severity: Option<String>,
}

/// How a case went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseOutcome {
    /// The rule.
    pub rule_id: String,
    /// The case's file name, or what is missing.
    pub case: String,
    /// Why it failed, if it did.
    pub failure: Option<String>,
}

/// Runs the cases in `folder` of each rule; a rule without a hit or without a miss fails too.
pub async fn test(rules: &RuleSet, folder: &Path) -> Vec<CaseOutcome> {
    each(rules, folder, tested).await
}

/// Runs the cases in `folder` of slightly wrong versions of each SQL rule (`mutant`); a version that no case tells from the
/// rule is a failure, unless the rule's header says why.
pub async fn mutate(rules: &RuleSet, folder: &Path) -> Vec<CaseOutcome> {
    let of_rule =
        async |rule: Arc<Rule>, parts: Parts, folder: PathBuf| match mutated(&rule, &parts, &folder).await {
            Ok(of_rule) => of_rule,
            Err(error) => vec![CaseOutcome {
                rule_id: rule.id.clone(),
                case: "its mutants".to_owned(),
                failure: Some(format!("{error:#}")),
            }],
        };
    each(rules, folder, of_rule).await
}

/// What comes out for each rule, in their order, on all cores.
async fn each<F>(
    rules: &RuleSet,
    folder: &Path,
    of_rule: impl Fn(Arc<Rule>, Parts, PathBuf) -> F,
) -> Vec<CaseOutcome>
where
    F: Future<Output = Vec<CaseOutcome>> + Send + 'static,
{
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let outcomes = rules.iter().map(|rule| {
        let parts = rules.parts_of(std::iter::once(rule));
        let task = SpawnedTask::spawn(of_rule(rule.clone(), parts, folder.to_owned()));
        async { task.join_unwind().await.unwrap_or_default() }
    });
    stream::iter(outcomes).buffered(threads).concat().await
}

async fn tested(rule: Arc<Rule>, parts: Parts, folder: PathBuf) -> Vec<CaseOutcome> {
    let outcome =
        |case: &str, failure| CaseOutcome { rule_id: rule.id.clone(), case: case.to_owned(), failure };
    let cases = match cases(&rule.id, &folder) {
        Ok(cases) => cases,
        Err(error) => return vec![outcome("its cases", Some(format!("{error:#}")))],
    };
    let mut outcomes = Vec::new();
    for (hit, name) in [(true, "hit"), (false, "miss")] {
        if !cases.iter().any(|case| case.hit == hit) {
            let path = folder.join(&rule.id).join(format!("{name}.json"));
            outcomes.push(outcome(name, Some(format!("no case; add `{}`", path.display()))));
        }
    }
    for case in &cases {
        let name = case.path.file_name().unwrap_or_default().to_string_lossy();
        let judged = match case.session() {
            Ok(session) => judge(&rule, &parts, case, &session).await,
            Err(error) => Err(error),
        };
        outcomes.push(outcome(&name, judged.err().map(|error| format!("{error:#}"))));
    }
    outcomes
}

async fn mutated(rule: &Arc<Rule>, parts_of_story: &Parts, folder: &Path) -> Result<Vec<CaseOutcome>> {
    let Body::Sql { text, line, .. } = &rule.body else { return Ok(Vec::new()) };
    let cases = cases(&rule.id, folder)?;
    let sessions: Vec<_> = cases.iter().map(Case::session).collect::<Result<_>>()?;
    for (case, session) in cases.iter().zip(&sessions) {
        // What fails anyway would notice everything.
        judge(rule, parts_of_story, case, session)
            .await
            .with_context(|| format!("`{}`", case.path.display()))?;
    }
    let outcome = |case: String, failure| CaseOutcome { rule_id: rule.id.clone(), case, failure };
    let (mut versions, mut parts) = (Vec::new(), Vec::new());
    for (number, Mutant { without, sql }) in
        mutant::mutants(text).map_err(|(_, reason)| anyhow!(reason))?.into_iter().enumerate()
    {
        let (_, parameters) = kind::of(&sql).map_err(|(_, reason)| anyhow!(reason))?;
        let body = Body::Sql { text: sql, line: *line, parameters };
        let id = format!("{}#{number}", rule.id);
        versions.push(Arc::new(Rule { id, body, ..rule.as_ref().clone() }));
        parts.push(without);
    }
    // A run takes many versions hardly longer than one.
    let mut noticed = vec![false; versions.len()];
    for (case, session) in cases.iter().zip(&sessions) {
        let left: Vec<_> = (0..versions.len()).filter(|version| !noticed[*version]).collect();
        let asked: Vec<_> = left.iter().map(|version| versions[*version].clone()).collect();
        for (version, verdict) in left.into_iter().zip(verdicts(&asked, parts_of_story, case, session).await?)
        {
            noticed[version] = verdict.is_err();
        }
    }
    let (mut outcomes, mut unnoticed) = (Vec::new(), BTreeSet::new());
    for (without, is_noticed) in parts.into_iter().zip(noticed) {
        let is_excused = rule.untested.contains_key(&without);
        let failure = (!is_noticed && !is_excused).then(|| "no case notices that it is missing".to_owned());
        outcomes.push(outcome(format!("without `{without}`"), failure));
        if !is_noticed {
            unnoticed.insert(without);
        }
    }
    for part in rule.untested.keys().filter(|part| !unnoticed.contains(*part)) {
        let failure = "`untested` names it, and it is no part of the rule, or a case notices".to_owned();
        outcomes.push(outcome(format!("`{part}`"), Some(failure)));
    }
    Ok(outcomes)
}

/// The cases of the rule `id` in `folder`, by name.
///
/// # Errors
/// When the folder or a `.toml` in it can't be read, or a `.toml` belongs to no case.
pub fn cases(id: &str, folder: &Path) -> Result<Vec<Case>> {
    let folder = folder.join(id);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries.collect::<std::io::Result<Vec<_>>>()?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("reading `{}`", folder.display())),
    };
    let mut paths: Vec<_> = entries.iter().map(fs::DirEntry::path).collect();
    paths.sort();
    let mut cases = Vec::new();
    let mut scenes: Vec<_> =
        paths.iter().filter(|path| path.extension().is_some_and(|e| e == "toml")).collect();
    for path in &paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let Some(stem) = name.strip_suffix(".gz").unwrap_or(&name).strip_suffix(".json") else { continue };
        let hit = stem.starts_with("hit");
        ensure!(
            hit || stem.starts_with("miss"),
            "`{}` is neither `hit*.json` nor `miss*.json`",
            path.display()
        );
        let scene_path = folder.join(format!("{stem}.toml"));
        scenes.retain(|scene| **scene != scene_path);
        let scene = scene(&scene_path)?;
        cases.push(Case { rule_id: id.to_owned(), path: path.clone(), hit, scene });
    }
    if let Some(stray) = scenes.first() {
        bail!("`{}` belongs to no case: there is no `.json` of that name", stray.display());
    }
    Ok(cases)
}

fn scene(path: &Path) -> Result<Scene> {
    match fs::read_to_string(path) {
        Ok(text) => toml::from_str(&text).with_context(|| format!("`{}`", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Scene::default()),
        Err(error) => Err(error).with_context(|| format!("`{}`", path.display())),
    }
}

impl Case {
    /// How the rule of this case is run over its log.
    ///
    /// # Errors
    /// When `as_of` is no time.
    pub fn options(&self, rule: &Rule) -> Result<Options> {
        let mut options = Options::new(SOURCE, Timestamp::UNIX_EPOCH, "test");
        // A rule that asks where addresses are has nothing to ask in a case that doesn't say it.
        let is_there =
            |need: &&Need| !matches!(need, Need::Geoip | Need::GeoipAsn) || !self.scene.geoip.is_empty();
        options.available = rule.needs.iter().filter(is_there).cloned().collect::<BTreeSet<Need>>();
        let params: BTreeMap<_, _> = self.scene.params.clone().into_iter().collect();
        if !rule.rules.is_empty() {
            // Those of the rules that a story is about, too.
            options.params.global.extend(params.clone());
        }
        options.params.by_rule.insert(rule.id.clone(), params);
        if let Some(as_of) = &self.scene.as_of {
            let value = ParamType::Timestamp.literal(&param::from_toml(as_of)).map_err(anyhow::Error::msg)?;
            let crate::query::Literal::Time(until) = value else { bail!("`as_of` is no time") };
            options.span = Timespan { since: None, until: Some(until) };
        }
        Ok(options)
    }

    fn session(&self) -> Result<Session> {
        let session = session([(self.path.display().to_string(), self.open()?)])?;
        Ok(session.with_geoip(&Arc::new(GeoDatabases::of_networks(self.networks()?))))
    }

    /// What the case says of networks.
    ///
    /// # Errors
    /// When one is none.
    pub fn networks(&self) -> Result<Vec<(IpNet, Place)>> {
        let network = |(text, place): (&String, &Place)| {
            let network = text.parse().with_context(|| format!("`{text}` in `[geoip]` is no network"))?;
            Ok((network, place.clone()))
        };
        self.scene.geoip.iter().map(network).collect()
    }

    /// The case's log.
    ///
    /// # Errors
    /// When the file can't be opened.
    pub fn open(&self) -> Result<File> {
        File::open(&self.path).with_context(|| format!("`{}`", self.path.display()))
    }
}

/// Runs one case; an error says how it went wrong.
async fn judge(rule: &Arc<Rule>, parts: &Parts, case: &Case, session: &Session) -> Result<()> {
    verdicts(std::slice::from_ref(rule), parts, case, session).await?.pop().unwrap_or(Ok(()))
}

/// Runs one case by each of some versions of its rule, which have ids of their own; an error says how it went wrong.
async fn verdicts(
    versions: &[Arc<Rule>],
    parts: &Parts,
    case: &Case,
    session: &Session,
) -> Result<Vec<Result<()>>> {
    let Some(first) = versions.first() else { return Ok(Vec::new()) };
    let mut options = case.options(first)?;
    let params = options.params.by_rule.remove(&first.id).unwrap_or_default();
    options.params.by_rule.extend(versions.iter().map(|version| (version.id.clone(), params.clone())));
    let rules = RuleSet::with_others(versions.to_vec(), parts.clone());
    let report = run::run(session, &rules, &options).await?;
    let mut findings: HashMap<String, Vec<Finding>> = HashMap::new();
    for finding in report.findings.iter() {
        findings.entry(finding.rule_id.clone()).or_default().push(finding.into_owned());
    }
    let states: HashMap<_, _> =
        report.rules.iter().map(|rule| (rule.rule_id.as_str(), &rule.state)).collect();
    let verdict = |version: &Arc<Rule>| match states.get(version.id.as_str()) {
        Some(State::Failed(reason)) => bail!("the rule failed: {reason}"),
        Some(State::NotConfigured(missing)) => {
            bail!("the case's `.toml` lacks parameters: {}", missing.join(", "))
        }
        Some(State::Ran) | None => compare(findings.get(&version.id).map_or(&[], Vec::as_slice), case),
    };
    Ok(versions.iter().map(verdict).collect())
}

fn compare(findings: &[Finding], case: &Case) -> Result<()> {
    let found = findings.len() as u64;
    let expect = &case.scene.expect;
    let seen = || {
        let messages: Vec<_> = findings.iter().take(3).map(|finding| finding.message.as_str()).collect();
        if messages.is_empty() { String::new() } else { format!(": {}", messages.join("; ")) }
    };
    match (case.hit, expect.count) {
        (true, Some(count)) => ensure!(found == count, "{found} findings instead of {count}{}", seen()),
        (true, None) => ensure!(found > 0, "nothing was found"),
        (false, Some(count)) if count > 0 => bail!("a miss can't expect findings; name it `hit*.json`"),
        (false, _) => ensure!(found == 0, "{found} findings instead of none{}", seen()),
    }
    if let Some(severity) = &expect.severity {
        let wrong = findings.iter().find(|finding| finding.severity.name() != severity);
        ensure!(wrong.is_none(), "a finding is not of severity `{severity}`");
    }
    if !expect.entity.is_empty() {
        let fits = |finding: &Finding| {
            expect.entity.iter().all(|(name, value)| finding.text(name).as_deref() == Some(value))
        };
        ensure!(findings.iter().any(fits), "no finding is about {:?}{}", expect.entity, seen());
    }
    Ok(())
}

/// A session whose `cloudtrail` holds the events of a few small logs: their names and their bytes.
///
/// # Errors
/// When a log is damaged, or none, or holds a record that can't be read.
pub fn session<R: Read>(logs: impl IntoIterator<Item = (String, R)>) -> Result<Session> {
    let mut decoder = Decoder::new(decode::Options { today: LATE });
    let mut batches = Vec::new();
    let mut seen = HashSet::new();
    for (name, log) in logs {
        let mut emit = |chunk: Chunk| -> Result<()> {
            let fresh: arrow::array::BooleanArray =
                chunk.keys.iter().map(|key| Some(seen.insert(*key))).collect();
            let rows = arrow::compute::filter_record_batch(&chunk.batch, &fresh)?;
            batches.push(table_rows(&rows, &name, None)?);
            Ok(())
        };
        let decoded = decoder.decode(log, Members::Any, &mut emit)?;
        match decoded.verdict {
            Verdict::Log => {}
            Verdict::Skipped(what) => bail!("`{name}` is no CloudTrail log but {what}"),
            Verdict::Quarantined(bad) => bail!("`{name}`: {bad}"),
        }
        if let Some(letter) = decoded.dead_letters.first() {
            bail!("`{name}` holds a record that can't be read, at byte {}: {}", letter.offset, letter.reason);
        }
    }
    let rows = move || stream::iter(batches.clone()).map(Ok).boxed();
    Session::over_raw(Arc::new(rows), &Limits::default())
}

/// The rule `id` alone, whatever its status.
///
/// # Errors
/// When there is none.
pub fn only(rules: &RuleSet, id: &str) -> Result<RuleSet, String> {
    rules.select(&Selection { only: vec![id.to_owned()], min_severity: None })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A session over these records.
    pub(crate) fn session_over(records: &[String]) -> Session {
        let log = format!("{{\"Records\":[{}]}}", records.join(","));
        session([("records.json".to_owned(), log.as_bytes())]).unwrap()
    }

    const RULE: &str = "/*---
id: r
title: t
severity: low
description: d
params: {name: {type: text, required: true}}
---*/
SELECT * FROM cloudtrail WHERE event_name = $name";

    const EVENT: &str = r#"{"Records":[{"eventVersion":"1.08","eventTime":"2026-01-15T10:00:00Z","eventName":"Go",
        "eventID":"1","userIdentity":{"type":"Root","arn":"arn:aws:iam::1:root"}}]}"#;

    async fn outcomes(files: &[(&str, &str)]) -> Vec<(String, Option<String>)> {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("r")).unwrap();
        for (name, text) in files {
            fs::write(folder.path().join("r").join(name), text).unwrap();
        }
        let rules = RuleSet::from_rules(vec![Arc::new(Rule::parse("r.sql", RULE).unwrap())]);
        let outcomes = test(&rules, folder.path()).await;
        outcomes.into_iter().map(|outcome| (outcome.case, outcome.failure)).collect()
    }

    #[tokio::test]
    async fn a_rule_that_hits_and_misses_as_its_cases_say_passes() {
        let hit =
            "params = {name = 'Go'}\n[expect]\ncount = 1\nseverity = 'low'\nentity = {user_type = 'Root'}";
        let miss = "params = {name = 'Stop'}";
        let files = [("hit.json", EVENT), ("hit.toml", hit), ("miss-1.json", EVENT), ("miss-1.toml", miss)];
        let outcomes = outcomes(&files).await;
        assert_eq!(outcomes, [("hit.json".to_owned(), None), ("miss-1.json".to_owned(), None)]);
    }

    #[tokio::test]
    async fn whatever_differs_from_what_a_case_expects_fails_it() {
        for (toml, expected) in [
            ("", "lacks parameters"),
            ("params = {name = 'Stop'}", "nothing was found"),
            ("params = {name = 'Go'}\nexpect = {count = 2}", "1 findings instead of 2"),
            ("params = {name = 'Go'}\nexpect = {severity = 'high'}", "not of severity"),
            ("params = {name = 'Go'}\nexpect = {entity = {user_type = 'IAMUser'}}", "no finding is about"),
            ("params = {name = 'Go'}\nexpects = 1", "unknown field"),
            ("params = {name = 1}", "is not a text"),
            ("params = {name = 'Go'}\nas_of = '2026-01-15T10:00:00Z'", "nothing was found"),
        ] {
            let outcomes =
                outcomes(&[("hit.json", EVENT), ("hit.toml", toml), ("miss.json", "{\"Records\":[]}")]).await;
            let failures: Vec<_> = outcomes.into_iter().filter_map(|(_, failure)| failure).collect();
            assert!(failures[0].contains(expected), "{toml}: {failures:?}");
        }
    }

    #[tokio::test]
    async fn a_rule_without_cases_or_with_a_damaged_one_fails() {
        let missing = outcomes(&[]).await;
        assert!(missing.len() == 2 && missing.iter().all(|(_, failure)| failure.is_some()), "{missing:?}");
        let damaged = outcomes(&[("hit.json", "{\"Records\":[{\"eventName\":"), ("miss.json", EVENT)]).await;
        assert!(damaged[0].1.as_ref().unwrap().contains("truncated"), "{damaged:?}");
        let stray = outcomes(&[("hit2.toml", "")]).await;
        assert!(stray[0].1.as_ref().unwrap().contains("belongs to no case"), "{stray:?}");
    }
}
