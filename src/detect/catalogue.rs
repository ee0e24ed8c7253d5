//! Which operations CloudTrail writes under which event source, and which ids ATT&CK has.
//!
//! Facts from published packages, made by `facts/make.py`: what the service models of botocore hold, brought to
//! CloudTrail's spelling, with sign-in, console and service events by hand. It is an upper bound and ages: AWS adds
//! operations every week. So what it does not know is worth a warning and no more; but a name that it knows under
//! another source only is a mistake.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::LazyLock;

use crate::query::pattern::folded;

const OPERATIONS: &str = include_str!("facts/operations.txt");
const SERVICE_EVENTS: &str = include_str!("facts/service_events.txt");
const TECHNIQUES: &str = include_str!("facts/techniques.txt");
const RETIRED: &str = include_str!("facts/techniques_retired.txt");
const TACTICS: &str = include_str!("facts/tactics.txt");

/// What is known of an event name under an event source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Operation {
    /// CloudTrail writes it.
    Known,
    /// Under these other sources, not under this one.
    Elsewhere(Vec<&'static str>),
    /// Nobody writes it, as far as is known.
    Unknown,
}

/// By names without their case.
struct Catalogue {
    /// Names of a source, with their case.
    sources: HashMap<String, HashMap<String, &'static str>>,
    /// Where a name is written, and how: sources differ in the case of a name, and some have changed it.
    names: HashMap<String, BTreeSet<(&'static str, &'static str)>>,
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    let mut catalogue = Catalogue { sources: HashMap::new(), names: HashMap::new() };
    for line in OPERATIONS.lines().chain(SERVICE_EVENTS.lines()) {
        let mut words = line.split_ascii_whitespace();
        let Some(source) = words.next().filter(|word| !word.starts_with('#')) else { continue };
        let of_source = catalogue.sources.entry(folded(source)).or_default();
        for name in words {
            of_source.insert(folded(name), name);
            catalogue.names.entry(folded(name)).or_default().insert((source, name));
        }
    }
    catalogue
});

/// Whether an event source is known.
pub(super) fn is_source(source: &str) -> bool {
    CATALOGUE.sources.contains_key(&folded(source))
}

/// The sources that are known.
pub(super) fn sources() -> impl Iterator<Item = &'static str> {
    CATALOGUE.sources.keys().map(String::as_str)
}

/// What is known of `name`, under `source` or under any.
pub(super) fn operation(source: Option<&str>, name: &str) -> Operation {
    let name = folded(name);
    let Some(written) = CATALOGUE.names.get(&name) else { return Operation::Unknown };
    let is_there = source.is_none_or(|source| {
        CATALOGUE.sources.get(&folded(source)).is_some_and(|names| names.contains_key(&name))
    });
    if is_there {
        return Operation::Known;
    }
    let mut sources: Vec<_> = written.iter().map(|(source, _)| *source).collect();
    sources.dedup();
    Operation::Elsewhere(sources)
}

/// The sources that write `name`, whatever its case, each with the name as it is written there.
pub(super) fn written(name: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    CATALOGUE.names.get(&folded(name)).into_iter().flatten().copied()
}

/// The event name of `source` that is nearest to `name`, if any is near.
pub(super) fn nearest(source: &str, name: &str) -> Option<&'static str> {
    let names = CATALOGUE.sources.get(&folded(source))?;
    let known: Vec<&str> = names.keys().map(String::as_str).collect();
    super::spelling::nearest(&folded(name), &known).and_then(|near| names.get(near).copied())
}

/// Whether ATT&CK has, or once had, the technique.
pub(super) fn is_technique(id: &str) -> bool {
    static IDS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
        let words = TECHNIQUES.lines().chain(RETIRED.lines()).filter(|line| !line.starts_with('#'));
        words.filter_map(|line| line.split_ascii_whitespace().next()).collect()
    });
    IDS.contains(id)
}

/// The tactics of an ATT&CK technique, such as `credential-access`; none of one that is not known.
pub fn tactics(technique: &str) -> &'static [&'static str] {
    static TACTICS_OF: LazyLock<HashMap<&str, Vec<&str>>> = LazyLock::new(|| {
        let lines = TACTICS.lines().map(|line| line.split_ascii_whitespace());
        lines.filter_map(|mut words| Some((words.next()?, words.collect()))).collect()
    });
    TACTICS_OF.get(technique).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_under_their_sources() {
        assert_eq!(operation(Some("iam.amazonaws.com"), "CreateUser"), Operation::Known);
        assert_eq!(operation(Some("IAM.amazonaws.com"), "createuser"), Operation::Known);
        assert_eq!(operation(None, "ConsoleLogin"), Operation::Known);
        assert_eq!(operation(Some("signin.amazonaws.com"), "ConsoleLogin"), Operation::Known);
        assert_eq!(operation(Some("iam.amazonaws.com"), "NoSuchThing"), Operation::Unknown);
        let elsewhere = operation(Some("route53.amazonaws.com"), "TransferDomainToAnotherAwsAccount");
        assert_eq!(elsewhere, Operation::Elsewhere(vec!["route53domains.amazonaws.com"]));
        assert!(is_source("kms.amazonaws.com") && !is_source("kms"));
    }

    #[test]
    fn a_name_may_be_written_in_several_ways() {
        let of = |name| written(name).collect::<Vec<_>>();
        assert_eq!(of("consolelogin"), [("signin.amazonaws.com", "ConsoleLogin")]);
        let source = "route53domains.amazonaws.com";
        assert_eq!(of("PUSHDOMAIN"), [(source, "PushDomain"), (source, "pushDomain")]);
        assert_eq!(operation(Some("kms.amazonaws.com"), "PushDomain"), Operation::Elsewhere(vec![source]));
        assert!(of("NoSuchThing").is_empty());
    }

    #[test]
    fn techniques_are_known_also_those_that_were_retired() {
        assert!(is_technique("T1078.004") && is_technique("T1562.008") && is_technique("T1685"));
        assert!(!is_technique("T9999") && !is_technique("TA9999"));
    }

    #[test]
    fn a_technique_has_its_tactics_whether_it_is_new_or_retired() {
        assert_eq!(tactics("T1530"), ["collection"]);
        assert_eq!(tactics("T1562.008"), ["defense-evasion"]);
        assert_eq!(tactics("T1685"), ["defense-impairment"]);
        assert!(tactics("T9999").is_empty());
    }

    #[test]
    fn the_facts_are_sorted_and_plain() {
        for text in [OPERATIONS, SERVICE_EVENTS, TECHNIQUES, RETIRED, TACTICS] {
            assert!(text.is_ascii());
        }
        assert!(OPERATIONS.lines().is_sorted());
        // A rule that compares with a source in capitals is told that there is none.
        assert!(CATALOGUE.names.values().flatten().all(|(source, _)| folded(source) == *source));
        assert!(CATALOGUE.sources.len() > 400 && CATALOGUE.names.len() > 10_000);
    }
}
