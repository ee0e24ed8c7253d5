//! Parameters: `$name` in a statement becomes a literal of the parsed tree, never text.
//!
//! So a value can hold any quote it likes. A list stands for itself (`ip_in(ip, $networks)`), and in
//! `x IN ($list)` it stands for its items; an empty one makes that test false. A parameter without a
//! value and a value without a parameter are errors: either is a typo.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::ControlFlow;
use std::str::FromStr;

use datafusion::sql::sqlparser::ast::{
    self, Array, CastKind, Expr, TimezoneInfo, Value, VisitMut, VisitorMut,
};
use jiff::Timestamp;

use super::error::{QueryError, nearest};
use crate::decode::parse_time;

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// Text.
    Text(String),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// True or false.
    Bool(bool),
    /// A moment.
    Time(Timestamp),
    /// Several values.
    List(Vec<Self>),
}

impl Literal {
    /// As the parsed tree has it.
    fn to_expr(&self) -> Expr {
        let value = match self {
            Self::Text(text) => Value::SingleQuotedString(text.clone()),
            Self::Int(number) => Value::Number(number.to_string(), false),
            Self::Float(number) => Value::Number(format!("{number:?}"), false),
            Self::Bool(truth) => Value::Boolean(*truth),
            Self::Time(time) => return time_expr(*time),
            Self::List(items) => {
                let elem = items.iter().map(Self::to_expr).collect();
                return Expr::Array(Array { elem, named: true });
            }
        };
        Expr::Value(value.into())
    }
}

/// A timestamp in exactly the type of `event_time`, so that no cast keeps files from being pruned.
fn time_expr(time: Timestamp) -> Expr {
    Expr::Cast {
        kind: CastKind::Cast,
        expr: Box::new(Expr::Value(Value::SingleQuotedString(format!("{time:.6}")).into())),
        data_type: ast::DataType::Timestamp(Some(6), TimezoneInfo::WithTimeZone),
        array: false,
        format: None,
    }
}

/// The type that a query file declares for a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParamType {
    /// Of the value, or of each item.
    pub item: ItemType,
    /// Whether it is a list: written with commas.
    pub list: bool,
}

/// The type of one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemType {
    /// Any text.
    Text,
    /// A whole number.
    Int,
    /// Any number.
    Float,
    /// `true` or `false`.
    Bool,
    /// RFC 3339.
    Time,
    /// An IP address.
    Ip,
    /// A block of addresses, or one.
    Cidr,
}

/// Text that is no type, or no value of its type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParamError {
    /// No such type.
    #[error(
        "`{0}` is no type; there are text, int, float, bool, timestamp, ip, cidr, and lists of them: `cidr[]`"
    )]
    Type(String),
    /// No such value.
    #[error("`{text}` is no {item}")]
    Value {
        /// What was given.
        text: String,
        /// What was wanted.
        item: ItemType,
    },
}

impl fmt::Display for ItemType {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Text => "text",
            Self::Int => "int",
            Self::Float => "float",
            Self::Bool => "bool (true or false)",
            Self::Time => "timestamp (RFC 3339, as 2026-01-15T08:00:00Z)",
            Self::Ip => "IP address",
            Self::Cidr => "CIDR block (as 10.0.0.0/8)",
        })
    }
}

impl FromStr for ParamType {
    type Err = ParamError;

    fn from_str(text: &str) -> Result<Self, ParamError> {
        let (name, list) = text.strip_suffix("[]").map_or((text, false), |name| (name, true));
        let item = match name.trim() {
            "text" | "string" => ItemType::Text,
            "int" | "integer" => ItemType::Int,
            "float" | "number" => ItemType::Float,
            "bool" | "boolean" => ItemType::Bool,
            "timestamp" | "time" => ItemType::Time,
            "ip" => ItemType::Ip,
            "cidr" => ItemType::Cidr,
            _ => return Err(ParamError::Type(text.to_owned())),
        };
        Ok(Self { item, list })
    }
}

impl ParamType {
    /// Reads a value of this type.
    ///
    /// # Errors
    /// When the text is none.
    pub fn read(self, text: &str) -> Result<Literal, ParamError> {
        if !self.list {
            return self.item.read(text);
        }
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        Ok(Literal::List(items.map(|item| self.item.read(item)).collect::<Result<_, _>>()?))
    }
}

impl ItemType {
    fn read(self, text: &str) -> Result<Literal, ParamError> {
        let value = match self {
            Self::Text => Some(Literal::Text(text.to_owned())),
            Self::Int => text.parse().ok().map(Literal::Int),
            Self::Float => text.parse().ok().filter(|number: &f64| number.is_finite()).map(Literal::Float),
            Self::Bool => text.parse().ok().map(Literal::Bool),
            Self::Time => read_time(text).map(Literal::Time),
            Self::Ip => text.parse::<std::net::IpAddr>().ok().map(|_| Literal::Text(text.to_owned())),
            Self::Cidr => super::functions::parse_block(text).map(|_| Literal::Text(text.to_owned())),
        };
        value.ok_or_else(|| ParamError::Value { text: text.to_owned(), item: self })
    }
}

