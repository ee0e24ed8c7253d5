//! The hunts that come with the binary: one line a file of `queries/hunts/`, which a test compares.

/// A hunt's name and its file.
macro_rules! hunt {
    ($name:literal) => {
        ($name, include_str!(concat!("../../queries/hunts/", $name, ".sql")))
    };
}

/// Every shipped hunt: its name and its file, sorted by name.
pub const HUNTS: &[(&str, &str)] = &[
    hunt!("address_activity"),
    hunt!("busiest_hours"),
    hunt!("conflicting_records"),
    hunt!("cross_account_roles"),
    hunt!("data_reads_by_bucket"),
    hunt!("denied_by_principal"),
    hunt!("error_spikes"),
    hunt!("failed_then_succeeded"),
    hunt!("first_seen"),
    hunt!("hostile_user_agents"),
    hunt!("instance_credentials_elsewhere"),
    hunt!("key_activity"),
    hunt!("keys_created"),
    hunt!("kms_decrypts_by_key"),
    hunt!("logins_by_network"),
    hunt!("network_activity"),
    hunt!("new_user_agents"),
    hunt!("off_hours_changes"),
    hunt!("open_security_groups"),
    hunt!("policy_changes"),
    hunt!("principal_timeline"),
    hunt!("public_policies"),
    hunt!("regions_first_use"),
    hunt!("role_chains"),
    hunt!("root_trail"),
    hunt!("secrets_read"),
    hunt!("session_origin"),
    hunt!("sessions_without_mfa"),
    hunt!("shared_images"),
    hunt!("sign_in_timeline"),
    hunt!("silent_accounts"),
    hunt!("trail_changes"),
    hunt!("who_acts"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::Hunt;
    use super::HUNTS;

    #[test]
    fn the_list_of_hunts_is_the_folder_and_every_hunt_can_be_read() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/queries/hunts");
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let files: BTreeSet<_> = names.filter_map(|name| name.into_string().ok()).collect();
        let listed: BTreeSet<_> = HUNTS.iter().map(|(name, _)| format!("{name}.sql")).collect();
        assert_eq!(listed, files, "list every file of queries/hunts in src/query/shipped.rs");
        for (name, text) in HUNTS {
            let hunt = Hunt::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(hunt.id, *name);
        }
    }
}
