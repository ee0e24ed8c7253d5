//! Several small objects as one chunk.
//!
//! A chunk costs a buffer for each of some sixty columns; for five records, as an object of a quiet region
//! has, that is more than decoding them. So the rows of one small object follow those of another, and each
//! object knows which are its own.
//!
//! Only where everything is as it should be: a log that is read to its end without a dead letter. Whatever
//! else an object is, it is left to [`Decoder::decode_bytes`], which says so; rows it may have left in the
//! chunk are nobody's.

use std::ops::Range;

use arrow::array::Array;
use arrow::error::ArrowError;
use sha2::{Digest, Sha256};

use super::container::Container;
use super::window::Window;
use super::{
    Chunk, Decoded, Decoder, Members, TO_THE_END, Verdict, encoding, mark_length, span, verdict, whole,
};

/// The longest text of a small object; a hundred records have less.
const MAX_TEXT: usize = 256 << 10;

/// Objects that were decoded together.
#[derive(Debug)]
pub struct SmallObjects {
    /// Their rows; `None` when there are none.
    pub chunk: Option<Chunk>,
    /// In the order in which they were given; `None` for one that has to be decoded by itself.
    pub objects: Vec<Option<SmallObject>>,
}

/// A small log that is whole.
#[derive(Debug)]
pub struct SmallObject {
    /// Its rows in the chunk.
    pub rows: Range<usize>,
    /// As for any other object.
    pub decoded: Decoded,
}

/// How long the text of a small object is, by its own word; nothing for one that is not small.
pub fn length_of_small(object: &[u8]) -> usize {
    whole::length(object).filter(|length| *length <= MAX_TEXT).unwrap_or(0)
}

