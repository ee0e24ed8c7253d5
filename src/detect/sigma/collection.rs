//! Sigma files together: rules, the correlations over them, and the filters that narrow them.
//!
//! A correlation and a filter name their rules by id, `name` or title, and those may stand in any file; what stands in the
//! same file is meant first. The rules of a correlation in their own file exist for it alone and don't fire, unless it
//! says `generate: true`; a rule that stands in a file of its own fires all the same.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use serde_json::json;

use super::correlation::{Asks, Base, Bounds, Correlation, Field, Given, Kind, Needed, Source, Written};
use super::document::Document;
use super::expression::{self, Expression};
use super::modifier::Placeholders;
use super::place::Place;
use super::rule::{self, Read};
use super::{Condition, Detection};
use crate::detect::mistake::{Mistake, shortened};
use crate::detect::rule::{Body, Rule, version};
use crate::detect::spelling;

/// Correlations over correlations.
const CHAIN_MAX: usize = 8;

/// Rules below a correlation, each as often as it is reached: they are walked through.
const WEIGHT_MAX: usize = 1_000;

/// Names, in bytes, among which a likely one is looked for; longer ones are no slips.
const NAME_MAX: usize = 128;

/// Every rule, for `rules` of a filter.
const ANY: &str = "any";

/// Sigma files that are read one after the other.
#[derive(Debug, Default)]
pub(crate) struct Collection {
    items: Vec<Item>,
    filters: Vec<Filter>,
    /// Rules, by the names that their files have for them, that do not fire by themselves.
    silent: Vec<(String, String)>,
    mistakes: Vec<Mistake>,
}

/// A rule or a correlation.
#[derive(Debug)]
struct Item {
    rule: Rule,
    document: Document,
    /// Of a correlation.
    written: Option<Written>,
}

/// A document that narrows rules.
#[derive(Debug)]
struct Filter {
    file: String,
    document: Document,
    rules: Vec<String>,
    detection: Detection,
    version: String,
}

