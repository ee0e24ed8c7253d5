//! The rules that come with the binary.
//!
//! One line a file: no build script, and `cargo` sees when a rule changes. A test compares the list with
//! the `queries/` folder, so that no rule can be forgotten.

/// Path in the repository and content of each shipped rule.
pub(super) const RULES: &[(&str, &str)] = &[];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    fn files(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("queries/hunts") {
                files(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "sql") {
                let relative = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap();
                found.insert(relative.to_str().unwrap().replace('\\', "/"));
            }
        }
    }

    #[test]
    fn the_list_of_shipped_rules_is_the_queries_folder() {
        let mut found = BTreeSet::new();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("queries");
        if folder.is_dir() {
            files(&folder, &mut found);
        }
        let listed: BTreeSet<_> = RULES.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(listed, found, "list every file of queries/ (but queries/hunts) in src/detect/shipped.rs");
        assert!(RULES.is_sorted_by_key(|(path, _)| *path), "keep the list sorted");
    }
}
