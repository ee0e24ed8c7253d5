//! Texts of Sigma rules beside plain Rust: wildcards, escapes, case, and the modifiers that look at parts.
//!
//! What a pattern means is said once more here, by recursion over its signs; letters are compared as
//! `char::to_lowercase` has them, as far as one letter stays one and no letter from beyond ASCII comes into it.

use proptest::prelude::*;
use serde::Serialize;
use serde_json::json;

use super::super::record::JsonRecord;
use super::super::{Placeholders, detection};

/// A sign of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Star,
    Question,
    Letter(char),
}

/// What the signs of a pattern are.
fn signs(pattern: &str) -> Vec<Sign> {
    let chars: Vec<char> = pattern.chars().collect();
    let mut signs = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let is_escape = chars[at] == '\\' && matches!(chars.get(at + 1), Some('*' | '?' | '\\'));
        signs.push(match chars[at] {
            '*' => Sign::Star,
            '?' => Sign::Question,
            _ if is_escape => Sign::Letter(chars[at + 1]),
            letter => Sign::Letter(letter),
        });
        at += if is_escape { 2 } else { 1 };
    }
    signs
}

fn same(one: char, other: char, cased: bool) -> bool {
    one == other || (!cased && lower(one) == lower(other))
}

fn lower(letter: char) -> char {
    let mut lower = letter.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(single), None) if single.is_ascii() == letter.is_ascii() => single,
        _ => letter,
    }
}

fn fits(signs: &[Sign], text: &[char], cased: bool) -> bool {
    match (signs, text) {
        ([], _) => text.is_empty(),
        ([Sign::Star, rest @ ..], _) => (0..=text.len()).any(|taken| fits(rest, &text[taken..], cased)),
        ([Sign::Question, rest @ ..], [_, after @ ..]) => fits(rest, after, cased),
        ([Sign::Letter(wanted), rest @ ..], [letter, after @ ..]) => {
            same(*wanted, *letter, cased) && fits(rest, after, cased)
        }
        _ => false,
    }
}

/// A value that stands for `text` and nothing else.
fn escaped(text: &str) -> String {
    text.replace('\\', r"\\").replace('*', r"\*").replace('?', r"\?")
}

/// Whether a record whose `a` is `text` matches.
fn holds(key: &str, value: impl Serialize, text: &str) -> bool {
    let tree = json!({"s": {key: value}, "condition": "s"});
    let detection = detection::read(&tree, &Placeholders::new()).unwrap_or_else(|wrong| panic!("{wrong:?}"));
    detection.condition.holds(&mut JsonRecord(&json!({"a": text}).to_string()))
}

/// Each modifier of a text, and whether any text may stand before and behind the value.
const MODIFIERS: [(&str, bool, bool); 4] =
    [("", false, false), ("|contains", true, true), ("|startswith", false, true), ("|endswith", true, false)];

