//! The tables of a session by their names, and views, which are planned when a statement asks for one.
//!
//! `findings` and `detections` show the newest revision of each finding, `cloudtrail_logs` the events in Athena's
//! columns (`athena.rs`). Most statements ask for none of them, and to plan all three takes milliseconds; a view that
//! is planned late is also always over the tables as they are.

use std::fmt;
use std::sync::Arc;

use anyhow::{Context, Result};
use async_trait::async_trait;
use datafusion::catalog::{MemorySchemaProvider, SchemaProvider, TableProvider};
use datafusion::datasource::ViewTable;
use datafusion::error::Result as DataFusionResult;
use datafusion::execution::SessionState;
use datafusion::logical_expr::TableType;
use datafusion::prelude::SessionContext;

use crate::lake::{self, Table};

/// A name and the statement behind it.
pub(crate) type View = (&'static str, String);

/// The schema that plain names are in.
struct Tables {
    tables: MemorySchemaProvider,
    views: Vec<View>,
    /// The session's, as long as there is one: it holds this.
    state: Box<dyn Fn() -> Option<SessionState> + Send + Sync>,
}

/// Makes the schema of a session, without tables and with `views`.
pub(crate) fn register(context: &SessionContext, views: Vec<View>) -> Result<()> {
    let catalog = context.catalog(super::CATALOG).context("a session has its catalog")?;
    let state = context.state_weak_ref();
    let state = Box::new(move || Some(state.upgrade()?.read().clone()));
    catalog.register_schema(
        super::SCHEMA,
        Arc::new(Tables { tables: MemorySchemaProvider::new(), views, state }),
    )?;
    Ok(())
}

/// `findings` and `detections`.
pub(crate) fn of_findings() -> [View; 2] {
    let schema = lake::table_schema(Table::Findings);
    let columns: Vec<_> = schema.fields().iter().map(|field| format!("\"{}\"", field.name())).collect();
    let columns = columns.join(", ");
    // Two writers may have saved the same revision: one of them counts.
    let sql = format!(
        "SELECT {columns} FROM (SELECT *, row_number() OVER \
         (PARTITION BY finding_id ORDER BY revision DESC, found_at DESC) AS newest \
         FROM internal.findings) AS revisions WHERE newest = 1"
    );
    [(Table::Findings.name(), sql.clone()), ("detections", sql)]
}

impl Tables {
    fn view(&self, name: &str) -> Option<&View> {
        self.views.iter().find(|(view, _)| *view == name)
    }
}

impl fmt::Debug for Tables {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Tables").field("names", &self.table_names()).finish_non_exhaustive()
    }
}

#[async_trait]
impl SchemaProvider for Tables {
    fn table_names(&self) -> Vec<String> {
        let views = self.views.iter().map(|(name, _)| (*name).to_owned());
        self.tables.table_names().into_iter().chain(views).collect()
    }

    async fn table(&self, name: &str) -> DataFusionResult<Option<Arc<dyn TableProvider>>> {
        let Some((_, sql)) = self.view(name) else { return self.tables.table(name).await };
        let Some(state) = (self.state)() else { return Ok(None) };
        let plan = state.create_logical_plan(sql).await?;
        Ok(Some(Arc::new(ViewTable::new(plan, Some(sql.clone())))))
    }

    async fn table_type(&self, name: &str) -> DataFusionResult<Option<TableType>> {
        match self.view(name) {
            Some(_) => Ok(Some(TableType::View)),
            None => self.tables.table_type(name).await,
        }
    }

    fn register_table(
        &self,
        name: String,
        table: Arc<dyn TableProvider>,
    ) -> DataFusionResult<Option<Arc<dyn TableProvider>>> {
        self.tables.register_table(name, table)
    }

    fn deregister_table(&self, name: &str) -> DataFusionResult<Option<Arc<dyn TableProvider>>> {
        self.tables.deregister_table(name)
    }

    fn table_exist(&self, name: &str) -> bool {
        self.tables.table_exist(name) || self.view(name).is_some()
    }
}
