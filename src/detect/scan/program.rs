//! All event rules of a run as one program over rows.
//!
//! Rules are found by the event name they ask for. What is left of them is settled once for each kind of event, that
//! is its source, its name and which of the fields that rules ask to be there are: most rules say no more than
//! that, and then they are a plain yes or no for all events of the kind. Only what is open after that is
//! asked of each row: the rest of a Sigma condition, or an SQL filter.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use aho_corasick::{AhoCorasick, packed};
use memchr::memmem;

use super::filter::Filter;
use super::names::Names;
use super::row::Reads;
use crate::decode::Printer;
use crate::detect::sigma::{Check, Condition, Held, Item, Place};
use crate::event::{FIELDS, Kind};
use crate::query::Physical;
use crate::query::pattern::folded;

/// Answers and open rules that are remembered, over all kinds of events: some 100 MiB. Hostile names can make any
/// number of kinds; they are settled again then.
pub(super) const SETTLED_MAX: usize = 1 << 20;

/// A rule's question to a row.
#[derive(Debug, Clone)]
pub(super) enum Question {
    /// Of a Sigma rule.
    Condition(Arc<Condition>),
    /// Of an SQL rule, over the rows of the scan.
    Filter(Filter),
}

/// One rule of the program.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub question: Question,
    pub names: Names,
}

/// All rules, indexed.
#[derive(Debug)]
pub(super) struct Program {
    pub entries: Vec<Entry>,
    /// Parts of SQL filters that several may have.
    pub common: Vec<Physical>,
    by_name: HashMap<String, Vec<u32>>,
    any_name: Vec<u32>,
    /// Fields that rules ask to be there or not; a bit of [`Known::present`] each.
    pub present: Vec<Member>,
    /// The source and the name of an event.
    pub named: [Member; 2],
    /// What is read of rows.
    pub reads: Reads,
}

/// A member of a record that is a column.
#[derive(Debug)]
pub(super) struct Member {
    /// Its index into [`FIELDS`].
    pub field: usize,
    /// The keys that lead to it.
    pub path: Arc<[String]>,
}

/// What rules come to for one kind of event.
#[derive(Debug, Default)]
pub(super) struct Settled {
    /// Rules that every event of the kind matches.
    pub always: Vec<u32>,
    /// Rules that have to be asked, with what is still open.
    pub open: Vec<OpenRule>,
    /// The columns that answers depend on, of all open rules of which that can be said.
    pub columns: u64,
    /// Rules that have to be asked only if a text has something in it.
    pub of_texts: Vec<OfText>,
    /// SQL rules that may match.
    pub filters: Vec<u32>,
}

/// Rules of which none can hold unless the text of one column has one of its texts in it. These are looked for first, and
/// together, so that of a user agent that nobody has had before hundreds of rules are asked at once.
#[derive(Debug)]
pub(super) struct OfText {
    /// The column, by its index into [`FIELDS`].
    pub field: usize,
    pub rules: Vec<OpenRule>,
    /// Says of a text without its case, in a fraction of the time, whether it has any of them; where the processor can, and
    /// there are not too many.
    any: Option<packed::Searcher>,
    finder: Finder,
    /// By the number of a text that is looked for: the place of its rule.
    places: Vec<u32>,
    /// Of all texts that are looked for.
    bytes: usize,
}

