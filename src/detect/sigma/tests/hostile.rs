//! Rules written to hurt: each comes to a rule or to a mistake with its file, line and reason, in little time and on
//! a small stack; and what loads can be asked of a hostile record.
//!
//! Times are bounded at ten times and more of what a debug build takes by itself: a second or two for the longest.

use std::time::{Duration, Instant};

use serde_json::json;

use super::super::record::JsonRecord;
use super::super::{Placeholders, detection, lint, rules};
use crate::detect::{Body, Mistake, Rule};

/// Less than threads of the runtime have.
const STACK: usize = 1 << 20;

const HEAD: &str = "title: T\nid: r\nlogsource: {product: aws}\n";

fn placeholders() -> Placeholders {
    let two = vec!["alice".to_owned(), "bob".to_owned()];
    Placeholders::from([("Two".to_owned(), two), ("One".to_owned(), vec!["carol".to_owned()])])
}

/// Runs `run` on a small stack and says what it came to; fails if it takes longer than `most`.
fn within<T: Send + 'static>(most: u64, what: &str, run: impl FnOnce() -> T + Send + 'static) -> T {
    let started = Instant::now();
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(run).unwrap();
    let done = thread.join().unwrap_or_else(|_| panic!("{what} panicked"));
    let elapsed = started.elapsed();
    println!("{what}: {elapsed:?}");
    assert!(elapsed < Duration::from_secs(most), "{what} took {elapsed:?}");
    done
}

/// The rules of a file, and its mistakes, each of which can be shown.
fn read(what: &str, text: String) -> (Vec<Rule>, Vec<Mistake>) {
    let lines = text.lines().count();
    let (rules, mistakes) = within(60, what, move || rules("r.yml", &text, &placeholders()));
    assert!(rules.len() + mistakes.len() > 0, "{what}: neither a rule nor a mistake");
    for mistake in &mistakes {
        assert_eq!(mistake.file, "r.yml");
        assert!((1..=lines).contains(&mistake.line), "{what}: line {} of {lines}", mistake.line);
        assert!(mistake.message.len() < 2_000, "{what}: a message of {} bytes", mistake.message.len());
    }
    (rules, mistakes)
}

fn of_detection(detection: &str) -> String {
    format!("{HEAD}detection: {detection}\n")
}

/// That a rule with this detection is refused, on the line of the detection, for a reason with `wanted` in it.
fn refused(what: &str, detection: &str, wanted: &str) {
    let (rules, mistakes) = read(what, of_detection(detection));
    assert_eq!(rules.len(), 0, "{what}");
    let shown: Vec<_> = mistakes.iter().map(ToString::to_string).collect();
    assert!(shown[0].starts_with("r.yml:4: error: ") && shown[0].contains(wanted), "{what}: {shown:?}");
}

/// `count` times what `each` makes of a number.
fn many(count: usize, each: impl Fn(usize) -> String) -> String {
    (0..count).map(each).collect()
}

#[test]
fn nesting_of_any_depth_is_refused_on_a_small_stack() {
    let depth = 100_000;
    let (open, close) = ("[".repeat(depth), "]".repeat(depth));
    refused("lists in lists", &format!("{{s: {{a: {open}1{close}}}, condition: s}}"), "limit exceeded");
    let (open, close) = ("{a: ".repeat(depth), "}".repeat(depth));
    refused("maps in maps", &format!("{{s: {open}1{close}, condition: s}}"), "more than is allowed: Depth");
    let (open, close) = ("(".repeat(depth), ")".repeat(depth));
    refused("parentheses", &format!("{{s: {{a: 1}}, condition: '{open}s{close}'}}"), "4096 words");
    let (open, close) = ("(".repeat(2_000), ")".repeat(2_000));
    refused("fewer parentheses", &format!("{{s: {{a: 1}}, condition: '{open}s{close}'}}"), "64 deep");
    refused("negations", &format!("{{s: {{a: 1}}, condition: {}s}}", "not ".repeat(depth)), "4096 words");
    refused("fewer negations", &format!("{{s: {{a: 1}}, condition: {}s}}", "not ".repeat(4_000)), "64 deep");
    refused(
        "a deep value",
        &format!("{{s: {{a: {}1{}}}, condition: s}}", "[".repeat(50), "]".repeat(50)),
        "no value",
    );
    let (_, mistakes) = read(
        "indents",
        format!("{HEAD}detection:\n{}", many(1_000, |n| format!("{}a:\n", " ".repeat(n + 1)))),
    );
    assert!(mistakes[0].message.contains("Depth"), "{mistakes:?}");
}

