//! The bytes of one object, as record batches.
//!
//! [`Decoder::decode`] inflates an object, finds the records in it, and turns each into a row, in
//! one pass over the text and without a tree. It knows nothing of S3 or of the lake. `print` is the
//! way back: a row as the record it came from.
//!
//! What can't be read is never silent: a record becomes a [`DeadLetter`], an object a [`Verdict`].
//! Memory: one window of [`WINDOW`] bytes, the columns of [`MAX_ROWS`] rows and what one envelope adds to them,
//! however large the object is.

mod columns;
mod container;
mod derived;
mod encoding;
mod envelope;
mod extra;
mod fields;
mod hash;
mod inflate;
mod json;
mod mentions;
mod print;
mod record;
mod recovery;
mod small;
mod split;
mod text_column;
mod time;
mod whole;
mod window;

use std::io::{self, Read};
use std::ops::Range;
use std::sync::LazyLock;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, TimestampMicrosecondType};
use arrow::error::ArrowError;
use sha2::{Digest, Sha256};

use self::columns::Columns;
use self::container::{Container, Progress, Until};
use self::inflate::{Inflater, Trouble};
use self::whole::Whole;
use self::window::Window;

pub use self::inflate::{MAX_RATIO, Members, RATIO_COUNTS_FROM};
pub use self::print::Printer;
pub use self::small::{SmallObject, SmallObjects, length_of_small};
pub use self::time::{DAY, Time, parse as parse_time, print as print_time};

/// How much of an object is decoded at a time; nearly every object is smaller.
pub const WINDOW: usize = 16 << 20;

/// A single value must fit into so much: one document of somebody's export may be larger than any record.
const MAX_VALUE: usize = 2 * WINDOW;

/// What a decoder keeps of each of its two buffers between two objects: every thread has one, and together they
/// keep 64 MiB at most.
static KEPT_BUFFER: LazyLock<usize> = LazyLock::new(|| {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    ((32 << 20) / threads).clamp(64 << 10, WINDOW)
});

/// Parts of a window that are read at a time: with fewer bytes each, gathering them would cost more than it brings.
const MAX_PARTS: usize = 8;

/// How many rows wait in columns. A window of real records has fewer; one of two-member objects has
/// a million, and a row takes some 300 bytes however little is in it.
const MAX_ROWS: usize = 1 << 16;

/// Of a window, but for the rows that may wait.
const TO_THE_END: Until = Until { position: usize::MAX, rows: MAX_ROWS };

/// A byte order mark before the text is no part of it.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What the decoder has to know beyond the bytes.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The ingesting machine's UTC date, in days since 1970: later events have a wrong clock.
    pub today: i32,
}

/// What two copies of the same event share: 56 bits of its identity and 32 of its content.
///
/// The identity comes from `eventID` and `recipientAccountId`, the content from the whole record; without an
/// id both do. Enough, and what a lake keeps of each event (`lake/hashes.rs`): among the 10⁷ events of a large
/// day a new one meets another's identity, and is called conflicting, once in 2⁵⁶ ÷ 10⁷ = 7 × 10⁹; to
/// be taken for a duplicate its content has to agree too, once in 3 × 10¹⁹. That is chance: the hashes have no
/// secret, and who may write logs can try until a record passes for another's duplicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventKey(u128);

impl EventKey {
    pub(crate) const IDENTITY_BITS: u32 = 56;
    pub(crate) const CONTENT_BITS: u32 = 32;

    /// What a key takes where room counts.
    pub(crate) const BYTES: usize = 11;

    /// The key of two hashes, of which it keeps the leading bits.
    pub(crate) fn new(identity: u64, content: u64) -> Self {
        let content = (content >> (u64::BITS - Self::CONTENT_BITS)) as u32;
        Self::of(identity >> (u64::BITS - Self::IDENTITY_BITS), content)
    }

    /// The key of what [`Self::identity`] and [`Self::content`] say.
    pub(crate) fn of(identity: u64, content: u32) -> Self {
        Self(u128::from(identity) << Self::CONTENT_BITS | u128::from(content))
    }

