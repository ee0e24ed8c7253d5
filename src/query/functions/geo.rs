//! Where an address is, and whose: `geo_country`, `geo_city`, `geo_asn`, `geo_as_name`.
//!
//! They look addresses up in the databases of a session ([`place`]). Without any they can be planned, which is all that a
//! check of rules needs, and not run. What is no address of the internet is nowhere: NULL, as is what the database
//! does not know. Of a block it is the first address that is looked up.
//!
//! A lookup follows some thirty nodes and reads a record, 700 ns, and a planner may have the same call made several times
//! for a row. So what a text gave is remembered, beyond the batch; each thread takes a [`Memory`] while it works.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{Array, ArrayRef, AsArray, Int64Builder, StringViewArray, StringViewBuilder};
use arrow::compute::take;
use arrow::datatypes::DataType;
use datafusion::common::{ScalarValue, plan_err};
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::prelude::SessionContext;
use foldhash::HashMap;

use super::FunctionDoc;
use super::arguments::{Call, Texts, is_text};
use super::equal_texts::different;
use super::ip::{is_private, parse_block};
use crate::config::GeoIp;
use crate::query::geoip::{Fact, GeoDatabases, GeoError};

const FUNCTIONS: [(Fact, FunctionDoc); 4] = [
    (
        Fact::Country,
        FunctionDoc {
            name: Fact::Country.function(),
            about: "the country an address is in, by its code of two letters; needs `country` in [geoip]",
            example: "geo_country('192.0.2.1')",
            result: "DE",
        },
    ),
    (
        Fact::City,
        FunctionDoc {
            name: Fact::City.function(),
            about: "the city an address is in, in English; needs a City database as `country` in [geoip]",
            example: "geo_city('198.51.100.0/24')",
            result: "Paris",
        },
    ),
    (
        Fact::Asn,
        FunctionDoc {
            name: Fact::Asn.function(),
            about: "the number of the autonomous system that announces an address; needs `asn` in [geoip]",
            example: "geo_asn('192.0.2.1')",
            result: "64500",
        },
    ),
    (
        Fact::AsName,
        FunctionDoc {
            name: Fact::AsName.function(),
            about: "who runs the autonomous system that announces an address; needs `asn` in [geoip]",
            example: "geo_as_name('2001:db8::1')",
            result: "Example Hosting",
        },
    ),
];

pub(super) fn docs() -> impl Iterator<Item = FunctionDoc> {
    FUNCTIONS.into_iter().map(|(_, doc)| doc)
}

/// Registers them without databases.
pub(super) fn register(context: &SessionContext) {
    put(context, None);
}

/// Registers them anew, with these.
pub(crate) fn place(context: &SessionContext, databases: &Arc<GeoDatabases>) {
    put(context, Some(databases));
}

/// Texts that a [`Memory`] holds before it begins anew: some 100 bytes each, with their answers.
const REMEMBERED_MAX: usize = 1 << 16;

/// The longest text that is looked at: a block of IPv6 has 49 characters at most, and some spaces.
const TEXT_MAX: usize = 64;

/// What texts gave.
#[derive(Debug)]
enum Memory {
    Texts(HashMap<Box<str>, Option<Box<str>>>),
    Numbers(HashMap<Box<str>, Option<i64>>),
}

impl Memory {
    fn of(fact: Fact) -> Self {
        match fact {
            Fact::Asn => Self::Numbers(HashMap::default()),
            Fact::Country | Fact::City | Fact::AsName => Self::Texts(HashMap::default()),
        }
    }

    fn answers(
        &mut self,
        fact: Fact,
        databases: &GeoDatabases,
        texts: &StringViewArray,
    ) -> std::result::Result<ArrayRef, GeoError> {
        match self {
            Self::Texts(known) => {
                let mut answers = StringViewBuilder::with_capacity(texts.len());
                for text in texts {
                    let look_up = |address| Ok(databases.text(fact, address)?.map(Box::from));
                    answers.append_option(remembered(known, text, look_up)?.as_deref());
                }
                Ok(Arc::new(answers.finish()))
            }
            Self::Numbers(known) => {
                let mut answers = Int64Builder::with_capacity(texts.len());
                for text in texts {
                    answers.append_option(*remembered(known, text, |address| databases.asn(address))?);
                }
                Ok(Arc::new(answers.finish()))
            }
        }
    }
}

