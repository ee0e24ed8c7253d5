//! The demo organisation: its accounts, people, robots and roles, and how many of each a trail of some size has.
//!
//! The first four accounts, the approved regions and networks are those of the shipped rules' examples; bigger
//! trails have more member accounts, and more people and roles, but never as many as events.

use super::dice::{Dice, below, mix};
use super::options::Options;
use super::scene::a_word;
use super::text;

pub(super) const ORGANISATION: &str = "o-demo0trail1";
/// Approved regions first: ordinary activity stays in the first two, and global services in the very first.
pub(super) const REGIONS: [&str; 4] = ["us-east-1", "eu-west-1", "ap-southeast-1", "sa-east-1"];
pub(super) const ORDINARY_REGIONS: usize = 2;
pub(super) const HOME: usize = 0;
pub(super) const MANAGEMENT: usize = 0;
pub(super) const PRODUCTION: usize = 1;
pub(super) const STAGING: usize = 2;
pub(super) const SECURITY: usize = 3;
pub(super) const FEWEST_ACCOUNTS: usize = 4;
pub(super) const MOST_ACCOUNTS: usize = 20;

const ACCOUNTS: [&str; MOST_ACCOUNTS] = [
    "111111111111",
    "222222222222",
    "333333333333",
    "444444444444",
    "555555555555",
    "666666666666",
    "777777777777",
    "888888888888",
    "999999999999",
    "101010101010",
    "121212121212",
    "131313131313",
    "141414141414",
    "151515151515",
    "161616161616",
    "171717171717",
    "181818181818",
    "191919191919",
    "202020202020",
    "212121212121",
];
const FIRST: [&str; 24] = [
    "alice", "bruno", "chen", "dana", "emil", "farid", "greta", "hugo", "ines", "jonas", "kira", "liam",
    "mona", "nadia", "omar", "petra", "quinn", "rosa", "sven", "tara", "umut", "vera", "wei", "yara",
];
const LAST: [&str; 20] = [
    "abara", "berg", "costa", "dietz", "eklund", "fischer", "garcia", "haddad", "ito", "jansen", "kowalski",
    "lund", "moreau", "novak", "okafor", "petrov", "rossi", "silva", "tanaka", "weber",
];
pub(super) const PERMISSION_SETS: [&str; 6] =
    ["ReadOnly", "Developer", "PowerUser", "DataAnalyst", "Operations", "SecurityAudit"];

#[derive(Debug)]
pub(super) struct Account {
    pub(super) index: usize,
    pub(super) id: String,
    pub(super) seed: u64,
    pub(super) weight: f64,
}

/// An IAM user with an access key.
#[derive(Debug)]
pub(super) struct User {
    pub(super) account: usize,
    pub(super) name: String,
    /// AIDA…
    pub(super) id: String,
    /// AKIA…
    pub(super) key: String,
    /// A person, who uses the command line; else a robot.
    pub(super) person: bool,
    pub(super) seed: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    Ec2,
    Lambda,
    Ecs,
    /// Continuous integration, by an OpenID Connect token
    Ci,
    /// Assumed from another account of the organisation
    Cross,
    /// A permission set of Identity Center
    Portal,
    /// A service-linked role
    Linked(&'static str),
}

#[derive(Debug)]
pub(super) struct Role {
    pub(super) account: usize,
    pub(super) name: String,
    pub(super) path: String,
    /// AROA…
    pub(super) id: String,
    pub(super) trust: Trust,
    pub(super) seed: u64,
}

/// Somebody who signs in: at the console as an IAM user, or at the access portal.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) account: usize,
    pub(super) name: String,
    pub(super) id: String,
    pub(super) seed: u64,
}

#[derive(Debug)]
pub(super) struct World {
    pub(super) seed: u64,
    pub(super) accounts: Vec<Account>,
    pub(super) users: Vec<User>,
    pub(super) roles: Vec<Role>,
    /// IAM users with a password and an MFA device, and no access key
    pub(super) console: Vec<Person>,
    /// Users of Identity Center
    pub(super) portal: Vec<Person>,
    /// Principals of other accounts that read what is shared with them
    pub(super) outsiders: Vec<Person>,
    pub(super) scale: Scale,
}

/// How many of each a trail has. Powers of its size: ten times the events have about thrice the keys.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    pub(super) users: usize,
    pub(super) roles: usize,
    pub(super) sessions: usize,
    pub(super) console: usize,
    pub(super) portal: usize,
    pub(super) outsiders: usize,
    pub(super) addresses: u64,
    pub(super) accounts: usize,
}