fn read_time(text: &str) -> Option<Timestamp> {
    let micros = parse_time(text).map(|time| time.micros);
    let midnight = || parse_time(&format!("{text}T00:00:00Z")).map(|time| time.micros);
    Timestamp::from_microsecond(micros.or_else(midnight)?).ok()
}

/// The names of the parameters that a statement has.
pub(crate) fn names<T: VisitMut>(statement: &mut T) -> BTreeSet<String> {
    let mut found = Names(BTreeSet::new());
    let _ = statement.visit(&mut found);
    found.0
}

struct Names(BTreeSet<String>);

impl VisitorMut for Names {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Some(name) = placeholder(expr) {
            self.0.insert(name.to_owned());
        }
        ControlFlow::Continue(())
    }
}

/// Puts values in the place of parameters; `used` learns which.
pub(crate) fn bind<T: VisitMut>(
    statement: &mut T,
    values: &BTreeMap<String, Literal>,
    used: &mut BTreeSet<String>,
) -> Result<(), QueryError> {
    match statement.visit(&mut Binder { values, used }) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(error) => Err(error),
    }
}

/// Refuses values that no parameter asks for.
pub(crate) fn check_used(
    values: &BTreeMap<String, Literal>,
    used: &BTreeSet<String>,
) -> Result<(), QueryError> {
    let Some(unused) = values.keys().find(|name| !used.contains(*name)) else { return Ok(()) };
    let hint = match nearest(unused, used.iter().map(String::as_str)).as_slice() {
        [] => "the statement has no such `$name`".to_owned(),
        [name, ..] => format!("did you mean `{name}`?"),
    };
    Err(QueryError::Statement(format!("parameter `{unused}` is not used: {hint}")))
}

struct Binder<'a> {
    values: &'a BTreeMap<String, Literal>,
    used: &'a mut BTreeSet<String>,
}

impl Binder<'_> {
    fn value(&mut self, name: &str) -> Result<&Literal, QueryError> {
        let Some(value) = self.values.get(name) else {
            return Err(QueryError::Statement(format!(
                "parameter `${name}` has no value: give it with --param {name}=VALUE"
            )));
        };
        self.used.insert(name.to_owned());
        Ok(value)
    }

    fn bind(&mut self, expr: &mut Expr) -> Result<(), QueryError> {
        if let Expr::InList { list, negated, .. } = expr {
            let negated = *negated;
            let mut items = Vec::with_capacity(list.len());
            for item in list.drain(..) {
                match placeholder(&item).map(|name| self.value(name)).transpose()? {
                    Some(Literal::List(values)) => items.extend(values.iter().map(Literal::to_expr)),
                    Some(value) => items.push(value.to_expr()),
                    None => items.push(item),
                }
            }
            *list = items;
            if list.is_empty() {
                *expr = Expr::Value(Value::Boolean(negated).into());
            }
            return Ok(());
        }
        let Some(name) = placeholder(expr).map(str::to_owned) else { return Ok(()) };
        *expr = self.value(&name)?.to_expr();
        Ok(())
    }
}

impl VisitorMut for Binder<'_> {
    type Break = QueryError;

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<QueryError> {
        match self.bind(expr) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(error),
        }
    }
}

fn placeholder(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::Placeholder(text) => text.strip_prefix('$'),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_by_their_type() {
        let read = |kind: &str, text: &str| kind.parse::<ParamType>().unwrap().read(text);
        assert_eq!(read("text", "it's"), Ok(Literal::Text("it's".into())));
        assert_eq!(read("int", "-3"), Ok(Literal::Int(-3)));
        assert_eq!(read("timestamp", "2026-01-15"), read("timestamp", "2026-01-15T00:00:00Z"));
        assert_eq!(
            read("cidr[]", "10.0.0.0/8, 2001:db8::/32"),
            Ok(Literal::List(vec![
                Literal::Text("10.0.0.0/8".into()),
                Literal::Text("2001:db8::/32".into())
            ]))
        );
        assert_eq!(read("text[]", ""), Ok(Literal::List(Vec::new())));
    }

    #[test]
    fn text_that_is_no_value_is_refused_by_name() {
        let error = |kind: &str, text: &str| kind.parse::<ParamType>().unwrap().read(text).unwrap_err();
        assert_eq!(error("ip", "10.0.0.300").to_string(), "`10.0.0.300` is no IP address");
        assert!(error("cidr[]", "10.0.0.0/8,x").to_string().starts_with("`x` is no CIDR block"));
        assert!(error("float", "NaN").to_string().ends_with("is no float"));
        assert!("net".parse::<ParamType>().unwrap_err().to_string().starts_with("`net` is no type"));
    }
}
