//! Addresses and blocks of them.
//!
//! CloudTrail's `sourceIPAddress` is an address, a service's name, or the text `AWS Internal`. So text
//! that is no address is in no block: that is an answer, false, and not an unknown. A block in a
//! column that can't be read is in NULL's place; one written in the statement is an error.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, StringArray};
use datafusion::common::exec_err;
use datafusion::error::Result;
use ipnet::IpNet;

use super::arguments::{Call, Texts, is_list, is_null, list_values};
use super::{Function, boolean, only_text, text};

/// The default blocks of [`ip_block`]: what one customer of a provider usually has.
const BLOCK_V4: u8 = 24;
const BLOCK_V6: u8 = 48;

pub(super) const FUNCTIONS: [Function; 5] = [
    Function {
        name: "cidr_contains",
        about: "whether a block of addresses holds an address",
        example: ("cidr_contains('10.0.0.0/8', '10.20.30.40')", "true"),
        arguments: 2..=2,
        returns: boolean,
        other: only_text,
        call: cidr_contains,
    },
    Function {
        name: "ip_in",
        about: "whether an address is in one of several blocks: an array, or text with commas",
        example: ("ip_in('203.0.113.9', ['198.51.100.0/24', '203.0.113.0/25'])", "true"),
        arguments: 2..=2,
        returns: boolean,
        other: |index, data_type| index == 1 && is_list(data_type),
        call: ip_in,
    },
    Function {
        name: "ip_is_private",
        about: "whether an address is not of the internet: private, loopback, link-local, shared",
        example: ("ip_is_private('100.64.0.1')", "true"),
        arguments: 1..=1,
        returns: boolean,
        other: only_text,
        call: ip_is_private,
    },
    Function {
        name: "ip_kind",
        about: "what a source address is: public, private, service, internal, or other",
        example: ("ip_kind('cloudformation.amazonaws.com')", "service"),
        arguments: 1..=1,
        returns: text,
        other: only_text,
        call: ip_kind,
    },
    Function {
        name: "ip_block",
        about: "the block an address is in, of so many bits (24, for IPv6 48), to group by network",
        example: ("ip_block('198.51.100.77')", "198.51.100.0/24"),
        arguments: 1..=2,
        returns: text,
        other: |index, data_type| index == 1 && data_type.is_integer(),
        call: ip_block,
    },
];

/// An address; one of IPv4 that is written as IPv6 is the one of IPv4.
fn parse_address(text: &str) -> Option<IpAddr> {
    // Cheaper than to fail over `cloudformation.amazonaws.com`.
    if !text.bytes().next()?.is_ascii_hexdigit() && !text.starts_with(':') {
        return None;
    }
    text.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// A block, or one address.
pub(crate) fn parse_block(text: &str) -> Option<IpNet> {
    let text = text.trim();
    match text.contains('/') {
        true => text.parse().ok(),
        false => parse_address(text).map(IpNet::from),
    }
}

fn parse_blocks<'a>(name: &str, items: impl IntoIterator<Item = &'a str>) -> Result<Vec<IpNet>> {
    let mut blocks = Vec::new();
    for item in items {
        match parse_block(item) {
            Some(block) => blocks.push(block),
            None => return exec_err!("`{name}`: `{item}` is no block of addresses, as 10.0.0.0/8"),
        }
    }
    Ok(blocks)
}

fn split_list(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|item| !item.is_empty())
}

fn is_in(blocks: &[IpNet], address: &str) -> bool {
    parse_address(address).is_some_and(|address| blocks.iter().any(|block| block.contains(&address)))
}

fn cidr_contains(call: &Call<'_>) -> Result<ArrayRef> {
    let (blocks, addresses) = (call.text(0)?, call.text(1)?);
    let constant = match blocks.constant() {
        Some(Some(block)) => Some(parse_blocks(call.name(), [block])?),
        _ => None,
    };
    let answer = |row| {
        let address = addresses.get(row)?;
        match &constant {
            Some(block) => Some(is_in(block, address)),
            None => Some(is_in(&[parse_block(blocks.get(row)?)?], address)),
        }
    };
    Ok(Arc::new((0..call.rows).map(answer).collect::<BooleanArray>()))
}

