//! Correlations: rules over what other rules match, within a span of time.
//!
//! A document with a `correlation` names its rules by id, `name` or title; an old rule with a `|` in its condition is
//! a correlation over its own searches. Here is what one asks, and how it is read; how its rules are found is told in
//! `collection`, when it fires in `correlate`.

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::{Map, Value};

use super::condition::{Condition, Order};
use super::place::Place;
use crate::detect::spelling;

/// Rules of one correlation; each is a bit of a word.
pub(crate) const RULES_MAX: usize = 64;

/// Fields of `group-by`.
const GROUPS_MAX: usize = 16;

/// The longest span: rows that far back are read by every run.
const TIMESPAN_MAX: SignedDuration = SignedDuration::from_hours(24 * 366);

/// A correlation whose rules are known.
#[derive(Debug, Clone)]
pub struct Correlation {
    /// What has to hold of the events in a span.
    pub(crate) asks: Asks,
    /// The rules it is about.
    pub(crate) bases: Vec<Base>,
    /// What its groups are called.
    pub(crate) group_by: Vec<String>,
    /// How far apart the first and the last event may be.
    pub(crate) timespan: SignedDuration,
}

/// A rule that a correlation is about.
#[derive(Debug, Clone)]
pub(crate) struct Base {
    /// Its id.
    pub rule_id: String,
    /// Its title.
    pub title: String,
    /// What it matches.
    pub source: Source,
    /// Where its groups are.
    pub groups: Vec<Field>,
    /// The fields whose values are counted or computed with; of some asks.
    pub values: Vec<Field>,
}

/// What a rule matches.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    Events(Arc<Condition>),
    Correlation(Arc<Correlation>),
}

/// A value of what a rule matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Field {
    /// Of an event.
    Of(Place),
    /// Of a correlation: one of its groups.
    Group(usize),
}

/// What has to hold of the events of a group within a span.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Asks {
    /// How many there are.
    Events(Bounds),
    /// How many different values.
    Values(Bounds),
    /// How many of the rules have matched.
    Temporal(Bounds),
    /// Which of the rules have.
    Rules(Needed),
    /// That all rules have matched, one after the other.
    Ordered,
    /// What their values come to.
    Number(Statistic, Bounds),
}

/// Rules, by their places, that have to have matched.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Needed {
    Rule(usize),
    All(Vec<Self>),
    Any(Vec<Self>),
}

/// What numbers come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Statistic {
    Sum,
    Average,
    Median,
    /// By nearest rank.
    Percentile(f64),
    Least,
    Greatest,
}

impl Statistic {
    /// Whether it follows from the order of the numbers.
    pub(crate) fn is_ranked(self) -> bool {
        !matches!(self, Self::Sum | Self::Average)
    }
}

/// Comparisons that must all hold.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bounds(Vec<(Order, f64, bool)>);

impl Bounds {
    /// At least so much.
    pub(crate) fn at_least(number: f64) -> Self {
        Self(vec![(Order::GreaterOrEqual, number, true)])
    }

    /// Whether `number` is within them.
    #[allow(clippy::float_cmp, reason = "equal is what the rule asks for")]
    pub(crate) fn hold(&self, number: f64) -> bool {
        self.0.iter().all(|(order, than, wanted)| {
            let holds = match order {
                Order::Less => number < *than,
                Order::LessOrEqual => number <= *than,
                Order::Greater => number > *than,
                Order::GreaterOrEqual => number >= *than,
                Order::Equal => number == *than,
            };
            holds == *wanted
        })
    }
}

impl Needed {
    /// Whether these rules, a bit each, are enough.
    pub(crate) fn hold(&self, rules: u64) -> bool {
        match self {
            Self::Rule(rule) => rules & (1 << rule) != 0,
            Self::All(parts) => parts.iter().all(|part| part.hold(rules)),
            Self::Any(parts) => parts.iter().any(|part| part.hold(rules)),
        }
    }
}

