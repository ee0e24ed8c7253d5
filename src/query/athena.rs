//! `cloudtrail_logs`: the columns that Athena's documentation gives a CloudTrail table.
//!
//! Queries written for Athena run on it unchanged. Each column is an expression over `cloudtrail`, so
//! a query reads only the columns that the fields it names are made of: DataFusion resolves a field of
//! a struct that is made in the same plan. `eventtime` and `timestamp` are text there; comparing them
//! with a literal turns into a comparison of `event_time`, which prunes.
//!
//! Source of the names: Athena User Guide, "Query AWS CloudTrail logs".

use super::views::View;

/// The view's name.
const NAME: &str = "cloudtrail_logs";

/// A column and what it is made of.
type Column = (&'static str, &'static str);

const USER_IDENTITY: &str = "named_struct(
  'type', user_type,
  'principalid', user_principal_id,
  'arn', user_arn,
  'accountid', user_account_id,
  'invokedby', user_invoked_by,
  'accesskeyid', access_key_id,
  'username', user_name,
  'onbehalfof', named_struct(
    'userid', on_behalf_of_user_id,
    'identitystorearn', on_behalf_of_identity_store_arn),
  'sessioncontext', named_struct(
    'attributes', named_struct(
      'mfaauthenticated', CAST(session_mfa_authenticated AS VARCHAR),
      'creationdate', to_iso8601(session_creation_time)),
    'sessionissuer', named_struct(
      'type', session_issuer_type,
      'principalid', session_issuer_principal_id,
      'arn', session_issuer_arn,
      'accountid', session_issuer_account_id,
      'username', session_issuer_user_name),
    'ec2roledelivery', ec2_role_delivery,
    'webidfederationdata', named_struct(
      'federatedprovider', web_id_federated_provider,
      'attributes', web_id_attributes)))";

const TLS_DETAILS: &str = "named_struct(
  'tlsversion', tls_version,
  'ciphersuite', tls_cipher_suite,
  'clientprovidedhostheader', tls_client_host)";

const ADDENDUM: &str = "named_struct(
  'reason', json_extract_scalar(addendum, '$.reason'),
  'updatedfields', json_extract_scalar(addendum, '$.updatedFields'),
  'originalrequestid', json_extract_scalar(addendum, '$.originalRequestID'),
  'originaleventid', json_extract_scalar(addendum, '$.originalEventID'))";

/// In the order of the documentation.
const COLUMNS: [Column; 35] = [
    ("eventversion", "event_version"),
    ("useridentity", USER_IDENTITY),
    ("eventtime", "to_iso8601(event_time)"),
    ("eventsource", "event_source"),
    ("eventname", "event_name"),
    ("awsregion", "aws_region"),
    ("sourceipaddress", "source_ip_address"),
    ("useragent", "user_agent"),
    ("errorcode", "error_code"),
    ("errormessage", "error_message"),
    ("requestparameters", "request_parameters"),
    ("responseelements", "response_elements"),
    ("additionaleventdata", "additional_event_data"),
    ("requestid", "request_id"),
    ("eventid", "event_id"),
    ("readonly", "CAST(read_only AS VARCHAR)"),
    ("managementevent", "CAST(management_event AS VARCHAR)"),
    ("resources", "cloudtrail_resources(resources)"),
    ("eventtype", "event_type"),
    ("apiversion", "api_version"),
    ("recipientaccountid", "recipient_account_id"),
    ("serviceeventdetails", "service_event_details"),
    ("sharedeventid", "shared_event_id"),
    ("vpcendpointid", "vpc_endpoint_id"),
    ("vpcendpointaccountid", "vpc_endpoint_account_id"),
    ("eventcategory", "event_category"),
    ("addendum", ADDENDUM),
    ("sessioncredentialfromconsole", "CAST(session_credential_from_console AS VARCHAR)"),
    ("edgedevicedetails", "edge_device_details"),
    ("insightdetails", "insight_details"),
    ("tlsdetails", TLS_DETAILS),
    ("account", "coalesce(source_account_id, recipient_account_id)"),
    ("region", "coalesce(source_region, aws_region)"),
    ("timestamp", "partition_day(event_date)"),
    ("event_date", "event_date"),
];

/// The view.
pub(crate) fn view() -> View {
    let columns = COLUMNS.map(|(name, expression)| format!("{expression} AS \"{name}\""));
    (NAME, format!("SELECT {} FROM cloudtrail", columns.join(",\n")))
}
