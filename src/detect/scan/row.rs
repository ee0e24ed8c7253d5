//! A row of `cloudtrail` as a record that conditions are asked of.
//!
//! Fields are read from their columns, members that no column holds from `extra` and `aggregation`. Only a rule
//! that looks at a whole object or at every value makes the record be printed, once a row.

use std::borrow::Cow;

use anyhow::{Context, Result};
use arrow::array::{Array, AsArray, BooleanArray, RecordBatch, StringViewArray, TimestampMicrosecondArray};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::compute::cast;
use arrow::datatypes::{DataType, TimestampMicrosecondType};

use super::answers::Answers;
use crate::decode::Printer;
use crate::detect::sigma::{Held, Item, Place, Record, any_at, any_within};
use crate::event::{FIELDS, Kind};
use crate::query::json::Walker;

/// What conditions read of rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Reads {
    /// A bit for each of [`FIELDS`].
    pub fields: u64,
    /// Whether whole records are looked at.
    pub whole: bool,
}

impl Reads {
    /// What is at `place`, too.
    pub(super) fn add(&mut self, place: &Place) {
        const { assert!(FIELDS.len() <= 64, "a bit for each") };
        match place.held {
            Held::Column { field, .. } => self.fields |= 1 << field,
            Held::Record => self.whole = true,
            Held::Beside => {}
        }
    }
}

/// The columns of a batch that conditions ask for.
#[derive(Debug)]
pub(super) struct Columns {
    /// By index into [`FIELDS`]; those that no rule asks for are missing.
    fields: Vec<Option<Column>>,
    extra: Option<StringViewArray>,
    aggregation: Option<StringViewArray>,
    printer: Option<Printer>,
    /// Rows with members that no column holds.
    added: BooleanBuffer,
}

#[derive(Debug)]
enum Column {
    Text(StringViewArray),
    Json(StringViewArray),
    Bool(BooleanArray),
    Time(TimestampMicrosecondArray),
}

impl Column {
    fn nulls(&self) -> Option<&NullBuffer> {
        match self {
            Self::Text(column) | Self::Json(column) => column.nulls(),
            Self::Bool(column) => column.nulls(),
            Self::Time(column) => column.nulls(),
        }
    }

    fn is_same(&self, one: usize, other: usize) -> bool {
        fn same<T: PartialEq>(
            column: &impl Array,
            one: usize,
            other: usize,
            value: impl Fn(usize) -> T,
        ) -> bool {
            match (column.is_valid(one), column.is_valid(other)) {
                (true, true) => value(one) == value(other),
                (one, other) => one == other,
            }
        }
        match self {
            Self::Text(column) | Self::Json(column) => {
                let is_view = column.null_count() == 0 && column.views()[one] == column.views()[other];
                is_view || same(column, one, other, |row| column.value(row))
            }
            Self::Bool(column) => same(column, one, other, |row| column.value(row)),
            Self::Time(column) => same(column, one, other, |row| column.value(row)),
        }
    }
}

impl Columns {
    /// Those of `batch` that are read.
    pub(super) fn new(batch: &RecordBatch, reads: Reads) -> Result<Self> {
        let text = |name: &str| -> Result<Option<StringViewArray>> {
            let Some(column) = batch.column_by_name(name) else { return Ok(None) };
            Ok(Some(cast(column, &DataType::Utf8View)?.as_string_view().clone()))
        };
        let field = |name: &str, kind: Kind| -> Result<Option<Column>> {
            let Some(column) = batch.column_by_name(name) else { return Ok(None) };
            Ok(Some(match kind {
                Kind::Text => Column::Text(cast(column, &DataType::Utf8View)?.as_string_view().clone()),
                Kind::Json => Column::Json(cast(column, &DataType::Utf8View)?.as_string_view().clone()),
                Kind::Bool | Kind::TextBool => {
                    Column::Bool(column.as_boolean_opt().context("a column that is no boolean")?.clone())
                }
                Kind::Time => {
                    let times = column.as_primitive_opt::<TimestampMicrosecondType>();
                    Column::Time(times.context("a column that is no time")?.clone())
                }
            }))
        };
        let fields = FIELDS.iter().enumerate().map(|(number, of)| match reads.fields & (1 << number) {
            0 => Ok(None),
            _ => field(of.column, of.kind),
        });
        let fields: Result<Vec<_>> = fields.collect();
        let printer = if reads.whole { Some(Printer::new(batch)?) } else { None };
        let (extra, aggregation) = (text("extra")?, text("aggregation")?);
        let added = rows_with_additions(extra.as_ref(), batch.num_rows());
        Ok(Self { fields: fields?, extra, aggregation, printer, added })
    }

    /// The text of a field of [`FIELDS`] that is one.
    pub(super) fn text(&self, field: usize, row: usize) -> Option<&str> {
        match self.fields[field].as_ref()? {
            Column::Text(column) if column.is_valid(row) => Some(column.value(row)),
            _ => None,
        }
    }

    /// Whether a field's column has a value.
    pub(super) fn is_present(&self, field: usize, row: usize) -> bool {
        match &self.fields[field] {
            None => false,
            Some(column) => column.nulls().is_none_or(|nulls| nulls.is_valid(row)),
        }
    }

    /// Of `fields`, a bit for each of [`FIELDS`], those whose columns hold the same as in the row before.
    pub(super) fn same_as_before(&self, fields: u64, row: usize) -> u64 {
        let mut same = 0;
        let mut rest = fields;
        while rest != 0 {
            let field = rest.trailing_zeros();
            rest &= rest - 1;
            let column = self.fields.get(field as usize).and_then(Option::as_ref);
            same |= u64::from(column.is_none_or(|column| column.is_same(row - 1, row))) << field;
        }
        same
    }

