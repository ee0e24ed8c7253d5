//! The values that a record has at a place.
//!
//! [`Record`] is what conditions ask. In JSON values are looked for in the text as it stands: objects on the
//! way are entered by key, lists item by item, and an object at the end of the way is its own text. Nothing is
//! read into a tree.

use std::borrow::Cow;

use super::place::Place;
use crate::query::json::{Walker, unescape};

/// How deep values may lie in each other: the decoder lets no record through that is nested deeper.
const DEPTH_MAX: usize = 128;

/// One value of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item<'a> {
    /// A string.
    Text(Cow<'a, str>),
    /// A number, as it is written.
    Number(&'a str),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// An object, or a list without items, as it is written.
    Object(&'a str),
    /// Microseconds since 1970.
    Time(i64),
}

impl Item<'_> {
    /// As text is compared with it; `null` has none.
    pub(crate) fn text(&self) -> Option<Cow<'_, str>> {
        Some(match self {
            Self::Text(text) => Cow::Borrowed(text.as_ref()),
            Self::Number(text) | Self::Object(text) => Cow::Borrowed(text),
            Self::Bool(true) => Cow::Borrowed("true"),
            Self::Bool(false) => Cow::Borrowed("false"),
            Self::Time(micros) => Cow::Owned(crate::decode::print_time(*micros)),
            Self::Null => return None,
        })
    }
}

