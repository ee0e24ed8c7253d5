//! One CloudTrail record, taken apart in one pass: which member belongs to which column.
//!
//! [`Record::read`] walks the record and the few objects whose members have columns of their own;
//! everything else is one slice. Keys are found by remembering which ones followed before, since
//! CloudTrail writes them in the same order again and again.
//!
//! Of a repeated key the last one counts, as in every JSON parser that builds a map.

use std::sync::LazyLock;

use super::columns::{ACCOUNT_ID, EVENT_ID, SUMMARY, TIME_WINDOW};
use super::fields::Fields;
use super::hash::{self, Hash};
use super::json::{JsonError, Problem, Scanner, Spelling, Text, Type, Value};
use crate::event::{FIELDS, Object};

/// Keys that no column has and that are looked for: by what an object is told to be a record, an envelope or
/// something else, and where aggregated events have what others have under other names.
const NAMES: [&str; 14] = [
    TIME_WINDOW,
    SUMMARY,
    EVENT_ID,
    ACCOUNT_ID,
    "Records",
    "detail",
    "Events",
    "CloudTrailEvent",
    "logEvents",
    "events",
    "message",
    "s3",
    "digestS3Object",
    "digestPublicKeyFingerprint",
];

/// How often objects with columns may be given again: what they brought before is searched each time,
/// and CloudTrail repeats none.
const MAX_REPEATS: usize = 100;

/// A member that no column holds: a key nobody knows, or a known one with a value of another type.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Other<'a> {
    /// The object it is a member of.
    pub(crate) object: Object,
    /// The key as [`name_of`] has it.
    pub(crate) key: &'a str,
    pub(crate) value: Value<'a>,
}

/// How an object of the record was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Given {
    #[default]
    Absent,
    /// Explicitly `null`.
    Null,
    /// `{}`
    Empty,
    /// With members.
    Filled,
    /// Something that is no object; it is among the others.
    Misfit,
}

/// The members of one record. Made once, read into again and again.
#[derive(Debug)]
pub(crate) struct Record<'a> {
    pub(crate) fields: Fields<'a>,
    /// By [`Object`].
    pub(crate) given: [Given; Object::ALL.len()],
    pub(crate) others: Vec<Other<'a>>,
    /// Of the whole record.
    pub(crate) hash: Hash,
    /// The whole record as it was written.
    pub(crate) text: &'a str,
    repeats: usize,
    /// For each child of each object, the children that followed it in records before.
    followers: [Vec<Followers>; Object::ALL.len()],
}

impl<'a> Record<'a> {
    pub(crate) fn new() -> Self {
        Self {
            fields: Fields::new(),
            given: [Given::Absent; Object::ALL.len()],
            others: Vec::new(),
            hash: 0,
            text: "",
            repeats: 0,
            followers: Object::ALL.map(|object| vec![Followers::default(); children(object).len() + 1]),
        }
    }

    /// Reads the record that opens at the scanner's position, and leaves the scanner behind it.
    pub(crate) fn read(&mut self, scanner: &mut Scanner<'a>) -> Result<(), JsonError> {
        self.fields.clear();
        self.given = [Given::Absent; Object::ALL.len()];
        self.others.clear();
        self.repeats = 0;
        let start = scanner.position();
        self.hash = self.object(scanner, Object::Record)?;
        self.text = scanner.text_since(start);
        Ok(())
    }

