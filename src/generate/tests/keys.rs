//! Keys over a whole trail: long-term ones stay in use, temporary ones begin where they are answered.
//!
//! The rules on unused keys look at nothing else, so ordinary life must never look like what they report. A gap of
//! 13 days leaves a day to the 14 of the demo's configuration.

use std::collections::{BTreeMap, BTreeSet};

use super::super::plan::Actor;
use super::super::*;
use super::{DAY, Value, id, look_alikes, options, second, text, trail};

#[test]
fn an_ordinary_key_is_never_long_unused_nor_made_in_vain() -> anyhow::Result<()> {
    // The stories' own keys too, but for the one that tells of keys.
    let others: Vec<&str> = STORY_NAMES.into_iter().filter(|name| *name != "stale-key").collect();
    for (events, days) in [(1_000, 28), (20_000, 28), (2_000, 120), (1_500, 400), (20_000, 300)] {
        let options = Options { days, ..options(events, others.join(",").parse()?)? };
        let span = plan::Span::of(&options);
        let mut used: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        let mut made = Vec::new();
        let look_alikes = look_alikes(&options)?;
        let ordinary = |record: &Value| !look_alikes.contains(id(record));
        for (_, record) in trail(&options)?.records()?.into_iter().filter(|(_, record)| ordinary(record)) {
            let key = text(&record, "/userIdentity/accessKeyId");
            if key.starts_with("AKIA") {
                used.entry(key.to_owned()).or_default().push(second(&record));
            }
            if text(&record, "/eventName") == "CreateAccessKey" {
                made.push((
                    text(&record, "/responseElements/accessKey/accessKeyId").to_owned(),
                    second(&record),
                ));
            }
        }
        for (key, times) in &mut used {
            times.sort_unstable();
            times.push(span.end);
            let gap = times.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or_default();
            assert!(gap < 13 * DAY, "{key} in {events} events of {days} days");
        }
        assert_eq!(made.len(), 1);
        for (key, time) in made {
            let first = used[&key].first().copied().unwrap_or(i64::MAX);
            assert!((time..time + 13 * DAY).contains(&first), "{key} {time} {first}");
        }
    }
    Ok(())
}

#[test]
fn a_session_begins_where_its_key_is_answered() -> anyhow::Result<()> {
    let mut answered: BTreeMap<String, i64> = BTreeMap::new();
    let mut used: BTreeMap<String, i64> = BTreeMap::new();
    let mut shared: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, record) in trail(&options(5_000, Stories::none())?)?.records()? {
        let key = text(&record, "/responseElements/credentials/accessKeyId");
        if text(&record, "/eventName").starts_with("AssumeRole") {
            answered.insert(key.to_owned(), second(&record));
            let pair = text(&record, "/sharedEventID");
            if !pair.is_empty() {
                shared.entry(pair.to_owned()).or_default().insert(id(&record).to_owned());
            }
        }
        if text(&record, "/userIdentity/type") == "AssumedRole" && key.is_empty() {
            let key = text(&record, "/userIdentity/accessKeyId").to_owned();
            let time = second(&record);
            used.entry(key).and_modify(|first| *first = time.min(*first)).or_insert(time);
        }
    }
    used.remove("");
    assert!(used.len() > 50, "{}", used.len());
    for (key, first) in used {
        assert!(answered.get(&key).is_some_and(|time| *time <= first), "{key}");
    }
    assert!(shared.values().any(|ids| ids.len() == 2), "{shared:?}");
    Ok(())
}

#[test]
fn nobody_uses_a_key_before_it_is_made() -> anyhow::Result<()> {
    for (events, days) in [(1_000, 400), (2_000, 28), (20_000, 90), (300_000, 28)] {
        for seed in 0..20 {
            let options = Options { seed, days, ..options(events, Stories::none())? };
            let world = World::new(&options);
            let plan = Plan::new(&world, &options, 0)?;
            let newcomer = world.users.len() - 1;
            let made = plan.stints.iter().find(|stint| matches!(stint.actor, Actor::NewKey(..)));
            let made = made.map(|stint| stint.start);
            let used = plan.stints.iter().filter(|stint| match stint.actor {
                Actor::User(user) | Actor::Federated(user) | Actor::Hop(user, _) => user == newcomer,
                _ => false,
            });
            let first = used.map(|stint| stint.start).min();
            assert!(
                made.is_some() && made < first,
                "{made:?} {first:?} seed {seed}, {events} events of {days} days"
            );
        }
    }
    Ok(())
}
