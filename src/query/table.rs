//! A table of the lake as DataFusion reads it: a pruned list of files, then a plain Parquet scan.
//!
//! Which files a query needs is decided here, from the log alone: by the value of the partition column
//! and by Delta's statistics. The rest (row groups, bloom filters, pages, the filter on each row) is
//! DataFusion's own Parquet source, which can be sent to another machine as it is.
//!
//! A table holds one version of its log for its whole life, read when it is first scanned.

use std::fmt;
use std::sync::Arc;

use arrow::datatypes::{Field, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::config::TableParquetOptions;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::object_store::ObjectStoreUrl;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::execution_props::ExecutionProps;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{BinaryExpr, Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_expr::{PhysicalExpr, create_physical_expr};
use datafusion::physical_optimizer::pruning::PruningPredicateBuilder;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use tokio::sync::OnceCell;

use super::condition;
use super::statistics::FileStatistics;
use crate::lake::{self, DataFile, Lake, Snapshot, Table, with_views};

/// The URL under which a session knows its lake's store.
pub(crate) const LAKE_URL: &str = "lake:///";

/// Items of an `IN` list that files are chosen by; a longer one keeps all. DataFusion's own bound, 20,
/// is for row groups, of which each costs more to look at. Not measured.
const IN_LIST_MAX: usize = 200;

/// A table of a lake.
pub(crate) struct LakeTable {
    lake: Lake,
    table: Table,
    /// As SQL sees it.
    schema: SchemaRef,
    /// As a scan sees it: the partition column is the last one.
    scan: TableSchema,
    /// For each column of `schema` its index in `scan`.
    places: Vec<usize>,
    files: OnceCell<FileList>,
}

#[derive(Debug)]
struct FileList {
    snapshot: Arc<Snapshot>,
    files: Vec<Arc<DataFile>>,
    statistics: FileStatistics,
}

impl fmt::Debug for LakeTable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("LakeTable").field("table", &self.table.name()).finish_non_exhaustive()
    }
}

impl LakeTable {
    /// A table of `lake`, whose log is read later.
    pub(crate) fn new(lake: Lake, table: Table) -> Self {
        let schema = Arc::new(with_views(&lake::table_schema(table)));
        let partition = table.partition_column();
        let is_partition = |field: &Field| Some(field.name().as_str()) == partition;
        let (last, columns): (Vec<_>, Vec<_>) =
            schema.fields().iter().cloned().partition(|field| is_partition(field));
        let places = places_in_scan(&schema, partition);
        let scan =
            TableSchema::builder(Arc::new(Schema::new(columns))).with_table_partition_cols(last).build();
        Self { lake, table, schema, scan, places, files: OnceCell::new() }
    }

    /// Reads the log now.
    pub(crate) async fn load(&self) -> anyhow::Result<()> {
        self.files().await.map(|_| ())
    }

    /// The state of the table that is seen.
    pub(super) async fn snapshot(&self) -> anyhow::Result<Arc<Snapshot>> {
        Ok(self.files().await?.snapshot.clone())
    }

    async fn files(&self) -> anyhow::Result<&FileList> {
        let read = async || {
            let snapshot = self.lake.snapshot(self.table).await?;
            let files: Vec<_> = snapshot.files.values().cloned().collect();
            let statistics = FileStatistics::new(&files, &self.schema, self.table.partition_column());
            anyhow::Ok(FileList { snapshot, files, statistics })
        };
        self.files.get_or_try_init(read).await
    }

    /// The indices of the files that can hold rows which pass `filters`.
    fn choose(&self, list: &FileList, state: &dyn Session, filters: &[Expr]) -> Result<Vec<u64>> {
        let all = 0..list.files.len() as u64;
        let Some(filter) = conjunction(filters.iter().cloned()) else { return Ok(all.collect()) };
        let schema = DFSchema::try_from(self.schema.clone())?;
        let filter = state.create_physical_expr(filter, &schema)?;
        let Some(keep) = self.prune(list, filter)? else { return Ok(all.collect()) };
        Ok(all.zip(keep).filter_map(|(index, keep)| keep.then_some(index)).collect())
    }

    /// Which files can hold rows that pass; nothing if the filter says nothing about any range.
    fn prune(&self, list: &FileList, filter: Arc<dyn PhysicalExpr>) -> Result<Option<Vec<bool>>> {
        let pruning = PruningPredicateBuilder::new()
            .with_file_schema(self.schema.clone())
            .with_max_in_list_size(IN_LIST_MAX)
            .build(filter);
        pruning.map(|predicate| predicate.prune(&list.statistics)).transpose()
    }

