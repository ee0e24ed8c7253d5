//! Patterns as Sigma rules write them, and whether text is as one says.
//!
//! `*` stands for any text, `?` for one character, and a backslash before either, or before a backslash,
//! takes its meaning away. Any other backslash is one. Unless asked otherwise case does not count: it is
//! folded letter by letter, and never from beyond ASCII into it. A match is quadratic at worst.

/// Bytes that may be compared at each place of a text where they could begin. Of longer ones that would take too long in
/// texts that are made for it, and a copy of the text without its case does not.
const SHORT_MAX: usize = 64;

/// One piece of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    /// Any text, also none.
    Any,
    /// One character.
    One,
    /// This character.
    Char(char),
}

/// The pieces of the pattern that `text` writes.
pub(crate) fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        parts.push(match char {
            '*' => Part::Any,
            '?' => Part::One,
            '\\' => Part::Char(chars.next_if(|next| matches!(next, '*' | '?' | '\\')).unwrap_or('\\')),
            other => Part::Char(other),
        });
    }
    parts
}

/// A pattern that is ready to be matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    shape: Shape,
    cased: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Shape {
    /// Bytes of ASCII, in small letters unless case counts, with any text before or after.
    Plain { text: Vec<u8>, any_before: bool, any_after: bool },
    /// Anything else.
    Parts(Vec<Part>),
}

impl Pattern {
    /// The pattern that `text` writes; case does not count.
    pub(crate) fn new(text: &str) -> Self {
        Self::of(parts(text), false)
    }

    /// The pattern of these pieces; `cased`: whether case counts.
    pub(crate) fn of(mut parts: Vec<Part>, cased: bool) -> Self {
        // Two stars say no more than one, and cost more.
        parts.dedup_by(|next, part| *part == Part::Any && *next == Part::Any);
        if !cased {
            for part in &mut parts {
                if let Part::Char(char) = part {
                    *char = fold(*char);
                }
            }
        }
        let shape = plain(&parts).unwrap_or(Shape::Parts(parts));
        Self { shape, cased }
    }

    /// Whether `text` is as the pattern says.
    pub(crate) fn matches(&self, text: &str) -> bool {
        match &self.shape {
            Shape::Plain { text: wanted, any_before, any_after } => {
                let (text, length) = (text.as_bytes(), wanted.len());
                if text.len() < length {
                    return false;
                }
                match (any_before, any_after) {
                    (false, false) => self.same(text, wanted),
                    (false, true) => self.same(&text[..length], wanted),
                    (true, false) => self.same(&text[text.len() - length..], wanted),
                    (true, true) => self.contains(text, wanted),
                }
            }
            Shape::Parts(parts) => matches_parts(parts, text, self.cased),
        }
    }

    /// What any text that matches has in it, whatever its case; nothing if that is no plain ASCII.
    pub(crate) fn part(&self) -> Option<&str> {
        match &self.shape {
            Shape::Plain { text, .. } if !text.is_empty() => std::str::from_utf8(text).ok(),
            Shape::Plain { .. } | Shape::Parts(_) => None,
        }
    }

    fn same(&self, text: &[u8], wanted: &[u8]) -> bool {
        if self.cased { text == wanted } else { text.eq_ignore_ascii_case(wanted) }
    }

    fn contains(&self, text: &[u8], wanted: &[u8]) -> bool {
        if self.cased {
            return memchr::memmem::find(text, wanted).is_some();
        }
        let Some(first) = wanted.first() else { return true };
        if wanted.len() > SHORT_MAX {
            return memchr::memmem::find(&text.to_ascii_lowercase(), wanted).is_some();
        }
        let last_start = text.len() - wanted.len();
        let starts = memchr::memchr2_iter(*first, first.to_ascii_uppercase(), &text[..=last_start]);
        starts.into_iter().any(|start| text[start..start + wanted.len()].eq_ignore_ascii_case(wanted))
    }
}