    /// Its 88 bits, the identity first.
    pub fn to_bits(self) -> u128 {
        self.0
    }

    pub(crate) fn from_bits(bits: u128) -> Self {
        Self(bits)
    }

    /// Equal for records with the same id, whatever else they say.
    pub fn identity(self) -> u64 {
        (self.0 >> Self::CONTENT_BITS) as u64
    }

    /// Equal for records that say the same.
    pub(crate) fn content(self) -> u32 {
        self.0 as u32
    }
}

/// Some rows of one object.
#[derive(Debug, Clone)]
pub struct Chunk {
    /// Of [`crate::event::record_schema`].
    pub batch: RecordBatch,
    /// One for each row.
    pub keys: Vec<EventKey>,
    /// Rows without an `event_date`.
    pub undated: u64,
}

impl Chunk {
    /// Some of its rows.
    pub fn slice(&self, rows: Range<usize>) -> Self {
        let batch = self.batch.slice(rows.start, rows.len());
        let undated = batch.column(batch.num_columns() - 1).null_count() as u64;
        Self { batch, keys: self.keys[rows].to_vec(), undated }
    }
}

/// What the columns of rows take in memory, without those that share one.
pub(crate) fn memory(batch: &RecordBatch) -> usize {
    let own = batch.columns().iter().filter(|column| !is_shared(column));
    own.map(|column| column.get_array_memory_size()).sum()
}

/// Whether a column is the one that all columns of text without any value are.
pub(crate) fn is_shared(column: &ArrayRef) -> bool {
    column.data_type() == &DataType::Utf8 && column.null_count() == column.len()
}

/// A stretch of an object that should have been a record and could not be read as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Where it starts in the inflated object.
    pub offset: u64,
    /// Its bytes.
    pub raw: Vec<u8>,
    /// What is wrong with it.
    pub reason: String,
}

impl DeadLetter {
    /// What it takes in memory, with a share for what keeps it.
    pub fn memory(&self) -> usize {
        self.raw.len() + self.reason.len() + 2 * size_of::<Self>()
    }
}