#[test]
fn aliases_come_to_no_more_than_a_file_could_say_itself() {
    let laughs = |word: &str| {
        let first = format!("a0: &a0 [{}]\n", format!("{word},").repeat(9));
        first + &many(30, |n| format!("a{}: &a{} [{}]\n", n + 1, n + 1, format!("*a{n},").repeat(9)))
    };
    let long = format!("x: &x {}\ny: [{}]\n", "x".repeat(100_000), "*x,".repeat(90));
    let wide = format!("x: &x [{}]\ny: [{}]\n", "1,".repeat(3_000), "*x,".repeat(90));
    for (what, bomb) in [("laughs", laughs("x")), ("a long text", long), ("a long list", wide)] {
        let (rules, mistakes) = read(what, format!("{bomb}{}", of_detection("{s: {a: 1}, condition: s}")));
        assert_eq!(rules.len(), 0, "{what}");
        assert!(mistakes[0].message.contains("more than is allowed"), "{what}: {mistakes:?}");
    }
    let bombs = format!("title: t\n{}---\n", laughs("x")).repeat(100);
    let (rules, mistakes) = read("many documents of laughs", bombs);
    assert_eq!((rules.len(), mistakes.len()), (0, 100));
    let merged = format!(
        "{{b: &b {{{}}}, s: {{<<: [{}]}}, condition: s}}",
        many(2_000, |n| format!("k{n}: 1,")),
        "*b,".repeat(90)
    );
    refused("merged keys", &merged, "more than is allowed");
    let (rules, mistakes) = read("an alias", of_detection("{s: {a: &v [x, y], b: *v}, condition: s}"));
    assert_eq!((rules.len(), mistakes), (1, Vec::new()), "what is no bomb is a rule");
}

#[test]
fn documents_share_no_more_than_a_file_could_say_itself() {
    let copies =
        format!("action: global\nx: [{}]\n---\n{}", "1,".repeat(100_000), "title: t\n---\n".repeat(250));
    let (_, mistakes) = read("copies of a global document", copies);
    assert!(mistakes.iter().any(|mistake| mistake.message.contains("too large")), "{mistakes:?}");
    for (what, documents) in [
        ("global documents", many(20_000, |n| format!("action: global\na{n}: 1\n---\n"))),
        ("broken documents", "a: [\n---\n".repeat(100_000)),
        ("documents", "title: t\n---\n".repeat(50_000)),
    ] {
        let (_, mistakes) = read(what, documents);
        assert!(mistakes.len() < 1_000, "{what}: {} mistakes", mistakes.len());
        assert!(mistakes.iter().any(|mistake| mistake.message.contains("256 documents")), "{what}");
    }
}

#[test]
fn lists_of_any_length_are_rules_or_refused() {
    let million = format!("{{s: {{a: [{}]}}, condition: s}}", "1,".repeat(1_000_000));
    refused("a million values", &million, "more than is allowed: Nodes");
    let lines = format!("\n  s:\n    a:\n{}  condition: s", "      - x\n".repeat(100_000));
    let (_, mistakes) = read("100,000 lines of values", of_detection(&lines));
    assert!(mistakes[0].to_string().starts_with("r.yml:6: error: s: a: the rule has more than 10000 values"));
    let most = format!("{{s: {{a|contains: [{}]}}, condition: s}}", many(10_000, |n| format!("v{n}x,")));
    let (rules, _) = read("10,000 values", of_detection(&most));
    // Each is looked for by itself: what that takes is values times text.
    let record = json!({"a": "v".repeat(4 << 10)}).to_string();
    assert!(!within(60, "10,000 values in 4 KiB", move || asked(&rules[0], &record)));
}

