//! `trailhound demo`: the tour. A trail with attacks in it, from objects to findings, and what to try next.
//!
//! All of it is in one folder, which is made anew each time; a folder that is something else is left
//! alone.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use uuid::Uuid;

use super::app::{App, print};
use super::{Exit, args, color_stdout, generate as trail, terminal};
use crate::config::Config;
use crate::detect::{self, RuleSet, Selection};
use crate::generate;
use crate::ingest;
use crate::lake::Lake;
use crate::query::Session;
use crate::report::{self, Format, Style};
use crate::source;

/// The configuration of the organisation whose trail it is: also how the folder is known again.
const CONFIG: &str = "\
# What the demo's organisation approves of: see `trailhound rules list` for who asks.
[params]
approved_regions = [\"us-east-1\", \"eu-west-1\"]
approved_networks = [\"198.51.100.0/24\", \"203.0.113.0/25\", \"2001:db8:100::/48\"]
unused_days = 14
";

const CONFIG_FILE: &str = "trailhound.toml";

pub(super) async fn run(args: &args::Demo, app: &App) -> Result<Exit> {
    let dir = &args.dir;
    clear(dir)?;
    let logs = dir.join("logs");
    print(&format!("Making a trail of {} events in {} …\n", args.events, logs.display()))?;
    let mut options = generate::Options::new(args.events, args.seed, trail::end(args.end, app.now)?);
    options.stories = args.stories.clone();
    let progress = app.bar("generating");
    let written = generate::run(&logs, &options, &progress);
    progress.finish();
    print(&trail::text(&written?))?;

    let lake_dir = dir.join("lake");
    print(&format!("\nIngesting it into the lake {} …\n", lake_dir.display()))?;
    let lake = Lake::in_folder(&lake_dir, true)?;
    let source = source::open(&logs.to_string_lossy(), &app.aws()).await?;
    let progress = app.spinner("ingesting");
    let options = ingest::Options::default();
    let summary = ingest::run(&lake, &[source], &options, &progress, std::future::pending()).await;
    progress.finish();
    print(&summary?.to_string())?;

    print("\nRunning the detections …\n\n")?;
    detect(args, &lake, app).await?;
    print(&next(dir))?;
    Ok(Exit::Done)
}

async fn detect(args: &args::Demo, lake: &Lake, app: &App) -> Result<()> {
    let config = Config::load(Some(&args.dir.join(CONFIG_FILE)))?;
    let session = Session::over_lake(lake, &config.limits).await?;
    let rules = RuleSet::shipped()?.select(&Selection::default()).map_err(anyhow::Error::msg)?;
    let source = args.dir.join("lake").display().to_string();
    let mut options = detect::Options::new(source, app.now, Uuid::now_v7().to_string());
    options.params = config.params;
    let mut found = detect::run(&session, &rules, &options).await?;
    detect::save(lake, &session, &mut found.findings).await?;
    let style = Style { color: color_stdout(app.global.color), width: terminal::width(), ..Style::default() };
    report::write(Format::Summary, &found, style, &mut std::io::stdout())?;
    match found.failed().next() {
        Some((rule, reason)) => bail!("the rule `{}` failed: {reason}", rule.rule_id),
        None => Ok(()),
    }
}

/// Makes the folder ready: what an earlier demo left goes, anything else stays.
fn clear(dir: &Path) -> Result<()> {
    let config = dir.join(CONFIG_FILE);
    let is_ours = fs::read_to_string(&config).is_ok_and(|text| text == CONFIG);
    let is_empty = match fs::read_dir(dir) {
        Ok(mut entries) => entries.next().is_none(),
        Err(_) => true,
    };
    ensure!(
        is_ours || is_empty,
        "{} holds something that is no demo; name an empty folder: `trailhound demo DIR`",
        dir.display()
    );
    for name in ["logs", "lake"] {
        let folder = dir.join(name);
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("can't remove {}", folder.display()));
            }
            _ => {}
        }
    }
    fs::create_dir_all(dir).with_context(|| format!("can't make {}", dir.display()))?;
    fs::write(&config, CONFIG).with_context(|| format!("can't write {}", config.display()))
}

fn next(dir: &Path) -> String {
    let dir = dir.display();
    format!(
        "
Next, in this folder:  cd {dir}

  trailhound detect --format table                        the findings one by one
  trailhound detect --format html -o report.html          … as a page
  trailhound query -f address_activity --param ip=192.0.2.66
                                                          what the attacker's address did
  trailhound query \"SELECT event_name, count(*) FROM cloudtrail WHERE error_code IS NOT NULL GROUP BY 1 ORDER BY 2 DESC LIMIT 10\"
  trailhound hunts                                        more questions, ready to ask
  trailhound rules show unapproved_ip                     why a rule fires, and what to do then
  trailhound export --where \"user_type = 'Root'\"          the records as CloudTrail wrote them
  trailhound shell                                        SQL with history
"
    )
}
