//! What every command needs: the global options, the configuration, the moment it was started.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use jiff::Timestamp;
use serde::Serialize;

use super::args::{Bounds, Global, Range, ReportFormat};
use super::terminal;
use crate::config::{Config, Limits};
use crate::detect::{RuleSet, Selection};
use crate::lake::{Lake, Location};
use crate::progress::Progress;
use crate::query::GeoDatabases;
use crate::source::{self, Aws, Filter, Source};
use crate::timespan::Timespan;

/// Mistakes in rules that a run names.
const REFUSED_SHOWN: usize = 20;

/// One call of the program.
#[derive(Debug)]
pub(super) struct App {
    pub(super) global: Global,
    pub(super) config: Config,
    /// The configured databases that tell where addresses are; each is read when it is asked for.
    pub(super) geoip: Arc<GeoDatabases>,
    /// The one look at the clock: `7d` and "new" mean the same thing all through a command.
    pub(super) now: Timestamp,
}

impl App {
    pub(super) fn aws(&self) -> Aws {
        let aws = &self.global.aws;
        Aws {
            profile: aws.profile.clone(),
            region: aws.aws_region.clone(),
            endpoint_url: aws.endpoint_url.clone(),
            no_sign_request: aws.no_sign_request,
            requester_pays: aws.requester_pays,
            retry: aws.s3_retry.unwrap_or_default(),
        }
    }

    /// The lake that `--lake` names; `make`: a folder that is missing is made.
    pub(super) async fn lake(&self, make: bool) -> Result<Lake> {
        Lake::open(&self.global.lake, &self.aws(), make).await
    }

    /// The same for who can do without: a folder that is missing is no lake.
    pub(super) async fn lake_if_any(&self) -> Result<Option<Lake>> {
        match Location::parse(&self.global.lake)? {
            Location::Folder(path) if !path.try_exists()? => Ok(None),
            _ => self.lake(false).await.map(Some),
        }
    }

    pub(super) async fn sources(&self, texts: &[String]) -> Result<Vec<Arc<dyn Source>>> {
        let aws = self.aws();
        let mut sources = Vec::with_capacity(texts.len());
        for text in texts {
            sources.push(source::open(text, &aws).await?);
        }
        Ok(sources)
    }

    pub(super) fn span(&self, range: &Range) -> Result<Timespan> {
        Ok(Timespan::between(range.since, range.until, self.now)?)
    }

    pub(super) fn filter(&self, range: &Range) -> Result<Filter> {
        Ok(Filter { span: self.span(range)?, ..Filter::default() })
    }

    /// The configured limits, with what the command line says instead.
    pub(super) fn limits(&self, bounds: &Bounds) -> Limits {
        let mut limits = self.config.limits;
        limits.memory = bounds.memory.unwrap_or(limits.memory);
        limits.time = bounds.timeout.or(limits.time);
        limits
    }

    /// The shipped rules and those of `paths`. Of those that can't be used it says why; the others run.
    pub(super) fn rules(&self, paths: &[PathBuf]) -> Result<RuleSet> {
        let rules = RuleSet::load(paths, &self.config.sigma.placeholders)?;
        self.name_refused(&rules);
        Ok(rules)
    }

    /// Those of them that `selection` names.
    pub(super) fn chosen_rules(&self, paths: &[PathBuf], selection: &Selection) -> Result<RuleSet> {
        if !selection.only.is_empty() {
            let some = RuleSet::load_only(paths, &self.config.sigma.placeholders, &selection.only)?;
            if let Ok(chosen) = some.select(selection) {
                self.name_refused(&some);
                return Ok(chosen);
            }
        }
        // Of all of them it can be told which one is nearest to a name that none has.
        self.rules(paths)?.select(selection).map_err(anyhow::Error::msg)
    }

    /// Says on stderr which rules can't be used, and why.
    pub(super) fn name_refused(&self, rules: &RuleSet) {
        let refused = rules.refused();
        for mistake in refused.iter().take(REFUSED_SHOWN) {
            tracing::error!("{}", terminal::escape(&mistake.to_string()));
        }
        if refused.len() > REFUSED_SHOWN {
            let more = refused.len() - REFUSED_SHOWN;
            tracing::error!("and {more} mistakes in rules more; `trailhound rules check` lists them");
        }
    }

    pub(super) fn spinner(&self, label: &str) -> Progress {
        if self.global.quiet { Progress::hidden() } else { Progress::spinner(label) }
    }

    pub(super) fn bar(&self, label: &str) -> Progress {
        if self.global.quiet { Progress::hidden() } else { Progress::bar(label) }
    }

    /// Prints a report for people or for programs.
    pub(super) fn report(
        &self,
        format: ReportFormat,
        text: &impl ToString,
        json: &impl Serialize,
    ) -> Result<()> {
        match format {
            ReportFormat::Text => print(&text.to_string()),
            ReportFormat::Json => {
                let mut json = serde_json::to_string_pretty(json)?;
                json.push('\n');
                print(&json)
            }
        }
    }
}

/// Writes results to standard output; a reader that has gone away is seen by `main`.
pub(super) fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Where results go: a file, opened before the work begins, or standard output.
pub(super) fn open_output(path: Option<&Path>) -> Result<Box<dyn Write + Send>> {
    Ok(match path {
        Some(path) => {
            let file = std::fs::File::create(path);
            Box::new(io::BufWriter::new(file.with_context(|| format!("can't write {}", path.display()))?))
        }
        None => Box::new(io::BufWriter::new(io::stdout())),
    })
}
