//! Findings as OCSF Detection Findings (class 2004) of schema 1.5.0, one JSON object a line.
//!
//! Times are milliseconds since 1970. A field without a value is left out: OCSF has no null.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::{Form, json as json_form, texts};
use crate::detect::{Finding, Report, Severity};

const SCHEMA_VERSION: &str = "1.5.0";
const CATEGORY_FINDINGS: u32 = 2;
const CLASS_DETECTION_FINDING: u32 = 2004;
const ANALYTIC_RULE: u32 = 1;
const STATUS_NEW: u32 = 1;
const ACCOUNT_AWS: u32 = 10;
const OBSERVABLE_IP: u32 = 2;
const OBSERVABLE_USER: u32 = 4;
const OBSERVABLE_USER_AGENT: u32 = 16;

pub(super) struct Ocsf;

impl Form for Ocsf {
    fn write(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let findings = &report.findings;
        texts::write(findings.len(), out, |place, text| {
            json_form::append(&event(&findings.get(place)), text)?;
            text.push(b'\n');
            Ok(())
        })
    }
}

fn event(finding: &Finding) -> Value {
    // 1 Create, 2 Update
    let activity = if finding.revision > 1 { 2 } else { 1 };
    let (severity_id, severity) = severity(finding.severity);
    let mut event = json!({
        "activity_id": activity,
        "activity_name": if activity == 1 { "Create" } else { "Update" },
        "category_uid": CATEGORY_FINDINGS,
        "category_name": "Findings",
        "class_uid": CLASS_DETECTION_FINDING,
        "class_name": "Detection Finding",
        "type_uid": CLASS_DETECTION_FINDING * 100 + activity,
        "severity_id": severity_id,
        "severity": severity,
        "status_id": STATUS_NEW,
        "status": "New",
        "is_alert": finding.severity > Severity::Info,
        "time": finding.found_at.as_millisecond(),
        "start_time": finding.time.as_millisecond(),
        "end_time": finding.last_time.as_millisecond(),
        "count": finding.count,
        "message": finding.message,
        "metadata": {
            "uid": finding.finding_id,
            "version": SCHEMA_VERSION,
            "profiles": ["cloud"],
            "product": {
                "name": "Trailhound",
                "vendor_name": "Trailhound",
                "version": env!("CARGO_PKG_VERSION"),
            },
            "log_provider": "AWS CloudTrail",
            "correlation_uid": finding.run_id,
        },
        "finding_info": info(finding),
        "cloud": cloud(finding),
        "evidences": [evidence(finding)],
        "observables": observables(finding),
        "unmapped": unmapped(finding),
    });
    without_empty(&mut event);
    event
}

fn info(finding: &Finding) -> Value {
    let attacks = finding.attack.iter().map(|id| match id.split_once('.') {
        Some((technique, _)) => json!({"technique": {"uid": technique}, "sub_technique": {"uid": id}}),
        None => json!({"technique": {"uid": id}}),
    });
    let related = finding.event_ids.iter().map(|id| json!({"uid": id}));
    json!({
        "uid": finding.finding_id,
        "title": finding.title,
        "desc": finding.message,
        "created_time": finding.found_at.as_millisecond(),
        "first_seen_time": finding.time.as_millisecond(),
        "last_seen_time": finding.last_time.as_millisecond(),
        "analytic": {
            "uid": finding.rule_id,
            "name": finding.title,
            "version": finding.rule_version,
            "type_id": ANALYTIC_RULE,
            "type": "Rule",
        },
        "attacks": attacks.collect::<Vec<_>>(),
        "related_events": related.collect::<Vec<_>>(),
        "types": finding.practice.iter().collect::<Vec<_>>(),
        "data_sources": ["AWS CloudTrail"],
    })
}

fn cloud(finding: &Finding) -> Value {
    let account = finding
        .account_id
        .as_ref()
        .map(|id| json!({"uid": id, "type_id": ACCOUNT_AWS, "type": "AWS Account"}));
    json!({"provider": "AWS", "region": finding.region, "account": account})
}

fn evidence(finding: &Finding) -> Value {
    let user = finding.principal.as_ref().map(|principal| {
        let account = finding.account_id.as_ref().map(|id| json!({"uid": id}));
        json!({"user": {"uid": principal, "account": account}})
    });
    let is_address = finding.source_ip.as_deref().is_some_and(|ip| ip.parse::<std::net::IpAddr>().is_ok());
    let endpoint =
        finding.source_ip.as_ref().map(|ip| if is_address { json!({"ip": ip}) } else { json!({"name": ip}) });
    let api = finding.event_names.first().map(|name| {
        let service = finding.details.get("event_source").map(|source| json!({"name": source}));
        json!({"operation": name, "service": service})
    });
    let agent = finding.user_agent.as_ref().map(|agent| json!({"user_agent": agent}));
    json!({"actor": user, "src_endpoint": endpoint, "api": api, "http_request": agent})
}

fn observables(finding: &Finding) -> Value {
    let address = finding.source_ip.as_deref().filter(|ip| ip.parse::<std::net::IpAddr>().is_ok());
    let known = [
        ("evidences[0].src_endpoint.ip", OBSERVABLE_IP, "IP Address", address),
        ("evidences[0].actor.user.uid", OBSERVABLE_USER, "User Name", finding.principal.as_deref()),
        (
            "evidences[0].http_request.user_agent",
            OBSERVABLE_USER_AGENT,
            "HTTP User-Agent",
            finding.user_agent.as_deref(),
        ),
    ];
    let given = known.into_iter().filter_map(|(name, type_id, kind, value)| {
        value.map(|value| json!({"name": name, "type_id": type_id, "type": kind, "value": value}))
    });
    Value::Array(given.collect())
}

fn unmapped(finding: &Finding) -> Value {
    let mut unmapped = Map::new();
    unmapped.insert("revision".to_owned(), Value::from(finding.revision));
    unmapped.insert("event_names".to_owned(), Value::from(finding.event_names.clone()));
    unmapped
        .insert("window_start".to_owned(), Value::from(finding.window_start.map(|time| time.to_string())));
    unmapped.insert("window_end".to_owned(), Value::from(finding.window_end.map(|time| time.to_string())));
    unmapped.insert("source".to_owned(), Value::from(finding.source.clone()));
    unmapped.insert("details".to_owned(), Value::Object(finding.details.clone()));
    Value::Object(unmapped)
}

fn severity(severity: Severity) -> (u32, &'static str) {
    match severity {
        Severity::Info => (1, "Informational"),
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
        Severity::Critical => (5, "Critical"),
    }
}

/// Leaves out what has no value, and objects and lists that are then empty.
fn without_empty(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.values_mut().for_each(without_empty);
            map.retain(|_, inner| !is_empty(inner));
        }
        Value::Array(items) => {
            items.iter_mut().for_each(without_empty);
            items.retain(|item| !is_empty(item));
        }
        _ => {}
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(map) => map.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}
