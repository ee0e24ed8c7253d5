//! A MITRE ATT&CK technique id, by its form.
//!
//! Only the form is checked: ids come and go between versions of the matrix, and no copy of it is kept here.

/// Whether `text` is `T1078` or `T1078.004`.
pub(super) fn is_technique(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('T') else { return false };
    let (technique, sub) = match rest.split_once('.') {
        Some((technique, sub)) => (technique, Some(sub)),
        None => (rest, None),
    };
    let digits = |part: &str, length: usize| part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
    digits(technique, 4) && sub.is_none_or(|sub| digits(sub, 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn techniques_and_sub_techniques_are_told_from_anything_else() {
        for good in ["T1078", "T1078.004"] {
            assert!(is_technique(good), "{good}");
        }
        for bad in ["TA0001", "T107", "T1078.4", "T1078.0004", "t1078", "1078", "T1078.", "T10 8", ""] {
            assert!(!is_technique(bad), "{bad}");
        }
    }
}
