//! A column of text while it is put together.
//!
//! It is told of rows without a value only before the next one that has one, all at once, and makes room at
//! once for as much as the object before it lets expect: most objects of a trail are alike.

use std::sync::Arc;

use arrow::array::{ArrayBuilder, ArrayRef, StringBuilder};

#[derive(Debug)]
pub(crate) struct TextColumn {
    builder: StringBuilder,
    /// Rows and bytes, when it was finished last.
    last: (usize, usize),
}

impl TextColumn {
    pub(crate) fn new() -> Self {
        Self { builder: StringBuilder::with_capacity(0, 0), last: (0, 0) }
    }

    /// Makes room for rows out of `bytes` of JSON, where those before were out of `last_bytes`.
    pub(crate) fn expect(&mut self, bytes: usize, last_bytes: usize) {
        let (rows, text) = self.last;
        if text > 0 && self.builder.is_empty() {
            // A little more, so that most need not grow in the end.
            let share = |size: usize| size * (bytes + bytes / 16) / last_bytes.max(1) + 1;
            self.builder = StringBuilder::with_capacity(share(rows), share(text));
        }
    }

    /// Appends the value of a row.
    pub(crate) fn append(&mut self, row: usize, text: &str) {
        let missing = row - self.builder.len();
        if missing > 0 {
            self.builder.append_nulls(missing);
        }
        self.builder.append_value(text);
    }

    /// All `rows`; it is empty afterwards.
    pub(crate) fn finish(&mut self, rows: usize) -> ArrayRef {
        self.builder.append_nulls(rows - self.builder.len());
        self.last = (rows, self.builder.values_slice().len());
        let array = self.builder.finish();
        self.builder = StringBuilder::with_capacity(0, 0);
        Arc::new(array)
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{Array, AsArray};

    use super::*;

    #[test]
    fn rows_without_a_value_are_null_wherever_they_are() {
        let mut column = TextColumn::new();
        for of in 0..3 {
            column.expect(of * 100, 100);
            column.append(1, "a");
            column.append(4, "bc");
            let array = column.finish(6);
            let values: Vec<_> = array.as_string::<i32>().iter().collect();
            assert_eq!(values, [None, Some("a"), None, None, Some("bc"), None]);
        }
        assert_eq!(column.finish(3).null_count(), 3);
    }
}
