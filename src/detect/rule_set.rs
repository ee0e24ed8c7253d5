//! The rules of a run: those shipped, those from files, and the choice among them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::Severity;
use super::kind::Kind;
use super::mistake::{Mistake, Mistakes};
use super::rule::Rule;
use super::sigma::Placeholders;
use super::vocabulary::Status;
use super::{glob, shipped, sigma, spelling};

/// A rule file is text by hand; anything larger is no rule.
const FILE_MAX: u64 = 1 << 20;

/// How deep rule folders may be nested: a link that leads back into its own folder must end.
const DEPTH_MAX: usize = 16;

/// A rule file that was read but not yet parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFile {
    /// Its path, as it is shown.
    pub path: String,
    /// Its content.
    pub text: String,
}

/// The rules of `files`, and what is wrong with the others. Sigma files are read together: a correlation in one may be
/// about rules of another.
pub(super) fn rules(files: &[RuleFile], placeholders: &Placeholders) -> (Vec<Rule>, Vec<Mistake>) {
    let (mut rules, mut mistakes) = (Vec::new(), Vec::new());
    let of_sigma = |file: &&RuleFile| is_sigma(Path::new(&file.path));
    let (of_sigma, of_sql): (Vec<_>, Vec<_>) = files.iter().partition(of_sigma);
    let parsed = of_sql.par_iter().map(|file| Rule::parse(&file.path, &file.text));
    for parsed in parsed.collect::<Vec<_>>() {
        match parsed {
            Ok(rule) => rules.push(rule),
            Err(Mistakes(wrong)) => mistakes.extend(wrong),
        }
    }
    let mut sigma = sigma::Collection::default();
    let files: Vec<_> = of_sigma.iter().map(|file| (file.path.as_str(), file.text.as_str())).collect();
    sigma.add(&files, placeholders);
    let (found, wrong) = sigma.finish();
    rules.extend(found);
    mistakes.extend(wrong);
    (rules, mistakes)
}

fn is_sigma(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yml" || extension == "yaml")
}

/// Which rules of a set to run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Ids and globs; empty means all that are not disabled.
    pub only: Vec<String>,
    /// No rule below it.
    pub min_severity: Option<Severity>,
}

/// Rules with distinct ids, sorted by id.
#[derive(Debug, Clone, Default)]
pub struct RuleSet {
    rules: Vec<Arc<Rule>>,
    /// Rules that stories of the set are about and that are not in it: they run for these stories alone.
    parts: Vec<Arc<Rule>>,
    refused: Vec<Mistake>,
}

impl RuleSet {
    /// The shipped rules.
    ///
    /// # Errors
    /// Never in a released binary: a test parses them all.
    pub fn shipped() -> Result<Self, Mistakes> {
        let set = Self::parse(&shipped_files(), &Placeholders::new());
        if set.refused.is_empty() { Ok(set) } else { Err(Mistakes(set.refused)) }
    }

    /// The shipped rules, and those of `paths`: files, or folders with `.sql`, `.yml` and `.yaml` files in them.
    ///
    /// # Errors
    /// Paths that can't be read, or hold no rule.
    pub fn load(paths: &[PathBuf], placeholders: &Placeholders) -> Result<Self, Mistakes> {
        let mut files = shipped_files();
        let (read, unreadable) = read(paths)?;
        files.extend(read);
        Ok(Self::parse(&files, placeholders).with_refused(unreadable))
    }

    /// As [`Self::load`], but of the shipped rules only those that `only` names, which spares reading hundreds.
    ///
    /// # Errors
    /// As for [`Self::load`].
    pub fn load_only(
        paths: &[PathBuf],
        placeholders: &Placeholders,
        only: &[String],
    ) -> Result<Self, Mistakes> {
        let mut files = shipped_named(|id| only.iter().any(|only| glob::matches(only, id)));
        let (read, unreadable) = read(paths)?;
        files.extend(read);
        Ok(Self::parse(&files, placeholders).with_refused(unreadable))
    }

    /// The rules of `files`; the same rule twice counts once. Rules that can't be used are left out, and
    /// [`Self::refused`] says why.
    pub fn parse(files: &[RuleFile], placeholders: &Placeholders) -> Self {
        let mut rules: BTreeMap<String, Arc<Rule>> = BTreeMap::new();
        let (found, mut refused) = self::rules(files, placeholders);
        for rule in found {
            match rules.get(&rule.id) {
                Some(other) if other.version != rule.version => {
                    let message = format!("id `{}` is taken by `{}`; choose another", rule.id, other.file);
                    refused.push(Mistake::error(&rule.file, rule.line, message));
                }
                Some(_) => {}
                None => drop(rules.insert(rule.id.clone(), Arc::new(rule))),
            }
        }
        Self { rules: rules.into_values().collect(), parts: Vec::new(), refused }.with_parts()
    }

