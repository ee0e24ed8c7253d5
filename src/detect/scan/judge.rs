//! Rows judged by a program: which rules match which rows of a batch.
//!
//! Neighbouring rows are mostly of one kind, since files are sorted by event source and name: a kind is looked up
//! where it changes, and what it settles is said of the whole run of rows at once.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use arrow::array::RecordBatch;

use super::answers::Answers;
use super::filter::Answered;
use super::program::{Known, Member, OfText, Program, Question, SETTLED_MAX, Settled};
use super::row::Columns;
use crate::detect::sigma::{Item, any_at};

/// A rule, and neighbouring rows that it matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hit {
    pub rule: u32,
    pub rows: Range<u32>,
}

/// Judges batch after batch.
#[derive(Debug)]
pub(super) struct Judge {
    program: Arc<Program>,
    kinds: foldhash::HashMap<Vec<u8>, Arc<Settled>>,
    /// Of all kinds.
    weight: usize,
    /// SQL rules that could not be computed, and why; they are asked no more.
    failed: BTreeMap<u32, String>,
    /// For rows of which columns and names do not say all.
    unsettled: Option<Arc<Settled>>,
    /// Rows that each SQL rule is to be asked of.
    asked: Vec<Vec<u32>>,
    key: Vec<u8>,
    known: Answers,
    /// What SQL rules have in common.
    common: Answered,
    /// Of open rules to the row before.
    answers: Vec<bool>,
    /// Rules that may hold of a row, by their places.
    possible: Vec<u32>,
    /// A text without its case.
    lower: Vec<u8>,
    /// What each rule takes, if that is wanted.
    costs: Option<Vec<Cost>>,
}

/// What it takes to ask one rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// Events that it was asked of one by one.
    pub asked: u64,
    /// Events that their kind made hits of.
    pub by_kind: u64,
    /// Time that it took to ask.
    pub time: Duration,
}

impl Cost {
    pub(super) fn add(&mut self, other: Self) {
        self.asked += other.asked;
        self.by_kind += other.by_kind;
        self.time += other.time;
    }
}

/// A kind of events within one batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kind<'a> {
    source: Option<&'a str>,
    name: Option<&'a str>,
    present: u64,
    /// Members that no column holds: what is asked of them differs from row to row.
    has_additions: bool,
    /// Such a member is another source or name.
    is_named_twice: bool,
}

impl Judge {
    /// `costs`: whether it is told what each rule takes, which takes time itself.
    pub(super) fn new(program: Arc<Program>, costs: bool) -> Self {
        let asked = vec![Vec::new(); program.entries.len()];
        Self {
            costs: costs.then(|| vec![Cost::default(); program.entries.len()]),
            program,
            kinds: foldhash::HashMap::default(),
            weight: 0,
            failed: BTreeMap::new(),
            unsettled: None,
            asked,
            key: Vec::new(),
            known: Answers::default(),
            common: Answered::default(),
            answers: Vec::new(),
            possible: Vec::new(),
            lower: Vec::new(),
        }
    }

    /// Appends what the rows of `batch`, with these columns of it, match to `hits`.
    pub(super) fn judge(
        &mut self,
        batch: &RecordBatch,
        columns: &Columns,
        hits: &mut Vec<Hit>,
    ) -> Result<()> {
        let rows = u32::try_from(batch.num_rows()).context("a batch of too many rows")?;
        let program = self.program.clone();
        self.known.begin_batch();
        self.common.begin_batch(program.common.len());
        let named = program.named.each_ref().map(|of| of.field);
        let changes = columns.changes(&named, program.present.iter().map(|of| of.field));
        let mut changes = changes.set_indices_u32();
        let mut start = 0;
        while start < rows {
            let kind = kind(columns, &program, start);
            let end = changes.find(|row| *row > start && self::kind(columns, &program, *row) != kind);
            let end = end.unwrap_or(rows);
            let settled = self.settled(kind);
            self.run(columns, &settled, start..end, !kind.has_additions, hits);
            start = end;
        }
        for rule in 0..program.entries.len() {
            if let Question::Filter(filter) = &program.entries[rule].question {
                let asked = std::mem::take(&mut self.asked[rule]);
                let number = u32::try_from(rule)?;
                let (start, rows) = (Instant::now(), asked.len() as u64);
                // A row that one rule can't compute, which its caller may have chosen, is no other rule's affair.
                if !asked.is_empty() && !self.failed.contains_key(&number) {
                    match self.common.ask(batch, &program.common, filter, &asked) {
                        Ok(rows) => {
                            hits.extend(rows.into_iter().map(|row| Hit { rule: number, rows: row..row + 1 }));
                        }
                        Err(error) => drop(self.failed.insert(number, format!("{error:#}"))),
                    }
                }
                if let Some(costs) = &mut self.costs {
                    costs[rule].add(Cost { asked: rows, by_kind: 0, time: start.elapsed() });
                }
                self.asked[rule] = asked;
                self.asked[rule].clear();
            }
        }
        Ok(())
    }

    /// The rules that could not be computed, and why, and what each rule took.
    pub(super) fn finish(self) -> (BTreeMap<u32, String>, Vec<Cost>) {
        (self.failed, self.costs.unwrap_or_default())
    }