/// What tells which texts are in another, whatever their case.
#[derive(Debug)]
enum Finder {
    /// One after another, in a text without its case.
    Each(Vec<memmem::Finder<'static>>),
    Together(AhoCorasick),
}

/// Texts that are looked for one by one: in a user agent of 150 bytes for some 15 ns each, where one pass for all takes up
/// to 150, and takes time to be prepared for each kind of event.
const EACH_MAX: usize = 8;

/// Fewer texts than this are looked for without asking first whether there is any.
const ANY_MIN: usize = 3;

/// Bytes that are looked for in one pass. A byte takes some fifty in the automaton, of which each kind of event has its own;
/// a rule may have a million of them.
const LOOKED_FOR_MAX: usize = 64 << 10;

impl OfText {
    fn new(field: usize, rules: Vec<(OpenRule, Vec<String>)>) -> Result<Self, Vec<OpenRule>> {
        let texts =
            (0..).zip(&rules).flat_map(|(place, (_, texts))| texts.iter().map(move |text| (place, text)));
        let (places, texts): (Vec<u32>, Vec<String>) =
            texts.map(|(place, text)| (place, text.to_ascii_lowercase())).unzip();
        let bytes = texts.iter().map(String::len).sum();
        let any = if texts.len() < ANY_MIN { None } else { packed::Searcher::new(&texts) };
        let finder = if texts.len() <= EACH_MAX {
            let finders = texts.iter().map(|text| memmem::Finder::new(text).into_owned());
            Ok(Finder::Each(finders.collect()))
        } else {
            AhoCorasick::new(&texts).map(Finder::Together)
        };
        let rules = rules.into_iter().map(|(rule, _)| rule).collect();
        match finder {
            Ok(finder) => Ok(Self { field, rules, any, finder, places, bytes }),
            // Too many for its numbers.
            Err(_) => Err(rules),
        }
    }

    /// The places of the rules that may hold of a text, in order. `lower` is room for the text without its case.
    pub(super) fn possible(&self, text: &str, lower: &mut Vec<u8>, places: &mut Vec<u32>) {
        places.clear();
        lower.clear();
        lower.extend_from_slice(text.as_bytes());
        lower.make_ascii_lowercase();
        // Of shorter texts it takes longer to say.
        let any = self.any.as_ref().filter(|any| any.minimum_len() <= lower.len());
        if any.is_some_and(|any| any.find(&*lower).is_none()) {
            return;
        }
        match &self.finder {
            Finder::Each(finders) => {
                let found = finders.iter().zip(&self.places);
                let found = found.filter(|(finder, _)| finder.find(lower).is_some());
                places.extend(found.map(|(_, place)| *place));
            }
            Finder::Together(finder) => {
                let found = finder.find_overlapping_iter(&*lower);
                places.extend(found.map(|found| self.places[found.pattern().as_usize()]));
                places.sort_unstable();
            }
        }
        places.dedup();
    }
}

/// A text column, and texts of which one is in it wherever `condition` holds.
fn needles(condition: &Condition) -> Option<(usize, Vec<String>)> {
    match condition {
        Condition::Test(test) => {
            let Held::Column { field, inside } = test.place.held else { return None };
            let whole = inside == test.place.path.len() && FIELDS[field].kind == Kind::Text;
            match &test.check {
                Check::Text(texts) if whole => Some((field, texts.parts()?)),
                _ => None,
            }
        }
        Condition::All(parts) => {
            parts.iter().filter_map(|part| needles(part)).min_by_key(|(_, texts)| texts.len())
        }
        Condition::Any(parts) => {
            let parts: Vec<_> = parts.iter().map(|part| needles(part)).collect::<Option<_>>()?;
            let field = parts.first()?.0;
            let same = parts.iter().all(|(other, _)| *other == field);
            same.then(|| (field, parts.into_iter().flat_map(|(_, texts)| texts).collect()))
        }
        Condition::Constant(_) | Condition::Not(_) => None,
    }
}

/// A rule that has to be asked of each row.
#[derive(Debug)]
pub(super) struct OpenRule {
    pub rule: u32,
    pub condition: Arc<Condition>,
    /// A bit for each of [`FIELDS`] that the answer depends on: while their columns stay the same, so does it. `None`:
    /// it depends on more.
    pub columns: Option<u64>,
}

impl OpenRule {
    fn new(rule: u32, condition: Arc<Condition>) -> Self {
        let mut columns = Some(0);
        condition.places(&mut |place| {
            columns = match place.held {
                Held::Column { field, .. } => columns.map(|columns| columns | 1 << field),
                Held::Record | Held::Beside => None,
            };
        });
        Self { rule, condition, columns }
    }
}

/// What is known of all events of a kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    pub source: Option<&'a str>,
    pub name: Option<&'a str>,
    /// By index into [`Program::present`].
    pub present: u64,
}

