//! Where addresses are and whose: databases in MaxMind's format, which the configuration names.
//!
//! A file is read when the first statement asks for it, whole, and stays as long as its [`GeoDatabases`]: to map it would
//! be `unsafe`, since whoever writes to it meanwhile changes what is read. A test case brings the few networks that
//! it is about instead ([`GeoDatabases::of_networks`]), so that it says the same whatever is installed.
//!
//! Limits: what the two free kinds tell, country or city and autonomous system; no coordinates.

use std::fs::File;
use std::io::{self, Read};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use ipnet::IpNet;
use maxminddb::{MaxMindDbError, Reader, path};
use serde::Deserialize;

use crate::config::GeoIp;

/// The largest database that is read: GeoLite2-City has 60 MB, the largest that is sold some 300.
const DATABASE_MAX: u64 = 512 << 20;

/// Something that a database tells of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Fact {
    Country,
    City,
    Asn,
    AsName,
}

impl Fact {
    /// The function that asks for it.
    pub(super) const fn function(self) -> &'static str {
        match self {
            Self::Country => "geo_country",
            Self::City => "geo_city",
            Self::Asn => "geo_asn",
            Self::AsName => "geo_as_name",
        }
    }

    /// The key of `[geoip]` that names its database.
    const fn setting(self) -> &'static str {
        match self {
            Self::Country | Self::City => "country",
            Self::Asn | Self::AsName => "asn",
        }
    }

    /// Words that one of is in the type of a database which tells it.
    const fn types(self) -> &'static [&'static str] {
        match self {
            Self::Country => &["Country", "City", "Enterprise"],
            Self::City => &["City", "Enterprise"],
            Self::Asn | Self::AsName => &["ASN", "ISP", "Enterprise"],
        }
    }
}

/// Why nothing can be told of addresses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GeoError {
    /// No database is configured.
    #[error(
        "`{function}` needs a database: set `{setting} = \"…\"` in [geoip] of trailhound.toml to a file like \
         {example}, which MaxMind gives away"
    )]
    NotConfigured {
        /// The function that was called.
        function: &'static str,
        /// The key of `[geoip]`.
        setting: &'static str,
        /// A file that would do.
        example: &'static str,
    },
    /// The file can't be read.
    #[error("can't read the database `{}`: {cause}; mend `{setting}` in [geoip] of trailhound.toml, or take it out", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The key of `[geoip]`.
        setting: &'static str,
        /// Why.
        cause: String,
    },
    /// The file is something else, or not whole.
    #[error("`{}` is no database in MaxMind's format (.mmdb), or damaged: {cause}; download it again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        cause: String,
    },
    /// The database is about something else.
    #[error("`{}` is a database `{found}`; `{setting}` in [geoip] has to be one of {}", path.display(), wanted.join(", "))]
    OtherType {
        /// The file.
        path: PathBuf,
        /// The key of `[geoip]`.
        setting: &'static str,
        /// What it says that it is.
        found: String,
        /// What is needed.
        wanted: &'static [&'static str],
    },
}

/// What is known of a network, in the `[geoip]` of a test case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Place {
    /// The country's code of two letters.
    pub country: Option<String>,
    /// The city's English name.
    pub city: Option<String>,
    /// The number of the autonomous system.
    pub asn: Option<u32>,
    /// The name of who runs it.
    pub as_name: Option<String>,
}

/// What answers questions about addresses.
#[derive(Debug, Default)]
pub struct GeoDatabases {
    country: Option<Database>,
    asn: Option<Database>,
    /// The narrowest first.
    networks: Option<Vec<(IpNet, Place)>>,
}

/// A file, which is read once.
#[derive(Debug)]
struct Database {
    path: PathBuf,
    reader: OnceLock<Result<Reader<Vec<u8>>, GeoError>>,
}

