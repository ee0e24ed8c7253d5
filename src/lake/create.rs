//! Making the tables of a lake.
//!
//! Two writers may make the same lake at once: version 0 of a log is created by one of them, and the
//! other finds it there.

use anyhow::{Context, Result};
use arrow::datatypes::DataType;
use deltalake::DeltaTableError;
use deltalake::kernel::transaction::TransactionError;
use deltalake::kernel::{DataType as DeltaType, PrimitiveType, StructField};
use deltalake::operations::create::CreateBuilder;
use deltalake::protocol::SaveMode;

use super::Lake;
use super::format::table_schema;
use super::layout::Table;
use super::log::{SCHEMA_PROPERTY, TableLog, log_store};
use crate::event::SCHEMA_VERSION;

/// `objects` before `cloudtrail`, and this last: who finds it finds all.
const IN_ORDER: [Table; 4] = [Table::Findings, Table::DeadLetters, Table::Objects, Table::Cloudtrail];

/// Makes the tables of a new lake, or those that an earlier try has not come to. A table that is
/// missing from a lake with something in it was lost: an empty one in its place would hide that.
pub(super) async fn create(lake: &Lake) -> Result<()> {
    let mut missing = Vec::new();
    let mut is_in_use = false;
    for table in IN_ORDER {
        match lake.find_log(table).await? {
            None => missing.push(table),
            Some(log) => {
                log.check_version()?;
                is_in_use |= table == Table::Cloudtrail || log.snapshot().version > 0;
            }
        }
    }
    // Another writer may be making them: the first look at a table may be older than the last.
    for table in missing {
        if is_in_use {
            lake.log(table).await?;
        } else {
            create_table(lake, table).await?;
        }
    }
    Ok(())
}

/// Makes a table, unless somebody else does.
pub(super) async fn create_table(lake: &Lake, table: Table) -> Result<()> {
    let made = try_create(lake, table).await;
    made.with_context(|| format!("can't make the table `{}` at {lake}", table.name()))
}

async fn try_create(lake: &Lake, table: Table) -> Result<()> {
    let schema = table_schema(table);
    let columns = schema.fields().iter().map(|field| {
        StructField::new(field.name().clone(), DeltaType::Primitive(delta_type(field.data_type())), true)
    });
    let properties = [
        (SCHEMA_PROPERTY, SCHEMA_VERSION.to_string()),
        // Log entries older than this go at `lake vacuum`, once a checkpoint covers them.
        ("delta.logRetentionDuration", "interval 7 days".to_owned()),
        ("delta.checkpointInterval", "50".to_owned()),
    ];
    let made = CreateBuilder::new()
        .with_log_store(log_store(lake.store(), table)?)
        .with_table_name(table.name())
        .with_columns(columns.collect::<Vec<_>>())
        .with_partition_columns(table.partition_column())
        .with_raise_if_key_not_exists(false)
        .with_configuration(properties.map(|(name, value)| (name.to_owned(), Some(value))))
        .with_save_mode(SaveMode::ErrorIfExists)
        .await;
    match made {
        Ok(_) => Ok(()),
        Err(
            DeltaTableError::VersionAlreadyExists(_)
            | DeltaTableError::Transaction { source: TransactionError::VersionAlreadyExists(_) },
        ) => Ok(()),
        Err(error) => match TableLog::open(lake.store().clone(), table).await {
            Ok(Some(_)) => Ok(()),
            _ => Err(error.into()),
        },
    }
}

/// The Delta type of a column; the lake's tables have no others.
fn delta_type(arrow: &DataType) -> PrimitiveType {
    match arrow {
        DataType::Boolean => PrimitiveType::Boolean,
        DataType::Int64 => PrimitiveType::Long,
        DataType::Date32 => PrimitiveType::Date,
        DataType::Timestamp(..) => PrimitiveType::Timestamp,
        DataType::Binary => PrimitiveType::Binary,
        _ => PrimitiveType::String,
    }
}
