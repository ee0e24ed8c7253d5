//! One CloudTrail record as JSON text, its fields in the order CloudTrail writes them.
//!
//! Parts that are objects come as JSON text already; nothing is parsed or built as a tree on the way.

use super::text;

/// The fields of a record. Empty text stands for a field that is not there, except where noted.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Record<'a> {
    /// JSON
    pub(super) identity: &'a str,
    pub(super) time: i64,
    pub(super) source: &'a str,
    pub(super) name: &'a str,
    pub(super) region: &'a str,
    pub(super) ip: &'a str,
    pub(super) agent: &'a str,
    pub(super) error_code: &'a str,
    pub(super) error_message: &'a str,
    /// JSON; empty is written as null, as CloudTrail does
    pub(super) request: &'a str,
    /// JSON; empty is written as null
    pub(super) response: &'a str,
    /// JSON
    pub(super) additional: &'a str,
    pub(super) request_id: &'a str,
    /// Seed of the event's id
    pub(super) id: u64,
    pub(super) read_only: Option<bool>,
    /// JSON
    pub(super) resources: &'a str,
    pub(super) kind: Kind,
    pub(super) data: bool,
    pub(super) recipient: &'a str,
    /// Seed of the id that the copies of one action share
    pub(super) shared: Option<u64>,
    /// JSON
    pub(super) service_details: &'a str,
    pub(super) api_version: &'a str,
    /// Host of the TLS connection
    pub(super) host: &'a str,
    pub(super) from_console: bool,
    pub(super) vpc_endpoint: &'a str,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Kind {
    #[default]
    Call,
    ServiceEvent,
    SignIn,
}

impl Record<'_> {
    pub(super) fn write(&self, out: &mut String) {
        out.push_str("{\"eventVersion\":\"1.11\",\"userIdentity\":");
        out.push_str(self.identity);
        out.push_str(",\"eventTime\":\"");
        text::instant(out, self.time);
        out.push('"');
        plain(out, "eventSource", self.source);
        plain(out, "eventName", self.name);
        plain(out, "awsRegion", self.region);
        plain(out, "sourceIPAddress", self.ip);
        plain(out, "userAgent", self.agent);
        plain(out, "errorCode", self.error_code);
        plain(out, "errorMessage", self.error_message);
        json(out, "requestParameters", or_null(self.request));
        json(out, "responseElements", or_null(self.response));
        json(out, "additionalEventData", self.additional);
        plain(out, "requestID", self.request_id);
        out.push_str(",\"eventID\":\"");
        text::uuid(out, self.id);
        out.push('"');
        if let Some(read_only) = self.read_only {
            json(out, "readOnly", if read_only { "true" } else { "false" });
        }
        json(out, "resources", self.resources);
        plain(out, "eventType", self.kind.text());
        plain(out, "apiVersion", self.api_version);
        json(out, "managementEvent", if self.data { "false" } else { "true" });
        plain(out, "recipientAccountId", self.recipient);
        if let Some(shared) = self.shared {
            out.push_str(",\"sharedEventID\":\"");
            text::uuid(out, shared);
            out.push('"');
        }
        plain(out, "vpcEndpointId", self.vpc_endpoint);
        if !self.vpc_endpoint.is_empty() {
            plain(out, "vpcEndpointAccountId", self.recipient);
        }
        json(out, "serviceEventDetails", self.service_details);
        plain(out, "eventCategory", if self.data { "Data" } else { "Management" });
        if !self.host.is_empty() {
            out.push_str(
                ",\"tlsDetails\":{\"tlsVersion\":\"TLSv1.3\",\"cipherSuite\":\"TLS_AES_128_GCM_SHA256\"",
            );
            plain(out, "clientProvidedHostHeader", self.host);
            out.push('}');
        }
        if self.from_console {
            plain(out, "sessionCredentialFromConsole", "true");
        }
        out.push('}');
    }
}

impl Kind {
    fn text(self) -> &'static str {
        match self {
            Self::Call => "AwsApiCall",
            Self::ServiceEvent => "AwsServiceEvent",
            Self::SignIn => "AwsConsoleSignIn",
        }
    }
}

fn or_null(text: &str) -> &str {
    if text.is_empty() { "null" } else { text }
}

/// A member whose value is text; none for empty text. User agents and messages may need escapes.
fn plain(out: &mut String, name: &str, value: &str) {
    if value.is_empty() {
        return;
    }
    out.push_str(",\"");
    out.push_str(name);
    out.push_str("\":");
    if value.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
        out.push('"');
        out.push_str(value);
        out.push('"');
    } else {
        text::quoted(out, value);
    }
}

/// A member whose value is JSON; none for empty text.
fn json(out: &mut String, name: &str, value: &str) {
    if value.is_empty() {
        return;
    }
    out.push_str(",\"");
    out.push_str(name);
    out.push_str("\":");
    out.push_str(value);
}