impl Settled {
    /// What it takes to remember it.
    pub(super) fn weight(&self) -> usize {
        let of_texts = self.of_texts.iter().map(|of_text| of_text.rules.len() + of_text.bytes).sum::<usize>();
        1 + self.always.len() + self.open.len() + of_texts + self.filters.len()
    }

    /// Puts together what looks for texts in one column.
    fn gather(&mut self) {
        let mut of_texts: BTreeMap<usize, Vec<(OpenRule, Vec<String>)>> = BTreeMap::new();
        self.columns = 0;
        let mut bytes = 0;
        for open in std::mem::take(&mut self.open) {
            let looked_for = needles(&open.condition).filter(|(_, texts)| {
                let more = texts.iter().map(String::len).sum::<usize>();
                let fits = bytes + more <= LOOKED_FOR_MAX;
                bytes += if fits { more } else { 0 };
                fits
            });
            match looked_for {
                Some((field, texts)) => of_texts.entry(field).or_default().push((open, texts)),
                None => self.ask(open),
            }
        }
        for (field, rules) in of_texts {
            match OfText::new(field, rules) {
                Ok(of_text) => self.of_texts.push(of_text),
                Err(rules) => rules.into_iter().for_each(|rule| self.ask(rule)),
            }
        }
    }

    fn ask(&mut self, open: OpenRule) {
        self.columns |= open.columns.unwrap_or(0);
        self.open.push(open);
    }
}

impl Program {
    /// The program of these rules.
    pub(super) fn new(entries: Vec<Entry>, common: Vec<Physical>) -> Self {
        let mut by_name: HashMap<String, Vec<u32>> = HashMap::new();
        let mut any_name = Vec::new();
        let mut present = BTreeMap::new();
        let mut reads = Reads::default();
        let named = ["eventSource", "eventName"].map(|name| {
            let place = Place::of(name);
            reads.add(&place);
            let field = FIELDS.iter().position(|field| Some(field.column) == place.column());
            Member { field: field.expect("sources and names are columns"), path: place.path }
        });
        for (index, entry) in (0..).zip(&entries) {
            match &entry.names.name {
                None => any_name.push(index),
                Some(names) => {
                    names.iter().for_each(|name| by_name.entry(name.clone()).or_default().push(index));
                }
            }
            if let Question::Condition(condition) = &entry.question {
                condition.places(&mut |place| reads.add(place));
                condition.tests(&mut |test| {
                    let field = is_asked_to_be_there(&test.place, &test.check);
                    present.extend(field.map(|field| (field, test.place.path.clone())));
                });
            }
        }
        let present = present.into_iter().map(|(field, path)| Member { field, path }).collect();
        Self { entries, common, by_name, any_name, present, named, reads }
    }

    /// What the rules come to for events of a kind.
    pub(super) fn settle(&self, known: Known<'_>) -> Settled {
        let mut settled = Settled::default();
        let by_name = known.name.and_then(|name| self.by_name.get(&folded(name)));
        let source = known.source.map(folded);
        for index in by_name.into_iter().flatten().chain(&self.any_name) {
            let entry = &self.entries[*index as usize];
            if let Some(sources) = &entry.names.source
                && !source.as_ref().is_some_and(|source| sources.contains(source))
            {
                continue;
            }
            match &entry.question {
                Question::Filter(_) => settled.filters.push(*index),
                Question::Condition(condition) => match self.open(condition, known) {
                    Open::Answer(true) => settled.always.push(*index),
                    Open::Answer(false) => {}
                    Open::Rest(rest) => settled.ask(OpenRule::new(*index, rest)),
                },
            }
        }
        settled.gather();
        settled
    }

