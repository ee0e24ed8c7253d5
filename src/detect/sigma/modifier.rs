//! `field|modifier|modifier: values` as a condition: what each modifier of the Sigma specification does.
//!
//! Modifiers that change a value (`contains`, `base64offset`, `windash`, …) are applied in the order in which
//! they stand; the others say how the field is compared. One value may become several (`windash` has five
//! dashes to choose from), of which one is enough, whatever `all` says of the values themselves.
//! Source: Sigma specification 2.x, appendix "modifiers".

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use regex::RegexBuilder;
use serde_json::Value;

use super::super::spelling;
use super::condition::{Check, Condition, Order, Other, Test, Texts, TimePart};
use super::place::Place;
use crate::query::pattern::{Part, parts};

/// What one value may become; `windash` and placeholders multiply.
const VARIANTS_MAX: usize = 4096;

/// A compiled regular expression, in bytes: a larger one is no condition but an attack.
const REGEX_MAX: usize = 1 << 20;

/// What a regular expression costs of a rule's budget, in characters: a hundred of them fit.
pub(super) const REGEX_COST: usize = 40 << 10;

/// All modifiers.
const NAMES: [&str; 34] = [
    "all",
    "base64",
    "base64offset",
    "cased",
    "cidr",
    "contains",
    "day",
    "endswith",
    "exists",
    "expand",
    "fieldref",
    "gt",
    "gte",
    "hour",
    "i",
    "ignorecase",
    "lt",
    "lte",
    "m",
    "minute",
    "month",
    "multiline",
    "neq",
    "re",
    "s",
    "dotall",
    "startswith",
    "utf16",
    "utf16be",
    "utf16le",
    "week",
    "wide",
    "windash",
    "year",
];

/// Values of placeholders, as `[sigma.placeholders]` has them.
pub type Placeholders = BTreeMap<String, Vec<String>>;

/// Why a field's values are no condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refused {
    /// They are wrong, or more than is supported.
    Wrong(String),
    /// A placeholder has no value.
    Unset(String),
}

impl From<String> for Refused {
    fn from(message: String) -> Self {
        Self::Wrong(message)
    }
}

/// A change to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Contains,
    StartsWith,
    EndsWith,
    WinDash,
    Base64,
    Base64Offset,
    Utf16Le,
    Utf16Be,
    Utf16,
}

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Text,
    Regex { ignore_case: bool, multi_line: bool, dot_all: bool },
    Networks,
    Number(Order),
    TimePart(TimePart, Order),
    Exists,
    Field,
}

/// What the modifiers of one field come to.
#[derive(Debug)]
struct Modifiers {
    way: Way,
    changes: Vec<Change>,
    all: bool,
    cased: bool,
    negated: bool,
    expand: bool,
}

/// The condition that `values` of the field at `place` are, by `modifiers`.
///
/// # Errors
/// When a modifier is unknown or does not fit the others or a value, and when a placeholder has no value.
pub(crate) fn condition(
    place: &Place,
    modifiers: &[&str],
    values: &[Value],
    placeholders: &Placeholders,
    budget: &mut usize,
) -> Result<Arc<Condition>, Refused> {
    let modifiers = Modifiers::read(modifiers)?;
    let mut texts = Texts::new(modifiers.cased);
    let mut parts: Vec<Arc<Condition>> = Vec::new();
    for value in values {
        for check in modifiers.checks(value, placeholders, budget)? {
            match check {
                // Texts of which one is enough are one test: the field is looked up once.
                Made::Pieces(pieces) if !modifiers.all => pieces.into_iter().for_each(|one| texts.add(one)),
                Made::Pieces(pieces) => {
                    let mut texts = Texts::new(modifiers.cased);
                    pieces.into_iter().for_each(|one| texts.add(one));
                    parts.push(test(place, Check::Text(texts)));
                }
                Made::Check(check) => parts.push(test(place, check)),
                Made::NoCheck(check) => parts.push(Arc::new(Condition::Not(test(place, check)))),
            }
        }
    }
    if !texts.is_empty() {
        parts.insert(0, test(place, Check::Text(texts)));
    }
    let joined = if modifiers.all { Condition::all(parts) } else { Condition::any(parts) };
    Ok(if modifiers.negated { Arc::new(Condition::Not(joined)) } else { joined })
}

