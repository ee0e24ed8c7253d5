//! Whose events rules matched: how many findings each principal has, and how severe the worst of them is.
//!
//! Neighbouring rows are mostly of one principal, since files are sorted by it last, so a name is looked up where it
//! changes.

use std::collections::HashMap;

use anyhow::Result;
use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;

use super::judge::Hit;
use crate::detect::Severity;

/// Principals that are told apart. Whoever assumes a role chooses a part of the name; beyond these nobody new is
/// counted, which a list of the most affected can bear.
const PRINCIPALS_MAX: usize = 1 << 20;

/// How many findings of which severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Affected {
    /// Findings.
    pub count: u64,
    /// Of the worst.
    pub worst: Severity,
}

/// What principals have so far.
#[derive(Debug, Default)]
pub(super) struct Principals {
    affected: HashMap<String, Affected>,
    /// Of each row of a batch; kept for the next one.
    rows: Vec<Option<Affected>>,
}

impl Principals {
    /// Takes in what rules, of which the severities are given, have matched in a batch with these principals.
    pub(super) fn take(
        &mut self,
        principals: &ArrayRef,
        hits: &[Hit],
        severities: &[Severity],
    ) -> Result<()> {
        self.rows.clear();
        self.rows.resize(principals.len(), None);
        for hit in hits {
            let severity = severities[hit.rule as usize];
            for row in &mut self.rows[hit.rows.start as usize..hit.rows.end as usize] {
                let (count, worst) = row.map_or((0, severity), |row| (row.count, row.worst));
                *row = Some(Affected { count: count + 1, worst: worst.max(severity) });
            }
        }
        let principals = cast(principals, &DataType::Utf8View)?;
        let principals = principals.as_string_view();
        let mut row = 0;
        while row < self.rows.len() {
            let Some(mut affected) = self.rows[row] else {
                row += 1;
                continue;
            };
            let name = principals.is_valid(row).then(|| principals.value(row));
            row += 1;
            while row < self.rows.len() && principals.is_valid(row).then(|| principals.value(row)) == name {
                if let Some(next) = self.rows[row] {
                    affected.count += next.count;
                    affected.worst = affected.worst.max(next.worst);
                }
                row += 1;
            }
            if let Some(name) = name {
                add(&mut self.affected, name, affected);
            }
        }
        Ok(())
    }

    /// Everybody who has findings.
    pub(super) fn finish(self) -> HashMap<String, Affected> {
        self.affected
    }
}

/// Adds to what a principal has.
pub(super) fn add(all: &mut HashMap<String, Affected>, name: &str, affected: Affected) {
    if let Some(own) = all.get_mut(name) {
        own.count += affected.count;
        own.worst = own.worst.max(affected.worst);
    } else if all.len() < PRINCIPALS_MAX {
        all.insert(name.to_owned(), affected);
    }
}