    /// Rows that may differ from the row before in these texts, in which of these fields are there, or in members that no
    /// column holds: all that do, and some that do not.
    pub(super) fn changes(&self, texts: &[usize], present: impl Iterator<Item = usize>) -> BooleanBuffer {
        let rows = self.added.len();
        let mut changes = BooleanBuffer::new_unset(rows);
        let mut add = |differ: &dyn Fn(usize) -> bool| {
            changes = &changes | &BooleanBuffer::collect_bool(rows, |row| row > 0 && differ(row));
        };
        let column = |field: usize| self.fields.get(field).and_then(Option::as_ref);
        for column in texts.iter().filter_map(|field| column(*field)) {
            if let Column::Text(column) = column {
                // Equal views are equal texts, and those of one dictionary have equal views.
                let views = column.views();
                add(&|row| views[row] != views[row - 1]);
            }
        }
        let nulls = texts.iter().copied().chain(present).filter_map(column).filter_map(Column::nulls);
        for nulls in nulls.filter(|nulls| (1..rows).contains(&nulls.null_count())) {
            add(&|row| nulls.is_valid(row) != nulls.is_valid(row - 1));
        }
        if self.added.has_true() {
            add(&|row| self.added.value(row) || self.added.value(row - 1));
        }
        changes
    }

    /// The members of a record that columns could have held and do not, as JSON.
    pub(super) fn additions(&self, row: usize) -> Option<&str> {
        match self.added.value(row) {
            true => Walker::new(added(self.extra.as_ref(), row)?).value(),
            false => None,
        }
    }

    /// A row as a record.
    pub(super) fn row(&self, row: usize) -> Row<'_> {
        Row { columns: self, row, printed: None, additions: self.additions(row), answers: None }
    }
}

/// The rows that `extra` adds members to.
fn rows_with_additions(extra: Option<&StringViewArray>, rows: usize) -> BooleanBuffer {
    let mut before = (0, false);
    BooleanBuffer::collect_bool(rows, |row| {
        let Some(extra) = extra.filter(|extra| extra.is_valid(row)) else { return false };
        // Equal views are equal texts, and those of one dictionary have equal views.
        let view = extra.views()[row];
        if view != before.0 {
            before = (view, added(Some(extra), row).is_some());
        }
        before.1
    })
}

/// JSON that begins with the members that `extra` adds to a row, if there are any.
fn added(extra: Option<&StringViewArray>, row: usize) -> Option<&str> {
    let extra = extra.filter(|extra| extra.is_valid(row))?;
    let rest = extra.value(row).strip_prefix("{\"add\":")?;
    (!rest.starts_with("{}")).then_some(rest)
}

/// One row.
#[derive(Debug)]
pub(super) struct Row<'a> {
    columns: &'a Columns,
    row: usize,
    printed: Option<String>,
    additions: Option<&'a str>,
    answers: Option<&'a mut Answers>,
}

impl<'a> Row<'a> {
    /// The same, which need not be asked again what is known.
    pub(super) fn with(mut self, answers: &'a mut Answers) -> Self {
        self.answers = Some(answers);
        self
    }

    fn printed(&mut self) -> &str {
        let (columns, row) = (self.columns, self.row);
        self.printed.get_or_insert_with(|| {
            let mut text = String::new();
            // What can't be printed was never decoded by this version: it has no values then.
            if let Some(printer) = &columns.printer
                && printer.write(row, &mut text).is_err()
            {
                text.clear();
            }
            text
        })
    }

    fn in_column(&self, field: usize, inside: &[String], each: &mut dyn FnMut(&Item<'_>) -> bool) -> bool {
        let row = self.row;
        match &self.columns.fields[field] {
            Some(Column::Text(column)) if column.is_valid(row) => {
                inside.is_empty() && each(&Item::Text(Cow::Borrowed(column.value(row))))
            }
            Some(Column::Json(column)) if column.is_valid(row) => any_at(column.value(row), inside, each),
            Some(Column::Bool(column)) if column.is_valid(row) => {
                inside.is_empty() && each(&Item::Bool(column.value(row)))
            }
            Some(Column::Time(column)) if column.is_valid(row) => {
                inside.is_empty() && each(&Item::Time(column.value(row)))
            }
            _ => false,
        }
    }
}

impl Record for Row<'_> {
    fn any(&mut self, place: &Place, each: &mut dyn FnMut(&Item<'_>) -> bool) -> bool {
        let beside = |row: &Self, each: &mut dyn FnMut(&Item<'_>) -> bool| {
            row.additions.is_some_and(|text| any_at(text, &place.path, each))
        };
        match place.held {
            Held::Column { field, .. } => self.in_column(field, place.inside(), each) || beside(self, each),
            Held::Beside => {
                let row = self.row;
                let aggregation = self.columns.aggregation.as_ref().filter(|column| column.is_valid(row));
                beside(self, each)
                    || aggregation.is_some_and(|column| any_at(column.value(row), &place.path, each))
            }
            Held::Record if place.path.is_empty() => any_within(self.printed(), each),
            Held::Record => any_at(self.printed(), &place.path, each),
        }
    }

    fn any_known(&mut self, place: &Place, test: usize, each: &mut dyn FnMut(&Item<'_>) -> bool) -> bool {
        let (columns, row) = (self.columns, self.row);
        let text = match place.held {
            // Members that no column holds may be of the same name.
            Held::Column { field, .. } if place.inside().is_empty() && self.additions.is_none() => {
                columns.text(field, row).map(|text| (field, text))
            }
            _ => None,
        };
        match text.zip(self.answers.as_deref_mut()) {
            Some(((field, text), answers)) => {
                answers.of(test, field, row, text, || each(&Item::Text(Cow::Borrowed(text))))
            }
            None => self.any(place, each),
        }
    }
}