fn test(place: &Place, check: Check) -> Arc<Condition> {
    Arc::new(Condition::Test(Test { place: place.clone(), check }))
}

/// What one value became.
enum Made {
    /// Texts of which one is enough.
    Pieces(Vec<Vec<Part>>),
    Check(Check),
    NoCheck(Check),
}

impl Modifiers {
    fn read(names: &[&str]) -> Result<Self, String> {
        let mut read = Self {
            way: Way::Text,
            changes: Vec::new(),
            all: false,
            cased: false,
            negated: false,
            expand: false,
        };
        for name in names {
            read.add(name)?;
        }
        let changed = !read.changes.is_empty();
        let fits = match read.way {
            Way::Text => true,
            Way::Field => read
                .changes
                .iter()
                .all(|change| matches!(change, Change::Contains | Change::StartsWith | Change::EndsWith)),
            Way::Regex { .. } | Way::Networks => !changed && !read.cased,
            Way::Number(_) | Way::TimePart(..) | Way::Exists => !changed && !read.cased && !read.expand,
        };
        if !fits {
            return Err(format!("the modifiers `{}` do not go together", names.join("|")));
        }
        Ok(read)
    }

    fn add(&mut self, name: &str) -> Result<(), String> {
        let order = |order| match self.way {
            Way::Text => Ok(Way::Number(order)),
            Way::TimePart(part, Order::Equal) => Ok(Way::TimePart(part, order)),
            _ => Err(()),
        };
        let only = |way| if self.way == Way::Text { Ok(way) } else { Err(()) };
        let part = |part| match self.way {
            Way::Text => Ok(Way::TimePart(part, Order::Equal)),
            Way::Number(order) => Ok(Way::TimePart(part, order)),
            _ => Err(()),
        };
        let way = match name {
            "contains" => return self.change(Change::Contains),
            "startswith" => return self.change(Change::StartsWith),
            "endswith" => return self.change(Change::EndsWith),
            "windash" => return self.change(Change::WinDash),
            "base64" => return self.change(Change::Base64),
            "base64offset" => return self.change(Change::Base64Offset),
            "wide" | "utf16le" => return self.change(Change::Utf16Le),
            "utf16be" => return self.change(Change::Utf16Be),
            "utf16" => return self.change(Change::Utf16),
            "all" => return flag(&mut self.all, name),
            "cased" => return flag(&mut self.cased, name),
            "neq" => return flag(&mut self.negated, name),
            "expand" => return flag(&mut self.expand, name),
            "i" | "ignorecase" | "m" | "multiline" | "s" | "dotall" => return self.regex_flag(name),
            "re" => only(Way::Regex { ignore_case: false, multi_line: false, dot_all: false }),
            "cidr" => only(Way::Networks),
            "exists" => only(Way::Exists),
            "fieldref" => only(Way::Field),
            "lt" => order(Order::Less),
            "lte" => order(Order::LessOrEqual),
            "gt" => order(Order::Greater),
            "gte" => order(Order::GreaterOrEqual),
            "minute" => part(TimePart::Minute),
            "hour" => part(TimePart::Hour),
            "day" => part(TimePart::Day),
            "week" => part(TimePart::Week),
            "month" => part(TimePart::Month),
            "year" => part(TimePart::Year),
            other => return Err(spelling::unknown("modifier", other, &NAMES)),
        };
        self.way = way.map_err(|()| format!("the modifier `{name}` does not go with those before it"))?;
        Ok(())
    }

    fn change(&mut self, change: Change) -> Result<(), String> {
        self.changes.push(change);
        Ok(())
    }