/// A correlation as it is written: its rules are names.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub kind: Kind,
    pub rules: Vec<String>,
    pub group_by: Vec<String>,
    pub timespan: SignedDuration,
    /// Fields whose values are counted or computed with.
    pub fields: Vec<String>,
    pub condition: Given,
    /// Name, and what it is called in each rule.
    pub aliases: Vec<(String, Vec<(String, String)>)>,
    /// Whether its rules fire by themselves.
    pub generate: bool,
}

/// Types of correlations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Events,
    Values,
    Temporal,
    Ordered,
    Number(Statistic),
}

/// The condition of a correlation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Given {
    Nothing,
    Bounds(Bounds),
    /// Over names of rules.
    Expression(String),
}

/// What is wrong, and the keys that lead there.
pub(crate) type Wrong = (Vec<&'static str>, String);

const KINDS: [(&str, Kind); 8] = [
    ("event_count", Kind::Events),
    ("value_count", Kind::Values),
    ("temporal", Kind::Temporal),
    ("temporal_ordered", Kind::Ordered),
    ("value_sum", Kind::Number(Statistic::Sum)),
    ("value_avg", Kind::Number(Statistic::Average)),
    ("value_median", Kind::Number(Statistic::Median)),
    ("value_percentile", Kind::Number(Statistic::Percentile(50.0))),
];

const KEYS: [&str; 8] =
    ["type", "rules", "group-by", "timespan", "timeframe", "condition", "aliases", "generate"];

const ORDERS: [(&str, Order, bool); 6] = [
    ("gt", Order::Greater, true),
    ("gte", Order::GreaterOrEqual, true),
    ("lt", Order::Less, true),
    ("lte", Order::LessOrEqual, true),
    ("eq", Order::Equal, true),
    ("neq", Order::Equal, false),
];

/// Reads the value of `correlation`. `generate` may stand beside it, too.
///
/// # Errors
/// Everything that is wrong with it.
pub(crate) fn read(value: &Value, generate: Option<&Value>) -> Result<Written, Vec<Wrong>> {
    let Value::Object(map) = value else {
        return Err(vec![(Vec::new(), "`correlation` is no list of keys and values".to_owned())]);
    };
    let mut wrong: Vec<Wrong> = Vec::new();
    for key in map.keys().filter(|key| !KEYS.contains(&key.as_str())) {
        wrong.push((vec![], spelling::unknown("key of a correlation", key, &KEYS)));
    }
    let mut take = |key: &'static str, result: Result<(), String>| {
        if let Err(message) = result {
            wrong.push((vec![key], message));
        }
    };
    let mut written = Written {
        kind: Kind::Events,
        rules: Vec::new(),
        group_by: Vec::new(),
        timespan: SignedDuration::ZERO,
        fields: Vec::new(),
        condition: Given::Nothing,
        aliases: Vec::new(),
        generate: false,
    };
    take("type", kind(map.get("type")).map(|kind| written.kind = kind));
    take("rules", texts(map.get("rules"), RULES_MAX, "rules").map(|rules| written.rules = rules));
    if written.rules.is_empty() {
        take("rules", Err("the correlation names no `rules`".to_owned()));
    }
    take(
        "group-by",
        texts(map.get("group-by"), GROUPS_MAX, "group-by").map(|names| written.group_by = names),
    );
    let span = map.get("timespan").or_else(|| map.get("timeframe"));
    take("timespan", timespan(span).map(|span| written.timespan = span));
    take("aliases", aliases(map.get("aliases")).map(|aliases| written.aliases = aliases));
    let generate = map.get("generate").or(generate);
    written.generate = generate.and_then(Value::as_bool) == Some(true);
    take("condition", written.condition(map.get("condition")));
    if wrong.is_empty() { Ok(written) } else { Err(wrong) }
}

/// The names of the rules that exist for a correlation alone, as far as it can be read.
pub(crate) fn silent(document: &Map<String, Value>) -> Vec<String> {
    let Some(correlation) = document.get("correlation") else { return Vec::new() };
    let generate = correlation.get("generate").or_else(|| document.get("generate"));
    match generate.and_then(Value::as_bool) {
        Some(true) => Vec::new(),
        _ => texts(correlation.get("rules"), RULES_MAX, "rules").unwrap_or_default(),
    }
}