    /// A run of rows of one kind; `whole`: whether columns say all of them.
    fn run(
        &mut self,
        columns: &Columns,
        settled: &Settled,
        rows: Range<u32>,
        whole: bool,
        hits: &mut Vec<Hit>,
    ) {
        hits.extend(settled.always.iter().map(|rule| Hit { rule: *rule, rows: rows.clone() }));
        if let Some(costs) = &mut self.costs {
            let by_kind = u64::from(rows.end - rows.start);
            settled.always.iter().for_each(|rule| costs[*rule as usize].by_kind += by_kind);
        }
        for rule in &settled.filters {
            self.asked[*rule as usize].extend(rows.clone());
        }
        for of_text in &settled.of_texts {
            self.ask_of_text(columns, of_text, rows.clone(), whole, hits);
        }
        if settled.open.is_empty() {
            return;
        }
        self.answers.clear();
        self.answers.resize(settled.open.len(), false);
        let start = rows.start;
        for row in rows {
            let mut record = columns.row(row as usize).with(&mut self.known);
            // Rows of one principal often follow each other, and ask the same of the same columns.
            let comparable = whole && row > start;
            let same = if comparable { columns.same_as_before(settled.columns, row as usize) } else { 0 };
            for (open, answer) in settled.open.iter().zip(&mut self.answers) {
                let is_same = comparable && open.columns.is_some_and(|columns| columns & !same == 0);
                if !is_same {
                    *answer = match &mut self.costs {
                        None => open.condition.holds(&mut record),
                        Some(costs) => {
                            timed(&mut costs[open.rule as usize], || open.condition.holds(&mut record))
                        }
                    };
                }
                if *answer {
                    hits.push(Hit { rule: open.rule, rows: row..row + 1 });
                }
            }
        }
    }

    /// Asks the rules that may hold of what a row's text has in it.
    fn ask_of_text(
        &mut self,
        columns: &Columns,
        of_text: &OfText,
        rows: Range<u32>,
        whole: bool,
        hits: &mut Vec<Hit>,
    ) {
        self.possible.clear();
        let mut before = None;
        for row in rows {
            match columns.text(of_text.field, row as usize) {
                // A member that no column holds may be another such text.
                _ if !whole => {
                    self.possible.clear();
                    self.possible.extend(0..of_text.rules.len() as u32);
                }
                None => continue,
                found if found == before => {}
                Some(found) => {
                    of_text.possible(found, &mut self.lower, &mut self.possible);
                    before = Some(found);
                }
            }
            if self.possible.is_empty() {
                continue;
            }
            let mut record = columns.row(row as usize).with(&mut self.known);
            for open in self.possible.iter().map(|place| &of_text.rules[*place as usize]) {
                let holds = match &mut self.costs {
                    None => open.condition.holds(&mut record),
                    Some(costs) => {
                        timed(&mut costs[open.rule as usize], || open.condition.holds(&mut record))
                    }
                };
                if holds {
                    hits.push(Hit { rule: open.rule, rows: row..row + 1 });
                }
            }
        }
    }

    fn settled(&mut self, kind: Kind<'_>) -> Arc<Settled> {
        // SQL's `lower` folds some letters into ASCII, which the index of names does not: of these, every rule is asked.
        if kind.is_named_twice || !kind.is_ascii() {
            let program = &self.program;
            return self.unsettled.get_or_insert_with(|| Arc::new(program.all_open())).clone();
        }
        self.key.clear();
        kind.write(&mut self.key);
        if let Some(settled) = self.kinds.get(&self.key) {
            return settled.clone();
        }
        let known = Known { source: kind.source, name: kind.name, present: kind.present };
        let settled = Arc::new(self.program.settle(known));
        self.weight += settled.weight();
        if self.weight > SETTLED_MAX {
            self.kinds.clear();
            self.weight = settled.weight();
        }
        self.kinds.insert(self.key.clone(), settled.clone());
        settled
    }
}

/// Asks, and adds what that takes.
fn timed(cost: &mut Cost, ask: impl FnOnce() -> bool) -> bool {
    let start = Instant::now();
    let answer = ask();
    cost.add(Cost { asked: 1, by_kind: 0, time: start.elapsed() });
    answer
}

impl Kind<'_> {
    fn is_ascii(&self) -> bool {
        [self.source, self.name].into_iter().flatten().all(str::is_ascii)
    }

    /// As bytes that no other kind has.
    fn write(&self, key: &mut Vec<u8>) {
        key.extend(self.present.to_le_bytes());
        for text in [self.source, self.name] {
            match text {
                None => key.push(0),
                Some(text) => {
                    key.push(1);
                    key.extend((text.len() as u64).to_le_bytes());
                    key.extend(text.as_bytes());
                }
            }
        }
    }
}

fn kind<'a>(columns: &'a Columns, program: &Program, row: u32) -> Kind<'a> {
    let row = row as usize;
    let [source, name] = program.named.each_ref().map(|of| columns.text(of.field, row));
    let additions = columns.additions(row);
    let is_present = |of: &Member| {
        let added = |text| any_at(text, &of.path, &mut |item| *item != Item::Null);
        columns.is_present(of.field, row) || additions.is_some_and(added)
    };
    let bits = program.present.iter().enumerate();
    let present = bits.fold(0, |bits, (bit, of)| bits | u64::from(is_present(of)) << bit);
    let named = |text| program.named.iter().any(|of| any_at(text, &of.path, &mut |_| true));
    Kind {
        source,
        name,
        present,
        has_additions: additions.is_some(),
        is_named_twice: additions.is_some_and(named),
    }
}