    fn regex_flag(&mut self, name: &str) -> Result<(), String> {
        let Way::Regex { ignore_case, multi_line, dot_all } = &mut self.way else {
            return Err(format!("the modifier `{name}` comes after `re`"));
        };
        match name {
            "i" | "ignorecase" => flag(ignore_case, name),
            "m" | "multiline" => flag(multi_line, name),
            _ => flag(dot_all, name),
        }
    }

    /// The checks that one value comes to.
    fn checks(
        &self,
        value: &Value,
        placeholders: &Placeholders,
        budget: &mut usize,
    ) -> Result<Vec<Made>, Refused> {
        if let Value::Array(_) | Value::Object(_) = value {
            return Err(
                format!("`{value}` is no value; a value is a text, a number, true, false or null").into()
            );
        }
        let plain = match value {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        };
        Ok(match self.way {
            Way::Exists => vec![match value.as_bool().or_else(|| plain?.to_lowercase().parse().ok()) {
                Some(true) => Made::Check(Check::Exists),
                Some(false) => Made::NoCheck(Check::Exists),
                None => return Err(format!("`exists` takes true or false, not `{value}`").into()),
            }],
            Way::Number(order) => vec![Made::Check(Check::Number(order, number(value)?))],
            Way::TimePart(part, order) => vec![Made::Check(Check::TimePart(part, order, number(value)?))],
            Way::Text => match plain {
                None if self.changes.is_empty() => vec![Made::Check(Check::Null)],
                None => return Err("null can only be compared as it is".to_owned().into()),
                Some(text) => vec![Made::Pieces(self.changed(&text, placeholders, budget)?)],
            },
            Way::Field | Way::Networks | Way::Regex { .. } => {
                let text = plain.ok_or_else(|| "null is no text".to_owned())?;
                let variants = self.expanded(&text, placeholders, budget)?;
                let cost = if matches!(self.way, Way::Regex { .. }) { REGEX_COST } else { 1 };
                spend(budget, variants.iter().map(|text| text.len().max(cost)).sum())?;
                let made: Result<Vec<_>, String> = match self.way {
                    Way::Networks => networks(&variants).map(|networks| vec![Check::Networks(networks)]),
                    Way::Field => Ok(variants.iter().map(|name| self.other(name)).collect()),
                    way => variants.iter().map(|text| regex(text, way)).collect(),
                };
                made?.into_iter().map(Made::Check).collect()
            }
        })
    }

    fn other(&self, name: &str) -> Check {
        let has = |change| self.changes.contains(&change);
        let (starts, ends) = (has(Change::StartsWith), has(Change::EndsWith));
        let part = has(Change::Contains) || (starts && ends);
        Check::Field(Other {
            place: Place::of(name),
            starts: starts || part,
            ends: ends || part,
            cased: self.cased,
        })
    }

    /// A value's texts after `expand`.
    fn expanded(
        &self,
        text: &str,
        placeholders: &Placeholders,
        budget: &mut usize,
    ) -> Result<Vec<String>, Refused> {
        if !self.expand {
            return Ok(vec![text.to_owned()]);
        }
        expand(text, placeholders, budget)
    }

    /// A value's texts after all changes.
    fn changed(
        &self,
        text: &str,
        placeholders: &Placeholders,
        budget: &mut usize,
    ) -> Result<Vec<Vec<Part>>, Refused> {
        let expanded = self.expanded(text, placeholders, budget)?;
        let mut values: Vec<_> = expanded.iter().map(|text| Changing::Pieces(parts(text))).collect();
        values.iter().try_for_each(|value| spend(budget, value.length()))?;
        for change in &self.changes {
            let mut next = Vec::with_capacity(values.len());
            for value in values {
                next.extend(value.change(*change, budget)?);
                if next.len() > VARIANTS_MAX {
                    let message = format!("one value stands for more than {VARIANTS_MAX} texts");
                    return Err(Refused::Wrong(message));
                }
            }
            values = next;
        }
        Ok(values.into_iter().map(Changing::pieces).collect::<Result<_, _>>()?)
    }
}

