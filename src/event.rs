//! The `cloudtrail` table's columns, and where each one comes from in a CloudTrail record.
//!
//! One table, [`FIELDS`], says for every column which member of the record it holds and how that
//! member is spelled in JSON. The decoder fills columns by it, `export` prints records back by it,
//! and the Arrow schema is made from it, so the three can't disagree.
//!
//! Not here: how values are read (`decode`), how the columns are stored (`lake`).
//! Source of the names: CloudTrail User Guide, "CloudTrail record contents" and "userIdentity element".

use std::sync::{Arc, LazyLock};

use arrow::datatypes::{DataType, Field as ArrowField, Schema, SchemaRef, TimeUnit};

/// Version of the `cloudtrail` columns; a lake records the one it was made with.
pub const SCHEMA_VERSION: u32 = 1;

/// How a member of the record is typed in its column, and how it is usually spelled in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A JSON string.
    Text,
    /// JSON `true` or `false`.
    Bool,
    /// A JSON string `"true"` or `"false"`, typed as a boolean.
    TextBool,
    /// A JSON string `YYYY-MM-DDThh:mm:ssZ`, typed as a timestamp in microseconds.
    Time,
    /// Any JSON value, kept as its verbatim text.
    Json,
}

/// An object of the record whose members are spread over columns of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Object {
    /// The record itself.
    Record,
    /// `userIdentity`
    UserIdentity,
    /// `userIdentity.sessionContext`
    SessionContext,
    /// `userIdentity.sessionContext.sessionIssuer`
    SessionIssuer,
    /// `userIdentity.sessionContext.webIdFederationData`
    WebIdFederationData,
    /// `userIdentity.sessionContext.attributes`
    SessionAttributes,
    /// `userIdentity.onBehalfOf`
    OnBehalfOf,
    /// `tlsDetails`
    TlsDetails,
}

impl Object {
    /// All of them; a parent stands before its children.
    pub const ALL: [Self; 8] = [
        Self::Record,
        Self::UserIdentity,
        Self::SessionContext,
        Self::SessionIssuer,
        Self::WebIdFederationData,
        Self::SessionAttributes,
        Self::OnBehalfOf,
        Self::TlsDetails,
    ];

    /// The object it is a member of, and its key there; the record has none.
    pub const fn place(self) -> Option<(Self, &'static str)> {
        match self {
            Self::Record => None,
            Self::UserIdentity => Some((Self::Record, "userIdentity")),
            Self::SessionContext => Some((Self::UserIdentity, "sessionContext")),
            Self::SessionIssuer => Some((Self::SessionContext, "sessionIssuer")),
            Self::WebIdFederationData => Some((Self::SessionContext, "webIdFederationData")),
            Self::SessionAttributes => Some((Self::SessionContext, "attributes")),
            Self::OnBehalfOf => Some((Self::UserIdentity, "onBehalfOf")),
            Self::TlsDetails => Some((Self::Record, "tlsDetails")),
        }
    }

    /// Its JSON Pointer (RFC 6901) in the record; no key here needs escaping.
    pub const fn pointer(self) -> &'static str {
        match self {
            Self::Record => "",
            Self::UserIdentity => "/userIdentity",
            Self::SessionContext => "/userIdentity/sessionContext",
            Self::SessionIssuer => "/userIdentity/sessionContext/sessionIssuer",
            Self::WebIdFederationData => "/userIdentity/sessionContext/webIdFederationData",
            Self::SessionAttributes => "/userIdentity/sessionContext/attributes",
            Self::OnBehalfOf => "/userIdentity/onBehalfOf",
            Self::TlsDetails => "/tlsDetails",
        }
    }

    /// Whether `self` is `ancestor` or lies anywhere inside it.
    pub fn is_within(self, ancestor: Self) -> bool {
        let mut object = self;
        loop {
            if object == ancestor {
                return true;
            }
            match object.place() {
                Some((parent, _)) => object = parent,
                None => return false,
            }
        }
    }
}

