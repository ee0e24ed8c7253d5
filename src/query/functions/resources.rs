//! `cloudtrail_resources`: the `resources` of a record as the array of structs that Athena has.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, ListBuilder, StringBuilder, StructBuilder};
use arrow::datatypes::{DataType, Field, Fields};
use datafusion::error::Result;
use serde_json::Value;

use super::arguments::Call;
use super::{Function, only_text};

pub(super) static FUNCTIONS: [Function; 1] = [Function {
    name: "cloudtrail_resources",
    about: "the `resources` column as an array of arn, accountid and type, as Athena has it",
    example: (
        r#"cloudtrail_resources('[{"ARN": "arn:aws:s3:::b", "accountId": "1", "type": "AWS::S3::Bucket"}]')"#,
        "[{arn: arn:aws:s3:::b, accountid: 1, type: AWS::S3::Bucket}]",
    ),
    arguments: 1..=1,
    returns,
    other: only_text,
    call: cloudtrail_resources,
}];

/// A field and the keys it has in records; services differ in their case.
const KEYS: [(&str, &str); 3] = [("arn", "ARN"), ("accountid", "accountId"), ("type", "type")];

static FIELDS: LazyLock<Fields> =
    LazyLock::new(|| KEYS.iter().map(|(name, _)| Field::new(*name, DataType::Utf8, true)).collect());

fn returns() -> DataType {
    DataType::List(Arc::new(Field::new_list_field(DataType::Struct(FIELDS.clone()), true)))
}

fn cloudtrail_resources(call: &Call<'_>) -> Result<ArrayRef> {
    let documents = call.text(0)?;
    let mut lists = ListBuilder::new(StructBuilder::from_fields(FIELDS.clone(), call.rows));
    for row in 0..call.rows {
        let parsed = documents.get(row).and_then(|text| serde_json::from_str(text).ok());
        let Some(Value::Array(resources)) = parsed else {
            lists.append_null();
            continue;
        };
        for resource in &resources {
            let fields = lists.values();
            for (index, (_, key)) in KEYS.iter().enumerate() {
                let value = resource.as_object().and_then(|members| {
                    members.iter().find(|(name, _)| name.eq_ignore_ascii_case(key))?.1.as_str()
                });
                if let Some(builder) = fields.field_builder::<StringBuilder>(index) {
                    builder.append_option(value);
                }
            }
            fields.append(true);
        }
        lists.append(true);
    }
    Ok(Arc::new(lists.finish()))
}