impl Written {
    fn condition(&mut self, given: Option<&Value>) -> Result<(), String> {
        self.condition = match given {
            None => Given::Nothing,
            Some(Value::String(text)) => Given::Expression(text.clone()),
            Some(Value::Object(map)) => {
                let mut map = map.clone();
                if let Some(fields) = map.remove("field") {
                    self.fields = texts(Some(&fields), GROUPS_MAX, "field")?;
                }
                if let Some(percentile) = map.remove("percentile") {
                    let rank = number(&percentile).filter(|rank| (0.0..=100.0).contains(rank));
                    let rank = rank.ok_or("`percentile` is no number from 0 to 100")?;
                    match &mut self.kind {
                        Kind::Number(Statistic::Percentile(percentile)) => *percentile = rank,
                        _ => return Err("`percentile` belongs to a `value_percentile`".to_owned()),
                    }
                }
                bounds(&map)?.map_or(Given::Nothing, Given::Bounds)
            }
            Some(_) => return Err("the condition is neither a comparison nor a text".to_owned()),
        };
        let is_temporal = matches!(self.kind, Kind::Temporal | Kind::Ordered);
        match (&self.condition, self.kind) {
            (Given::Nothing, _) if !is_temporal => {
                Err("the condition compares with nothing; write `gte: 10`".to_owned())
            }
            (Given::Expression(_), _) if !is_temporal => {
                Err("the condition is a text, which only `temporal` has; write `gte: 10`".to_owned())
            }
            (Given::Expression(_) | Given::Bounds(_), Kind::Ordered) => {
                Err("a `temporal_ordered` asks for all of its rules; it has no condition".to_owned())
            }
            (_, Kind::Values | Kind::Number(_)) if self.fields.is_empty() => {
                Err("the condition names no `field` whose values are meant".to_owned())
            }
            (_, Kind::Number(_)) if self.fields.len() > 1 => {
                Err("the condition names several fields; a computation is of one".to_owned())
            }
            _ => Ok(()),
        }
    }
}

fn kind(given: Option<&Value>) -> Result<Kind, String> {
    let text = given.and_then(Value::as_str).ok_or("the correlation has no `type`")?;
    let found = KINDS.iter().find(|(name, _)| *name == text);
    found.map(|(_, kind)| *kind).ok_or_else(|| spelling::unknown("type", text, &KINDS.map(|(name, _)| name)))
}

/// The texts of a list, or the one that stands for itself.
fn texts(given: Option<&Value>, max: usize, key: &str) -> Result<Vec<String>, String> {
    let one = |value: &Value| match value {
        Value::String(text) => Ok(text.trim().to_owned()),
        Value::Number(number) => Ok(number.to_string()),
        other => Err(format!("`{other}` in `{key}` is no name")),
    };
    match given {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) if items.len() > max => {
            Err(format!("{} items in `{key}`; at most {max} are allowed", items.len()))
        }
        Some(Value::Array(items)) => items.iter().map(one).collect(),
        Some(value) => Ok(vec![one(value)?]),
    }
}

fn timespan(given: Option<&Value>) -> Result<SignedDuration, String> {
    let text = given.and_then(Value::as_str).ok_or("the correlation has no `timespan`; write `5m`")?;
    span(text)
}

/// `90s`, `5m`, `1h`, `7d`, `2w`.
pub(crate) fn span(text: &str) -> Result<SignedDuration, String> {
    let text = text.trim();
    let odd = || format!("`{text}` is no span of time such as `90s`, `5m`, `1h`, `7d`");
    let unit = text.chars().next_back().ok_or_else(odd)?;
    let number: i64 = text[..text.len() - unit.len_utf8()].trim().parse().map_err(|_| odd())?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        'w' => 7 * 86_400,
        _ => return Err(odd()),
    };
    let span = SignedDuration::from_secs(number.saturating_mul(seconds));
    match span > SignedDuration::ZERO && span <= TIMESPAN_MAX {
        true => Ok(span),
        false => Err(format!("`{text}` is not between a second and a year")),
    }
}