/// Takes from what a rule's values may come to.
fn spend(budget: &mut usize, cost: usize) -> Result<(), String> {
    *budget = budget
        .checked_sub(cost)
        .ok_or("the values of the rule or its file come to too many characters and expressions")?;
    Ok(())
}

fn flag(flag: &mut bool, name: &str) -> Result<(), String> {
    if std::mem::replace(flag, true) { Err(format!("the modifier `{name}` stands twice")) } else { Ok(()) }
}

fn number(value: &Value) -> Result<f64, String> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number| number.is_finite()).ok_or_else(|| format!("`{value}` is no number"))
}

fn networks(texts: &[String]) -> Result<Vec<ipnet::IpNet>, String> {
    let network = |text: &String| {
        let text = text.trim();
        let address = || text.parse::<std::net::IpAddr>().map(ipnet::IpNet::from);
        text.parse().or_else(|_| address()).map_err(|_| format!("`{text}` is no network, as `10.0.0.0/8`"))
    };
    texts.iter().map(network).collect()
}

fn regex(text: &str, way: Way) -> Result<Check, String> {
    let Way::Regex { ignore_case, multi_line, dot_all } = way else {
        return Err("no regular expression".to_owned());
    };
    let mut builder = RegexBuilder::new(text);
    builder.case_insensitive(ignore_case).multi_line(multi_line).dot_matches_new_line(dot_all);
    let built = builder.size_limit(REGEX_MAX).dfa_size_limit(REGEX_MAX).build();
    built.map(Check::Regex).map_err(|error| {
        let reason = error.to_string();
        let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        format!("the regular expression `{text}` can't be used: {reason}")
    })
}

/// A text for each value of the placeholders in it; `\%` is a percent sign.
fn expand(text: &str, placeholders: &Placeholders, budget: &mut usize) -> Result<Vec<String>, Refused> {
    let mut expanded = vec![String::new()];
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        if let Some(before) = before.strip_suffix('\\') {
            expanded.iter_mut().for_each(|text| text.extend([before, "%"]));
            rest = after;
            continue;
        }
        let Some((name, after)) = after.split_once('%').filter(|(name, _)| is_name(name)) else {
            expanded.iter_mut().for_each(|text| text.extend([before, "%"]));
            rest = after;
            continue;
        };
        let values = placeholders.get(name).filter(|values| !values.is_empty());
        let values = values.ok_or_else(|| Refused::Unset(name.to_owned()))?;
        if expanded.len() * values.len() > VARIANTS_MAX {
            let message = format!("`{text}` stands for more than {VARIANTS_MAX} texts");
            return Err(Refused::Wrong(message));
        }
        let copied: usize = expanded.iter().map(|text| text.len() + before.len()).sum();
        spend(budget, copied.saturating_mul(values.len()))?;
        let with = |text: &String| {
            values.iter().map(move |value| format!("{text}{before}{value}")).collect::<Vec<_>>()
        };
        expanded = expanded.iter().flat_map(with).collect();
        rest = after;
    }
    spend(budget, expanded.len() * rest.len())?;
    expanded.iter_mut().for_each(|text| text.push_str(rest));
    Ok(expanded)
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.'))
}

/// A value between two changes.
enum Changing {
    Pieces(Vec<Part>),
    Bytes(Vec<u8>),
}

impl Changing {
    fn length(&self) -> usize {
        match self {
            Self::Pieces(pieces) => pieces.len(),
            Self::Bytes(bytes) => bytes.len(),
        }
    }

    fn change(self, change: Change, budget: &mut usize) -> Result<Vec<Self>, String> {
        spend(budget, self.length())?;
        Ok(match change {
            Change::Contains => vec![Self::Pieces(around(self.pieces()?, true, true))],
            Change::StartsWith => vec![Self::Pieces(around(self.pieces()?, false, true))],
            Change::EndsWith => vec![Self::Pieces(around(self.pieces()?, true, false))],
            Change::WinDash => dashes(&self.pieces()?, budget)?.into_iter().map(Self::Pieces).collect(),
            Change::Base64 => vec![Self::Pieces(literal(&STANDARD.encode(self.bytes()?)))],
            Change::Base64Offset => {
                offsets(&self.bytes()?).iter().map(|text| Self::Pieces(literal(text))).collect()
            }
            Change::Utf16Le => vec![Self::Bytes(utf16(&self.text()?, u16::to_le_bytes))],
            Change::Utf16Be => vec![Self::Bytes(utf16(&self.text()?, u16::to_be_bytes))],
            Change::Utf16 => {
                let marked = [vec![0xff, 0xfe], utf16(&self.text()?, u16::to_le_bytes)].concat();
                vec![Self::Bytes(marked)]
            }
        })
    }