proptest! {
    #[test]
    fn a_pattern_fits_what_its_signs_say(
        pattern in r"[aAbÄäж*?\\]{0,7}", text in r"[aAbÄäЖ*?\\]{0,7}", cased: bool,
    ) {
        let letters: Vec<char> = text.chars().collect();
        for (modifier, before, behind) in MODIFIERS {
            let mut signs = signs(&pattern);
            signs.splice(0..0, before.then_some(Sign::Star));
            signs.extend(behind.then_some(Sign::Star));
            let key = format!("a{modifier}{}", if cased { "|cased" } else { "" });
            prop_assert_eq!(holds(&key, &pattern, &text), fits(&signs, &letters, cased), "{}", key);
        }
    }

    #[test]
    fn a_literal_is_found_where_rust_finds_it(
        value in r"[aAbÄäЖж*?\\ ]{0,3}", text in r"[aAbÄäЖж*?\\ ]{0,8}", cased: bool,
    ) {
        let of = |text: &str| if cased { text.to_owned() } else { text.to_lowercase() };
        let (wanted, whole) = (of(&value), of(&text));
        for (modifier, expected) in [
            ("", whole == wanted),
            ("|contains", whole.contains(&wanted)),
            ("|startswith", whole.starts_with(&wanted)),
            ("|endswith", whole.ends_with(&wanted)),
        ] {
            let key = format!("a{modifier}{}", if cased { "|cased" } else { "" });
            prop_assert_eq!(holds(&key, escaped(&value), &text), expected, "{}", key);
        }
    }

    #[test]
    fn one_value_of_a_list_is_enough_and_with_all_every_one_is_needed(
        values in proptest::collection::vec("[abA*?]{1,3}", 1..5), text in "[abA]{0,6}",
    ) {
        for (modifier, ..) in MODIFIERS {
            let alone: Vec<_> =
                values.iter().map(|value| holds(&format!("a{modifier}"), value, &text)).collect();
            let any = holds(&format!("a{modifier}"), &values, &text);
            prop_assert_eq!(any, alone.contains(&true), "{}", modifier);
            let all = holds(&format!("a{modifier}|all"), &values, &text);
            prop_assert_eq!(all, !alone.contains(&false), "{}|all", modifier);
            let none = holds(&format!("a{modifier}|neq"), &values, &text);
            prop_assert_eq!(none, !any, "{}|neq", modifier);
        }
    }

    #[test]
    fn a_letter_is_equal_to_itself_in_the_other_case(letter in any::<char>()) {
        let value = escaped(&letter.to_string());
        let others = [letter.to_lowercase().to_string(), letter.to_uppercase().to_string()];
        for other in others {
            let Ok(single) = other.parse::<char>() else { continue };
            let expected = lower(single) == lower(letter);
            for (modifier, ..) in MODIFIERS {
                prop_assert_eq!(holds(&format!("a{modifier}"), &value, &other), expected, "{} {}", value, other);
            }
            prop_assert_eq!(holds("a|cased", &value, &other), single == letter, "{} {}", value, other);
        }
    }

    #[test]
    fn no_letter_from_beyond_ascii_is_one_of_ascii(letter in "[^\\x00-\\x7f]", ascii in "[a-zA-Z]") {
        for (modifier, ..) in MODIFIERS {
            let key = format!("a{modifier}");
            prop_assert!(!holds(&key, &ascii, &letter) && !holds(&key, &letter, &ascii), "{} {}", letter, ascii);
        }
    }
}

#[test]
fn letters_whose_case_is_not_one_for_one_are_compared_as_they_are() {
    for (value, text, wanted) in [
        ("straße", "STRASSE", false),
        ("straße", "STRAßE", true),
        ("ẞ", "ß", true),
        ("Σ", "σ", true),
        ("ς", "σ", false),
        ("İ", "i", false),
        ("i", "İ", false),
        ("ı", "I", false),
        ("\u{212a}", "k", false),
        ("\u{17f}", "S", false),
        ("é", "e\u{301}", false),
        ("ǆ", "Ǆ", true),
        ("Ω", "\u{2126}", true),
        ("𐐀", "𐐨", true),
    ] {
        for key in ["a", "a|contains", "a|startswith", "a|endswith"] {
            assert_eq!(holds(key, value, text), wanted, "{key}: {value} ~ {text}");
        }
    }
}

#[test]
fn escapes_take_the_meaning_of_what_follows_and_of_nothing_else() {
    for (value, text, wanted) in [
        (r"\*", "*", true),
        (r"\*", "x", false),
        (r"\?", "?", true),
        (r"\?", "x", false),
        (r"\\", r"\", true),
        (r"\\*", r"\x", true),
        (r"\\*", "x", false),
        (r"\\\*", r"\*", true),
        (r"\\\*", r"\x", false),
        (r"\\\\", r"\\", true),
        (r"\a", r"\a", true),
        (r"\a", "a", false),
        ("a\\", "a\\", true),
        (r"*\*", "a*", true),
        (r"*\*", "ab", false),
        (r"?\??", "a?b", true),
    ] {
        assert_eq!(holds("a", value, text), wanted, "{value} ~ {text}");
        assert_eq!(holds("a|cased", value, text), wanted, "cased {value} ~ {text}");
    }
}