fn bounds(map: &Map<String, Value>) -> Result<Option<Bounds>, String> {
    let mut bounds = Vec::new();
    for (key, value) in map {
        let Some((_, order, wanted)) = ORDERS.iter().find(|(name, ..)| name == key) else {
            return Err(spelling::unknown("comparison", key, &ORDERS.map(|(name, ..)| name)));
        };
        let than = number(value).ok_or_else(|| format!("`{key}` is compared with `{value}`, no number"))?;
        bounds.push((*order, than, *wanted));
    }
    Ok((!bounds.is_empty()).then_some(Bounds(bounds)))
}

fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_f64(),
    };
    number.filter(|number| number.is_finite())
}

#[allow(clippy::type_complexity, reason = "a name, and names by name")]
fn aliases(given: Option<&Value>) -> Result<Vec<(String, Vec<(String, String)>)>, String> {
    let Some(given) = given else { return Ok(Vec::new()) };
    let odd = || "`aliases` are names, each with a field for each rule".to_owned();
    let map = given.as_object().ok_or_else(odd)?;
    let one = |(name, rules): (&String, &Value)| {
        let rules = rules.as_object().ok_or_else(odd)?;
        let fields =
            rules.iter().map(|(rule, field)| Ok((rule.clone(), field.as_str().ok_or_else(odd)?.to_owned())));
        Ok((name.clone(), fields.collect::<Result<_, String>>()?))
    };
    map.iter().map(one).collect()
}

/// An aggregation of the old kind, what follows the `|` of a condition: `count(field) by group > 10`, or
/// `near search and search`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Aggregation {
    Computed {
        kind: Kind,
        field: Option<String>,
        group_by: Vec<String>,
        bounds: Bounds,
    },
    /// These searches have a match, too.
    Near(Vec<String>),
}

