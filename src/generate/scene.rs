//! Where and when one event happens, and what its slots stand for there.
//!
//! An account has fleets: so many instances, buckets, tables, functions. A slot names one of them by the event's
//! seed, so names recur through a trail as they do in life; ids of one-time things are fresh each time.

use super::dice::{below, mix};
use super::shape::{Part, Template};
use super::text;
use super::world::{Account, MANAGEMENT, SECURITY, World};

#[derive(Debug, Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) world: &'a World,
    pub(super) account: &'a Account,
    pub(super) region: &'a str,
    pub(super) time: i64,
    pub(super) seed: u64,
}

const WORDS: [&str; 48] = [
    "orders", "billing", "search", "catalog", "ledger", "notify", "media", "ingest", "events", "users",
    "profile", "pricing", "basket", "invoice", "audit", "reports", "metrics", "export", "import", "feeds",
    "gateway", "session", "tokens", "payouts", "refunds", "stock", "shipping", "tracking", "reviews",
    "ratings", "mailer", "render", "thumbs", "crawler", "indexer", "scores", "fraud", "limits", "quota",
    "config", "flags", "batch", "nightly", "archive", "backup", "mirror", "sandbox", "platform",
];
const STAGES: [&str; 4] = ["live", "blue", "green", "canary"];

pub(super) fn a_word(seed: u64) -> &'static str {
    WORDS[below(seed, WORDS.len() as u64) as usize]
}

impl Scene<'_> {
    pub(super) fn fill(&self, template: &Template, out: &mut String) {
        for part in &template.0 {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Slot(name, size, tag) => self.slot(name, *size, mix(self.seed, *tag), out),
            }
        }
    }

    fn slot(&self, name: &str, size: u64, value: u64, out: &mut String) {
        match name {
            "account" => out.push_str(&self.account.id),
            "region" => out.push_str(self.region),
            "uuid" => text::uuid(out, value),
            "hex" => text::hex(out, value, size as usize),
            "b64" => text::base64(out, value, size as usize),
            "b32" => text::base32(out, value, size as usize),
            "n" => text::number(out, 1 + below(value, size)),
            "word" => out.push_str(a_word(value)),
            "now" => text::instant(out, self.time),
            "locale" => text::locale(out, self.time),
            "epoch" => text::number(out, self.time.unsigned_abs()),
            "day" => text::date(out, self.time, '/'),
            "path" => self.path(value, out),
            "ip" => self.address(value, out),
            "mac" => mac(value, out),
            "kms" => text::uuid(out, self.one_of(value, 0x4b, 16)),
            "user" => out.push_str(self.world.user_name(self.account.index, value)),
            "role" => out.push_str(self.world.role_name(self.account.index, value)),
            "akia" => out.push_str(self.world.user_key(self.account.index, value)),
            "lasting" => text::base32(out, mix(self.account.seed, 0x1a57 + size), 17),
            "other" => out.push_str(&self.another().id),
            "management" => out.push_str(&self.world.accounts[MANAGEMENT].id),
            "security" => out.push_str(&self.world.accounts[SECURITY].id),
            "colleague" => out.push_str(&self.world.colleague(self.seed).name),
            "person" => out.push_str(&self.world.person(self.seed).name),
            "personid" => out.push_str(&self.world.person(self.seed).id),
            "robot" => out.push_str(&self.world.robot(self.seed).name),
            "robotid" => out.push_str(&self.world.robot(self.seed).id),
            "robotkey" => out.push_str(&self.world.robot(self.seed).key),
            _ => self.named(name, value, out),
        }
    }

    /// Another account of the organisation.
    fn another(&self) -> &Account {
        let accounts = &self.world.accounts;
        &accounts[(self.account.index + 1) % accounts.len()]
    }

    /// The things of an account that last: each kind has a fleet of its own size.
    fn named(&self, name: &str, value: u64, out: &mut String) {
        let (prefix, fleet) = match name {
            "inst" => ("i-", 300),
            "vol" => ("vol-", 400),
            "eni" => ("eni-", 400),
            "sg" => ("sg-", 60),
            "subnet" => ("subnet-", 12),
            "vpc" => ("vpc-", 4),
            "snap" => ("snap-", 500),
            "ami" => ("ami-", 24),
            "lt" => ("lt-", 16),
            "vpce" => ("vpce-", 8),
            _ => return self.titled(name, value, out),
        };
        out.push_str(prefix);
        let tag = name.bytes().fold(1, |tag, byte| mix(tag, u64::from(byte)));
        text::hex(out, self.one_of(value, tag, fleet), 17);
    }

    fn titled(&self, name: &str, value: u64, out: &mut String) {
        let (fleet, joint, number) = match name {
            "bucket" => (28, "demo-", true),
            "table" => (24, "", false),
            "func" => (60, "", true),
            "secret" => (30, "app/", true),
            "param" => (60, "/app/", false),
            "cluster" => (4, "", false),
            "service" => (30, "svc-", false),
            "repo" => (24, "demo/", false),
            "stack" => (30, "stack-", true),
            "queue" => (30, "", true),
            "db" => (8, "db-", false),
            _ => (40, "", false),
        };
        let one = self.one_of(value, name.len() as u64 + u64::from(name.as_bytes()[0]), fleet);
        out.push_str(joint);
        out.push_str(a_word(one));
        out.push('-');
        out.push_str(STAGES[below(mix(one, 1), 4) as usize]);
        if number {
            out.push('-');
            text::hex(out, mix(one, 2), 6);
        }
    }

    /// The seed of one thing out of a fleet; some are used far more than others.
    fn one_of(&self, value: u64, kind: u64, fleet: u64) -> u64 {
        let index = below(mix(value, 3), 1 + fleet.max(2 * below(value, fleet)));
        mix(mix(self.account.seed, kind), index)
    }

    fn path(&self, value: u64, out: &mut String) {
        const ENDS: [&str; 6] = [".json", ".parquet", ".csv.gz", ".png", ".pdf", ".log.gz"];
        out.push_str(a_word(mix(value, 1)));
        out.push('/');
        text::date(out, self.time, '/');
        out.push('/');
        text::hex(out, value, 32);
        out.push_str(ENDS[below(value, ENDS.len() as u64) as usize]);
    }

    fn address(&self, value: u64, out: &mut String) {
        out.push_str("10.");
        text::number(out, 8 + self.account.index as u64);
        out.push('.');
        text::number(out, below(value, 32));
        out.push('.');
        text::number(out, 4 + below(mix(value, 1), 250));
    }
}

fn mac(value: u64, out: &mut String) {
    for place in 0..5 {
        if place > 0 {
            out.push(':');
        }
        text::hex(out, mix(value, place), 2);
    }
}
