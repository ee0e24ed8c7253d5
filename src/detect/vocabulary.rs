//! Words of a rule's header that come from a fixed list: its status, its practice, what it needs.

use std::fmt;

use super::spelling;

/// Whether a rule runs by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Runs; few false positives.
    Stable,
    /// Runs; not yet tried for long.
    Experimental,
    /// Runs only when named.
    Disabled,
}

impl Status {
    const ALL: [Self; 3] = [Self::Stable, Self::Experimental, Self::Disabled];

    /// As a header writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stable => "stable",
            Self::Experimental => "experimental",
            Self::Disabled => "disabled",
        }
    }

    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|status| status.name() == text);
        found.ok_or_else(|| spelling::unknown("status", text, &Self::ALL.map(Self::name)))
    }
}

/// The practice of credential hygiene that a rule watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Practice {
    /// Grant only what is used.
    LeastPrivilege,
    /// Sign in with a second factor.
    Mfa,
    /// Leave the root user alone.
    AvoidRoot,
    /// Replace and remove old credentials.
    RotateCredentials,
    /// Restrict by network, region and time.
    PolicyConditions,
    /// Keep the trail on.
    Monitoring,
}

impl Practice {
    /// In the order of the documentation.
    pub const ALL: [Self; 6] = [
        Self::LeastPrivilege,
        Self::Mfa,
        Self::AvoidRoot,
        Self::RotateCredentials,
        Self::PolicyConditions,
        Self::Monitoring,
    ];

    /// As a header writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LeastPrivilege => "least-privilege",
            Self::Mfa => "mfa",
            Self::AvoidRoot => "avoid-root",
            Self::RotateCredentials => "rotate-credentials",
            Self::PolicyConditions => "policy-conditions",
            Self::Monitoring => "monitoring",
        }
    }

    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|practice| practice.name() == text);
        found.ok_or_else(|| spelling::unknown("practice", text, &Self::ALL.map(Self::name)))
    }
}

/// Something beside the logs that a rule reads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// A database of the countries that addresses are in.
    Geoip,
    /// A database of the autonomous systems that announce them.
    GeoipAsn,
    /// The baseline of what is usual.
    Baseline,
    /// An imported inventory of this name.
    Inventory(String),
}

impl Need {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "geoip" => Ok(Self::Geoip),
            "geoip:asn" => Ok(Self::GeoipAsn),
            "baseline" => Ok(Self::Baseline),
            _ => match text.strip_prefix("inventory:") {
                Some(name) if !name.is_empty() => Ok(Self::Inventory(name.to_owned())),
                _ => Err(spelling::unknown(
                    "need",
                    text,
                    &["geoip", "geoip:asn", "baseline", "inventory:<name>"],
                )),
            },
        }
    }

    /// What the operator has to do to meet it.
    pub(super) fn remedy(&self) -> String {
        match self {
            Self::Geoip => "set `country` in `[geoip]`".to_owned(),
            Self::GeoipAsn => "set `asn` in `[geoip]`".to_owned(),
            Self::Baseline => "nothing: it is counted when a rule asks".to_owned(),
            Self::Inventory(name) => format!("import the inventory `{name}`"),
        }
    }
}

impl fmt::Display for Need {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Geoip => formatter.write_str("geoip"),
            Self::GeoipAsn => formatter.write_str("geoip:asn"),
            Self::Baseline => formatter.write_str("baseline"),
            Self::Inventory(name) => write!(formatter, "inventory:{name}"),
        }
    }
}