/// One column that holds one member of the record.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The column's name.
    pub column: &'static str,
    /// The object the member belongs to.
    pub object: Object,
    /// The member's key.
    pub key: &'static str,
    /// How it is typed.
    pub kind: Kind,
}

const fn field(column: &'static str, object: Object, key: &'static str, kind: Kind) -> Field {
    Field { column, object, key, kind }
}

/// Every column that holds a member of the record, in the table's order.
///
/// Within one object they also follow the order in which CloudTrail usually writes the members:
/// the decoder looks for the next key first where the last one was found.
#[rustfmt::skip]
pub const FIELDS: [Field; 58] = {
    use Kind::{Bool, Json, Text, TextBool, Time};
    use Object::{OnBehalfOf, Record, SessionAttributes, SessionContext, SessionIssuer, TlsDetails, UserIdentity, WebIdFederationData};
    [
        field("event_time", Record, "eventTime", Time),
        field("event_version", Record, "eventVersion", Text),
        field("event_source", Record, "eventSource", Text),
        field("event_name", Record, "eventName", Text),
        field("event_type", Record, "eventType", Text),
        field("event_category", Record, "eventCategory", Text),
        field("aws_region", Record, "awsRegion", Text),
        field("source_ip_address", Record, "sourceIPAddress", Text),
        field("user_agent", Record, "userAgent", Text),
        field("error_code", Record, "errorCode", Text),
        field("error_message", Record, "errorMessage", Text),
        field("request_id", Record, "requestID", Text),
        field("event_id", Record, "eventID", Text),
        field("shared_event_id", Record, "sharedEventID", Text),
        field("api_version", Record, "apiVersion", Text),
        field("read_only", Record, "readOnly", Bool),
        field("management_event", Record, "managementEvent", Bool),
        field("recipient_account_id", Record, "recipientAccountId", Text),
        field("vpc_endpoint_id", Record, "vpcEndpointId", Text),
        field("vpc_endpoint_account_id", Record, "vpcEndpointAccountId", Text),
        field("session_credential_from_console", Record, "sessionCredentialFromConsole", TextBool),
        field("user_type", UserIdentity, "type", Text),
        field("user_principal_id", UserIdentity, "principalId", Text),
        field("user_arn", UserIdentity, "arn", Text),
        field("user_account_id", UserIdentity, "accountId", Text),
        field("access_key_id", UserIdentity, "accessKeyId", Text),
        field("user_name", UserIdentity, "userName", Text),
        field("user_invoked_by", UserIdentity, "invokedBy", Text),
        field("user_identity_provider", UserIdentity, "identityProvider", Text),
        field("user_credential_id", UserIdentity, "credentialId", Text),
        field("on_behalf_of_user_id", OnBehalfOf, "userId", Text),
        field("on_behalf_of_identity_store_arn", OnBehalfOf, "identityStoreArn", Text),
        field("in_scope_of", UserIdentity, "inScopeOf", Json),
        field("session_issuer_type", SessionIssuer, "type", Text),
        field("session_issuer_principal_id", SessionIssuer, "principalId", Text),
        field("session_issuer_arn", SessionIssuer, "arn", Text),
        field("session_issuer_account_id", SessionIssuer, "accountId", Text),
        field("session_issuer_user_name", SessionIssuer, "userName", Text),
        field("session_mfa_authenticated", SessionAttributes, "mfaAuthenticated", TextBool),
        field("session_creation_time", SessionAttributes, "creationDate", Time),
        field("session_source_identity", SessionContext, "sourceIdentity", Text),
        field("session_assumed_root", SessionContext, "assumedRoot", TextBool),
        field("ec2_role_delivery", SessionContext, "ec2RoleDelivery", Text),
        field("web_id_federated_provider", WebIdFederationData, "federatedProvider", Text),
        field("web_id_attributes", WebIdFederationData, "attributes", Json),
        field("tls_version", TlsDetails, "tlsVersion", Text),
        field("tls_cipher_suite", TlsDetails, "cipherSuite", Text),
        field("tls_client_host", TlsDetails, "clientProvidedHostHeader", Text),
        field("tls_key_exchange", TlsDetails, "keyExchange", Text),
        field("request_parameters", Record, "requestParameters", Json),
        field("response_elements", Record, "responseElements", Json),
        field("additional_event_data", Record, "additionalEventData", Json),
        field("service_event_details", Record, "serviceEventDetails", Json),
        field("resources", Record, "resources", Json),
        field("insight_details", Record, "insightDetails", Json),
        field("addendum", Record, "addendum", Json),
        field("edge_device_details", Record, "edgeDeviceDetails", Json),
        field("event_context", Record, "eventContext", Json),
    ]
};

