//! The rules that come with the binary.
//!
//! One line a file: no build script, and `cargo` sees when a rule changes. A test compares the list with
//! the `queries/` folder, so that no rule can be forgotten.

/// A rule's path in the repository, and its content.
macro_rules! rule {
    ($path:literal) => {
        ($path, include_str!(concat!("../../", $path)))
    };
}

/// Every shipped rule, by path.
pub(super) const RULES: &[(&str, &str)] = &[
    rule!("queries/any/unapproved_ip.sql"),
    rule!("queries/any/unapproved_region.sql"),
    rule!("queries/any/unapproved_region_denied.sql"),
    rule!("queries/cloudtrail/cloudtrail_deleted.sql"),
    rule!("queries/cloudtrail/cloudtrail_stopped.sql"),
    rule!("queries/cloudtrail/cloudtrail_weakened.sql"),
    rule!("queries/iam/access_key_never_used.sql"),
    rule!("queries/iam/access_key_unused.sql"),
    rule!("queries/iam/mfa_device_removed.sql"),
    rule!("queries/iam/root_api_activity.sql"),
    rule!("queries/signin/console_login_failed.sql"),
    rule!("queries/signin/console_login_failed_burst.sql"),
    rule!("queries/signin/console_login_without_mfa.sql"),
    rule!("queries/signin/mfa_failed.sql"),
    rule!("queries/signin/root_console_login.sql"),
    rule!("queries/sso/identity_center_mfa_failed.sql"),
];

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
