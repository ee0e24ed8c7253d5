//! A column of text while it is put together.
//!
//! It is told of rows without a value only before the next one that has one, all at once, and makes room at
//! once for as much as the object before it lets expect: most objects of a trail are alike.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, StringBuilder, new_null_array};
use arrow::datatypes::DataType;

use super::MAX_ROWS;

#[derive(Debug)]
pub(crate) struct TextColumn {
    builder: StringBuilder,
    /// That the builder has.
    rows: usize,
    /// Rows and bytes, when it was finished last.
    last: (usize, usize),
}

impl TextColumn {
    pub(crate) fn new() -> Self {
        Self { builder: StringBuilder::with_capacity(0, 0), rows: 0, last: (0, 0) }
    }

    /// Makes room for rows out of `bytes` of JSON, where those before were out of `last_bytes`.
    pub(crate) fn expect(&mut self, bytes: usize, last_bytes: usize) {
        let (rows, text) = self.last;
        if text > 0 && self.rows == 0 {
            // A little more, so that most need not grow in the end.
            let share = |size: usize| size * (bytes + bytes / 16) / last_bytes.max(1) + 1;
            self.builder = StringBuilder::with_capacity(share(rows).min(MAX_ROWS), share(text).min(bytes));
        }
    }

    /// Appends the value of a row.
    pub(crate) fn append(&mut self, row: usize, text: &str) {
        if row > self.rows {
            self.builder.append_nulls(row - self.rows);
        }
        self.builder.append_value(text);
        self.rows = row + 1;
    }

    /// All of as many rows as `nulls` has, which is what it is without any value; it is empty afterwards.
    pub(crate) fn finish(&mut self, nulls: &ArrayRef) -> ArrayRef {
        let rows = nulls.len();
        let had = std::mem::take(&mut self.rows);
        if had == 0 {
            self.last = (0, 0);
            self.builder = StringBuilder::with_capacity(0, 0);
            return nulls.clone();
        }
        self.builder.append_nulls(rows - had);
        self.last = (rows, self.builder.values_slice().len());
        let array = self.builder.finish();
        self.builder = StringBuilder::with_capacity(0, 0);
        Arc::new(array)
    }
}

/// What all columns without a value are: one for all, since in most objects half of the columns have none.
#[derive(Debug)]
pub(crate) struct Nulls(ArrayRef);

impl Nulls {
    pub(crate) fn new() -> Self {
        Self(new_null_array(&DataType::Utf8, 0))
    }

    /// So many rows of it.
    pub(crate) fn rows(&mut self, rows: usize) -> ArrayRef {
        if self.0.len() < rows {
            self.0 = new_null_array(&DataType::Utf8, rows.next_power_of_two());
        }
        self.0.slice(0, rows)
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::AsArray;

    use super::*;

    #[test]
    fn rows_without_a_value_are_null_wherever_they_are() {
        let (mut column, mut nulls) = (TextColumn::new(), Nulls::new());
        for of in 0..3 {
            column.expect(of * 100, 100);
            column.append(1, "a");
            column.append(4, "bc");
            let array = column.finish(&nulls.rows(6));
            let values: Vec<_> = array.as_string::<i32>().iter().collect();
            assert_eq!(values, [None, Some("a"), None, None, Some("bc"), None]);
        }
        let empty = column.finish(&nulls.rows(3));
        assert_eq!((empty.len(), empty.null_count()), (3, 3));
    }
}
