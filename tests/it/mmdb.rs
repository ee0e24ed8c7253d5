//! Databases in MaxMind's format, written for tests: those that one can download may not be passed on.
//!
//! <https://maxmind.github.io/MaxMind-DB/>: a binary tree over the bits of an address in records of 24 bits, what its leaves point
//! to, and at the end what kind of database it is. Addresses of IPv4 are in the tree of IPv6 after 96 zeros.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::Path;

use trailhound::config::GeoIp;

/// A value as the format has them.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Text(&'static str),
    U16(u16),
    U32(u32),
    U64(u64),
    Array(Vec<Self>),
    Map(Vec<(&'static str, Self)>),
}

impl Value {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Text(text) => {
                control(2, text.len(), out);
                out.extend_from_slice(text.as_bytes());
            }
            Self::U16(number) => unsigned(5, &number.to_be_bytes(), out),
            Self::U32(number) => unsigned(6, &number.to_be_bytes(), out),
            Self::U64(number) => unsigned(9, &number.to_be_bytes(), out),
            Self::Array(items) => {
                control(11, items.len(), out);
                items.iter().for_each(|item| item.write(out));
            }
            Self::Map(pairs) => {
                control(7, pairs.len(), out);
                for (key, value) in pairs {
                    Self::Text(key).write(out);
                    value.write(out);
                }
            }
        }
    }
}

/// The kind and the size of what follows; kinds from 8 on have a byte of their own.
fn control(kind: u8, size: usize, out: &mut Vec<u8>) {
    let short = u8::try_from(size.min(29)).unwrap();
    match kind {
        ..8 => out.push(kind << 5 | short),
        _ => out.extend([short, kind - 7]),
    }
    if size >= 29 {
        out.push(u8::try_from(size - 29).expect("sizes of tests are below 285"));
    }
}

/// A number without the zeros before it.
fn unsigned(kind: u8, bytes: &[u8], out: &mut Vec<u8>) {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    control(kind, bytes.len() - zeros, out);
    out.extend_from_slice(&bytes[zeros..]);
}

#[derive(Debug, Clone, Copy)]
enum Record {
    Empty,
    Node(usize),
    /// A place among the data.
    Data(usize),
}

/// A database that is being made.
#[derive(Debug)]
pub(crate) struct Writer {
    database_type: &'static str,
    nodes: Vec<[Record; 2]>,
    data: Vec<u8>,
    /// Where values are that were written before.
    written: HashMap<Vec<u8>, usize>,
}

impl Writer {
    pub(crate) fn new(database_type: &'static str) -> Self {
        let nodes = vec![[Record::Empty; 2]];
        Self { database_type, nodes, data: Vec::new(), written: HashMap::new() }
    }

    /// Adds a network; one within another comes after that.
    pub(crate) fn network(mut self, network: &str, value: &Value) -> Self {
        let (address, length) = network.split_once('/').expect("a network");
        let length: usize = length.parse().expect("the length of a prefix");
        let (bits, length) = match address.parse().expect("an address") {
            IpAddr::V4(address) => (u128::from(u32::from(address)), 96 + length),
            IpAddr::V6(address) => (u128::from(address), length),
        };
        let value = Record::Data(self.value(value));
        let side = |depth: usize| usize::from(bits >> (127 - depth) & 1 == 1);
        let mut node = 0;
        for depth in 0..length - 1 {
            node = match self.nodes[node][side(depth)] {
                Record::Node(next) => next,
                // What was said of the wider network stays true of the rest of it.
                leaf => {
                    let next = self.nodes.len();
                    self.nodes.push([leaf; 2]);
                    self.nodes[node][side(depth)] = Record::Node(next);
                    next
                }
            };
        }
        self.nodes[node][side(length - 1)] = value;
        self
    }