impl Scale {
    pub(super) fn of(options: &Options) -> Self {
        let size = options.events as f64 / 20_000.0;
        let many = |at_20_000: f64, power: f64, least: usize, most: usize| {
            ((at_20_000 * size.powf(power)).round() as usize).clamp(least, most)
        };
        // A user's key is used every few days; in a long and thin trail few can be.
        let room = options.events as f64 * 0.2 / (f64::from(options.days) / 4.0).max(1.0);
        let by_size = match options.events {
            0..300_000 => FEWEST_ACCOUNTS,
            300_000..3_000_000 => 8,
            3_000_000..30_000_000 => 14,
            _ => MOST_ACCOUNTS,
        };
        Self {
            users: many(110.0, 0.45, 3, 330).min((room as usize).max(3)),
            roles: many(250.0, 0.40, 14, 560),
            sessions: many(285.0, 0.45, 14, 20_000),
            console: many(130.0, 0.38, 3, 200),
            portal: many(44.0, 0.30, 3, 100),
            outsiders: many(45.0, 0.35, 4, 100),
            addresses: many(1_950.0, 0.07, 40, 20_000) as u64,
            accounts: options.accounts.unwrap_or(by_size).clamp(FEWEST_ACCOUNTS, MOST_ACCOUNTS),
        }
    }
}

impl World {
    pub(super) fn new(options: &Options) -> Self {
        let seed = mix(options.seed, 0x0a11);
        let scale = Scale::of(options);
        let accounts = (0..scale.accounts).map(|index| account(index, seed)).collect();
        let mut world = Self {
            seed,
            accounts,
            users: Vec::new(),
            roles: Vec::new(),
            console: Vec::new(),
            portal: Vec::new(),
            outsiders: Vec::new(),
            scale,
        };
        let mut dice = Dice::new(mix(seed, 1));
        for index in 0..scale.users {
            let user = world.user(index, &mut dice);
            world.users.push(user);
        }
        world.roles = (0..scale.roles).map(|index| world.role(index, &mut dice)).collect();
        world.console = world.people(scale.console, "AIDA", 0x0c, &mut dice);
        world.portal = world.people(scale.portal, "", 0x0d, &mut dice);
        world.outsiders = world.people(scale.outsiders, "AROA", 0x0e, &mut dice);
        world
    }

    /// An account's place, the big ones more often.
    pub(super) fn some_account(&self, dice: &mut Dice) -> usize {
        let weights: Vec<f64> = self.accounts.iter().map(|account| account.weight).collect();
        dice.weighted(&weights)
    }

    /// The weights of all accounts.
    pub(super) fn weight(&self) -> f64 {
        self.accounts.iter().map(|account| account.weight).sum()
    }

    fn user(&self, index: usize, dice: &mut Dice) -> User {
        let seed = mix(self.seed, 0x1_0000 + index as u64);
        let person = index.is_multiple_of(3);
        let name = if person { human(index, seed) } else { format!("svc-{}-{index}", a_word(seed)) };
        let mut account = self.some_account(dice);
        // The first two are apart, so that to any role's account one of them is foreign.
        if index == 1 && self.users.first().is_some_and(|first| first.account == account) {
            account = (account + 1) % self.accounts.len();
        }
        User {
            account,
            name,
            id: prefixed("AIDA", seed, 17),
            key: prefixed("AKIA", mix(seed, 1), 16),
            person,
            seed,
        }
    }