    /// With the shipped rules that its stories name and it lacks. A story that names what is no rule is left out.
    fn with_parts(mut self) -> Self {
        let named: BTreeSet<_> = self.rules.iter().flat_map(|rule| &rule.rules).collect();
        let files = shipped_named(|id| named.contains(&id.to_owned()) && self.get(id).is_none());
        self.parts = rules(&files, &Placeholders::new()).0.into_iter().map(Arc::new).collect();
        self.parts.sort_by(|a, b| a.id.cmp(&b.id));
        let mut refused = Vec::new();
        for rule in &self.rules {
            let wrong = wrong_parts(rule, |id| self.part(id).map(|part| part.kind));
            refused.extend(wrong.into_iter().map(|message| Mistake::error(&rule.file, rule.line, message)));
        }
        self.rules
            .retain(|rule| rule.rules.is_empty() || refused.iter().all(|mistake| mistake.file != rule.file));
        self.refused.extend(refused);
        self
    }

    /// The rule with this id, also one that runs for a story alone.
    fn part(&self, id: &str) -> Option<&Arc<Rule>> {
        self.get(id).or_else(|| self.parts.iter().find(|part| part.id == id))
    }

    /// The rules that stories among `rules` are about, each once, by id.
    pub(super) fn parts_of<'r>(&self, rules: impl Iterator<Item = &'r Arc<Rule>>) -> Vec<Arc<Rule>> {
        let named: BTreeSet<_> = rules.flat_map(|rule| &rule.rules).collect();
        named.into_iter().filter_map(|id| self.part(id)).cloned().collect()
    }

    /// With files beside it that could not be read.
    #[must_use]
    pub fn with_refused(mut self, refused: Vec<Mistake>) -> Self {
        self.refused.extend(refused);
        self
    }

    /// What is wrong with the rules that were left out.
    pub fn refused(&self) -> &[Mistake] {
        &self.refused
    }

    /// Rules that are known to have distinct ids and to be sorted by them.
    pub(super) fn from_rules(rules: Vec<Arc<Rule>>) -> Self {
        Self { rules, parts: Vec::new(), refused: Vec::new() }
    }

    /// As [`Self::from_rules`], with rules that the stories among them are about.
    pub(super) fn with_others(rules: Vec<Arc<Rule>>, parts: Vec<Arc<Rule>>) -> Self {
        Self { parts, ..Self::from_rules(rules) }
    }

    /// The rules that `selection` names. A disabled rule runs only when named by its id.
    ///
    /// # Errors
    /// When a name or glob fits no rule; the message names the nearest id.
    pub fn select(&self, selection: &Selection) -> Result<Self, String> {
        let ids: Vec<_> = self.rules.iter().map(|rule| rule.id.as_str()).collect();
        for pattern in &selection.only {
            if !ids.iter().any(|id| glob::matches(pattern, id)) {
                let hint = spelling::nearest(pattern, &ids)
                    .map_or_else(String::new, |best| format!("; did you mean `{best}`?"));
                return Err(format!(
                    "no rule is named `{pattern}`{hint} (`trailhound rules list` lists them)"
                ));
            }
        }
        let chosen = |rule: &&Arc<Rule>| {
            let named = selection.only.contains(&rule.id);
            let fits =
                selection.only.is_empty() || selection.only.iter().any(|only| glob::matches(only, &rule.id));
            let severe = selection.min_severity.is_none_or(|least| rule.severity >= least);
            severe && fits && (named || rule.status != Status::Disabled)
        };
        let rules: Vec<_> = self.rules.iter().filter(chosen).cloned().collect();
        let parts = self.parts_of(rules.iter());
        Ok(Self { rules, parts, refused: self.refused.clone() })
    }

    /// With the rules of another set that are not in this one.
    #[must_use]
    pub(super) fn with(mut self, other: &Self) -> Self {
        self.rules.extend(other.rules.iter().cloned());
        self.rules.sort_by(|a, b| a.id.cmp(&b.id));
        self.rules.dedup_by(|a, b| a.id == b.id);
        self
    }

    /// The rules, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Rule>> {
        self.rules.iter()
    }

    /// The rule with this id.
    pub fn get(&self, id: &str) -> Option<&Arc<Rule>> {
        self.rules.binary_search_by(|rule| rule.id.as_str().cmp(id)).ok().map(|index| &self.rules[index])
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

/// The shipped rule files.
pub fn shipped_files() -> Vec<RuleFile> {
    shipped_named(|_| true)
}

/// The shipped rules with ids that `named` says. A shipped file is named after its rule.
pub(super) fn shipped_named(named: impl Fn(&str) -> bool) -> Vec<RuleFile> {
    let id = |path| Path::new(path).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let files = shipped::RULES.iter().filter(|(path, _)| named(id(*path)));
    files.map(|(path, text)| RuleFile { path: (*path).to_owned(), text: (*text).to_owned() }).collect()
}

/// What is wrong with the rules that a story says it is about, of which `kind` knows those that there are.
pub(super) fn wrong_parts(story: &Rule, kind: impl Fn(&str) -> Option<Kind>) -> Vec<String> {
    let wrong = story.rules.iter().filter_map(|id| match kind(id) {
        None => Some(format!(
            "`rules` holds `{id}`, and there is no such rule (`trailhound rules list` lists them)"
        )),
        Some(Kind::Story) => Some(format!("`rules` holds `{id}`, which is a story itself")),
        Some(_) => None,
    });
    wrong.collect()
}

/// Reads the rule files that `paths` are or hold, by path, and says which files in folders can't be read.
///
/// # Errors
/// Every path that can't be read itself, or that holds no rule.
pub fn read(paths: &[PathBuf]) -> Result<(Vec<RuleFile>, Vec<Mistake>), Mistakes> {
    let (mut files, mut unreadable) = (Vec::new(), Vec::new());
    let mut mistakes = Vec::new();
    for path in paths {
        let before = (files.len(), unreadable.len());
        walk(path, 0, &mut files, &mut unreadable);
        // Somebody who names a file wants it; one among others in a folder is no reason to stop.
        let named = path.display().to_string();
        mistakes.extend(unreadable.extract_if(before.1.., |mistake| mistake.file == named));
        if (files.len(), unreadable.len()) == before && mistakes.is_empty() {
            let message = "no rule in this folder; a rule is an `.sql` file with a header, or a Sigma rule in a `.yml` file";
            mistakes.push(Mistake::error(&path.display().to_string(), 1, message));
        }
    }
    if mistakes.is_empty() { Ok((files, unreadable)) } else { Err(Mistakes(mistakes)) }
}

fn walk(path: &Path, depth: usize, files: &mut Vec<RuleFile>, mistakes: &mut Vec<Mistake>) {
    let name = path.display().to_string();
    let mut fail = |error: String| mistakes.push(Mistake::error(&name, 1, error));
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) => return fail(format!("can't be read: {error}")),
    };
    if metadata.is_file() {
        if metadata.len() > FILE_MAX {
            return fail(format!("{} bytes are too many for a rule", metadata.len()));
        }
        match fs::read_to_string(path) {
            Ok(text) => files.push(RuleFile { path: name, text }),
            Err(error) => fail(format!("can't be read: {error}")),
        }
        return;
    }
    if depth == DEPTH_MAX {
        return fail(format!("folders nested more than {DEPTH_MAX} deep"));
    }
    let entries = match fs::read_dir(path).and_then(Iterator::collect::<std::io::Result<Vec<_>>>) {
        Ok(entries) => entries,
        Err(error) => return fail(format!("can't be read: {error}")),
    };
    let mut inner: Vec<_> = entries.iter().map(fs::DirEntry::path).collect();
    inner.sort();
    for path in inner {
        let is_rule = is_sigma(&path) || path.extension().is_some_and(|extension| extension == "sql");
        if is_rule || path.is_dir() {
            walk(&path, depth + 1, files, mistakes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, id: &str, extra: &str) -> RuleFile {
        let text = format!(
            "/*---\nid: {id}\ntitle: t\nseverity: low\ndescription: d\n{extra}---*/\nSELECT * FROM cloudtrail WHERE true"
        );
        RuleFile { path: path.to_owned(), text }
    }

    fn parse(files: &[RuleFile]) -> RuleSet {
        RuleSet::parse(files, &Placeholders::new())
    }

    fn ids(set: &RuleSet) -> Vec<&str> {
        set.iter().map(|rule| rule.id.as_str()).collect()
    }

    #[test]
    fn the_same_rule_twice_counts_once_and_another_under_its_id_is_refused() {
        let set = parse(&[file("a.sql", "a", ""), file("b.sql", "a", "")]);
        assert_eq!((set.len(), set.refused()), (1, [].as_slice()));
        let set = parse(&[file("a.sql", "a", ""), file("b.sql", "a", "status: experimental\n")]);
        let found = set.refused();
        assert_eq!(set.len(), 1);
        assert!(
            found.len() == 1 && found[0].file == "b.sql" && found[0].message.contains("taken by `a.sql`")
        );
    }

    #[test]
    fn rules_are_chosen_by_id_glob_and_severity_and_disabled_ones_only_by_id() {
        let off = "status: disabled\n";
        let set = parse(&[file("a", "root_a", ""), file("b", "root_b", off), file("c", "key", "")]);
        let select = |only: &[&str], min_severity| {
            let only = only.iter().map(|name| (*name).to_owned()).collect();
            set.select(&Selection { only, min_severity })
        };
        assert_eq!(ids(&select(&[], None).unwrap()), ["key", "root_a"]);
        assert_eq!(ids(&select(&["root_*"], None).unwrap()), ["root_a"]);
        assert_eq!(ids(&select(&["root_b"], None).unwrap()), ["root_b"]);
        assert!(select(&[], Some(Severity::Medium)).unwrap().is_empty());
        assert!(select(&["rot_a"], None).unwrap_err().contains("did you mean `root_a`?"));
    }

    #[test]
    fn a_folder_is_searched_for_rules_and_one_without_any_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).unwrap();
        assert!(
            read(&[folder.path().to_owned()]).unwrap_err().to_string().contains("no rule in this folder")
        );
        fs::write(inner.join("b.sql"), "x").unwrap();
        fs::write(folder.path().join("a.sql"), "y").unwrap();
        fs::write(folder.path().join("README.md"), "z").unwrap();
        let texts: Vec<_> =
            read(&[folder.path().to_owned()]).unwrap().0.into_iter().map(|file| file.text).collect();
        assert_eq!(texts, ["y", "x"]);
        assert!(read(&[folder.path().join("missing.sql")]).is_err());
        fs::write(folder.path().join("odd.yml"), [0xff, 0xfe]).unwrap();
        let (files, unreadable) = read(&[folder.path().to_owned()]).unwrap();
        assert!(files.len() == 2 && unreadable.len() == 1 && unreadable[0].file.ends_with("odd.yml"));
        assert!(read(&[folder.path().join("odd.yml")]).is_err());
        let set = RuleSet::load(&[folder.path().to_owned()], &Placeholders::new()).unwrap();
        assert!(!set.is_empty() && set.refused().iter().any(|mistake| mistake.file.ends_with("odd.yml")));
    }

    #[test]
    fn of_the_shipped_rules_only_those_are_read_that_are_named() {
        let only = |names: &[&str]| {
            let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
            RuleSet::load_only(&[], &Placeholders::new(), &names).unwrap()
        };
        assert_eq!(
            ids(&only(&["cloudtrail_stopped", "root_api_a*"])),
            ["cloudtrail_stopped", "root_api_activity"]
        );
        assert!(only(&["no_such_rule"]).is_empty());
    }

    fn story(id: &str, parts: &str) -> RuleFile {
        let text = format!(
            "/*---\nid: {id}\ntitle: t\nseverity: high\ndescription: d\nrules: [{parts}]\nentity: [principal]\n\
             window: 1d\nlookback: 1d\n---*/\nSELECT * FROM findings"
        );
        RuleFile { path: format!("{id}.sql"), text }
    }

    #[test]
    fn a_story_brings_its_parts_which_are_not_of_the_set() {
        let named =
            |set: &RuleSet| set.parts_of(set.iter()).iter().map(|part| part.id.clone()).collect::<Vec<_>>();
        let set =
            parse(&[story("s", "a, cloudtrail_stopped"), file("a.sql", "a", ""), file("b.sql", "b", "")]);
        assert_eq!(
            (ids(&set), named(&set)),
            (vec!["a", "b", "s"], vec!["a".to_owned(), "cloudtrail_stopped".to_owned()])
        );
        let selection = Selection { only: vec!["s".to_owned()], min_severity: Some(Severity::High) };
        let alone = set.select(&selection).unwrap();
        assert_eq!((ids(&alone), named(&alone).len()), (vec!["s"], 2));
    }

    #[test]
    fn a_story_about_what_is_no_rule_or_a_story_is_left_out_and_told() {
        let set = parse(&[story("s", "a"), story("t", "s, no_such_rule"), file("a.sql", "a", "")]);
        assert_eq!(ids(&set), ["a", "s"]);
        let told: Vec<_> = set.refused().iter().map(ToString::to_string).collect();
        assert!(
            told.len() == 2 && told[0].contains("story itself") && told[1].contains("no such rule"),
            "{told:?}"
        );
    }

    #[test]
    fn the_shipped_rules_load() {
        RuleSet::shipped().unwrap();
    }
}