    /// The value under `key` of the record itself, if no column knows that key.
    pub(crate) fn other(&self, key: &str) -> Option<Value<'a>> {
        let of_record = |other: &&Other<'a>| other.object == Object::Record && other.key == key;
        self.others.iter().rev().find(of_record).map(|other| other.value)
    }

    fn object(&mut self, scanner: &mut Scanner<'a>, object: Object) -> Result<Hash, JsonError> {
        scanner.enter(b'{', "a record")?;
        let start = scanner.members().begin();
        let mut first = true;
        // One past the last child stands for "no child yet".
        let mut before = children(object).len();
        while let Some(key) = self.next_key(scanner, object, &mut before, first)? {
            first = false;
            let (key_hash, value_hash) = match key {
                Key::Known(Child { what: What::Field(field), hash, .. }) => {
                    let value = scanner.value()?;
                    self.fields.set(*field, value);
                    (*hash, value.hash)
                }
                Key::Known(Child { what: What::Object(child), hash, .. }) => {
                    (*hash, self.child(scanner, *child)?)
                }
                Key::Other(key) => {
                    let value = scanner.value()?;
                    self.others.push(Other { object, key: name_of(key), value });
                    (scanner.hash_of(key), value.hash)
                }
            };
            scanner.members().add(key_hash, value_hash);
        }
        self.given[object as usize] = if first { Given::Empty } else { Given::Filled };
        Ok(scanner.members().end(start))
    }

    /// Reads an object that has columns of its own, or whatever stands in its place.
    fn child(&mut self, scanner: &mut Scanner<'a>, child: Object) -> Result<Hash, JsonError> {
        if self.given[child as usize] != Given::Absent {
            self.repeats += 1;
            if self.repeats > MAX_REPEATS {
                return Err(scanner.error(Problem::Repeated));
            }
            self.forget(child);
        }
        if scanner.peek() == Some(b'{') {
            return self.object(scanner, child);
        }
        let value = scanner.value()?;
        self.given[child as usize] = match (value.of, child.place()) {
            (Type::Null, _) | (_, None) => Given::Null,
            (_, Some((object, key))) => {
                self.others.push(Other { object, key, value });
                Given::Misfit
            }
        };
        Ok(value.hash)
    }

    /// Drops what an earlier member of the same key had brought.
    fn forget(&mut self, dropped: Object) {
        self.fields.remove_within(dropped);
        for object in Object::ALL.into_iter().filter(|object| object.is_within(dropped)) {
            self.given[object as usize] = Given::Absent;
        }
        let place = dropped.place();
        self.others
            .retain(|other| !other.object.is_within(dropped) && Some((other.object, other.key)) != place);
    }

    /// The next key of `object`; `before` is the child found before it.
    fn next_key(
        &mut self,
        scanner: &mut Scanner<'a>,
        object: Object,
        before: &mut usize,
        first: bool,
    ) -> Result<Option<Key<'a>>, JsonError> {
        let followers = &mut self.followers[object as usize][*before];
        for way in 0..followers.len() {
            let guess = followers[way];
            let child = &children(object)[usize::from(guess)];
            if scanner.take_member(&child.spelling, first) {
                followers.swap(0, way);
                *before = guess.into();
                return Ok(Some(Key::Known(child)));
            }
        }
        let key = scanner.next_key(first)?;
        Ok(key.map(|key| self.find(object, before, key).map_or(Key::Other(key), Key::Known)))
    }

    /// The child of `object` that `key` names; `before` is the child found before it.
    fn find(&mut self, object: Object, before: &mut usize, key: Text<'_>) -> Option<&'static Child> {
        let children = children(object);
        let followers = &mut self.followers[object as usize][*before];
        let guess = usize::from(followers[0]);
        let index = match key.escaped {
            // With white space about it.
            false if children[guess].key == key.raw => guess,
            false => children.iter().position(|child| child.key == key.raw)?,
            true => {
                let key = key.unescape().0;
                children.iter().position(|child| child.key == key)?
            }
        };
        if index != guess {
            followers.rotate_right(1);
            // An object has far fewer known keys.
            followers[0] = index as u8;
        }
        *before = index;
        Some(&children[index])
    }
}

/// A key as written, without its quotes; without escapes where it is one of [`NAMES`], so that its spelling
/// makes no difference.
pub(crate) fn name_of(key: Text<'_>) -> &str {
    if !key.escaped {
        return key.raw;
    }
    let plain = key.unescape().0;
    NAMES.into_iter().find(|name| *name == plain).unwrap_or(key.raw)
}

/// Indexes of children, the one that was met last first, more or less: what follows depends on whether there was an
/// error, who called, and from where.
type Followers = [u8; 3];

/// A key as it was found.
enum Key<'a> {
    Known(&'static Child),
    Other(Text<'a>),
}

/// A key of an object that the columns know.
#[derive(Debug)]
struct Child {
    key: &'static str,
    spelling: Spelling,
    hash: Hash,
    what: What,
}

#[derive(Debug)]
enum What {
    /// An index into [`FIELDS`].
    Field(usize),
    Object(Object),
}

/// The known keys of `object`.
fn children(object: Object) -> &'static [Child] {
    static CHILDREN: LazyLock<[Vec<Child>; Object::ALL.len()]> =
        LazyLock::new(|| Object::ALL.map(known_keys));
    &CHILDREN[object as usize]
}

fn known_keys(of: Object) -> Vec<Child> {
    let child = |key, what| Child {
        key,
        spelling: Spelling::of(key),
        hash: hash::text(Text { raw: key, escaped: false }, 0),
        what,
    };
    let fields = FIELDS
        .iter()
        .enumerate()
        .filter(|(_, field)| field.object == of)
        .map(|(index, field)| child(field.key, What::Field(index)));
    let objects = Object::ALL.into_iter().filter_map(|object| match object.place() {
        Some((parent, key)) if parent == of => Some(child(key, What::Object(object))),
        _ => None,
    });
    fields.chain(objects).collect()
}