    fn value(&mut self, value: &Value) -> usize {
        let mut bytes = Vec::new();
        value.write(&mut bytes);
        let next = self.data.len();
        let place = *self.written.entry(bytes.clone()).or_insert(next);
        if place == next {
            self.data.extend(bytes);
        }
        place
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        let count = self.nodes.len();
        let mut out = Vec::new();
        for record in self.nodes.iter().flatten() {
            let number = match record {
                Record::Node(node) => *node,
                Record::Empty => count,
                // Counted from behind the separator, which is 16 long.
                Record::Data(place) => count + 16 + place,
            };
            let bytes = u32::try_from(number).unwrap().to_be_bytes();
            assert_eq!(bytes[0], 0, "more than 24 bits");
            out.extend_from_slice(&bytes[1..]);
        }
        out.extend_from_slice(&[0; 16]);
        out.extend_from_slice(&self.data);
        out.extend_from_slice(b"\xab\xcd\xefMaxMind.com");
        let metadata = Value::Map(vec![
            ("binary_format_major_version", Value::U16(2)),
            ("binary_format_minor_version", Value::U16(0)),
            ("build_epoch", Value::U64(1_760_000_000)),
            ("database_type", Value::Text(self.database_type)),
            ("description", Value::Map(vec![("en", Value::Text("made for a test"))])),
            ("ip_version", Value::U16(6)),
            ("languages", Value::Array(vec![Value::Text("en")])),
            ("node_count", Value::U32(u32::try_from(count).unwrap())),
            ("record_size", Value::U16(24)),
        ]);
        metadata.write(&mut out);
        out
    }
}

/// Networks for documentation, and where they are said to be: country, city, autonomous system, its name.
const NETWORKS: [(&str, &str, &str, u32, &str); 4] = [
    ("192.0.2.0/24", "DE", "Berlin", 64_500, "Example Telecom"),
    ("198.51.100.0/24", "FR", "Paris", 64_501, "Example Cable"),
    ("2001:db8::/32", "JP", "Tokyo", 64_502, "Example Hosting"),
    // What is in the network of another.
    ("192.0.2.240/28", "BR", "Manaus", 64_503, "Example Satellite"),
];

/// A database of countries.
pub(crate) fn countries() -> Vec<u8> {
    of_countries(NETWORKS.map(|(network, code, ..)| (network, code)))
}

/// Where generated trails come from: the organisation from one country, a home and strangers from others.
pub(crate) fn countries_of_generated() -> Vec<u8> {
    of_countries([
        ("198.51.100.0/24", "DE"),
        ("203.0.113.0/24", "DE"),
        ("2001:db8::/32", "DE"),
        ("203.0.113.77/32", "AT"),
        ("192.0.2.0/24", "BR"),
    ])
}

fn of_countries<const N: usize>(networks: [(&str, &'static str); N]) -> Vec<u8> {
    let country = |code| Value::Map(vec![("country", Value::Map(vec![("iso_code", Value::Text(code))]))]);
    let add = |writer: Writer, (network, code): (&str, _)| writer.network(network, &country(code));
    networks.into_iter().fold(Writer::new("GeoLite2-Country"), add).finish()
}

/// A database of countries and cities.
pub(crate) fn cities() -> Vec<u8> {
    let names = |city| Value::Map(vec![("names", Value::Map(vec![("en", Value::Text(city))]))]);
    let add = |writer: Writer, (network, code, city, ..): (&str, _, _, _, _)| {
        let country = Value::Map(vec![("iso_code", Value::Text(code))]);
        writer.network(network, &Value::Map(vec![("city", names(city)), ("country", country)]))
    };
    NETWORKS.into_iter().fold(Writer::new("GeoLite2-City"), add).finish()
}

/// A database of autonomous systems.
pub(crate) fn systems() -> Vec<u8> {
    let add = |writer: Writer, (network, _, _, number, name): (&str, _, _, _, _)| {
        let system = [
            ("autonomous_system_number", Value::U32(number)),
            ("autonomous_system_organization", Value::Text(name)),
        ];
        writer.network(network, &Value::Map(system.to_vec()))
    };
    NETWORKS.into_iter().fold(Writer::new("GeoLite2-ASN"), add).finish()
}

/// Both, in files of `folder`, as a configuration names them.
pub(crate) fn files(folder: &Path) -> GeoIp {
    let write = |name: &str, bytes: Vec<u8>| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).expect("writing a database");
        Some(path)
    };
    GeoIp { country: write("cities.mmdb", cities()), asn: write("asn.mmdb", systems()) }
}
