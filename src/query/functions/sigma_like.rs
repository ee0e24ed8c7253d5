//! `sigma_like`: how the Sigma rule format compares text.
//!
//! Case does not count; `*` stands for any text, `?` for one character, and a backslash before either,
//! or before a backslash, takes its meaning away. Any other backslash is one. Case is folded letter by
//! letter, and never from beyond ASCII into it.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray};
use datafusion::error::Result;

use super::arguments::Call;
use super::{Function, boolean, only_text};

pub(super) const FUNCTIONS: [Function; 1] = [Function {
    name: "sigma_like",
    about: "whether text is as a pattern with `*`, `?` and `\\`, whatever its case, as in Sigma rules",
    example: ("sigma_like('CreateAccessKey', 'create*key')", "true"),
    arguments: 2..=2,
    returns: boolean,
    other: only_text,
    call: sigma_like,
}];

/// A pattern that was read.
#[derive(Debug)]
enum Pattern {
    /// Bytes of ASCII in small letters, with any text before or after.
    Plain { text: Vec<u8>, any_before: bool, any_after: bool },
    /// Anything else.
    Parts(Vec<Part>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Any,
    One,
    Char(char),
}

impl Pattern {
    fn new(pattern: &str) -> Self {
        let mut parts = Vec::new();
        let mut chars = pattern.chars().peekable();
        while let Some(char) = chars.next() {
            let part = match char {
                '*' => Part::Any,
                '?' => Part::One,
                '\\' => Part::Char(chars.next_if(|next| matches!(next, '*' | '?' | '\\')).unwrap_or('\\')),
                other => Part::Char(fold(other)),
            };
            // Two stars say no more than one, and cost more.
            if part != Part::Any || parts.last() != Some(&Part::Any) {
                parts.push(part);
            }
        }
        Self::plain(&parts).unwrap_or(Self::Parts(parts))
    }

    fn plain(parts: &[Part]) -> Option<Self> {
        let any_before = parts.first() == Some(&Part::Any);
        let any_after = parts.len() > 1 && parts.last() == Some(&Part::Any);
        let inner = parts.get(usize::from(any_before)..parts.len() - usize::from(any_after))?;
        let byte = |part: &Part| match part {
            Part::Char(char) if char.is_ascii() => u8::try_from(*char).ok(),
            _ => None,
        };
        Some(Self::Plain { text: inner.iter().map(byte).collect::<Option<_>>()?, any_before, any_after })
    }

    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Plain { text: wanted, any_before, any_after } => {
                let (text, length) = (text.as_bytes(), wanted.len());
                if text.len() < length {
                    return false;
                }
                match (any_before, any_after) {
                    (false, false) => text.eq_ignore_ascii_case(wanted),
                    (false, true) => text[..length].eq_ignore_ascii_case(wanted),
                    (true, false) => text[text.len() - length..].eq_ignore_ascii_case(wanted),
                    (true, true) => contains(text, wanted),
                }
            }
            Self::Parts(parts) => matches_parts(parts, text),
        }
    }
}

fn contains(text: &[u8], wanted: &[u8]) -> bool {
    let Some(first) = wanted.first() else { return true };
    let last_start = text.len() - wanted.len();
    let starts = memchr::memchr2_iter(*first, first.to_ascii_uppercase(), &text[..=last_start]);
    starts.into_iter().any(|start| text[start..start + wanted.len()].eq_ignore_ascii_case(wanted))
}

fn fold(char: char) -> char {
    if char.is_ascii() {
        return char.to_ascii_lowercase();
    }
    let mut lower = char.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(single), None) if !single.is_ascii() => single,
        _ => char,
    }
}

/// The usual walk with one point of return: quadratic at worst, never exponential.
fn matches_parts(parts: &[Part], text: &str) -> bool {
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
            (Some(Part::Char(wanted)), Some(char)) => fold(char) == *wanted,
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

fn sigma_like(call: &Call<'_>) -> Result<ArrayRef> {
    let (texts, patterns) = (call.text(0)?, call.text(1)?);
    let constant = patterns.constant().flatten().map(Pattern::new);
    let answer = |row| {
        let text = texts.get(row)?;
        match &constant {
            Some(pattern) => Some(pattern.matches(text)),
            None => Some(Pattern::new(patterns.get(row)?).matches(text)),
        }
    };
    Ok(Arc::new((0..call.rows).map(answer).collect::<BooleanArray>()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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

    proptest! {
        #[test]
        fn the_fast_path_agrees_with_the_slow_one(text in "[abAB*]{0,6}", wanted in "[ab]{0,3}", before: bool, after: bool) {
            let star = |any: bool| if any { "*" } else { "" };
            let pattern = format!("{}{wanted}{}", star(before), star(after));
            let parts: Vec<_> = pattern.chars().map(|char| if char == '*' { Part::Any } else { Part::Char(char) }).collect();
            prop_assert_eq!(Pattern::new(&pattern).matches(&text), matches_parts(&parts, &text));
        }
    }
}
