//! Where a call comes from and with what: source addresses and user agents.
//!
//! People come from the approved networks alone, automation from the NAT of the office, workloads from private
//! addresses through VPC endpoints. A program's user agent often carries the id of its run, so user agents are
//! about half as many as events, as in real trails.

use super::dice::{below, chance, mix};
use super::scene::a_word;
use super::text;

/// How many private addresses one session of a workload uses: its tasks share the role.
const TASKS: u64 = 18;

/// A person's address: one of a few.
pub(super) fn office(out: &mut String, session: u64) {
    let draw = mix(session, 0x0ff1);
    match below(draw, 10) {
        0..4 => {
            out.push_str("198.51.100.");
            text::number(out, 1 + below(mix(draw, 1), 254));
        }
        4..7 => {
            out.push_str("203.0.113.");
            text::number(out, 21 + below(mix(draw, 1), 106));
        }
        _ => {
            out.push_str("2001:db8:100:");
            group(out, mix(draw, 1), 256);
            out.push_str("::");
            group(out, mix(draw, 2), 65_535);
        }
    }
}

fn group(out: &mut String, seed: u64, limit: u64) {
    out.push_str(&format!("{:x}", 1 + below(seed, limit - 1)));
}

/// The office's NAT, through which automation goes.
pub(super) fn nat(out: &mut String, session: u64) {
    out.push_str("203.0.113.");
    text::number(out, 10 + below(mix(session, 0x0a7), 11));
}

/// A workload's address out of `pool` private ones; each account has a network of its own.
pub(super) fn private(out: &mut String, account: usize, session: u64, event: u64, pool: u64) {
    let task = below(event, 1 + below(mix(event, 2), TASKS));
    let place = below(mix(mix(session, task), 1), pool);
    out.push_str("10.");
    text::number(out, 8 + account as u64 % 200);
    out.push('.');
    text::number(out, place / 250 % 256);
    out.push('.');
    text::number(out, 4 + place % 250);
}

const BROWSERS: [&str; 6] = [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/",
    "Mozilla/5.0 (X11; Linux x86_64; rv:",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:",
];

pub(super) fn browser(out: &mut String, person: u64) {
    let kind = below(mix(person, 7), 6) as usize;
    let version = 128 + below(mix(person, 8), 16);
    out.push_str(BROWSERS[kind]);
    text::number(out, version);
    if kind < 3 {
        out.push_str(".0.0.0 Safari/537.36");
    } else {
        out.push_str(".0) Gecko/20100101 Firefox/");
        text::number(out, version);
        out.push_str(".0");
    }
}

/// The command line, with the command that was typed.
pub(super) fn command_line(out: &mut String, person: u64, prefix: &str, name: &str) {
    out.push_str("aws-cli/2.");
    text::number(out, 17 + below(mix(person, 1), 12));
    out.push('.');
    text::number(out, below(mix(person, 2), 40));
    out.push_str(" md/awscrt#0.2");
    text::number(out, below(mix(person, 3), 8));
    out.push_str(".2 ua/2.1 os/");
    out.push_str(["linux#6.8.0-45-generic", "macos#24.1.0", "windows#10"][below(mix(person, 4), 3) as usize]);
    out.push_str(" md/arch#");
    out.push_str(["x86_64", "arm64"][below(mix(person, 5), 2) as usize]);
    out.push_str(" lang/python#3.12.6 md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe md/prompt#off md/command#");
    out.push_str(prefix);
    out.push('.');
    kebab(out, name);
}

/// `DescribeDBInstances` → `describe-db-instances`, without the version that Lambda appends.
fn kebab(out: &mut String, name: &str) {
    let name = unversioned(name);
    let mut upper = true;
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !upper {
            out.push('-');
        }
        upper = letter.is_ascii_uppercase();
        out.push(letter.to_ascii_lowercase());
    }
}

/// An API's name without a version such as `20150331v2`.
pub(super) fn unversioned(name: &str) -> &str {
    name.find("20").map_or(name, |at| &name[..at])
}

/// A program: `habits` decide its SDK, `event` the run that it names.
pub(super) fn program(out: &mut String, habits: u64, event: u64) {
    const RUNTIMES: [&str; 5] = [
        "md/pyimpl#CPython exec-env/AWS_Lambda_python3.12",
        "md/pyimpl#CPython exec-env/AWS_ECS_FARGATE",
        "md/pyimpl#CPython exec-env/EC2",
        "md/pyimpl#CPython exec-env/CodeBuild",
        "md/pyimpl#CPython",
    ];
    let minor = below(mix(habits, 1), 40);
    match below(mix(habits, 2), 7) {
        0..3 => {
            out.push_str("Boto3/1.35.");
            text::number(out, minor);
            out.push_str(" md/Botocore#1.35.");
            text::number(out, minor);
            out.push_str(" ua/2.0 os/linux#6.1.109 md/arch#x86_64 lang/python#3.12.5 ");
            out.push_str(RUNTIMES[below(mix(habits, 3), 5) as usize]);
            out.push_str(" cfg/retry-mode#standard Botocore/1.35.");
            text::number(out, minor);
        }
        3 => {
            out.push_str("aws-sdk-go-v2/1.30.");
            text::number(out, minor % 6);
            out.push_str(" os/linux lang/go#1.22.7 md/GOOS#linux md/GOARCH#arm64 api/client#1.");
            text::number(out, 30 + minor);
            out.push_str(".0");
        }
        4 => {
            out.push_str("aws-sdk-java/2.27.");
            text::number(out, minor);
            out.push_str(" md/io#async md/http#NettyNio ua/2.1 os/Linux#6.1.109 lang/java#21.0.4 md/vendor#Amazon.com_Inc. cfg/retry-mode#standard");
        }
        5 => {
            out.push_str("aws-sdk-js/3.654.");
            text::number(out, minor);
            out.push_str(" ua/2.0 os/linux#5.10.226 lang/js md/nodejs#20.17.0 api/client#3.654.0 exec-env/AWS_Lambda_nodejs20.x");
        }
        _ => {
            out.push_str("APN/1.0 HashiCorp/1.0 Terraform/1.9.");
            text::number(out, minor % 8);
            out.push_str(" (+https://www.terraform.io) terraform-provider-aws/5.68.0 aws-sdk-go-v2/1.30.5 os/linux lang/go#1.22.6 md/GOOS#linux md/GOARCH#amd64");
        }
    }
    if chance(mix(event, 0xa9), 0.74) {
        out.push_str(" app/");
        out.push_str(a_word(habits));
        out.push('-');
        text::uuid(out, mix(event, 0xaa));
    }
}