/// Why a correlation can't be used, and the keys that lead there.
type Wrong = (Vec<&'static str>, String);

impl Collection {
    /// Takes in files, given by path and text; they are read on all cores.
    pub(crate) fn add(&mut self, files: &[(&str, &str)], placeholders: &Placeholders) {
        let read = files.par_iter().map(|(file, text)| rule::read(file, text, placeholders));
        for ((file, _), (read, mistakes)) in files.iter().zip(read.collect::<Vec<_>>()) {
            self.mistakes.extend(mistakes);
            self.take(file, read);
        }
    }

    fn take(&mut self, file: &str, read: Vec<(Document, Read)>) {
        for (document, read) in read {
            match read {
                Read::Rule(rule) => self.items.push(Item { rule: *rule, document, written: None }),
                Read::Correlation(rule, written) => {
                    if !written.generate {
                        self.silence(file, written.rules.clone());
                    }
                    self.items.push(Item { rule: *rule, document, written: Some(*written) });
                }
                Read::Filter(rules, detection) => {
                    let version = version(&json!(detection.tree).to_string());
                    self.filters.push(Filter { file: file.to_owned(), document, rules, detection, version });
                }
                Read::Refused(rules) => self.silence(file, rules),
            }
        }
    }

    fn silence(&mut self, file: &str, rules: Vec<String>) {
        self.silent.extend(rules.into_iter().map(|rule| (file.to_owned(), rule)));
    }

    /// The rules of all files, and what is wrong with the others.
    pub(crate) fn finish(mut self) -> (Vec<Rule>, Vec<Mistake>) {
        let names = names(&self.items);
        self.filter(&names);
        let mut resolver = Resolver { items: &self.items, names: &names, known: HashMap::new() };
        let mut resolved = Vec::new();
        for (index, item) in self.items.iter().enumerate() {
            if item.written.is_none() {
                continue;
            }
            match resolver.correlation(index, 0) {
                Ok(found) => resolved.push((index, found)),
                Err((path, message)) => {
                    let path: Vec<_> = std::iter::once("correlation").chain(path).collect();
                    let line = item.document.line_of(&path);
                    self.mistakes.push(Mistake::error(&item.rule.file, line, message));
                }
            }
        }
        let mut silent = vec![false; self.items.len()];
        for (file, name) in &self.silent {
            let base = find(&self.items, &names, name, file);
            if let Some(base) = base.filter(|base| self.items[*base].rule.file == *file) {
                silent[base] = true;
            }
        }
        let mut bodies: HashMap<_, _> = resolved.into_iter().collect();
        let mut rules = Vec::new();
        for (index, item) in self.items.into_iter().enumerate() {
            let mut rule = item.rule;
            if item.written.is_some() {
                let Some(found) = bodies.remove(&index) else { continue };
                rule.version = found.version;
                rule.window = Some(found.correlation.timespan);
                let Body::Correlation { correlation, unset, .. } = &mut rule.body else { continue };
                (*correlation, *unset) = (found.correlation, found.unset);
            }
            if !silent[index] {
                rules.push(rule);
            }
        }
        (rules, self.mistakes)
    }

    /// Narrows the rules that filters name.
    fn filter(&mut self, names: &HashMap<String, Vec<usize>>) {
        let filters = std::mem::take(&mut self.filters);
        let mut of_items: Vec<Vec<&Filter>> = vec![Vec::new(); self.items.len()];
        for filter in &filters {
            let mut narrowed: Vec<usize> = Vec::new();
            for name in &filter.rules {
                match name.as_str() {
                    ANY => narrowed.extend(0..self.items.len()),
                    name => narrowed.extend(find(&self.items, names, name, &filter.file)),
                }
            }
            narrowed.sort_unstable();
            narrowed.dedup();
            if narrowed.is_empty() {
                let rules = filter.rules.join("`, `");
                let message = shortened(&format!("the filter narrows nothing: no rule is named `{rules}`"));
                let line = filter.document.line_of(&["filter", "rules"]);
                self.mistakes.push(Mistake::error(&filter.file, line, message));
            }
            narrowed.iter().for_each(|index| of_items[*index].push(filter));
        }
        for (item, filters) in self.items.iter_mut().zip(of_items).filter(|(_, filters)| !filters.is_empty())
        {
            item.narrow(&filters);
        }
    }
}

impl Item {
    /// Leaves of what the rule matches what passes the filters as well.
    fn narrow(&mut self, filters: &[&Filter]) {
        let narrowed = |own: &Arc<Condition>| {
            let own = std::iter::once(own.clone());
            Condition::all(
                own.chain(filters.iter().map(|filter| filter.detection.condition.clone())).collect(),
            )
        };
        let more = filters.iter().flat_map(|filter| &filter.detection.unset).cloned();
        match &mut self.rule.body {
            Body::Sigma { detection, .. } => {
                let mut own = detection.as_ref().clone();
                own.condition = narrowed(&own.condition);
                own.unset.extend(more);
                *detection = Arc::new(own);
            }
            // One over its own searches; what others match is theirs to narrow.
            Body::Correlation { correlation, unset, .. } if self.written.is_none() => {
                let mut own = correlation.as_ref().clone();
                for base in &mut own.bases {
                    if let Source::Events(condition) = &mut base.source {
                        *condition = narrowed(condition);
                    }
                }
                unset.extend(more);
                *correlation = Arc::new(own);
            }
            Body::Correlation { .. } | Body::Sql { .. } => return,
        }
        let versions: Vec<_> = filters.iter().map(|filter| &filter.version).collect();
        self.rule.version = version(&json!([self.rule.version, versions]).to_string());
    }
}

/// The rules of one file by itself, and what is wrong with the others.
#[allow(dead_code, reason = "of tests and fuzz targets")]
pub(crate) fn rules(file: &str, text: &str, placeholders: &Placeholders) -> (Vec<Rule>, Vec<Mistake>) {
    let mut collection = Collection::default();
    collection.add(&[(file, text)], placeholders);
    collection.finish()
}

/// Rules by all that they are called.
fn names(items: &[Item]) -> HashMap<String, Vec<usize>> {
    let mut names: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, item) in items.iter().enumerate() {
        let name = item.document.tree.get("name").and_then(|name| name.as_str());
        for name in [Some(item.rule.id.as_str()), name, Some(item.rule.title.as_str())].into_iter().flatten()
        {
            let of_name = names.entry(name.to_owned()).or_default();
            if !of_name.contains(&index) {
                of_name.push(index);
            }
        }
    }
    names
}