/// The partition column of the `cloudtrail` table: the UTC date of `event_time`.
pub const EVENT_DATE: &str = "event_date";

/// Columns made from the whole record, in the table's order after [`FIELDS`].
///
/// `aggregation` gathers the members only aggregated events have (`timeWindow`, `summary`); `extra`
/// holds what no column can (see `decode::extra`); `principal` and `source_ip` are derived.
pub const DERIVED: [&str; 4] = ["aggregation", "extra", "principal", "source_ip"];

/// Columns that say where and when a record came in, in the table's order after [`DERIVED`].
pub const PROVENANCE: [&str; 5] =
    ["source_object", "source_account_id", "source_region", "ingest_batch", "ingested_at"];

/// Microseconds UTC: the one timestamp type that Delta readers agree on.
pub fn timestamp_type() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

impl Kind {
    /// The Arrow type of a column of this kind.
    pub fn arrow_type(self) -> DataType {
        match self {
            Self::Text | Self::Json => DataType::Utf8,
            Self::Bool | Self::TextBool => DataType::Boolean,
            Self::Time => timestamp_type(),
        }
    }
}

/// What the decoder makes of records: [`FIELDS`], [`DERIVED`], then [`EVENT_DATE`].
pub fn record_schema() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        let mut fields = record_columns();
        fields.push(ArrowField::new(EVENT_DATE, DataType::Date32, true));
        Arc::new(Schema::new(fields))
    });
    SCHEMA.clone()
}

/// What a Parquet file of the lake holds: [`FIELDS`], [`DERIVED`], [`PROVENANCE`].
///
/// The partition column is not in the file: its value is in the file's path and in the Delta log.
pub fn file_schema() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        let mut fields = record_columns();
        fields.extend(PROVENANCE.map(|name| {
            let data_type = match name {
                "ingest_batch" => DataType::Int64,
                "ingested_at" => timestamp_type(),
                _ => DataType::Utf8,
            };
            ArrowField::new(name, data_type, true)
        }));
        Arc::new(Schema::new(fields))
    });
    SCHEMA.clone()
}

/// The `cloudtrail` table as SQL sees it: [`file_schema`] with [`EVENT_DATE`] after `event_time`.
pub fn table_schema() -> SchemaRef {
    static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
        let mut fields: Vec<_> = file_schema().fields().iter().cloned().collect();
        fields.insert(1, Arc::new(ArrowField::new(EVENT_DATE, DataType::Date32, true)));
        Arc::new(Schema::new(fields))
    });
    SCHEMA.clone()
}

fn record_columns() -> Vec<ArrowField> {
    let held = FIELDS.iter().map(|field| ArrowField::new(field.column, field.kind.arrow_type(), true));
    let derived = DERIVED.iter().map(|name| ArrowField::new(*name, DataType::Utf8, true));
    held.chain(derived).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_columns_share_a_name() {
        let schema = table_schema();
        let names: HashSet<_> = schema.fields().iter().map(|field| field.name()).collect();
        assert_eq!(names.len(), schema.fields().len());
    }

    #[test]
    fn no_two_columns_hold_the_same_member() {
        let members: HashSet<_> = FIELDS.iter().map(|field| (field.object, field.key)).collect();
        assert_eq!(members.len(), FIELDS.len());
    }

    #[test]
    fn an_objects_place_and_pointer_agree() {
        for object in Object::ALL {
            let Some((parent, key)) = object.place() else { continue };
            assert_eq!(object.pointer(), format!("{}/{key}", parent.pointer()));
            assert!(object.is_within(parent) && !parent.is_within(object));
        }
    }
}
