//! What to tell somebody who wrote a word that isn't one of the allowed ones.

/// Names for which a likely one is looked for; longer ones are no slips.
const NAME_MAX: usize = 128;

/// A name that may be a slip.
pub(super) fn short(name: &str) -> Option<&str> {
    Some(name).filter(|name| name.len() <= NAME_MAX)
}

/// The allowed word that is nearest to `word`, if any is near enough to be meant.
pub(super) fn nearest<'a>(word: &str, allowed: &[&'a str]) -> Option<&'a str> {
    let near = |candidate: &&&str| {
        let similar = strsim::jaro_winkler(word, candidate);
        (similar * 1000.0) as u64
    };
    let best = allowed.iter().max_by_key(near)?;
    (near(&best) > 700).then_some(*best)
}

/// `unknown severity `hihg`; did you mean `high`? (…)`
pub(super) fn unknown(what: &str, word: &str, allowed: &[&str]) -> String {
    let hint = match nearest(word, allowed) {
        Some(best) => format!("; did you mean `{best}`?"),
        None => String::from(";"),
    };
    let list: Vec<_> = allowed.iter().map(|name| format!("`{name}`")).collect();
    format!("unknown {what} `{word}`{hint} allowed: {}", list.join(", "))
}

/// Like [`unknown`], for a list too long to show.
pub(super) fn unknown_of_many(what: &str, word: &str, allowed: &[&str]) -> String {
    let hint = nearest(word, allowed).map_or_else(String::new, |best| format!("; did you mean `{best}`?"));
    format!("unknown {what} `{word}`{hint}")
}