/// What a text gave before, or gives now.
fn remembered<'a, T>(
    known: &'a mut HashMap<Box<str>, Option<T>>,
    text: Option<&str>,
    look_up: impl Fn(IpAddr) -> std::result::Result<Option<T>, GeoError>,
) -> std::result::Result<&'a Option<T>, GeoError> {
    let Some(text) = text.filter(|text| text.len() <= TEXT_MAX) else { return Ok(&None) };
    if !known.contains_key(text) {
        if known.len() >= REMEMBERED_MAX {
            known.clear();
        }
        let answer = match public(text) {
            Some(address) => look_up(address)?,
            None => None,
        };
        known.insert(text.into(), answer);
    }
    Ok(known.get(text).unwrap_or(&None))
}

fn put(context: &SessionContext, databases: Option<&Arc<GeoDatabases>>) {
    for (fact, doc) in FUNCTIONS {
        let signature = Signature::any(1, Volatility::Immutable);
        let databases = databases.cloned();
        let memories = Mutex::default();
        context.register_udf(ScalarUDF::from(Geo { fact, doc, databases, memories, signature }));
    }
}

struct Geo {
    fact: Fact,
    doc: FunctionDoc,
    databases: Option<Arc<GeoDatabases>>,
    /// Those that no thread has at the moment: never more than there are threads.
    memories: Mutex<Vec<Memory>>,
    signature: Signature,
}

impl fmt::Debug for Geo {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.doc.name)
    }
}

/// Those of two sessions may say different things.
impl PartialEq for Geo {
    fn eq(&self, other: &Self) -> bool {
        let of = |geo: &Self| geo.databases.as_ref().map(Arc::as_ptr);
        self.fact == other.fact && of(self) == of(other)
    }
}

impl Eq for Geo {}

impl Hash for Geo {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.fact.hash(state);
    }
}

fn failed(error: GeoError) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

impl Geo {
    fn answers(&self, databases: &GeoDatabases, texts: &StringViewArray) -> Result<ArrayRef> {
        let memories = || self.memories.lock().unwrap_or_else(PoisonError::into_inner);
        let mut memory = memories().pop().unwrap_or_else(|| Memory::of(self.fact));
        let answers = memory.answers(self.fact, databases, texts).map_err(failed)?;
        memories().push(memory);
        Ok(answers)
    }
}

impl ScalarUDFImpl for Geo {
    fn name(&self) -> &str {
        self.doc.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Asking for it reads the database, so that what is wrong with that is told before any event is read.
    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        if let Some(other) = types.iter().find(|data_type| !is_text(data_type)) {
            return plan_err!("argument 1 of `{}` is {other}, not text", self.doc.name);
        }
        if let Some(databases) = &self.databases {
            databases.open(self.fact).map_err(failed)?;
        }
        Ok(match self.fact {
            Fact::Asn => DataType::Int64,
            Fact::Country | Fact::City | Fact::AsName => DataType::Utf8View,
        })
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let none = Arc::new(GeoDatabases::of_files(&GeoIp::default()));
        let databases = self.databases.as_ref().unwrap_or(&none);
        databases.open(self.fact).map_err(failed)?;
        match Call::new(self.doc.name, &args.args, args.number_rows).text(0)? {
            Texts::One(text) => {
                let answer = self.answers(databases, &StringViewArray::from_iter([text]))?;
                Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&answer, 0)?))
            }
            Texts::Each(texts) => Ok(ColumnarValue::Array(match different(&texts) {
                Some((rows, places)) => {
                    let once = take(&texts, &rows, None)?;
                    take(&self.answers(databases, once.as_string_view())?, &places, None)?
                }
                None => self.answers(databases, &texts)?,
            })),
        }
    }
}