/// Why the bytes of an object as a whole can't be trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Bad {
    /// The gzip stream ends too early.
    #[error("truncated: the gzip stream ends before its checksum")]
    Truncated,
    /// The gzip stream does not inflate, or not to what its checksum says.
    #[error("corrupt gzip: {0}")]
    Corrupt(String),
    /// CloudTrail writes one gzip member and nothing behind it.
    #[error("appended data: bytes follow the end of the gzip stream")]
    Appended,
    /// Inflated it passes [`inflate::MAX_INFLATED`].
    #[error("too large: it inflates to more than {} bytes", inflate::MAX_INFLATED)]
    TooLarge,
    /// It inflates as no log does.
    #[error("a gzip bomb: it inflates more than {} times", inflate::MAX_RATIO)]
    Ratio,
    /// It is in another encoding.
    #[error("text in {0}, and CloudTrail writes UTF-8: convert it (`iconv -t UTF-8`) and ingest that")]
    Encoding(&'static str),
    /// It holds another file.
    #[error("{0}: unpack it and ingest what is in it, which was not read")]
    Packed(&'static str),
    /// The JSON stops inside a record or a list.
    #[error("truncated: the JSON ends inside a record or a list of records")]
    Unfinished,
    /// One value is larger than what is decoded at a time.
    #[error("a single value of more than {MAX_VALUE} bytes")]
    ValueTooLarge,
    /// The JSON around the records is wrong.
    #[error("malformed JSON: {0}")]
    Json(String),
    /// Nothing in it could be read; the first thing that was wrong.
    #[error("nothing in it can be read: {0}")]
    Unreadable(String),
    /// Nothing in it could be read, but it speaks of what records are made of.
    #[error("it speaks of CloudTrail events in a form that is not known; first: {0}")]
    Unfamiliar(String),
    /// More of it is unreadable than is worth keeping; the first thing that was wrong.
    #[error("too much of it can't be read; first: {0}")]
    TooManyDeadLetters(String),
}

/// What an object turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// A CloudTrail log, be it an empty one.
    Log,
    /// Something else, and what.
    Skipped(&'static str),
    /// Bytes that can't be trusted; whatever rows were handed out must be dropped.
    Quarantined(Bad),
}

/// What decoding an object came to.
#[derive(Debug, Clone)]
pub struct Decoded {
    /// Whether its rows count.
    pub verdict: Verdict,
    /// Rows handed out.
    pub records: u64,
    /// Of those, how many have no `event_date`.
    pub undated: u64,
    /// What could not be read.
    pub dead_letters: Vec<DeadLetter>,
    /// Bytes after inflating.
    pub inflated: u64,
    /// Of the inflated bytes; `None` if it was not wanted ([`Decoder::digest`]) and the object was read at once.
    pub sha256: Option<[u8; 32]>,
    /// The earliest and latest event time, in microseconds since 1970 UTC.
    pub event_times: Option<(i64, i64)>,
}

/// Decodes objects, one after another; it keeps its buffers.
#[derive(Debug)]
pub struct Decoder {
    buffer: Vec<u8>,
    whole: Whole,
    rows: Rows,
    window: usize,
    digest: bool,
}

/// The rows of one object on their way out.
#[derive(Debug)]
struct Rows {
    columns: Columns,
    times: Option<(i64, i64)>,
    records: u64,
    undated: u64,
    today: i32,
    /// On which parts of a large window are read, and how large these are at least.
    threads: usize,
    least_part: usize,
    /// Columns for parts, which keep their buffers.
    spare: Vec<Columns>,
}

impl Decoder {
    /// A decoder with empty buffers.
    pub fn new(options: Options) -> Self {
        Self::with_window(options, WINDOW)
    }

    /// One that decodes so many bytes at a time: for tests of what lies across the end of a window.
    pub fn with_window(options: Options, window: usize) -> Self {
        Self {
            buffer: Vec::new(),
            whole: Whole::new(),
            rows: Rows::new(options.today, window),
            window,
            digest: true,
        }
    }

    /// Whether the digest of objects in memory is wanted, as it is unless something else is said; it takes a twentieth of
    /// the time.
    pub fn digest(&mut self, is_wanted: bool) {
        self.digest = is_wanted;
    }

    /// Decodes an object that is in memory: as [`Self::decode`], but faster where it fits one window and
    /// nothing is wrong with it.
    ///
    /// # Errors
    /// Only what `emit` returns; bad bytes are a verdict.
    pub fn decode_bytes<E>(
        &mut self,
        object: &[u8],
        members: Members,
        emit: &mut dyn FnMut(Chunk) -> Result<(), E>,
    ) -> Result<Decoded, E>
    where
        E: From<io::Error> + From<ArrowError>,
    {
        let Some(text) = self.whole.text(object, self.window) else {
            return self.decode(object, members, emit);
        };
        self.rows.begin(1);
        let mut container = Container::new();
        let read = self.rows.first_window(&mut container, text, true, emit);
        let sha256 = self.digest.then(|| Sha256::digest(text).into());
        let inflated = text.len() as u64;
        self.whole.shrink(*KEPT_BUFFER);
        self.rows.finish(container, members, read.map(drop), (inflated, sha256))
    }

    /// Decodes the object that `reader` reads.
    ///
    /// Rows go to `emit` as they come, a window at a time or [`MAX_ROWS`]. They count only if the verdict is
    /// [`Verdict::Log`]: that the end of an object is missing shows at its end.
    ///
    /// # Errors
    /// Only what `emit` returns and what the reader fails with; bad bytes are a verdict.
    pub fn decode<E, R>(
        &mut self,
        reader: R,
        members: Members,
        emit: &mut dyn FnMut(Chunk) -> Result<(), E>,
    ) -> Result<Decoded, E>
    where
        E: From<io::Error> + From<ArrowError>,
        R: Read,
    {
        self.rows.begin(rayon::current_num_threads());
        let mut container = Container::new();
        let mut inflater = Inflater::open(reader, members)?;
        self.buffer.clear();
        let read = self.windows(&mut inflater, &mut container, emit);
        self.buffer.clear();
        self.buffer.shrink_to(*KEPT_BUFFER);
        let (inflated, sha256) = inflater.finish();
        self.rows.finish(container, members, read, (inflated, Some(sha256)))
    }

    fn windows<E, R>(
        &mut self,
        inflater: &mut Inflater<R>,
        container: &mut Container,
        emit: &mut dyn FnMut(Chunk) -> Result<(), E>,
    ) -> Result<(), Failed<E>>
    where
        E: From<io::Error> + From<ArrowError>,
        R: Read,
    {
        let (mut offset, mut limit) = (0, self.window);
        loop {
            let ended = inflater.fill(&mut self.buffer, limit)?;
            let done = match offset {
                0 => self.rows.first_window(container, &self.buffer, ended, emit)?,
                _ => self.rows.window(container, &self.buffer, offset, ended, emit)?,
            };
            if ended {
                return Ok(());
            }
            if done == 0 {
                if limit > self.window {
                    return Err(Failed::Bad(Bad::ValueTooLarge));
                }
                limit = MAX_VALUE / WINDOW * self.window;
                continue;
            }
            limit = self.window;
            self.buffer.drain(..done);
            offset += done as u64;
        }
    }
}

impl Rows {
    fn new(today: i32, window: usize) -> Self {
        Self {
            columns: Columns::new(today),
            times: None,
            records: 0,
            undated: 0,
            today,
            threads: 1,
            least_part: (window / MAX_PARTS).max(1),
            spare: Vec::new(),
        }
    }

    /// Begins an object, of which large windows are read on so many threads.
    fn begin(&mut self, threads: usize) {
        (self.times, self.records, self.undated) = (None, 0, 0);
        self.threads = threads;
    }

    /// Decodes the beginning of an object.
    fn first_window<E: From<ArrowError>>(
        &mut self,
        container: &mut Container,
        bytes: &[u8],
        last: bool,
        emit: &mut dyn FnMut(Chunk) -> Result<(), E>,
    ) -> Result<usize, Failed<E>> {
        if let Some(bad) = encoding::foreign(bytes) {
            return Err(Failed::Bad(bad));
        }
        let start = mark_length(bytes);
        Ok(start + self.window(container, &bytes[start..], start as u64, last, emit)?)
    }

    /// Decodes bytes that stand at `offset`; returns up to where they are done with.
    fn window<E: From<ArrowError>>(
        &mut self,
        container: &mut Container,
        bytes: &[u8],
        offset: u64,
        last: bool,
        emit: &mut dyn FnMut(Chunk) -> Result<(), E>,
    ) -> Result<usize, Failed<E>> {
        let window = Window::new(bytes, offset, last);
        let parts = self.threads.min(bytes.len() / self.least_part).min(MAX_PARTS);
        let mut progress = match parts {
            0 | 1 => Progress { done: 0, paused: true },
            parts => self.in_parts(container, &window, parts, emit)?,
        };
        while progress.paused {
            progress = self.read(container, &window, progress.done, TO_THE_END, emit)?;
        }
        self.hand_out_rest(emit)?;
        Ok(progress.done)
    }

    /// Reads on from `start`, and hands out what rows there are.
    fn read<E: From<ArrowError>>(
        &mut self,
        container: &mut Container,
        window: &Window<'_>,
        start: usize,
        until: Until,
        emit: &mut dyn FnMut(Chunk) -> Result<(), E>,
    ) -> Result<Progress, Failed<E>> {
        self.columns.expect(until.position.min(window.text().len()).saturating_sub(start));
        let progress = container.read(window, start, until, &mut self.columns)?;
        self.hand_out_rest(emit)?;
        Ok(progress)
    }

    /// Hands out the rows that are in the columns.
    fn hand_out_rest<E: From<ArrowError>>(
        &mut self,
        emit: &mut dyn FnMut(Chunk) -> Result<(), E>,
    ) -> Result<(), Failed<E>> {
        if self.columns.rows() == 0 {
            return Ok(());
        }
        let chunk = self.columns.finish().map_err(|error| Failed::Emit(error.into()))?;
        self.hand_out(chunk, emit)
    }

    fn hand_out<E>(
        &mut self,
        chunk: Chunk,
        emit: &mut dyn FnMut(Chunk) -> Result<(), E>,
    ) -> Result<(), Failed<E>> {
        self.records += chunk.batch.num_rows() as u64;
        self.undated += chunk.undated;
        if let Some((first, last)) = span(chunk.batch.column(0)) {
            let (earliest, latest) = self.times.unwrap_or((first, last));
            self.times = Some((earliest.min(first), latest.max(last)));
        }
        emit(chunk).map_err(Failed::Emit)
    }

    /// What became of an object whose text was `inflated` (its length and its SHA-256).
    fn finish<E: From<io::Error> + From<ArrowError>>(
        &mut self,
        mut container: Container,
        members: Members,
        read: Result<(), Failed<E>>,
        (inflated, sha256): (u64, Option<[u8; 32]>),
    ) -> Result<Decoded, E> {
        let bad = match read {
            Ok(()) => None,
            Err(Failed::Bad(reason)) => Some(reason),
            Err(Failed::Io(error)) => return Err(error.into()),
            Err(Failed::Emit(error)) => return Err(error),
        };
        if self.columns.rows() > 0 {
            // Whatever an object that failed left there must not become part of the next one.
            self.columns.finish()?;
        }
        Ok(Decoded {
            verdict: verdict(&mut container, members, bad),
            records: self.records,
            undated: self.undated,
            dead_letters: container.dead_letters,
            inflated,
            sha256,
            event_times: self.times,
        })
    }
}

/// Why an object was not decoded to its end.
enum Failed<E> {
    Bad(Bad),
    Io(io::Error),
    Emit(E),
}

impl<E> From<Bad> for Failed<E> {
    fn from(bad: Bad) -> Self {
        Self::Bad(bad)
    }
}

impl<E> From<Trouble> for Failed<E> {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Bad(bad) => Self::Bad(bad),
            Trouble::Io(error) => Self::Io(error),
        }
    }
}