impl GeoDatabases {
    /// Those of the configuration; none is read yet.
    pub fn of_files(files: &GeoIp) -> Self {
        let database = |path: &PathBuf| Database { path: path.clone(), reader: OnceLock::new() };
        Self {
            country: files.country.as_ref().map(database),
            asn: files.asn.as_ref().map(database),
            networks: None,
        }
    }

    /// These networks; of several that an address is in, the narrowest tells.
    pub fn of_networks(mut networks: Vec<(IpNet, Place)>) -> Self {
        networks.sort_by_key(|(network, _)| std::cmp::Reverse(network.prefix_len()));
        Self { networks: Some(networks), ..Self::default() }
    }

    /// Whether something tells the countries of addresses.
    pub fn has_country(&self) -> bool {
        self.networks.is_some() || self.country.is_some()
    }

    /// Whether something tells the autonomous systems of addresses.
    pub fn has_asn(&self) -> bool {
        self.networks.is_some() || self.asn.is_some()
    }

    /// Reads the database of countries, or what else is in its place, unless it has been read.
    ///
    /// # Errors
    /// When there is none, or it can't be used.
    pub fn open_country(&self) -> Result<(), GeoError> {
        self.open(Fact::Country)
    }

    /// Reads the database of autonomous systems, unless it has been read.
    ///
    /// # Errors
    /// When there is none, or it can't be used.
    pub fn open_asn(&self) -> Result<(), GeoError> {
        self.open(Fact::Asn)
    }

    /// What the files need of memory once they are read.
    pub(super) fn len_max(&self) -> u64 {
        let files = [&self.country, &self.asn].into_iter().flatten();
        files.map(|database| database.path.metadata().map_or(0, |file| file.len().min(DATABASE_MAX))).sum()
    }

    /// Makes sure that a fact can be asked for.
    pub(super) fn open(&self, fact: Fact) -> Result<(), GeoError> {
        if self.networks.is_some() { Ok(()) } else { self.reader(fact).map(drop) }
    }

    /// A name or a code.
    pub(super) fn text(&self, fact: Fact, address: IpAddr) -> Result<Option<&str>, GeoError> {
        if let Some(place) = self.place(address) {
            let text = match fact {
                Fact::Country => &place.country,
                Fact::City => &place.city,
                Fact::AsName => &place.as_name,
                Fact::Asn => &None,
            };
            return Ok(text.as_deref());
        }
        match fact {
            Fact::Country => self.read(fact, address, &path!["country", "iso_code"]),
            Fact::City => self.read(fact, address, &path!["city", "names", "en"]),
            Fact::AsName => self.read(fact, address, &path!["autonomous_system_organization"]),
            Fact::Asn => Ok(None),
        }
    }

    /// The number of the autonomous system.
    pub(super) fn asn(&self, address: IpAddr) -> Result<Option<i64>, GeoError> {
        let number = match self.place(address) {
            Some(place) => place.asn,
            None => self.read(Fact::Asn, address, &path!["autonomous_system_number"])?,
        };
        Ok(number.map(i64::from))
    }

    /// What a case's networks say of an address; nothing where there are files.
    fn place(&self, address: IpAddr) -> Option<&Place> {
        static NOWHERE: Place = Place { country: None, city: None, asn: None, as_name: None };
        let networks = self.networks.as_ref()?;
        let found = networks.iter().find(|(network, _)| network.contains(&address));
        Some(found.map_or(&NOWHERE, |(_, place)| place))
    }

    fn database(&self, fact: Fact) -> Result<&Database, GeoError> {
        let (database, example) = match fact {
            Fact::Country => (&self.country, "GeoLite2-Country.mmdb"),
            Fact::City => (&self.country, "GeoLite2-City.mmdb"),
            Fact::Asn | Fact::AsName => (&self.asn, "GeoLite2-ASN.mmdb"),
        };
        let (function, setting) = (fact.function(), fact.setting());
        database.as_ref().ok_or(GeoError::NotConfigured { function, setting, example })
    }

