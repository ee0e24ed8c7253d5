//! Views of the lake's tables: `findings` and `detections` show the newest revision of each finding.

use std::sync::Arc;

use anyhow::{Context, Result};
use datafusion::datasource::ViewTable;
use datafusion::prelude::SessionContext;

use crate::lake::{self, Table};

/// Makes the views anew.
pub(crate) fn register(context: &SessionContext) -> Result<()> {
    let schema = lake::table_schema(Table::Findings);
    let columns: Vec<_> = schema.fields().iter().map(|field| format!("\"{}\"", field.name())).collect();
    let columns = columns.join(", ");
    // Two writers may have saved the same revision: one of them counts.
    let sql = format!(
        "SELECT {columns} FROM (SELECT *, row_number() OVER \
         (PARTITION BY finding_id ORDER BY revision DESC, found_at DESC) AS newest \
         FROM internal.findings) AS revisions WHERE newest = 1"
    );
    for name in [Table::Findings.name(), "detections"] {
        define(context, name, &sql)?;
    }
    Ok(())
}

/// Makes a view of `sql`, in the place of what had its name.
pub(crate) fn define(context: &SessionContext, name: &str, sql: &str) -> Result<()> {
    // Our tables are in memory, so that planning over them waits for nothing.
    let plan = futures::executor::block_on(context.state().create_logical_plan(sql))
        .with_context(|| format!("the view `{name}`"))?;
    let schema = super::schema(context, super::SCHEMA)?;
    super::replace(schema.as_ref(), name, Arc::new(ViewTable::new(plan, Some(sql.to_owned()))))?;
    Ok(())
}
