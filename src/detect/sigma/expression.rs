//! The `condition` of a rule: `selection and not 1 of filter_*`, parsed.
//!
//! `not` binds closer than `and`, `and` closer than `or`; keywords are written in any case. What follows a
//! `|` is an aggregation of the old kind and handed back as text. Length and depth are bounded.

/// Words of a condition; the longest public one has a few dozen.
const WORDS_MAX: usize = 4096;

/// Parentheses and negations in each other.
const DEPTH_MAX: usize = 64;

/// A condition over the names of searches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expression {
    /// One search.
    Name(String),
    /// Some of the searches that a pattern names; `None`: of all but those that begin with `_`.
    Of {
        /// All of them, or one at least.
        all: bool,
        /// A name with `*` in it.
        pattern: Option<String>,
    },
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
}

/// Parses a condition; its aggregation, if it has one, is what follows the first `|`.
pub(crate) fn parse(text: &str) -> Result<(Expression, Option<&str>), String> {
    let (text, aggregation) = match text.split_once('|') {
        Some((text, aggregation)) => (text, Some(aggregation.trim())),
        None => (text, None),
    };
    let words = words(text)?;
    let mut parser = Parser { words: &words, at: 0, depth: 0 };
    let expression = parser.any()?;
    match parser.words.get(parser.at) {
        None => Ok((expression, aggregation)),
        Some(word) => Err(format!("`{word}` of the condition is not expected there")),
    }
}

fn words(text: &str) -> Result<Vec<&str>, String> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_end = |char: char| char.is_whitespace() || matches!(char, '(' | ')');
        let length = match first {
            '(' | ')' => 1,
            _ => rest.find(is_end).unwrap_or(rest.len()),
        };
        words.push(&rest[..length]);
        rest = rest[length..].trim_start();
        if words.len() > WORDS_MAX {
            return Err(format!("the condition has more than {WORDS_MAX} words"));
        }
    }
    Ok(words)
}

struct Parser<'a> {
    words: &'a [&'a str],
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn any(&mut self) -> Result<Expression, String> {
        let mut parts = vec![self.all()?];
        while self.take("or") {
            parts.push(self.all()?);
        }
        Ok(single(parts, Expression::Any))
    }

    fn all(&mut self) -> Result<Expression, String> {
        let mut parts = vec![self.one()?];
        while self.take("and") {
            parts.push(self.one()?);
        }
        Ok(single(parts, Expression::All))
    }

    fn one(&mut self) -> Result<Expression, String> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(format!("the condition is nested more than {DEPTH_MAX} deep"));
        }
        let expression = if self.take("not") {
            Expression::Not(Box::new(self.one()?))
        } else if self.take("(") {
            let inner = self.any()?;
            if !self.take(")") {
                return Err("the condition lacks a `)`".to_owned());
            }
            inner
        } else {
            self.search()?
        };
        self.depth -= 1;
        Ok(expression)
    }

    fn search(&mut self) -> Result<Expression, String> {
        let word = self.next().ok_or("the condition ends where a search is expected")?;
        let is_of = self.words.get(self.at).is_some_and(|next| next.eq_ignore_ascii_case("of"));
        if !is_of {
            let is_keyword =
                ["and", "or", ")", "of"].iter().any(|keyword| word.eq_ignore_ascii_case(keyword));
            return match is_keyword {
                true => Err(format!("`{word}` of the condition stands where a search is expected")),
                false => Ok(Expression::Name(word.to_owned())),
            };
        }
        self.at += 1;
        let all = match word.to_ascii_lowercase().as_str() {
            "all" => true,
            "1" | "any" => false,
            other => return Err(format!("`{other} of` is neither `1 of` nor `all of`")),
        };
        let of = self.next().ok_or("the condition ends after `of`")?;
        let pattern = (!of.eq_ignore_ascii_case("them")).then(|| of.to_owned());
        Ok(Expression::Of { all, pattern })
    }

    fn next(&mut self) -> Option<&'a str> {
        let word = self.words.get(self.at).copied();
        self.at += 1;
        word
    }

    fn take(&mut self, keyword: &str) -> bool {
        let found = self.words.get(self.at).is_some_and(|word| word.eq_ignore_ascii_case(keyword));
        self.at += usize::from(found);
        found
    }
}

fn single(mut parts: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    if parts.len() == 1 { parts.remove(0) } else { join(parts) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(expression: &Expression) -> String {
        let joined = |parts: &[Expression], word: &str| {
            format!("({})", parts.iter().map(shown).collect::<Vec<_>>().join(word))
        };
        match expression {
            Expression::Name(name) => name.clone(),
            Expression::Of { all, pattern } => {
                format!("{} of {}", if *all { "all" } else { "1" }, pattern.as_deref().unwrap_or("them"))
            }
            Expression::All(parts) => joined(parts, " and "),
            Expression::Any(parts) => joined(parts, " or "),
            Expression::Not(part) => format!("not {}", shown(part)),
        }
    }

    #[test]
    fn not_binds_closer_than_and_and_and_closer_than_or() {
        for (text, wanted) in [
            ("a", "a"),
            ("a or b and not c", "(a or (b and not c))"),
            ("not a and b or c", "((not a and b) or c)"),
            ("NOT (a OR b) And c", "(not (a or b) and c)"),
            ("a and(b or not(not c))", "(a and (b or not not c))"),
            ("a and 1 of f_* or all of them", "((a and 1 of f_*) or all of them)"),
            ("any of x*", "1 of x*"),
            ("not 1 of them", "not 1 of them"),
        ] {
            assert_eq!(shown(&parse(text).unwrap().0), wanted, "{text}");
        }
    }

    #[test]
    fn an_aggregation_is_handed_back() {
        let (expression, aggregation) = parse("a and b | count() by c > 5").unwrap();
        assert_eq!((shown(&expression).as_str(), aggregation), ("(a and b)", Some("count() by c > 5")));
    }

    #[test]
    fn what_is_no_condition_is_refused_with_the_word_that_is_wrong() {
        for (text, wanted) in [
            ("", "ends"),
            ("a and", "ends"),
            ("and a", "`and`"),
            ("a b", "`b`"),
            ("(a", "lacks"),
            ("a)", "`)`"),
            ("2 of a*", "neither"),
            ("1 of", "ends"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(wanted), "{text}: {error}");
        }
        assert!(parse(&"(".repeat(1000)).unwrap_err().contains("nested"));
        assert!(parse(&"not ".repeat(1000)).unwrap_err().contains("nested"));
        assert!(parse(&"a ".repeat(10_000)).unwrap_err().contains("words"));
    }
}