fn ip_in(call: &Call<'_>) -> Result<ArrayRef> {
    let addresses = call.text(0)?;
    let Some(argument) = call.raw(1).filter(|argument| !is_null(argument)) else {
        return Ok(Arc::new(BooleanArray::new_null(call.rows)));
    };
    if let Some(lists) = list_values(argument)? {
        let constant = matches!(argument, datafusion::logical_expr::ColumnarValue::Scalar(_));
        if let (true, [list]) = (constant, lists.as_slice()) {
            let blocks = parse_blocks(call.name(), list.iter().flatten().map(String::as_str))?;
            return Ok(in_blocks(call, &addresses, &blocks));
        }
        let answer = |row: usize| {
            let blocks = lists.get(row)?.as_ref()?.iter().filter_map(|item| parse_block(item));
            Some(is_in(&blocks.collect::<Vec<_>>(), addresses.get(row)?))
        };
        return Ok(Arc::new((0..call.rows).map(answer).collect::<BooleanArray>()));
    }
    let lists = call.text(1)?;
    if let Some(Some(list)) = lists.constant() {
        let blocks = parse_blocks(call.name(), split_list(list))?;
        return Ok(in_blocks(call, &addresses, &blocks));
    }
    let answer = |row: usize| {
        let blocks: Vec<_> = split_list(lists.get(row)?).filter_map(parse_block).collect();
        Some(is_in(&blocks, addresses.get(row)?))
    };
    Ok(Arc::new((0..call.rows).map(answer).collect::<BooleanArray>()))
}

fn in_blocks(call: &Call<'_>, addresses: &Texts, blocks: &[IpNet]) -> ArrayRef {
    let answer = |row: usize| addresses.get(row).map(|address| is_in(blocks, address));
    Arc::new((0..call.rows).map(answer).collect::<BooleanArray>())
}

/// RFC 1918, 6598 (shared), 3927 and 4291 (link-local), 4193 (unique local), loopback, unspecified.
/// Ranges for documentation count as public: that is what examples are about.
pub(super) fn is_private(address: IpAddr) -> bool {
    let shared = |address: Ipv4Addr| address.octets()[0] == 100 && address.octets()[1] & 0xc0 == 64;
    let local = |address: Ipv6Addr| address.is_unique_local() || address.is_unicast_link_local();
    match address {
        IpAddr::V4(address) => {
            address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_unspecified()
                || shared(address)
        }
        IpAddr::V6(address) => address.is_loopback() || address.is_unspecified() || local(address),
    }
}

fn ip_is_private(call: &Call<'_>) -> Result<ArrayRef> {
    let addresses = call.text(0)?;
    let answer = |row| Some(parse_address(addresses.get(row)?).is_some_and(is_private));
    Ok(Arc::new((0..call.rows).map(answer).collect::<BooleanArray>()))
}

fn kind(text: &str) -> &'static str {
    let is_name = |end: &str| text.len() > end.len() && text.to_ascii_lowercase().ends_with(end);
    match parse_address(text) {
        Some(address) if is_private(address) => "private",
        Some(_) => "public",
        None if text.eq_ignore_ascii_case("AWS Internal") => "internal",
        None if [".amazonaws.com", ".amazonaws.com.cn", ".amazon.com", ".aws.internal"]
            .into_iter()
            .any(is_name) =>
        {
            "service"
        }
        None => "other",
    }
}

fn ip_kind(call: &Call<'_>) -> Result<ArrayRef> {
    let texts = call.text(0)?;
    Ok(Arc::new((0..call.rows).map(|row| texts.get(row).map(kind)).collect::<StringArray>()))
}

fn ip_block(call: &Call<'_>) -> Result<ArrayRef> {
    let (addresses, bits) = (call.text(0)?, call.numbers(1)?);
    let given = call.raw(1).is_some();
    let mut blocks = Vec::with_capacity(call.rows);
    for row in 0..call.rows {
        let block = addresses.get(row).and_then(parse_address).and_then(|address| {
            let (default, most) = if address.is_ipv4() { (BLOCK_V4, 32) } else { (BLOCK_V6, 128) };
            let bits = match given {
                true => (!bits.is_null(row))
                    .then(|| bits.value(row))
                    .and_then(|bits| u8::try_from(bits).ok())?
                    .min(most),
                false => default,
            };
            Some(IpNet::new(address, bits).ok()?.trunc().to_string())
        });
        blocks.push(block);
    }
    Ok(Arc::new(StringArray::from(blocks)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_sorted_by_what_it_is() {
        for (text, wanted) in [
            ("198.51.100.7", "public"),
            ("2001:db8::1", "public"),
            ("10.0.0.1", "private"),
            ("::ffff:10.0.0.1", "private"),
            ("fd00::1", "private"),
            ("169.254.169.254", "private"),
            ("AWS Internal", "internal"),
            ("s3.amazonaws.com", "service"),
            ("autoscaling.amazonaws.com.cn", "service"),
            ("amazonaws.com", "other"),
            ("10.0.0.1 ", "other"),
            ("", "other"),
        ] {
            assert_eq!(kind(text), wanted, "{text}");
        }
    }

    #[test]
    fn an_address_written_as_ipv6_is_in_its_ipv4_block() {
        let blocks = parse_blocks("test", ["10.0.0.0/8", "2001:db8::/32"]).unwrap();
        assert!(is_in(&blocks, "::ffff:10.9.9.9") && is_in(&blocks, "2001:DB8::1"));
        assert!(!is_in(&blocks, "11.0.0.1") && !is_in(&blocks, "s3.amazonaws.com"));
        assert!(parse_blocks("test", ["10.0.0.0/33"]).is_err());
    }
}
