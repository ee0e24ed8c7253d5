//! Where a rule's field is: `requestParameters.policyArn` as a member of a record and a column of the table.
//!
//! A name is a path of keys with dots between them; since a key may hold dots itself, each way of reading it
//! is tried. Lists on the way are entered: a field has the values of all their items. What is meant by a name
//! depends on nothing but [`FIELDS`], so a place can be shared by all records.

use std::sync::Arc;

use crate::event::{FIELDS, Field, Kind, Object};

/// A field of a record.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    /// Its keys, from the outermost in; none stands for every value of the record. Shared by the tests of a field.
    pub path: Arc<[String]>,
    /// Which column holds it.
    pub held: Held,
}

/// What holds a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Held {
    /// The column of [`FIELDS`] with this index; the path inside of its JSON begins at `inside`.
    Column {
        /// Index into [`FIELDS`].
        field: usize,
        /// How many keys of the path lead to the column.
        inside: usize,
    },
    /// Several columns together: an object of the record, or all of it.
    Record,
    /// No column: `extra` and `aggregation` have it, if anything.
    Beside,
}

impl Place {
    /// Every value of a record, wherever it is.
    pub(crate) fn anywhere() -> Self {
        Self { path: Arc::new([]), held: Held::Record }
    }

    /// The field that a rule calls `name`.
    pub(crate) fn of(name: &str) -> Self {
        let path: Arc<[String]> = name.split('.').map(str::to_owned).collect();
        let held = Self::holder(&path);
        Self { path, held }
    }

    fn holder(path: &[String]) -> Held {
        for (index, field) in FIELDS.iter().enumerate() {
            let keys = keys(field);
            let is_prefix = keys.len() <= path.len() && keys.iter().zip(path).all(|(key, step)| key == step);
            if is_prefix && (keys.len() == path.len() || field.kind == Kind::Json) {
                return Held::Column { field: index, inside: keys.len() };
            }
        }
        let is_object = |object: &Object| {
            let pointer: Vec<_> = object.pointer().split('/').skip(1).collect();
            !pointer.is_empty() && pointer.iter().eq(path.iter())
        };
        if Object::ALL.iter().any(is_object) { Held::Record } else { Held::Beside }
    }

    /// The keys that lead on inside of the column's JSON; none when the column itself is meant.
    pub(crate) fn inside(&self) -> &[String] {
        match self.held {
            Held::Column { inside, .. } => &self.path[inside..],
            Held::Record | Held::Beside => &[],
        }
    }

    /// The column that holds exactly this field and nothing more.
    pub(crate) fn column(&self) -> Option<&'static str> {
        match self.held {
            Held::Column { field, inside } if inside == self.path.len() => Some(FIELDS[field].column),
            _ => None,
        }
    }
}

/// The keys that lead to a column's member.
fn keys(field: &Field) -> Vec<&'static str> {
    field.object.pointer().split('/').skip(1).chain([field.key]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str) -> Option<(&'static str, Vec<String>)> {
        let place = Place::of(name);
        match place.held {
            Held::Column { field, .. } => Some((FIELDS[field].column, place.inside().to_vec())),
            _ => None,
        }
    }

    #[test]
    fn a_field_is_a_column_or_lies_in_the_json_of_one() {
        assert_eq!(column("eventName"), Some(("event_name", vec![])));
        assert_eq!(column("userIdentity.arn"), Some(("user_arn", vec![])));
        assert_eq!(
            column("userIdentity.sessionContext.attributes.mfaAuthenticated"),
            Some(("session_mfa_authenticated", vec![]))
        );
        assert_eq!(column("requestParameters"), Some(("request_parameters", vec![])));
        let inside = vec!["ipPermissions".to_owned(), "items".to_owned()];
        assert_eq!(column("requestParameters.ipPermissions.items"), Some(("request_parameters", inside)));
    }

    #[test]
    fn an_object_is_held_by_many_columns_and_a_stranger_by_none() {
        assert_eq!(Place::of("userIdentity").held, Held::Record);
        assert_eq!(Place::of("userIdentity.sessionContext.attributes").held, Held::Record);
        for name in ["src_ip", "eventname", "userIdentity.arn.more", "userIdentity.unknown", ""] {
            assert_eq!(Place::of(name).held, Held::Beside, "{name}");
        }
    }
}