    fn role(&self, index: usize, dice: &mut Dice) -> Role {
        const LINKED: [&str; 5] = ["autoscaling", "ecs", "elasticloadbalancing", "config", "access-analyzer"];
        let seed = mix(self.seed, 0x2_0000 + index as u64);
        let word = a_word(seed);
        let trust = match index % 14 {
            0 | 5 | 9 => Trust::Ec2,
            1 | 4 | 7 | 11 => Trust::Lambda,
            2 | 8 => Trust::Ecs,
            3 | 12 => Trust::Ci,
            6 => Trust::Portal,
            10 => Trust::Cross,
            _ => Trust::Linked(LINKED[(index / 14) % LINKED.len()]),
        };
        let (path, name) = match trust {
            Trust::Ec2 => ("/".to_owned(), format!("{word}-node-{index}")),
            Trust::Lambda => ("/service-role/".to_owned(), format!("{word}-handler-{index}")),
            Trust::Ecs => ("/app/".to_owned(), format!("{word}-task-{index}")),
            Trust::Ci => ("/ci/".to_owned(), format!("deploy-{word}-{index}")),
            Trust::Cross => ("/".to_owned(), format!("cross-account-{word}-{index}")),
            Trust::Portal => {
                let mut name = format!("AWSReservedSSO_{}_", PERMISSION_SETS[(index / 14) % 6]);
                text::hex(&mut name, seed, 16);
                ("/aws-reserved/sso.amazonaws.com/".to_owned(), name)
            }
            Trust::Linked(service) => (
                format!("/aws-service-role/{service}.amazonaws.com/"),
                format!("AWSServiceRoleFor{}{}{index}", service[..1].to_uppercase(), &service[1..]),
            ),
        };
        let id = prefixed("AROA", seed, 17);
        Role { account: self.some_account(dice), name, path, id, trust, seed }
    }

    fn people(&self, count: usize, prefix: &str, kind: u64, dice: &mut Dice) -> Vec<Person> {
        (0..count)
            .map(|index| {
                let seed = mix(mix(self.seed, kind), index as u64);
                let mut id = prefixed(prefix, seed, 17);
                if prefix.is_empty() {
                    id.clear();
                    text::uuid(&mut id, seed);
                }
                Person { account: self.some_account(dice), name: human(index, seed), id, seed }
            })
            .collect()
    }

    pub(super) fn user_name(&self, account: usize, value: u64) -> &str {
        self.a_user(account, value).map_or("deploy", |user| &user.name)
    }

    pub(super) fn user_key(&self, account: usize, value: u64) -> &str {
        self.a_user(account, value).map_or("AKIAIOSFODNN7EXAMPLE", |user| &user.key)
    }

    pub(super) fn role_name(&self, account: usize, value: u64) -> &str {
        let start = (value % self.roles.len().max(1) as u64) as usize;
        let (before, after) = self.roles.split_at(start);
        let mut turn = after.iter().chain(before);
        turn.find(|role| role.account == account && role.path != "/aws-reserved/sso.amazonaws.com/")
            .map_or("service", |role| &role.name)
    }

    /// An IAM user with a key, who is not the newcomer: his key may not be made yet.
    pub(super) fn robot(&self, value: u64) -> &User {
        &self.users[below(mix(value, 0x40b07), (self.users.len() as u64).saturating_sub(1)) as usize]
    }

    /// An IAM user with a password.
    pub(super) fn person(&self, value: u64) -> &Person {
        &self.console[below(mix(value, 0x9e450), self.console.len() as u64) as usize]
    }

    /// A user of Identity Center.
    pub(super) fn colleague(&self, value: u64) -> &Person {
        &self.portal[below(mix(value, 0xc011), self.portal.len() as u64) as usize]
    }

    /// The place of a user of some other account, who assumes roles in this one.
    pub(super) fn foreign_user(&self, account: usize) -> Option<usize> {
        self.users.iter().position(|user| user.account != account)
    }

    fn a_user(&self, account: usize, value: u64) -> Option<&User> {
        let start = (value % self.users.len().max(1) as u64) as usize;
        let (before, after) = self.users.split_at(start);
        after.iter().chain(before).find(|user| user.account == account)
    }
}

impl Role {
    pub(super) fn arn(&self, account: &str) -> String {
        format!("arn:aws:iam::{account}:role{}{}", self.path, self.name)
    }
}

fn account(index: usize, seed: u64) -> Account {
    let weight = match index {
        MANAGEMENT => 0.16,
        PRODUCTION => 0.40,
        STAGING => 0.26,
        SECURITY => 0.12,
        other => 0.9 / (other as f64),
    };
    Account { index, id: ACCOUNTS[index].to_owned(), seed: mix(seed, 0xacc0 + index as u64), weight }
}

pub(super) fn prefixed(prefix: &str, seed: u64, digits: usize) -> String {
    let mut id = prefix.to_owned();
    text::base32(&mut id, seed, digits);
    id
}

fn human(index: usize, seed: u64) -> String {
    let last = LAST[(mix(seed, 5) % LAST.len() as u64) as usize];
    let name = format!("{}.{last}", FIRST[index % FIRST.len()]);
    if index < FIRST.len() { name } else { format!("{name}{}", index / FIRST.len() + 1) }
}
