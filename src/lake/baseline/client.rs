//! The program behind a user agent, and the system that it runs on, without versions.
//!
//! User agents carry versions, paths and numbers that are new every week; what a principal works with is not. So
//! `aws-cli/2.15.30 Python/3.11 Linux/5.10 exe/x86_64` is `aws-cli linux`, and a browser is `Mozilla` with its system.
//! What a client says of itself is its own choice: this tells a change of habit, and proves nothing.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// Bytes of a program's name: real ones are shorter.
const PROGRAM_MAX: usize = 48;

/// How user agents name systems, and as what they count; the first that is there counts.
const SYSTEMS: [(&str, &str); 9] = [
    ("windows", "windows"),
    ("android", "android"),
    ("iphone", "ios"),
    ("ipad", "ios"),
    ("darwin", "macos"),
    ("mac os", "macos"),
    ("macos", "macos"),
    ("macintosh", "macos"),
    ("linux", "linux"),
];

/// Appends program and system to `client`; nothing for an agent that names no program.
pub(super) fn append(agent: &str, client: &mut String) {
    let named = agent.trim_start_matches(|first: char| !first.is_alphanumeric());
    let end = named.find(['/', ' ', ',', ';', ']', '(']).unwrap_or(named.len());
    let end = named.floor_char_boundary(end.min(PROGRAM_MAX));
    if end == 0 {
        return;
    }
    client.push_str(&named[..end]);
    if let Some(system) = system(agent) {
        client.push(' ');
        client.push_str(system);
    }
}

fn system(agent: &str) -> Option<&'static str> {
    static WORDS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        let words = SYSTEMS.iter().map(|(word, _)| word);
        AhoCorasick::builder().ascii_case_insensitive(true).build(words).ok()
    });
    // All are looked for at once: one after the other took four fifths of the counting.
    let found = WORDS.as_ref()?.find_overlapping_iter(agent).map(|word| word.pattern().as_usize()).min()?;
    Some(SYSTEMS[found].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_left_out_and_the_system_stays() {
        for (agent, client) in [
            ("aws-cli/2.15.30 Python/3.11.8 Linux/5.10.205 exe/x86_64.amzn.2", "aws-cli linux"),
            ("aws-cli/2.15.30 Python/3.11.8 Darwin/23.4.0 exe/x86_64", "aws-cli macos"),
            ("[aws-cli/1.16.1 Python/2.7.12 Windows/10 botocore/1.11.1]", "aws-cli windows"),
            ("Boto3/1.34.1 md/Botocore#1.34.1 ua/2.0 os/macos#23.4.0 md/arch#arm64", "Boto3 macos"),
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36", "Mozilla windows"),
            ("Mozilla/5.0 (Linux; Android 14; Pixel 8)", "Mozilla android"),
            ("[S3Console/0.4, aws-internal/3 aws-sdk-java/1.11]", "S3Console"),
            ("APN/1.0 HashiCorp/1.0 Terraform/1.7.5", "APN"),
            ("cloudformation.amazonaws.com", "cloudformation.amazonaws.com"),
            ("", ""),
            ("[]", ""),
        ] {
            let mut found = String::new();
            append(agent, &mut found);
            assert_eq!(found, client, "{agent}");
        }
    }

    #[test]
    fn a_name_without_end_is_cut_at_a_character() {
        let mut found = String::new();
        append(&"ä".repeat(1_000), &mut found);
        assert_eq!(found, "ä".repeat(PROGRAM_MAX / 2));
    }
}
