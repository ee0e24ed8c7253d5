//! Columns for people.
//!
//! The first rows are held back to find the widths of the columns; the rest is written as it comes,
//! in the same widths. Where there is a terminal, the widest columns are cut until a line fits; when
//! even that does not help (`SELECT *`), each row becomes a block with a line a column.

use std::io::Write;

use arrow::array::RecordBatch;
use arrow::datatypes::Schema;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{Form, OutputError, cells, escape};

/// Rows that are held back for the widths.
const SAMPLE_ROWS: usize = 1_000;

/// Bytes of cells that are held back.
const SAMPLE_BYTES: usize = 16 << 20;

/// No column is cut below this.
const LEAST_WIDTH: usize = 8;

/// Between columns.
const GAP: &str = "  ";

/// Stands for the end of a cut cell.
const ELLIPSIS: char = '…';

/// What NULL looks like.
const NULL: &str = "·";

pub(super) struct Table<'w> {
    out: &'w mut (dyn Write + Send),
    width: Option<usize>,
    columns: Vec<Column>,
    held: Vec<Vec<String>>,
    held_bytes: usize,
    layout: Option<Layout>,
    rows: u64,
    cut_cells: u64,
}

struct Column {
    name: String,
    right: bool,
}

enum Layout {
    Lines(Vec<usize>),
    Blocks,
}

impl<'w> Table<'w> {
    pub(super) fn new(schema: &Schema, out: &'w mut (dyn Write + Send), width: Option<usize>) -> Self {
        let column = |field: &arrow::datatypes::FieldRef| Column {
            name: escape(field.name()).into_owned(),
            right: cells::is_number(field.data_type()),
        };
        let columns = schema.fields().iter().map(column).collect();
        Self { out, width, columns, held: Vec::new(), held_bytes: 0, layout: None, rows: 0, cut_cells: 0 }
    }

    /// Decides how rows are laid out, and writes the ones that were held back.
    fn begin(&mut self) -> Result<(), OutputError> {
        let layout = self.lay_out();
        if let Layout::Lines(widths) = &layout {
            let names: Vec<_> = self.columns.iter().map(|column| column.name.clone()).collect();
            let widths = widths.clone();
            self.line(&names, &widths)?;
            let rules: Vec<_> = widths.iter().map(|width| "-".repeat(*width)).collect();
            writeln!(self.out, "{}", rules.join(GAP))?;
        }
        self.layout = Some(layout);
        for row in std::mem::take(&mut self.held) {
            self.row(&row)?;
        }
        Ok(())
    }

    fn lay_out(&self) -> Layout {
        let mut widths: Vec<usize> = self.columns.iter().map(|column| column.name.width().max(1)).collect();
        for row in &self.held {
            for (cell, width) in row.iter().zip(&mut widths) {
                *width = (*width).max(cell.width());
            }
        }
        let Some(terminal) = self.width else { return Layout::Lines(widths) };
        let gaps = GAP.len() * self.columns.len().saturating_sub(1);
        while widths.iter().sum::<usize>() + gaps > terminal {
            let excess = widths.iter().sum::<usize>() + gaps - terminal;
            let Some(widest) = (0..widths.len()).max_by_key(|index| widths[*index]) else { break };
            if widths[widest] <= LEAST_WIDTH {
                return Layout::Blocks;
            }
            // Down to the next widest at most, so that one long column does not eat another.
            let next = widths.iter().filter(|width| **width < widths[widest]).max().copied().unwrap_or(0);
            let floor = next.max(LEAST_WIDTH);
            widths[widest] = widths[widest].saturating_sub(excess).max(floor.min(widths[widest] - 1));
        }
        Layout::Lines(widths)
    }

    fn row(&mut self, cells: &[String]) -> Result<(), OutputError> {
        self.rows += 1;
        match &self.layout {
            Some(Layout::Lines(widths)) => {
                let widths = widths.clone();
                self.line(cells, &widths)
            }
            _ => self.block(cells),
        }
    }

    fn line(&mut self, cells: &[String], widths: &[usize]) -> Result<(), OutputError> {
        let mut line = String::new();
        for (index, (cell, width)) in cells.iter().zip(widths).enumerate() {
            if index > 0 {
                line.push_str(GAP);
            }
            // Rows after the sample may be wider than any in it.
            let (cell, cut) = cut(cell, *width);
            self.cut_cells += u64::from(cut);
            let padding = " ".repeat(width.saturating_sub(cell.width()));
            match self.columns[index].right {
                true => line.extend([padding.as_str(), &cell]),
                false => line.extend([cell.as_str(), &padding]),
            }
        }
        Ok(writeln!(self.out, "{}", line.trim_end())?)
    }

    fn block(&mut self, cells: &[String]) -> Result<(), OutputError> {
        let names = self.columns.iter().map(|column| column.name.width()).max().unwrap_or(0);
        let room =
            self.width.map_or(usize::MAX, |width| width.saturating_sub(names + GAP.len()).max(LEAST_WIDTH));
        writeln!(self.out, "-- row {}", self.rows)?;
        for (column, cell) in self.columns.iter().zip(cells) {
            // Most columns of a record are NULL.
            if cell == NULL {
                continue;
            }
            let (cell, cut) = cut(cell, room);
            self.cut_cells += u64::from(cut);
            let padding = " ".repeat(names - column.name.width());
            writeln!(self.out, "{}{padding}{GAP}{cell}", column.name)?;
        }
        Ok(())
    }
}

/// The beginning of a cell that is as wide as there is room, and whether that is not all of it.
fn cut(cell: &str, room: usize) -> (String, bool) {
    if cell.width() <= room {
        return (cell.to_owned(), false);
    }
    let (mut kept, mut width) = (String::new(), 0);
    for char in cell.chars() {
        width += char.width().unwrap_or(0);
        if width >= room {
            break;
        }
        kept.push(char);
    }
    kept.push(ELLIPSIS);
    (kept, true)
}

impl Form for Table<'_> {
    fn batch(&mut self, batch: &RecordBatch) -> Result<(), OutputError> {
        let formatters =
            batch.columns().iter().map(|column| cells::formatter(column)).collect::<Result<Vec<_>, _>>()?;
        for row in 0..batch.num_rows() {
            let cells = batch.columns().iter().zip(&formatters).map(|(column, formatter)| {
                match column.is_null(row) {
                    true => NULL.to_owned(),
                    false => escape(&formatter.value(row).to_string()).into_owned(),
                }
            });
            let cells: Vec<_> = cells.collect();
            if self.layout.is_some() {
                self.row(&cells)?;
                continue;
            }
            self.held_bytes += cells.iter().map(String::len).sum::<usize>();
            self.held.push(cells);
            if self.held.len() >= SAMPLE_ROWS || self.held_bytes >= SAMPLE_BYTES {
                self.begin()?;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<u64, OutputError> {
        if self.layout.is_none() && !self.columns.is_empty() {
            self.begin()?;
        }
        Ok(self.cut_cells)
    }
}