/// The address, or the first of the block, if it is of the internet.
fn public(text: &str) -> Option<IpAddr> {
    let address = parse_block(text)?.network();
    (!is_private(address)).then_some(address)
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;

    use datafusion::common::cast::as_int64_array;

    use super::*;
    use crate::query::geoip::Place;
    use crate::query::{Limits, Session};

    /// What the examples say of the addresses that are for documentation.
    pub(crate) fn documentation() -> Arc<GeoDatabases> {
        let networks = [
            ("192.0.2.0/24", "DE", "Berlin", 64_500, "Example Telecom"),
            ("198.51.100.0/24", "FR", "Paris", 64_501, "Example Cable"),
            ("2001:db8::/32", "JP", "Tokyo", 64_502, "Example Hosting"),
        ];
        let networks = networks.map(|(network, country, city, asn, as_name)| {
            let text = |text: &str| Some(text.to_owned());
            let place =
                Place { country: text(country), city: text(city), asn: Some(asn), as_name: text(as_name) };
            (network.parse().unwrap(), place)
        });
        Arc::new(GeoDatabases::of_networks(networks.to_vec()))
    }

    async fn column(expression: &str, texts: &str) -> std::result::Result<ArrayRef, String> {
        let session = Session::empty(&Limits::default()).unwrap().with_geoip(&documentation());
        let sql = format!("SELECT {expression} AS answer FROM (VALUES {texts}) AS t(n, ip) ORDER BY n");
        let frame = session.plan(&sql, &BTreeMap::new()).map_err(|error| error.to_string())?;
        let batches = frame.collect().await.map_err(|error| error.to_string())?;
        let batch = arrow::compute::concat_batches(&batches[0].schema(), &batches).unwrap();
        Ok(batch.column(0).clone())
    }

    #[tokio::test]
    async fn each_row_has_its_own_answer_and_what_is_no_public_address_has_none() {
        let texts = "(1, '192.0.2.9'), (2, '198.51.100.77'), (3, NULL), (4, '192.0.2.9'), (5, '10.0.0.1'),
            (6, 'cloudformation.amazonaws.com'), (7, 'AWS Internal'), (8, '2001:db8::1'), (9, '::ffff:192.0.2.1'),
            (10, '203.0.113.1'), (11, '192.0.2.0/25'), (12, ''), (13, '192.0.2.0/33'), (14, '999.0.0.1')";
        let countries = column("geo_country(ip)", texts).await.unwrap();
        let countries: Vec<_> = countries.as_string_view().iter().map(|text| text.unwrap_or("-")).collect();
        let wanted = ["DE", "FR", "-", "DE", "-", "-", "-", "JP", "DE", "-", "DE", "-", "-", "-"];
        assert_eq!(countries, wanted);
        let numbers = column("geo_asn(ip)", texts).await.unwrap();
        let numbers = as_int64_array(&numbers).unwrap();
        assert_eq!((numbers.value(1), numbers.is_null(9), numbers.null_count()), (64_501, true, 8));
    }

    #[tokio::test]
    async fn texts_that_are_repeated_have_the_answers_of_those_that_are_not() {
        let texts = |many: usize| {
            let row = |n: usize| format!("({n}, '192.0.2.{}')", n % 4);
            (0..many).map(row).chain([format!("({many}, NULL)")]).collect::<Vec<_>>().join(", ")
        };
        let (call, texts) = ("arrow_cast(geo_country(arrow_cast(ip, 'Utf8View')), 'Utf8')", texts(500));
        let countries = column(call, &texts).await.unwrap();
        let found = countries.as_string::<i32>();
        assert_eq!((found.len(), found.null_count()), (501, 1));
        assert!((0..500).all(|row| found.value(row) == "DE") && found.is_null(500));
    }

    #[tokio::test]
    async fn what_is_no_text_is_told() {
        let error = column("geo_country(n)", "(1, '192.0.2.9')").await.unwrap_err();
        assert!(error.contains("argument 1 of `geo_country` is Int64, not text"), "{error}");
    }

    #[tokio::test]
    async fn without_databases_a_statement_can_be_planned_and_says_how_to_configure_when_it_runs() {
        let session = Session::empty(&Limits::default()).unwrap();
        let sql = "SELECT geo_asn(ip) FROM (VALUES ('192.0.2.9')) AS t(ip)";
        let error = session.plan(sql, &BTreeMap::new()).unwrap().collect().await.unwrap_err();
        let error = crate::query::QueryError::of_running(error).to_string();
        assert!(error.contains("`geo_asn`") && error.contains("set `asn = \"…\"` in [geoip]"), "{error}");
    }
}
