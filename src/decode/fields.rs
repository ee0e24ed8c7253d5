//! The members of one record that columns hold, by index into [`FIELDS`].
//!
//! A record has a third of them. Which ones is one word of bits, so that neither forgetting the record
//! before nor walking what there is costs a step for each that is not there.

use std::borrow::Cow;

use super::json::Value;
use crate::event::{FIELDS, Object};

const _: () = assert!(FIELDS.len() <= 64, "a bit for each");

/// Values by index into [`FIELDS`].
#[derive(Debug, Clone)]
pub(crate) struct Fields<'a> {
    /// Whatever was there before, where `present` has no bit.
    values: [Value<'a>; FIELDS.len()],
    present: u64,
}

impl<'a> Fields<'a> {
    pub(crate) fn new() -> Self {
        Self { values: [Value::NULL; FIELDS.len()], present: 0 }
    }

    pub(crate) fn clear(&mut self) {
        self.present = 0;
    }

    pub(crate) fn get(&self, index: usize) -> Option<Value<'a>> {
        (self.present & (1 << index) != 0).then(|| self.values[index])
    }

    pub(crate) fn set(&mut self, index: usize, value: Value<'a>) {
        self.values[index] = value;
        self.present |= 1 << index;
    }

    pub(crate) fn remove(&mut self, index: usize) -> Option<Value<'a>> {
        let removed = self.get(index);
        self.present &= !(1 << index);
        removed
    }

    /// Takes out every field of `dropped` or of an object in it.
    pub(crate) fn remove_within(&mut self, dropped: Object) {
        let within = |(index, _): &(usize, &crate::event::Field)| FIELDS[*index].object.is_within(dropped);
        for (index, _) in FIELDS.iter().enumerate().filter(within) {
            self.present &= !(1 << index);
        }
    }

    /// A bit for each field that is there.
    pub(crate) fn present(&self) -> u64 {
        self.present
    }

    /// The fields that are there, in the order of [`FIELDS`].
    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, Value<'a>)> {
        let mut left = self.present;
        std::iter::from_fn(move || {
            let index = left.trailing_zeros() as usize;
            left &= left.wrapping_sub(1);
            (index < FIELDS.len()).then(|| (index, self.values[index]))
        })
    }

    /// The string in a field, if it holds one.
    pub(crate) fn plain(&self, index: usize) -> Option<Cow<'a, str>> {
        self.get(index).and_then(|value| value.as_text()).map(|text| text.unescape().0)
    }
}

/// The bits of those fields that `is_wanted` names.
pub(crate) fn bits(is_wanted: impl Fn(&crate::event::Field) -> bool) -> u64 {
    FIELDS
        .iter()
        .enumerate()
        .filter(|(_, field)| is_wanted(field))
        .fold(0, |bits, (index, _)| bits | 1 << index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_set_is_there_until_it_is_removed() {
        let mut fields = Fields::new();
        assert_eq!(fields.iter().count(), 0);
        for index in [3, 0, FIELDS.len() - 1] {
            fields.set(index, Value::NULL);
        }
        assert_eq!(fields.iter().map(|(index, _)| index).collect::<Vec<_>>(), [0, 3, FIELDS.len() - 1]);
        assert!(fields.remove(3).is_some() && fields.remove(3).is_none() && fields.get(0).is_some());
        fields.remove_within(Object::Record);
        assert_eq!(fields.present(), 0);
    }
}
