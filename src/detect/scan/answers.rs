//! What tests of texts came to before: a log has millions of ARNs, addresses and names, and few that differ.
//!
//! Each text of a column gets a number when it is met, and a test is asked of it once; patterns, regular expressions and
//! networks take many times what finding the number does, and hundreds of rules may ask for one column. What is
//! remembered is bounded; of a column in which texts hardly come back nothing is.

use foldhash::HashMap;

use crate::event::FIELDS;

/// What is remembered of one column, in bytes: some ten thousand texts and what a hundred tests say of them. There are
/// a dozen columns.
const BYTES_MAX: usize = 8 << 20;

/// What a text takes beside its bytes.
const TEXT_COST: usize = 100;

/// Texts of a column, and what tests said of them. For one thread.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// By index into [`FIELDS`].
    columns: Vec<Column>,
}

#[derive(Debug, Default)]
struct Column {
    numbers: HashMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
    bytes: usize,
    /// How often a text was known.
    known: usize,
    /// Too few texts come back.
    is_off: bool,
    /// The row asked for last, and the number of its text.
    last: Option<(usize, u32)>,
    /// By the addresses of tests, which live as long as the program: an answer for each text.
    of_tests: HashMap<usize, Vec<Option<bool>>>,
}

impl Answers {
    /// Rows are of another batch from now on.
    pub(super) fn begin_batch(&mut self) {
        self.columns.resize_with(FIELDS.len(), Column::default);
        self.columns.iter_mut().for_each(|column| column.last = None);
    }

    /// What the test with this address says of `text`, which column `field` has in `row` of this batch.
    pub(super) fn of(
        &mut self,
        test: usize,
        field: usize,
        row: usize,
        text: &str,
        ask: impl FnOnce() -> bool,
    ) -> bool {
        let Some(column) = self.columns.get_mut(field).filter(|column| !column.is_off) else { return ask() };
        let number = column.number(row, text) as usize;
        let answers = column.of_tests.entry(test).or_default();
        if answers.len() <= number {
            column.bytes += column.texts.len() - answers.len();
            answers.resize(column.texts.len(), None);
        }
        *answers[number].get_or_insert_with(ask)
    }
}

impl Column {
    fn number(&mut self, row: usize, text: &str) -> u32 {
        match self.last {
            Some((last, number)) if last == row => return number,
            Some((_, number)) if *self.texts[number as usize] == *text => {
                self.known += 1;
                self.last = Some((row, number));
                return number;
            }
            _ => {}
        }
        let number = match self.numbers.get(text) {
            Some(number) => {
                self.known += 1;
                *number
            }
            None => self.learn(text),
        };
        self.last = Some((row, number));
        number
    }

    fn learn(&mut self, text: &str) -> u32 {
        if self.bytes > BYTES_MAX {
            // One that was met once has cost more than it saved.
            *self = Self { is_off: self.known < self.texts.len(), ..Self::default() };
        }
        let number = self.texts.len() as u32;
        self.bytes += 2 * text.len() + TEXT_COST;
        self.numbers.insert(text.into(), number);
        self.texts.push(text.into());
        number
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const FIELD: usize = 7;

    /// Asks two tests of so many texts, each of them `times` times, and says how often they had to look and whether more
    /// would be remembered.
    fn ask(texts: usize, times: usize) -> (usize, bool) {
        let looked = Cell::new(0);
        let mut answers = Answers::default();
        for row in 0..texts * times {
            if row.is_multiple_of(1000) {
                answers.begin_batch();
            }
            let number = row / times;
            let text = format!("{number}{}", "x".repeat(50));
            for (test, of) in [(1, 3), (2, 5)] {
                let look = || {
                    looked.set(looked.get() + 1);
                    number.is_multiple_of(of)
                };
                let answer = answers.of(test, FIELD, row % 1000, &text, look);
                assert_eq!(answer, number.is_multiple_of(of), "{text}");
            }
            assert!(answers.columns[FIELD].bytes <= BYTES_MAX + 1000);
        }
        (looked.get(), !answers.columns[FIELD].is_off)
    }

    #[test]
    fn an_answer_stays_the_same_however_much_is_remembered_or_forgotten() {
        assert_eq!(ask(100, 3), (200, true), "each test looks at each text once");
        assert_eq!(ask(100_000, 3), (200_000, true), "texts come back");
        let (looked, more) = ask(100_000, 1);
        assert!(looked == 200_000 && !more, "no text comes back");
    }
}