/// Reads an aggregation.
pub(crate) fn aggregation(text: &str) -> Result<Aggregation, String> {
    let odd = || format!("`{text}` is no aggregation such as `count(field) by group > 10`");
    if let Some(searches) = text.strip_prefix("near ") {
        let words: Vec<_> = searches.split_whitespace().collect();
        let joined = words.iter().skip(1).step_by(2).all(|word| word.eq_ignore_ascii_case("and"));
        let names: Vec<_> = words.iter().step_by(2).map(|word| (*word).to_owned()).collect();
        let is_name = |name: &String| !["not", "or", "and"].contains(&name.to_ascii_lowercase().as_str());
        return match joined && words.len() % 2 == 1 && names.iter().all(is_name) {
            true => Ok(Aggregation::Near(names)),
            false => Err(format!("`near {searches}` is more than searches joined by `and`")),
        };
    }
    let (function, rest) = text.split_once('(').ok_or_else(odd)?;
    let (field, rest) = rest.split_once(')').ok_or_else(odd)?;
    let field = Some(field.trim().to_owned()).filter(|field| !field.is_empty());
    let at = rest.find(['<', '>', '=', '!']).ok_or_else(odd)?;
    let (groups, compared) = rest.split_at(at);
    let group_by = match groups.trim().split_once(char::is_whitespace) {
        None if groups.trim().is_empty() => Vec::new(),
        Some((by, groups)) if by.eq_ignore_ascii_case("by") => {
            groups.split(',').map(|group| group.trim().to_owned()).collect()
        }
        _ => return Err(odd()),
    };
    let numeral = compared.trim_start_matches(['<', '>', '=', '!']);
    let (order, wanted) = match &compared[..compared.len() - numeral.len()] {
        ">" => (Order::Greater, true),
        ">=" => (Order::GreaterOrEqual, true),
        "<" => (Order::Less, true),
        "<=" => (Order::LessOrEqual, true),
        "=" | "==" => (Order::Equal, true),
        "!=" => (Order::Equal, false),
        _ => return Err(odd()),
    };
    let than = numeral.trim().parse::<f64>().ok().filter(|number| number.is_finite()).ok_or_else(odd)?;
    let kind = match (function.trim(), &field) {
        ("count", None) => Kind::Events,
        ("count", Some(_)) => Kind::Values,
        ("sum", Some(_)) => Kind::Number(Statistic::Sum),
        ("avg", Some(_)) => Kind::Number(Statistic::Average),
        ("min", Some(_)) => Kind::Number(Statistic::Least),
        ("max", Some(_)) => Kind::Number(Statistic::Greatest),
        _ => return Err(odd()),
    };
    Ok(Aggregation::Computed { kind, field, group_by, bounds: Bounds(vec![(order, than, wanted)]) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(yaml: &str) -> Result<Written, Vec<String>> {
        let read = read(&crate::detect::yaml::read(yaml).unwrap(), None);
        read.map_err(|wrong| wrong.into_iter().map(|(_, message)| message).collect())
    }

    #[test]
    fn a_correlation_is_read_with_all_its_keys() {
        let written = of("{type: value_count, rules: [a, b], group-by: [x], timespan: 1h, condition: {field: z, gte: 3, lt: 9}, aliases: {x: {a: f, b: g}}, generate: true}").unwrap();
        assert_eq!((written.kind, written.rules.len(), written.generate), (Kind::Values, 2, true));
        assert_eq!((written.timespan, written.fields), (SignedDuration::from_hours(1), vec!["z".to_owned()]));
        let Given::Bounds(bounds) = written.condition else { panic!("{:?}", written.condition) };
        assert_eq!([2.0, 3.0, 8.0, 9.0].map(|number| bounds.hold(number)), [false, true, true, false]);
        assert_eq!(written.aliases[0].1[1], ("b".to_owned(), "g".to_owned()));
    }

    #[test]
    fn what_is_wrong_with_a_correlation_is_told() {
        for (yaml, expected) in [
            ("{rules: [a], timespan: 1h, condition: {gte: 1}}", "no `type`"),
            ("{type: event_cound, rules: [a], timespan: 1h, condition: {gte: 1}}", "event_count"),
            ("{type: event_count, timespan: 1h, condition: {gte: 1}}", "names no `rules`"),
            ("{type: event_count, rules: [a], condition: {gte: 1}}", "no `timespan`"),
            ("{type: event_count, rules: [a], timespan: 1y, condition: {gte: 1}}", "no span of time"),
            ("{type: event_count, rules: [a], timespan: 0s, condition: {gte: 1}}", "not between"),
            ("{type: event_count, rules: [a], timespan: 1h}", "compares with nothing"),
            ("{type: event_count, rules: [a], timespan: 1h, condition: {gte: many}}", "no number"),
            ("{type: event_count, rules: [a], timespan: 1h, condition: {over: 1}}", "comparison"),
            ("{type: value_count, rules: [a], timespan: 1h, condition: {gte: 1}}", "names no `field`"),
            ("{type: temporal_ordered, rules: [a], timespan: 1h, condition: a}", "has no condition"),
            ("{type: event_count, rules: [a], timespan: 1h, condition: {gte: 1}, groupby: x}", "group-by"),
        ] {
            let wrong = of(yaml).unwrap_err();
            assert!(wrong.iter().any(|message| message.contains(expected)), "{yaml}: {wrong:?}");
        }
    }

    #[test]
    fn old_aggregations_are_read() {
        let Ok(Aggregation::Computed { kind, field, group_by, bounds }) =
            aggregation("count(eventName) by sourceIPAddress, userIdentity.arn >= 5")
        else {
            panic!("not read")
        };
        assert_eq!((kind, field.as_deref()), (Kind::Values, Some("eventName")));
        assert_eq!(group_by, ["sourceIPAddress", "userIdentity.arn"]);
        assert!(bounds.hold(5.0) && !bounds.hold(4.0));
        assert!(matches!(aggregation("count() > 5"), Ok(Aggregation::Computed { kind: Kind::Events, .. })));
        assert_eq!(aggregation("near a and b"), Ok(Aggregation::Near(vec!["a".into(), "b".into()])));
        for odd in [
            "count",
            "count()",
            "count() by > 5",
            "count() > many",
            "sum() > 1",
            "near a or b",
            "near not a",
            "top(x) > 1",
        ] {
            assert!(aggregation(odd).is_err(), "{odd}");
        }
    }
}