fn plain(parts: &[Part]) -> Option<Shape> {
    let any_before = parts.first() == Some(&Part::Any);
    let any_after = parts.len() > 1 && parts.last() == Some(&Part::Any);
    let inner = parts.get(usize::from(any_before)..parts.len() - usize::from(any_after))?;
    let byte = |part: &Part| match part {
        Part::Char(char) if char.is_ascii() => u8::try_from(*char).ok(),
        _ => None,
    };
    let text: Vec<_> = inner.iter().map(byte).collect::<Option<_>>()?;
    // One star alone is any text on both sides of nothing.
    let any_after = any_after || (any_before && text.is_empty());
    Some(Shape::Plain { text, any_before, any_after })
}

/// A letter without its case.
pub(crate) fn fold(char: char) -> char {
    if char.is_ascii() {
        return char.to_ascii_lowercase();
    }
    let mut lower = char.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(single), None) if !single.is_ascii() => single,
        _ => char,
    }
}

/// Text without case, letter by letter.
pub(crate) fn folded(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.chars().map(fold).collect() }
}

/// The usual walk with one point of return: quadratic at worst, never exponential.
fn matches_parts(parts: &[Part], text: &str, cased: bool) -> bool {
    let (mut part, mut rest) = (0, text.chars());
    let mut again: Option<(usize, std::str::Chars<'_>)> = None;
    loop {
        let mut next = rest.clone();
        let step = match (parts.get(part), next.next()) {
            (Some(Part::Any), _) => {
                again = Some((part + 1, rest.clone()));
                part += 1;
                continue;
            }
            (Some(Part::One), Some(_)) => true,
            (Some(Part::Char(wanted)), Some(char)) => {
                let char = if cased { char } else { fold(char) };
                char == *wanted
            }
            (None, None) => return true,
            _ => false,
        };
        if step {
            part += 1;
            rest = next;
            continue;
        }
        let Some((back, from)) = &mut again else { return false };
        if from.next().is_none() {
            return false;
        }
        part = *back;
        rest = from.clone();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_long_part_is_found_in_no_more_than_a_look_at_the_text() {
        let (text, part) = ("A".repeat(1 << 20), "a".repeat(100_000));
        let start = std::time::Instant::now();
        assert!(!Pattern::new(&format!("*{part}b*")).matches(&text));
        assert!(Pattern::new(&format!("*{part}*")).matches(&text));
        assert!(start.elapsed() < std::time::Duration::from_secs(10));
    }

    #[test]
    fn patterns_match_as_sigma_says() {
        for (text, pattern, wanted) in [
            ("CreateUser", "createuser", true),
            ("CreateUser", "create*", true),
            ("CreateUser", "*USER", true),
            ("CreateUser", "*ateus*", true),
            ("CreateUser", "create?ser", true),
            ("CreateUser", "create?user", false),
            ("", "*", true),
            ("any", "*", true),
            ("any", "**", true),
            ("", "", true),
            ("x", "", false),
            ("a*b", r"a\*b", true),
            ("axb", r"a\*b", false),
            (r"a\b", r"a\b", true),
            (r"a\b", r"a\\b", true),
            (r"c:\x", r"C:\*", false),
            (r"c:*", r"C:\*", true),
            ("ÄRGER", "*ärg?r", true),
            ("\u{212a}ey", "key", false),
            ("aaab", "*a?b", true),
            ("abcabxd", "*ab?d*", true),
        ] {
            assert_eq!(Pattern::new(pattern).matches(text), wanted, "{text} ~ {pattern}");
        }
    }

    #[test]
    fn case_counts_when_it_is_asked_for() {
        for (pattern, wanted) in [("Create*", true), ("create*", false), ("*User", true), ("*eu?er", false)] {
            assert_eq!(Pattern::of(parts(pattern), true).matches("CreateUser"), wanted, "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn the_fast_path_agrees_with_the_slow_one(
            text in "[abAB*]{0,6}", wanted in "[abA]{0,3}", before: bool, after: bool, cased: bool
        ) {
            let star = |any: bool| if any { "*" } else { "" };
            let parts = parts(&format!("{}{wanted}{}", star(before), star(after)));
            let slow: Vec<_> = parts
                .iter()
                .map(|part| match part {
                    Part::Char(char) if !cased => Part::Char(fold(*char)),
                    other => *other,
                })
                .collect();
            prop_assert_eq!(Pattern::of(parts, cased).matches(&text), matches_parts(&slow, &text, cased));
        }
    }
}