impl Decoder {
    /// Decodes objects that are in memory into one chunk, as far as they are small and whole.
    ///
    /// # Errors
    /// When the columns can't be made a batch.
    pub fn decode_small<'o>(
        &mut self,
        objects: impl Iterator<Item = &'o [u8]> + Clone,
    ) -> Result<SmallObjects, ArrowError> {
        self.rows.begin(1);
        self.rows.columns.expect(objects.clone().map(length_of_small).sum());
        let mut objects: Vec<_> = objects.map(|object| self.small(object)).collect();
        let chunk = match self.rows.columns.rows() {
            0 => None,
            _ => Some(self.rows.columns.finish()?),
        };
        for SmallObject { rows, decoded } in objects.iter_mut().flatten() {
            if let Some(chunk) = chunk.as_ref().filter(|_| decoded.records > 0) {
                let of_object = |column: usize| chunk.batch.column(column).slice(rows.start, rows.len());
                decoded.event_times = span(&of_object(0));
                decoded.undated = of_object(chunk.batch.num_columns() - 1).null_count() as u64;
            }
        }
        Ok(SmallObjects { chunk, objects })
    }

    /// Decodes one of them into the columns.
    fn small(&mut self, object: &[u8]) -> Option<SmallObject> {
        let text = self.whole.text(object, MAX_TEXT)?;
        if encoding::foreign(text).is_some() {
            return None;
        }
        let first = self.rows.columns.rows();
        let mut container = Container::new();
        let start = mark_length(text);
        let window = Window::new(&text[start..], start as u64, true);
        let progress = container.read(&window, 0, TO_THE_END, &mut self.rows.columns).ok()?;
        let is_log = !progress.paused && verdict(&mut container, Members::One, None) == Verdict::Log;
        if !is_log || !container.dead_letters.is_empty() {
            return None;
        }
        let rows = first..self.rows.columns.rows();
        let decoded = Decoded {
            verdict: Verdict::Log,
            records: rows.len() as u64,
            undated: 0,
            dead_letters: Vec::new(),
            inflated: text.len() as u64,
            sha256: self.digest.then(|| Sha256::digest(text).into()),
            event_times: None,
        };
        Some(SmallObject { rows, decoded })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;

    use super::*;
    use crate::decode::{Options, Printer};

    fn gzip(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    fn decoder() -> Decoder {
        Decoder::new(Options { today: 20_000 })
    }

    fn log(records: usize, first: usize) -> String {
        let record = |number| {
            format!(
                r#"{{"eventTime":"2024-01-0{}T00:00:0{}Z","eventID":"{number}","awsRegion":"x"}}"#,
                1 + number % 3,
                number % 10
            )
        };
        let records: Vec<_> = (first..first + records).map(record).collect();
        format!(r#"{{"Records":[{}]}}"#, records.join(","))
    }

    /// What an object comes to by itself: its records as they are printed, and the rest.
    fn alone(object: &[u8]) -> (Vec<String>, Decoded) {
        let mut printed = Vec::new();
        let mut emit = |chunk: Chunk| -> Result<(), Failure> {
            printed.extend(print(&chunk));
            Ok(())
        };
        let decoded = decoder().decode_bytes(object, Members::Any, &mut emit).unwrap();
        (printed, decoded)
    }

    fn print(chunk: &Chunk) -> Vec<String> {
        let printer = Printer::new(&chunk.batch).unwrap();
        let print = |row| {
            let mut text = String::new();
            printer.write(row, &mut text).unwrap();
            text
        };
        (0..chunk.batch.num_rows()).map(print).collect()
    }

    #[derive(Debug)]
    struct Failure;

    impl From<std::io::Error> for Failure {
        fn from(_: std::io::Error) -> Self {
            Self
        }
    }

    impl From<ArrowError> for Failure {
        fn from(_: ArrowError) -> Self {
            Self
        }
    }

    fn agree(objects: &[Vec<u8>]) -> Vec<bool> {
        let SmallObjects { chunk, objects: together } =
            decoder().decode_small(objects.iter().map(Vec::as_slice)).unwrap();
        assert_eq!(together.len(), objects.len());
        for (object, small) in objects.iter().zip(&together) {
            let Some(SmallObject { rows, decoded }) = small else { continue };
            let (printed, expected) = alone(object);
            let of_object = chunk.as_ref().map(|chunk| chunk.slice(rows.clone()));
            assert_eq!(of_object.as_ref().map(print).unwrap_or_default(), printed);
            assert_eq!(format!("{decoded:?}"), format!("{expected:?}"));
        }
        together.iter().map(Option::is_some).collect()
    }

    #[test]
    fn small_logs_are_decoded_together_as_each_by_itself() {
        let objects = [log(3, 0), log(0, 0), log(1, 7), "[]".to_owned(), log(5, 100)];
        let objects = objects.map(|text| gzip(&text));
        assert_eq!(agree(&objects), [true, true, true, true, true]);
    }

    #[test]
    fn whatever_is_unusual_is_left_to_be_decoded_by_itself() {
        let half = log(2, 3).replace(r#""eventID":"4""#, r#""eventID":"#);
        let objects = [
            gzip(&log(1, 0)),
            gzip(&log(2, 1))[..40].to_vec(),
            gzip(&half),
            gzip("{\"digestStartTime\":\"x\"}"),
            gzip(""),
            [gzip(&log(1, 5)), gzip(&log(1, 6))].concat(),
            gzip(&format!("{}{}", log(1, 8), " ".repeat(MAX_TEXT))),
            log(1, 9).into_bytes(),
        ];
        assert_eq!(agree(&objects), [true, false, false, false, false, false, false, true]);
    }

    proptest! {
        #[test]
        fn any_objects_come_out_as_each_by_itself(
            objects in proptest::collection::vec((0..4_usize, 0..40_usize, any::<u8>()), 1..8),
        ) {
            let objects: Vec<_> = objects.into_iter().enumerate().map(|(index, (records, cut, kind))| {
                let text = log(records, index * 10);
                match kind % 4 {
                    0 => gzip(&text[..text.len() - cut.min(text.len())]),
                    1 => text.into_bytes(),
                    _ => gzip(&text),
                }
            }).collect();
            agree(&objects);
        }
    }
}