    /// Every rule, for a row of which its columns do not say what it is called.
    pub(super) fn all_open(&self) -> Settled {
        let mut settled = Settled::default();
        for (index, entry) in (0..).zip(&self.entries) {
            match &entry.question {
                Question::Filter(_) => settled.filters.push(index),
                // What `extra` holds may differ from row to row, whatever the columns say.
                Question::Condition(condition) => {
                    settled.ask(OpenRule { rule: index, condition: condition.clone(), columns: None });
                }
            }
        }
        settled
    }

    fn open(&self, condition: &Arc<Condition>, known: Known<'_>) -> Open {
        match &**condition {
            Condition::Constant(answer) => Open::Answer(*answer),
            Condition::Not(part) => match self.open(part, known) {
                Open::Answer(answer) => Open::Answer(!answer),
                Open::Rest(rest) if Arc::ptr_eq(&rest, part) => Open::Rest(condition.clone()),
                Open::Rest(rest) => Open::Rest(Arc::new(Condition::Not(rest))),
            },
            Condition::All(parts) => self.joined(parts, known, false),
            Condition::Any(parts) => self.joined(parts, known, true),
            Condition::Test(test) => match self.answer(&test.place, &test.check, known) {
                Some(answer) => Open::Answer(answer),
                None => Open::Rest(condition.clone()),
            },
        }
    }

    /// Parts of which one that answers `decisive` settles the whole.
    fn joined(&self, parts: &[Arc<Condition>], known: Known<'_>, decisive: bool) -> Open {
        let mut rest = Vec::new();
        for part in parts {
            match self.open(part, known) {
                Open::Answer(answer) if answer == decisive => return Open::Answer(decisive),
                Open::Answer(_) => {}
                Open::Rest(open) => rest.push(open),
            }
        }
        if rest.is_empty() {
            return Open::Answer(!decisive);
        }
        Open::Rest(if decisive { Condition::any(rest) } else { Condition::all(rest) })
    }

    /// What a test comes to, if that is known.
    fn answer(&self, place: &Place, check: &Check, known: Known<'_>) -> Option<bool> {
        let value = match place.column()? {
            "event_source" => Some(known.source),
            "event_name" => Some(known.name),
            _ => None,
        };
        if let Some(value) = value {
            return match check {
                Check::Null => Some(value.is_none()),
                Check::Field(_) => None,
                check => Some(value.is_some_and(|text| check.is_passed(&Item::Text(text.into())))),
            };
        }
        let field = is_asked_to_be_there(place, check)?;
        let bit = self.present.iter().position(|of| of.field == field)?;
        let is_present = known.present & (1 << bit) != 0;
        Some(is_present == matches!(check, Check::Exists))
    }
}

enum Open {
    Answer(bool),
    Rest(Arc<Condition>),
}

/// The field of a test that only asks whether there is a value, where the column alone says so: a list in JSON
/// could hold `null`s only.
fn is_asked_to_be_there(place: &Place, check: &Check) -> Option<usize> {
    let Held::Column { field, inside } = place.held else { return None };
    let whole = inside == place.path.len() && FIELDS[field].kind != Kind::Json;
    (whole && matches!(check, Check::Exists | Check::Null)).then_some(field)
}

/// The columns that a Sigma condition reads.
pub(super) fn columns_of(condition: &Condition) -> BTreeSet<String> {
    let mut columns = BTreeSet::from(["event_source", "event_name", "extra"].map(str::to_owned));
    condition.places(&mut |place| columns.extend(columns_at(place)));
    columns
}

/// The columns that a place is read from.
pub(super) fn columns_at(place: &Place) -> Vec<String> {
    let mut columns = vec!["extra".to_owned()];
    match place.held {
        Held::Column { field, .. } => columns.push(FIELDS[field].column.to_owned()),
        Held::Beside => columns.push("aggregation".to_owned()),
        Held::Record => columns.extend(Printer::columns().map(str::to_owned)),
    }
    columns
}

#[cfg(test)]
mod tests;