    fn pieces(self) -> Result<Vec<Part>, String> {
        match self {
            Self::Pieces(pieces) => Ok(pieces),
            Self::Bytes(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Ok(literal(&text)),
                Err(_) => {
                    Err("what `utf16` makes of it is no text; `base64` or `base64offset` must follow"
                        .to_owned())
                }
            },
        }
    }

    fn text(self) -> Result<String, String> {
        let char = |part: &Part| match part {
            Part::Char(char) => Some(*char),
            Part::Any | Part::One => None,
        };
        let text: Option<String> = self.pieces()?.iter().map(char).collect();
        text.ok_or_else(|| "a value with `*` or `?` can't be encoded".to_owned())
    }

    fn bytes(self) -> Result<Vec<u8>, String> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            Self::Pieces(_) => Ok(self.text()?.into_bytes()),
        }
    }
}

fn literal(text: &str) -> Vec<Part> {
    text.chars().map(Part::Char).collect()
}

fn around(mut pieces: Vec<Part>, before: bool, after: bool) -> Vec<Part> {
    if before {
        pieces.insert(0, Part::Any);
    }
    if after {
        pieces.push(Part::Any);
    }
    pieces
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

/// What stands in Base64 for `bytes` wherever they begin: of the three ways to begin, what depends on nothing
/// beside them.
fn offsets(bytes: &[u8]) -> Vec<String> {
    let way = |offset: usize| {
        let shifted = [vec![b' '; offset], bytes.to_vec()].concat();
        let encoded = STANDARD_NO_PAD.encode(&shifted);
        // A group of three bytes is four letters; those that share bits with a neighbour are left out.
        let (start, end) = (shared(offset), encoded.len() - usize::from(!shifted.len().is_multiple_of(3)));
        encoded.get(start..end).unwrap_or_default().to_owned()
    };
    (0..3).map(way).filter(|text| !text.is_empty()).collect()
}

/// Letters at the beginning that bytes before would change.
const fn shared(offset: usize) -> usize {
    match offset {
        0 => 0,
        1 => 2,
        _ => 3,
    }
}

/// The value with each choice of dashes where a parameter begins.
fn dashes(pieces: &[Part], budget: &mut usize) -> Result<Vec<Vec<Part>>, String> {
    const DASHES: [char; 5] = ['-', '/', '–', '—', '―'];
    let is_word = |part: Option<&Part>| matches!(part, Some(Part::Char(char)) if char.is_alphanumeric() || *char == '_');
    let begins = |at: &usize| {
        let dash = matches!(pieces[*at], Part::Char('-' | '/'));
        dash && is_word(pieces.get(*at + 1)) && !(*at > 0 && is_word(pieces.get(*at - 1)))
    };
    let places: Vec<_> = (0..pieces.len()).filter(begins).collect();
    let mut variants = vec![pieces.to_vec()];
    for at in places {
        if variants.len() * DASHES.len() > VARIANTS_MAX {
            return Err(format!("`windash` makes more than {VARIANTS_MAX} texts of it"));
        }
        spend(budget, variants.len() * DASHES.len() * pieces.len())?;
        let with = |pieces: &Vec<Part>| {
            let pieces = pieces.clone();
            DASHES.map(move |dash| {
                let mut pieces = pieces.clone();
                pieces[at] = Part::Char(dash);
                pieces
            })
        };
        variants = variants.iter().flat_map(with).collect();
    }
    Ok(variants)
}