    fn reader(&self, fact: Fact) -> Result<(&Database, &Reader<Vec<u8>>), GeoError> {
        let database = self.database(fact)?;
        let reader = database.reader.get_or_init(|| open(&database.path, fact.setting()));
        let reader = reader.as_ref().map_err(Clone::clone)?;
        let found = &reader.metadata().database_type;
        if !fact.types().iter().any(|word| found.contains(word)) {
            let (path, setting, found) = (database.path.clone(), fact.setting(), found.clone());
            return Err(GeoError::OtherType { path, setting, found, wanted: fact.types() });
        }
        Ok((database, reader))
    }

    fn read<'a, T: Deserialize<'a>>(
        &'a self,
        fact: Fact,
        address: IpAddr,
        path: &[maxminddb::PathElement<'_>],
    ) -> Result<Option<T>, GeoError> {
        let (database, reader) = self.reader(fact)?;
        // Of the other family it knows nothing, which is no error of the statement's.
        if address.is_ipv6() && reader.metadata().ip_version == 4 {
            return Ok(None);
        }
        let read = reader.lookup(address).and_then(|found| found.decode_path(path));
        read.map_err(|error| damaged(&database.path, &error))
    }
}

fn open(path: &Path, setting: &'static str) -> Result<Reader<Vec<u8>>, GeoError> {
    let unreadable = |cause: String| GeoError::Unreadable { path: path.to_owned(), setting, cause };
    let bytes = bytes(path).map_err(|error| unreadable(error.to_string()))?;
    let Some(bytes) = bytes else {
        return Err(unreadable(format!("it is no file of at most {} MiB", DATABASE_MAX >> 20)));
    };
    Reader::from_source(bytes).map_err(|error| damaged(path, &error))
}

/// What a file holds; nothing of one that is none, or too large.
fn bytes(path: &Path) -> io::Result<Option<Vec<u8>>> {
    // Before it is opened: that of a pipe would wait for somebody who writes.
    let known = path.metadata()?;
    if !known.is_file() || known.len() > DATABASE_MAX {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(known.len()).unwrap_or(0));
    // It may grow meanwhile.
    File::open(path)?.take(DATABASE_MAX + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= DATABASE_MAX).then_some(bytes))
}

fn damaged(path: &Path, error: &MaxMindDbError) -> GeoError {
    GeoError::Damaged { path: path.to_owned(), cause: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_narrowest_network_tells_and_what_is_in_none_is_nowhere() {
        let place = |country: &str| Place { country: Some(country.to_owned()), ..Place::default() };
        let networks = [("198.51.100.0/24", "DE"), ("198.51.100.128/25", "FR"), ("2001:db8::/32", "JP")];
        let networks = networks.map(|(network, country)| (network.parse().unwrap(), place(country)));
        let databases = GeoDatabases::of_networks(networks.to_vec());
        for (address, wanted) in [
            ("198.51.100.1", Some("DE")),
            ("198.51.100.200", Some("FR")),
            ("2001:db8::9", Some("JP")),
            ("192.0.2.1", None),
        ] {
            assert_eq!(databases.text(Fact::Country, address.parse().unwrap()), Ok(wanted), "{address}");
        }
        assert_eq!(databases.asn("198.51.100.1".parse().unwrap()), Ok(None));
        assert!(databases.has_country() && databases.has_asn());
    }

    #[test]
    fn without_configuration_the_error_says_what_to_set() {
        let databases = GeoDatabases::of_files(&GeoIp::default());
        assert!(!databases.has_country() && !databases.has_asn());
        for (fact, wanted) in [
            (
                Fact::Country,
                "`country = \"…\"` in [geoip] of trailhound.toml to a file like GeoLite2-Country",
            ),
            (Fact::City, "to a file like GeoLite2-City.mmdb"),
            (Fact::AsName, "`asn = \"…\"` in [geoip]"),
        ] {
            let error = databases.open(fact).unwrap_err().to_string();
            assert!(error.contains(wanted), "{error}");
        }
    }
}