#[test]
fn of_many_mistakes_the_first_are_told_and_the_others_counted() {
    let nested = format!("\n  s:\n{}  condition: s", many(40_000, |n| format!("    a{n}: {{b: 1}}\n")));
    let (_, mistakes) = read("fields in fields", of_detection(&nested));
    assert_eq!(mistakes.len(), 51);
    assert!(mistakes[50].message.contains("and 39950 more mistakes"), "{}", mistakes[50]);
    let long = "t".repeat(1_000_000);
    refused("a long name", &format!("{{s: {{a: 1}}, condition: {long}}}"), "unknown search `ttt");
    refused("a long modifier", &format!("{{s: {{? 'a|{long}' : 1}}, condition: s}}"), "at most 1024");
    refused(
        "many modifiers",
        &format!("{{s: {{? 'a{}' : 1}}, condition: s}}", "|base64".repeat(90_000)),
        "at most 1024",
    );
    refused(
        "a long path",
        &format!("{{s: {{? '{}a' : 1}}, condition: s}}", "a.".repeat(100_000)),
        "at most 1024",
    );
    refused("a long expression", &format!("{{s: {{a|re: '{long}('}}, condition: s}}"), "unclosed group");
    refused("a long network", &format!("{{s: {{a|cidr: '{long}'}}, condition: s}}"), "is no network");
    refused("a long number", &format!("{{s: {{a|gt: '{long}'}}, condition: s}}"), "is no number");
}

#[test]
fn names_of_searches_are_compared_within_bounds() {
    let searches = |count: usize| many(count, |n| format!("s{n}: {{a: 1}},"));
    let (rules, mistakes) =
        read("one of thousands", of_detection(&format!("{{{}condition: 1 of s*}}", searches(5_000))));
    assert_eq!((rules.len(), mistakes), (1, Vec::new()));
    let patterns = "1 of s* or ".repeat(1_000);
    refused(
        "thousands of patterns",
        &format!("{{{}condition: {patterns}s1}}", searches(5_000)),
        "too long to be compared",
    );
    let list = "1 of *,".repeat(20_000);
    refused(
        "a list of conditions",
        &format!("{{{}condition: [{list}]}}", searches(500)),
        "too long to be compared",
    );
    refused(
        "as many tests",
        &format!("{{{}condition: {patterns}s1}}", searches(500)),
        "comes to 500001 tests",
    );
    let unset = many(500, |n| format!("s{n}: {{a|expand: '%Nobody%'}},"));
    refused(
        "searches without a value",
        &format!("{{{unset}condition: {patterns}s1}}"),
        "comes to 500001 tests",
    );
    refused(
        "unknown names",
        &format!("{{{}condition: {}t}}", searches(500), "t or ".repeat(2_000)),
        "unknown search `t`",
    );
    let (name, pattern) = ("a".repeat(8_000), "a".repeat(4_000));
    refused(
        "a star in a long name",
        &format!("{{? {name} : {{a: 1}}, condition: '1 of *{pattern}b'}}"),
        "no search is named",
    );
    let (name, pattern) = (name.repeat(10), pattern.repeat(10));
    refused(
        "a star in a longer one",
        &format!("{{? {name} : {{a: 1}}, condition: '1 of *{pattern}b'}}"),
        "too long to be compared",
    );
}

#[test]
fn values_that_multiply_are_refused_before_they_do() {
    let long = "x".repeat(200_000);
    let characters = "too many characters";
    for (what, field) in [
        ("placeholders behind a long text", format!("a|expand: '{long}{}'", "%Two%".repeat(12))),
        ("placeholders", format!("a|expand: '{}'", "%Two%".repeat(1_000))),
        ("placeholders of one value", format!("a|expand: '{}'", "%One%x".repeat(50_000))),
        ("dashes", format!("a|windash: '{}'", " -a".repeat(10_000))),
        ("one offset in another", format!("a{}: '{long}'", "|base64offset".repeat(70))),
        ("one encoding in another", format!("a{}: '{long}'", "|wide".repeat(200))),
    ] {
        let wanted = if what == "placeholders" { "4096 texts" } else { characters };
        refused(what, &format!("{{s: {{{field}}}, condition: s}}"), wanted);
    }
    let expressions = many(90, |n| format!("'\\w{{8}}x{n}',"));
    let document = |n: usize| {
        format!(
            "{}---\n",
            of_detection(&format!("{{s: {{a|re: [{expressions}]}}, condition: s}}"))
                .replace("id: r", &format!("id: r{n}"))
        )
    };
    let (rules, mistakes) = read("expressions in many documents", many(20, document));
    assert_eq!((rules.len(), mistakes.len()), (4, 16), "{mistakes:?}");
    assert!(mistakes[0].message.contains(characters), "{mistakes:?}");
}

/// Whether a record matches.
fn asked(rule: &Rule, record: &str) -> bool {
    let Body::Sigma { detection, .. } = &rule.body else { panic!("{} is no Sigma rule", rule.id) };
    detection.condition.holds(&mut JsonRecord(record))
}

