//! Keys of objects: no text makes the parser panic, and what it reads can be put together again.

use crate::source::parse_key;

/// Reads the text as a key.
pub fn run(data: &[u8]) {
    let Ok(key) = std::str::from_utf8(data) else { return };
    let Some(parts) = parse_key(key) else { return };
    let org = parts.org.as_ref().map(|org| format!("{org}/")).unwrap_or_default();
    let date = parts.date.strftime("%Y/%m/%d");
    let again = format!("AWSLogs/{org}{}/{}/{}/{date}/x", parts.account_id, parts.folder, parts.region);
    assert!(!parts.account_id.is_empty() && !parts.account_id.contains('/'), "{key}: {parts:?}");
    assert_eq!(parse_key(&again).as_ref(), Some(&parts), "{key} is {again}");
    assert!(key.contains(&again[..again.len() - 1]), "{key} is not {again}");
}