fn mark_length(buffer: &[u8]) -> usize {
    if buffer.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 }
}

fn verdict(container: &mut Container, members: Members, bad: Option<Bad>) -> Verdict {
    if let Some(bad) = bad {
        return Verdict::Quarantined(bad);
    }
    if container.records > 0 {
        return Verdict::Log;
    }
    let only_foreign = container.foreign == container.buried;
    let skipped = match container.first_error.take() {
        None if !container.any => "an empty object",
        None if container.digests > 0 => "a digest file",
        None => return Verdict::Log,
        // It may be a log after all, in which the damage is where a log begins.
        Some(error) if container.mentions.found() && (only_foreign || !container.any_json) => {
            return Verdict::Quarantined(Bad::Unfamiliar(error));
        }
        Some(_) if only_foreign => "JSON that is no CloudTrail log",
        // Under a CloudTrail key something else was expected; elsewhere it is just another file.
        Some(_) if !container.any_json && members == Members::Any => "not JSON",
        Some(error) => return Verdict::Quarantined(Bad::Unreadable(error)),
    };
    container.dead_letters.clear();
    Verdict::Skipped(skipped)
}

/// The earliest and the latest of some event times.
fn span(times: &ArrayRef) -> Option<(i64, i64)> {
    let times = times.as_primitive_opt::<TimestampMicrosecondType>()?;
    Some((arrow::compute::min(times)?, arrow::compute::max(times)?))
}

#[cfg(test)]
pub(crate) mod tests;
