//! The YAML header of a query file: the comment `/*--- … ---*/` that it begins with.
//!
//! Detections and hunts share the form, not the fields. The header is an SQL comment, so a whole file
//! pastes into any SQL shell as it is; and the parser is given whole files, so its line numbers are
//! the file's.

/// Where a header begins; only blanks and a byte order mark may stand before it.
const OPENING: &str = "/*---";

/// Where it ends.
const CLOSING: &str = "---*/";

/// A query file whose header was not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// It does not begin with one.
    #[error("no header: the file must begin with `/*---`, YAML, and `---*/`")]
    Missing,
    /// It begins with one that never ends.
    #[error("the header has no end: close it with `---*/`")]
    Unclosed,
    /// There is nothing after it.
    #[error("no SQL after the header")]
    NoSql,
}

/// Takes a query file apart into its header's YAML and its SQL.
///
/// # Errors
/// When there is no header, or nothing after it.
pub fn split(text: &str) -> Result<(&str, &str), HeaderError> {
    let start = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let rest = start.strip_prefix(OPENING).ok_or(HeaderError::Missing)?;
    let (yaml, sql) = rest.split_once(CLOSING).ok_or(HeaderError::Unclosed)?;
    if sql.trim().is_empty() {
        return Err(HeaderError::NoSql);
    }
    Ok((yaml, sql))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_falls_into_header_and_sql() {
        let (yaml, sql) = split("\u{feff}\n/*---\nid: x\n---*/\nSELECT 1 /* not a header */").unwrap();
        assert_eq!(yaml.trim(), "id: x");
        assert_eq!(sql.trim(), "SELECT 1 /* not a header */");
    }

    #[test]
    fn what_is_wrong_with_a_header_is_told_apart() {
        assert_eq!(split("SELECT 1"), Err(HeaderError::Missing));
        assert_eq!(split("/* plain */ SELECT 1"), Err(HeaderError::Missing));
        assert_eq!(split("/*---\nid: x\nSELECT 1"), Err(HeaderError::Unclosed));
        assert_eq!(split("/*---\nid: x\n---*/\n  "), Err(HeaderError::NoSql));
    }
}