/// The rule that `name` means in `file`, if it is one.
fn find(items: &[Item], names: &HashMap<String, Vec<usize>>, name: &str, file: &str) -> Option<usize> {
    let found = names.get(name).map_or([].as_slice(), Vec::as_slice);
    let here: Vec<_> = found.iter().filter(|index| items[**index].rule.file == file).collect();
    match (here.as_slice(), found) {
        ([only], _) => Some(**only),
        ([], [only, rest @ ..])
            if rest.iter().all(|other| items[*other].rule.version == items[*only].rule.version) =>
        {
            Some(*only)
        }
        _ => None,
    }
}

/// Why [`find`] finds no rule.
fn unknown(names: &HashMap<String, Vec<usize>>, name: &str) -> String {
    if names.contains_key(name) {
        return format!("several rules are named `{name}`; name the one that is meant by its id");
    }
    let known: Vec<_> = names.keys().map(String::as_str).filter(|name| name.len() <= NAME_MAX).collect();
    let near =
        Some(name).filter(|name| name.len() <= NAME_MAX).and_then(|name| spelling::nearest(name, &known));
    let hint = near.map_or_else(String::new, |near| format!("; is it `{near}`?"));
    format!("no rule that can be used is named `{name}`{hint}")
}

/// A correlation whose rules were found.
#[derive(Debug, Clone)]
struct Resolved {
    correlation: Arc<Correlation>,
    version: String,
    unset: Vec<String>,
    /// Rules that it is about, as often as each is reached.
    weight: usize,
}

struct Resolver<'a> {
    items: &'a [Item],
    names: &'a HashMap<String, Vec<usize>>,
    known: HashMap<usize, Resolved>,
}

impl Resolver<'_> {
    fn correlation(&mut self, index: usize, depth: usize) -> Result<Resolved, Wrong> {
        if let Some(known) = self.known.get(&index) {
            return Ok(known.clone());
        }
        let item = &self.items[index];
        let Some(written) = &item.written else { return Err((vec![], "no correlation".to_owned())) };
        if depth == CHAIN_MAX {
            let message =
                format!("a chain of more than {CHAIN_MAX} correlations, or one that is about itself");
            return Err((vec!["rules"], message));
        }
        let mut bases = Vec::new();
        let (mut places, mut weight) = (HashSet::new(), 1_usize);
        let mut decides = vec![json!(item.rule.version)];
        let mut unset = Vec::new();
        for name in &written.rules {
            let place = find(self.items, self.names, name, &item.rule.file)
                .ok_or_else(|| (vec!["rules"], unknown(self.names, name)))?;
            if !places.insert(place) {
                // Under another of its names; once is enough.
                continue;
            }
            let base = &self.items[place];
            let (source, version) = match &base.rule.body {
                Body::Sigma { detection, .. } => {
                    unset.extend(detection.unset.iter().cloned());
                    (Source::Events(detection.condition.clone()), base.rule.version.clone())
                }
                Body::Correlation { correlation, unset: lacks, .. } if base.written.is_none() => {
                    unset.extend(lacks.iter().cloned());
                    (Source::Correlation(correlation.clone()), base.rule.version.clone())
                }
                Body::Correlation { .. } => {
                    let found = self.correlation(place, depth + 1).map_err(|(_, message)| {
                        (vec!["rules"], format!("`{name}` can't be used: {message}"))
                    })?;
                    unset.extend(found.unset);
                    weight += found.weight;
                    (Source::Correlation(found.correlation), found.version)
                }
                Body::Sql { .. } => return Err((vec!["rules"], format!("`{name}` is no Sigma rule"))),
            };
            weight += 1;
            decides.push(json!(version));
            bases.push(self.base(written, place, name, source)?);
        }
        if weight > WEIGHT_MAX {
            let message =
                format!("the correlation comes to {weight} rules; at most {WEIGHT_MAX} are allowed");
            return Err((vec!["rules"], message));
        }
        let resolved = Resolved {
            weight,
            correlation: Arc::new(Correlation {
                asks: asks(written, &bases, self.items, self.names, &item.rule.file)?,
                bases,
                group_by: written.group_by.clone(),
                timespan: written.timespan,
            }),
            version: version(&json!(decides).to_string()),
            unset,
        };
        self.known.insert(index, resolved.clone());
        Ok(resolved)
    }

    /// A rule with where its groups and values are.
    fn base(&self, written: &Written, place: usize, name: &str, source: Source) -> Result<Base, Wrong> {
        let item = &self.items[place];
        let own = item.document.tree.get("name").and_then(|name| name.as_str());
        let called = [Some(name), Some(item.rule.id.as_str()), own, Some(item.rule.title.as_str())];
        let field = |wanted: &String| {
            let alias = written.aliases.iter().find(|(alias, _)| alias == wanted);
            let own = alias.and_then(|(_, fields)| {
                fields.iter().find(|(rule, _)| called.contains(&Some(rule.as_str())))
            });
            if alias.is_some() && own.is_none() {
                return Err((vec!["aliases"], format!("the alias `{wanted}` has no field for `{name}`")));
            }
            let own = own.map_or(wanted, |(_, field)| field);
            match &source {
                Source::Events(_) => Ok(Field::Of(Place::of(own))),
                Source::Correlation(correlation) => {
                    let place = correlation.group_by.iter().position(|group| group == own);
                    let message = || {
                        format!("`{own}` is no group of the correlation `{name}`, which has no other fields")
                    };
                    place.map(Field::Group).ok_or_else(|| (vec!["group-by"], message()))
                }
            }
        };
        let groups = written.group_by.iter().map(field).collect::<Result<_, _>>()?;
        let values = written.fields.iter().map(field).collect::<Result<_, _>>()?;
        let (rule_id, title) = (item.rule.id.clone(), item.rule.title.clone());
        Ok(Base { rule_id, title, source, groups, values })
    }
}