/// Whether a text of 1 MiB matches, asked on a small stack.
fn matches(key: &'static str, value: &str, text: &str) -> bool {
    let tree = json!({"s": {key: value}, "condition": "s"});
    let detection = detection::read(&tree, &placeholders()).unwrap_or_else(|wrong| panic!("{wrong:?}"));
    let record = json!({"a": text}).to_string();
    within(30, value, move || detection.condition.holds(&mut JsonRecord(&record)))
}

#[test]
fn stars_and_expressions_do_not_run_away_over_a_long_text() {
    let text = "a".repeat(1 << 20);
    for (pattern, wanted) in [
        ("*a*a*a*a*b", false),
        ("*a*a*a*a*", true),
        ("*a?a*a??a*a?b", false),
        ("?*?*?*?*?", true),
        ("*?*?*ä", false),
    ] {
        assert_eq!(matches("a", pattern, &text), wanted, "{pattern}");
    }
    for (expression, wanted) in [
        ("(a+)+$", true),
        ("^(a+)+b$", false),
        ("(a|a)*b", false),
        ("(a*)*(a*)*b", false),
        ("^(([a-z])+.)+[A-Z]([a-z])+$", false),
    ] {
        assert_eq!(matches("a|re", expression, &text), wanted, "{expression}");
    }
    for expression in
        ["a{1000}{1000}", "((a{100}){100}){100}", "(x*y?){100000}", "\\w{1000}", "(?i)\\pL{500}"]
    {
        refused(expression, &format!("{{s: {{a|re: '{expression}'}}, condition: s}}"), "size limit");
    }
    refused(
        "nested groups",
        &format!("{{s: {{a|re: '{}{}'}}, condition: s}}", "(".repeat(100_000), ")".repeat(100_000)),
        "nest",
    );
}

#[test]
fn a_field_with_many_dots_finds_its_way_through_hostile_records() {
    let path = vec!["a"; 120].join(".");
    let tree = json!({"s": {path.as_str(): "x"}, "condition": "s"});
    let condition = detection::read(&tree, &placeholders()).unwrap().condition;
    let keys = (1..120)
        .map(|steps| format!("\"{}\":{{\"b\":1}}", vec!["a"; steps].join(".")))
        .collect::<Vec<_>>()
        .join(",");
    let escaped = keys.replace('a', "\\u0061");
    let deep = format!("{}\"x\"{}", "{\"a\":".repeat(120), "}".repeat(120));
    let too_deep = format!("{}\"x\"{}", "{\"a\":[".repeat(100_000), "]}".repeat(100_000));
    let listed = format!("[{}]", vec![format!("{{{keys},{escaped}}}"); 20].join(","));
    for (what, record, wanted) in
        [("deep", deep, true), ("too deep", too_deep, false), ("dotted keys", listed, false)]
    {
        let condition = condition.clone();
        assert_eq!(within(30, what, move || condition.holds(&mut JsonRecord(&record))), wanted, "{what}");
    }
}

#[test]
fn of_many_oddities_the_first_are_told() {
    let names = many(9_000, |n| format!("RunInstantes{n},"));
    let lines = many(9_000, |n| format!("    eventname{n}: 1\n"));
    let long = "t".repeat(500_000);
    for (what, detection, least) in [
        (
            "names",
            format!("{{s: {{eventSource: ec2.amazonaws.com, eventName: [{names}]}}, condition: s}}"),
            51,
        ),
        ("sources", format!("{{s: {{eventSource: [{names}]}}, condition: s}}"), 51),
        ("fields", format!("\n  s:\n{lines}  condition: s"), 51),
        (
            "placeholders",
            format!("{{s: {{{}}}, condition: s}}", many(9_000, |n| format!("a{n}|expand: '%N{n}%',"))),
            51,
        ),
        ("a long name", format!("{{s: {{eventSource: {long}, eventName: {long}}}, condition: s}}"), 2),
    ] {
        let (rules, mistakes) = read(what, of_detection(&detection));
        assert_eq!(mistakes, [], "{what}");
        let told = within(30, what, move || {
            let Body::Sigma { detection, text } = &rules[0].body else { panic!("no Sigma rule") };
            let mut told = Vec::new();
            lint(&rules[0], Some(detection), text, &mut told);
            told
        });
        assert_eq!(told.len(), least, "{what}");
        assert!(told.iter().all(|mistake| mistake.message.len() < 2_000), "{what}");
    }
}