/// Something with values at places.
pub(crate) trait Record {
    /// Hands the values at `place` to `each`, until it says `true`; whether it has.
    fn any(&mut self, place: &Place, each: &mut dyn FnMut(&Item<'_>) -> bool) -> bool;

    /// As [`Self::any`]. `each` says the same of equal values; `test` is what tells it from others, by which an answer may
    /// be remembered.
    fn any_known(&mut self, place: &Place, test: usize, each: &mut dyn FnMut(&Item<'_>) -> bool) -> bool {
        let _ = test;
        self.any(place, each)
    }
}

/// A record as JSON text.
#[cfg(test)]
#[derive(Debug, Clone, Copy)]
pub(crate) struct JsonRecord<'a>(pub &'a str);

#[cfg(test)]
impl Record for JsonRecord<'_> {
    fn any(&mut self, place: &Place, each: &mut dyn FnMut(&Item<'_>) -> bool) -> bool {
        match place.path.is_empty() {
            true => any_within(self.0, each),
            false => any_at(self.0, &place.path, each),
        }
    }
}

/// The values at `path` in the JSON value that `text` is.
pub(crate) fn any_at(text: &str, path: &[String], each: &mut dyn FnMut(&Item<'_>) -> bool) -> bool {
    at(text, path, DEPTH_MAX, each)
}

fn at(text: &str, path: &[String], depth: usize, each: &mut dyn FnMut(&Item<'_>) -> bool) -> bool {
    if depth == 0 {
        return false;
    }
    match Walker::new(text).peek() {
        // Of a list without items it can at least be said that it is there.
        Some(b'[') if path.is_empty() && is_empty_list(text) => each(&Item::Object(text.trim())),
        Some(b'[') => items(text, &mut |item| at(item, path, depth - 1, each)),
        Some(b'{') if !path.is_empty() => members(text, &mut |key, value| {
            steps_of(key, path).is_some_and(|steps| at(value, &path[steps..], depth - 1, each))
        }),
        Some(_) if path.is_empty() => item(text).is_some_and(|item| each(&item)),
        _ => false,
    }
}

/// Every value inside of `text` that holds no others.
pub(crate) fn any_within(text: &str, each: &mut dyn FnMut(&Item<'_>) -> bool) -> bool {
    within(text, DEPTH_MAX, each)
}

fn within(text: &str, depth: usize, each: &mut dyn FnMut(&Item<'_>) -> bool) -> bool {
    if depth == 0 {
        return false;
    }
    match Walker::new(text).peek() {
        Some(b'[') => items(text, &mut |item| within(item, depth - 1, each)),
        Some(b'{') => members(text, &mut |_, value| within(value, depth - 1, each)),
        _ => item(text).is_some_and(|item| each(&item)),
    }
}

fn is_empty_list(text: &str) -> bool {
    let mut walker = Walker::new(text);
    walker.take(b'[').and_then(|()| walker.take(b']')).is_some()
}

/// How many steps of `path` a key is, if that is what they say: its own dots divide it.
fn steps_of(key: &str, path: &[String]) -> Option<usize> {
    let key = match key.contains('\\') {
        true => Cow::Owned(unescape(key)?),
        false => Cow::Borrowed(key),
    };
    let count = 1 + key.bytes().filter(|byte| *byte == b'.').count();
    let steps = path.get(..count)?;
    key.split('.').eq(steps).then_some(count)
}

fn members(text: &str, each: &mut dyn FnMut(&str, &str) -> bool) -> bool {
    let mut walker = Walker::new(text);
    let mut next = || -> Option<bool> {
        walker.take(b'{').or_else(|| walker.take(b','))?;
        let key = walker.string()?;
        walker.take(b':')?;
        Some(each(key, walker.value()?))
    };
    loop {
        match next() {
            Some(false) => {}
            Some(true) => return true,
            None => return false,
        }
    }
}

fn items(text: &str, each: &mut dyn FnMut(&str) -> bool) -> bool {
    let mut walker = Walker::new(text);
    let mut next = || -> Option<bool> {
        walker.take(b'[').or_else(|| walker.take(b','))?;
        Some(each(walker.value()?))
    };
    loop {
        match next() {
            Some(false) => {}
            Some(true) => return true,
            None => return false,
        }
    }
}

/// The value that `text` is.
fn item(text: &str) -> Option<Item<'_>> {
    let text = text.trim();
    Some(match text.as_bytes().first()? {
        b'{' => Item::Object(text),
        b'"' => {
            let inside = text.get(1..text.len().checked_sub(1)?)?;
            match inside.contains('\\') {
                true => Item::Text(Cow::Owned(unescape(inside)?)),
                false => Item::Text(Cow::Borrowed(inside)),
            }
        }
        b't' => Item::Bool(true),
        b'f' => Item::Bool(false),
        b'n' => Item::Null,
        _ => Item::Number(text),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(record: &str, name: &str) -> Vec<String> {
        let mut found = Vec::new();
        let place = if name == "*" { Place::anywhere() } else { Place::of(name) };
        JsonRecord(record).any(&place, &mut |item| {
            found.push(item.text().map_or_else(|| "NULL".to_owned(), Cow::into_owned));
            false
        });
        found
    }

    #[test]
    fn a_field_has_the_values_at_its_path_through_objects_and_lists() {
        let record = r#"{"a": {"b": [{"c": "x\"y"}, {"c": [1, 2.50]}, {"d": 0}], "e": null, "f": true}}"#;
        assert_eq!(texts(record, "a.b.c"), ["x\"y", "1", "2.50"]);
        assert_eq!(texts(record, "a.e"), ["NULL"]);
        assert_eq!(texts(record, "a.f"), ["true"]);
        assert_eq!(texts(record, "a.g"), [] as [&str; 0]);
        assert_eq!(texts(record, "a.b.c.d"), [] as [&str; 0]);
        assert_eq!(texts(r#"{"a": {"b" : {"c": 1} }}"#, "a.b"), [r#"{"c": 1}"#]);
        assert_eq!(texts(r#"{"a": [ ]}"#, "a"), ["[ ]"]);
    }

    #[test]
    fn a_key_may_hold_dots() {
        let record = r#"{"a": {"b.c": {"d": 1}, "b": {"c.d": 2, "c": {"d": 3}}}, "a.b": {"c": {"d": 4}}}"#;
        assert_eq!(texts(record, "a.b.c.d"), ["1", "2", "3", "4"]);
    }

    #[test]
    fn every_value_of_a_record_can_be_asked_for() {
        assert_eq!(texts(r#"{"a": ["x", {"b": 1}], "c": {}}"#, "*"), ["x", "1"]);
    }

    #[test]
    fn broken_text_ends_where_it_breaks() {
        for record in ["", "{", r#"{"a""#, r#"{"a":"#, r#"{"a":"x"#, "[", "[[", r#"{"a": [1, }"#] {
            texts(record, "a");
            texts(record, "*");
        }
        assert_eq!(texts(&format!("{}1", "[".repeat(100_000)), "*"), [] as [&str; 0]);
    }
}