/// What a correlation asks of its rules.
fn asks(
    written: &Written,
    bases: &[Base],
    items: &[Item],
    names: &HashMap<String, Vec<usize>>,
    file: &str,
) -> Result<Asks, Wrong> {
    let bounds = |otherwise: f64| match &written.condition {
        Given::Bounds(bounds) => bounds.clone(),
        Given::Nothing | Given::Expression(_) => Bounds::at_least(otherwise),
    };
    Ok(match written.kind {
        Kind::Events => Asks::Events(bounds(1.0)),
        Kind::Values => Asks::Values(bounds(1.0)),
        Kind::Number(statistic) => Asks::Number(statistic, bounds(0.0)),
        Kind::Ordered => Asks::Ordered,
        Kind::Temporal => match &written.condition {
            Given::Expression(text) => {
                let wrong = |message| (vec!["condition"], message);
                let (expression, rest) = expression::parse(text).map_err(wrong)?;
                if rest.is_some() {
                    return Err(wrong("a `|` has no place in the condition of a correlation".to_owned()));
                }
                let place = |name: &str| {
                    let rule = find(items, names, name, file).ok_or_else(|| unknown(names, name))?;
                    let place = bases.iter().position(|base| base.rule_id == items[rule].rule.id);
                    place.ok_or_else(|| format!("`{name}` is not among the `rules` of the correlation"))
                };
                Asks::Rules(needed(&expression, &place, bases.len()).map_err(wrong)?)
            }
            _ => Asks::Temporal(bounds(bases.len() as f64)),
        },
    })
}

fn needed(
    expression: &Expression,
    place: &dyn Fn(&str) -> Result<usize, String>,
    rules: usize,
) -> Result<Needed, String> {
    let all = |parts: &[Expression]| {
        parts.iter().map(|part| needed(part, place, rules)).collect::<Result<Vec<_>, _>>()
    };
    Ok(match expression {
        Expression::Name(name) => Needed::Rule(place(name)?),
        Expression::All(parts) => Needed::All(all(parts)?),
        Expression::Any(parts) => Needed::Any(all(parts)?),
        Expression::Of { all, pattern: None } => {
            let parts = (0..rules).map(Needed::Rule).collect();
            if *all { Needed::All(parts) } else { Needed::Any(parts) }
        }
        Expression::Of { pattern: Some(pattern), .. } => {
            return Err(format!("`{pattern}`: name the rules one by one"));
        }
        Expression::Not(_) => {
            return Err(
                "what has not happened yet may still do: `not` has no place in a correlation".to_owned()
            );
        }
    })
}
