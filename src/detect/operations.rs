//! What is odd about the event sources and names that a rule asks for together.
//!
//! The facts (`catalogue`) age: what they do not know may only be newer, and is worth a warning. A name that they
//! know under other sources only is an error, since no record has both.

use std::collections::BTreeSet;

use super::catalogue::{self, Operation};
use super::mistake::Level;
use super::spelling::{self, short};
use crate::query::pattern::folded;

/// One of the two that say what an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum About {
    /// The service that wrote the event.
    Source,
    /// What was done.
    Name,
}

/// What is odd about a source or a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Oddity {
    /// About which of the two.
    pub(super) about: About,
    /// How bad it is.
    pub(super) level: Level,
    /// What is odd, and the way out.
    pub(super) message: String,
}

/// What is odd where one of `sources` and one of `names` are asked of the same record; where there are no sources,
/// any will do. Compared without case.
pub(super) fn asked_together(sources: &[&str], names: &[&str]) -> impl Iterator<Item = Oddity> {
    let of_sources = sources.iter().filter_map(|source| of_source(source));
    of_sources.chain(names.iter().filter_map(move |name| of_name(sources, name)))
}

/// What is odd about a source.
pub(super) fn of_source(source: &str) -> Option<Oddity> {
    if catalogue::is_source(source) {
        return None;
    }
    let known: Vec<_> = catalogue::sources().collect();
    let near = hint(short(source).and_then(|source| spelling::nearest(source, &known)));
    let message = format!("CloudTrail has no event source `{source}`, as far as is known{near}");
    Some(Oddity { about: About::Source, level: Level::Warning, message })
}

/// What is odd about a name under one of `sources`, or under any if there are none.
pub(super) fn of_name(sources: &[&str], name: &str) -> Option<Oddity> {
    let shown = sources.join("`, `");
    let (level, message) = match known(sources, name) {
        Operation::Known => return None,
        // A source that is odd itself may be what is wrong.
        Operation::Elsewhere(_) if !sources.iter().all(|source| catalogue::is_source(source)) => return None,
        Operation::Elsewhere(others) => {
            let others = others.join("`, `");
            (
                Level::Error,
                format!("`{name}` is an event of `{others}`, not of `{shown}`: no record can match"),
            )
        }
        Operation::Unknown => {
            let near = hint(sources.first().and_then(|source| catalogue::nearest(source, short(name)?)));
            let of = if sources.is_empty() { String::new() } else { format!(" of `{shown}`") };
            (Level::Warning, format!("CloudTrail has no event `{name}`{of}, as far as is known{near}"))
        }
    };
    Some(Oddity { about: About::Name, level, message })
}

/// That a source or a name that is known is written in another case, for those who compare with it; a name is looked
/// for under `sources` only, if it is there.
pub(super) fn of_case(about: About, sources: &[&str], text: &str) -> Option<Oddity> {
    let written = match about {
        About::Source if catalogue::is_source(text) => [folded(text)].into(),
        About::Source => BTreeSet::new(),
        About::Name => spellings(sources, text),
    };
    if written.is_empty() || written.contains(text) {
        return None;
    }
    let written = written.into_iter().collect::<Vec<_>>().join("` or `");
    let message = format!("`{text}` is written `{written}`, as far as is known, and here its case counts");
    Some(Oddity { about, level: Level::Warning, message })
}

fn spellings(sources: &[&str], name: &str) -> BTreeSet<String> {
    let there = catalogue::written(name).filter(|(source, _)| sources.contains(source));
    let there: BTreeSet<_> = there.map(|(_, written)| written.to_owned()).collect();
    match there.is_empty() {
        true => catalogue::written(name).map(|(_, written)| written.to_owned()).collect(),
        false => there,
    }
}

fn known(sources: &[&str], name: &str) -> Operation {
    let Some((first, others)) = sources.split_first() else { return catalogue::operation(None, name) };
    let of_first = catalogue::operation(Some(first), name);
    let elsewhere = matches!(of_first, Operation::Elsewhere(_));
    let is_of = |source: &&str| catalogue::operation(Some(source), name) == Operation::Known;
    if elsewhere && others.iter().any(is_of) { Operation::Known } else { of_first }
}

fn hint(near: Option<&str>) -> String {
    near.map_or_else(String::new, |near| format!("; is it `{near}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNIN: &str = "signin.amazonaws.com";
    const KMS: &str = "kms.amazonaws.com";

    #[test]
    fn what_is_known_is_not_odd_and_neither_is_a_name_that_one_of_the_sources_writes() {
        for (sources, names) in [
            (&[SIGNIN][..], &["ConsoleLogin"][..]),
            (&[KMS, SIGNIN], &["ConsoleLogin", "Decrypt"]),
            (&[], &["ConsoleLogin", "decrypt"]),
            (&[SIGNIN], &[]),
        ] {
            assert_eq!(asked_together(sources, names).count(), 0, "{sources:?} {names:?}");
        }
    }

    #[test]
    fn what_is_not_known_is_a_warning_and_what_contradicts_the_facts_an_error() {
        let (warning, error) = (Level::Warning, Level::Error);
        for (sources, names, about, level, message) in [
            (&["kms"][..], &["ConsoleLogin"][..], About::Source, warning, "no event source `kms`"),
            (&["kms.amazonaw.com"], &[], About::Source, warning, "; is it `kms.amazonaws.com`?"),
            (&[SIGNIN], &["ConsolLogin"], About::Name, warning, "; is it `ConsoleLogin`?"),
            (&[], &["ConsolLogin"], About::Name, warning, "no event `ConsolLogin`, as far"),
            (
                &[KMS],
                &["ConsoleLogin"],
                About::Name,
                error,
                "`ConsoleLogin` is an event of `signin.amazonaws.com`, not of `kms.amazonaws.com`: no record can match",
            ),
        ] {
            let found: Vec<_> = asked_together(sources, names).collect();
            let good = found.len() == 1
                && (found[0].about, found[0].level) == (about, level)
                && found[0].message.contains(message);
            assert!(good, "{sources:?} {names:?}: {found:?}");
        }
    }

    #[test]
    fn another_case_is_told_of_what_is_known() {
        let told = |about, sources: &[&str], text| of_case(about, sources, text).map(|oddity| oddity.message);
        let login = told(About::Name, &[SIGNIN], "consolelogin").unwrap();
        assert!(login.starts_with("`consolelogin` is written `ConsoleLogin`"), "{login}");
        let source = told(About::Source, &[], "KMS.amazonaws.com").unwrap();
        assert!(source.contains("is written `kms.amazonaws.com`"), "{source}");
        let several = told(About::Name, &["route53domains.amazonaws.com"], "PUSHDOMAIN").unwrap();
        assert!(several.contains("`PushDomain` or `pushDomain`"), "{several}");
        // QuickSight writes it otherwise than Rekognition.
        assert_eq!(told(About::Name, &[], "CreateDataset"), None);
        assert!(told(About::Name, &["quicksight.amazonaws.com"], "CreateDataset").is_some());
        for text in ["ConsoleLogin", "NoSuchThing", KMS] {
            assert_eq!(told(About::Name, &[KMS], text), None, "{text}");
        }
    }
}