    /// Whether each file either can hold no row that passes a comparison, or can hold no other.
    fn is_settled(&self, list: &FileList, filter: &Expr) -> bool {
        let Expr::BinaryExpr(BinaryExpr { left, op, right }) = filter else { return false };
        let (Expr::Column(column), Expr::Literal(..), Some(other)) =
            (left.as_ref(), right.as_ref(), op.negate())
        else {
            return false;
        };
        let can_hold = |filter: Expr| -> Option<Vec<bool>> {
            let schema = DFSchema::try_from(self.schema.clone()).ok()?;
            let filter = condition::plain(filter).ok()?;
            let filter = create_physical_expr(
                &filter,
                &schema,
                &ExecutionProps::new(),
                &PhysicalPlanningContext::default(),
            )
            .ok()?;
            self.prune(list, filter).ok()?
        };
        let compared = |op| Expr::BinaryExpr(BinaryExpr { left: left.clone(), op, right: right.clone() });
        let is_null = Expr::Column(column.clone()).is_null();
        let Some(passing) = can_hold(compared(*op)) else { return false };
        let Some((failing, missing)) = can_hold(compared(other)).zip(can_hold(is_null)) else { return false };
        passing
            .iter()
            .zip(failing.iter().zip(&missing))
            .all(|(passing, (failing, missing))| !passing || !(failing | missing))
    }

    fn partitioned_file(&self, file: &DataFile) -> Result<PartitionedFile> {
        let values = self.scan.table_partition_cols().iter().map(|field| match &file.partition {
            Some(text) => ScalarValue::try_from_string(text.clone(), field.data_type()),
            None => ScalarValue::try_from(field.data_type()),
        });
        let values = values.collect::<Result<_>>()?;
        // A file never changes, so that its path alone is its identity to DataFusion's caches.
        let mut part = PartitionedFile::new("", file.size).with_partition_values(values);
        part.object_meta.location = self.table.path(&file.path);
        Ok(part)
    }
}

#[async_trait]
impl TableProvider for LakeTable {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    /// Files are chosen by every filter, and the Parquet source is handed them again by DataFusion's physical optimizer;
    /// but for those of which the choice of files leaves nothing to ask, as most on times do: each would decode a column.
    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        let settled = |filter: &Expr| self.files.get().is_some_and(|list| self.is_settled(list, filter));
        let pushed = filters.iter().map(|filter| match settled(filter) {
            true => TableProviderFilterPushDown::Exact,
            false => TableProviderFilterPushDown::Inexact,
        });
        Ok(pushed.collect())
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let list = self.files().await.map_err(|error| DataFusionError::External(error.into()))?;
        let chosen = self.choose(list, state, filters)?;
        tracing::debug!(
            table = self.table.name(),
            files = chosen.len(),
            of = list.files.len(),
            "chose the files of a scan"
        );
        let places: Vec<_> = match projection {
            Some(columns) => columns.iter().map(|column| self.places[*column]).collect(),
            None => self.places.clone(),
        };
        if chosen.is_empty() {
            let schema = self.scan.table_schema().project(&places)?;
            return Ok(Arc::new(EmptyExec::new(Arc::new(schema))));
        }
        let mut parts = Vec::with_capacity(chosen.len());
        let mut bytes = 0;
        for index in &chosen {
            let file = &list.files[usize::try_from(*index).unwrap_or_default()];
            bytes += file.size;
            parts.push(self.partitioned_file(file)?);
        }
        let statistics = list.statistics.summary(&chosen, bytes, self.scan.table_schema());
        let options = TableParquetOptions {
            global: state.config_options().execution.parquet.clone(),
            ..TableParquetOptions::default()
        };
        let source = ParquetSource::new(self.scan.clone()).with_table_parquet_options(options);
        let groups = FileGroup::new(parts).split_files(state.config().target_partitions());
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::parse(LAKE_URL)?, Arc::new(source))
            .with_file_groups(groups)
            .with_statistics(statistics)
            .with_projection_indices(Some(places))?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}

fn places_in_scan(schema: &Schema, partition: Option<&str>) -> Vec<usize> {
    let last = schema.fields().len() - 1;
    let mut next = 0..;
    let place = |field: &Arc<Field>| match partition == Some(field.name().as_str()) {
        true => last,
        false => next.next().unwrap_or(last),
    };
    schema.fields().iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partition_column_is_the_last_of_a_scan() {
        let schema = lake::table_schema(Table::Cloudtrail);
        let places = places_in_scan(&schema, Table::Cloudtrail.partition_column());
        assert_eq!(places[..4], [0, schema.fields().len() - 1, 1, 2]);
        let schema = lake::table_schema(Table::DeadLetters);
        assert_eq!(places_in_scan(&schema, None), (0..schema.fields().len()).collect::<Vec<_>>());
    }
}
