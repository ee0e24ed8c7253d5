//! Who makes a call: an actor's class and habits, and his identity, address and user agent in a record.
//!
//! The class decides which calls he makes and from which network; the habits, a seed of his own, which few calls he
//! makes most and with what program. Sign-ins and the openings of sessions are written elsewhere.

use super::client;
use super::dice::{below, chance, mix};
use super::identity::{self, Session};
use super::plan::{Actor, Stint};
use super::scene::{Scene, a_word};
use super::shape::{Class, Service, Shape};
use super::stint::{Buffers, Pen};
use super::text;
use super::world::{Trust, World};

/// Who makes a call, and how it looks.
pub(super) struct Caller {
    pub(super) class: Class,
    pub(super) habits: u64,
    pub(super) failures: f64,
    /// Over TLS, not by a service within AWS
    pub(super) direct: bool,
    pub(super) browser: bool,
    pub(super) shared: bool,
}

impl Caller {
    pub(super) fn of(world: &World, stint: &Stint, seed: u64) -> Self {
        let plain = |class, habits, failures| Self {
            class,
            habits,
            failures,
            direct: true,
            browser: false,
            shared: false,
        };
        match stint.actor {
            Actor::User(user) | Actor::Federated(user) | Actor::Hop(user, _) => {
                let user = &world.users[user];
                plain(if user.person { Class::Person } else { Class::Automation }, user.seed, 0.055)
            }
            Actor::Role(role) => {
                let role = &world.roles[role];
                let class = match role.trust {
                    Trust::Ci | Trust::Cross => Class::Automation,
                    Trust::Portal => Class::Person,
                    Trust::Linked(_) => Class::Forwarded,
                    _ => Class::Workload,
                };
                let forwarded = class == Class::Forwarded || chance(mix(seed, 0xfa5), 0.11);
                Self {
                    class: if forwarded { Class::Forwarded } else { class },
                    direct: !forwarded,
                    browser: !forwarded && class == Class::Person && chance(mix(stint.session, 0xb0), 0.5),
                    ..plain(class, role.seed, if class == Class::Workload { 0.03 } else { 0.06 })
                }
            }
            Actor::Outsider(one) => {
                let habits = world.outsiders[one].seed;
                Self { shared: true, ..plain(Class::Outsider, habits, 0.08) }
            }
            Actor::Console(_) | Actor::NewKey(..) | Actor::Portal(_) | Actor::Failed(_) => {
                Self { browser: true, ..plain(Class::Person, stint.session, 0.07) }
            }
            Actor::Service => Self { direct: false, ..plain(Class::Service, stint.session, 0.01) },
        }
    }

    /// Writes identity, address and user agent.
    pub(super) fn write(
        &self,
        pen: &mut Pen<'_>,
        stint: &Stint,
        scene: &Scene<'_>,
        service: &Service,
        shape: &Shape,
    ) {
        let world = pen.world;
        let account = scene.account.id.as_str();
        match stint.actor {
            Actor::User(user) | Actor::Hop(user, _) => {
                let user = &world.users[user];
                identity::user(&mut pen.buffers.identity, user, account);
                pen.buffers.arn = format!("arn:aws:iam::{account}:user/{}", user.name);
            }
            Actor::Federated(user) => {
                let user = &world.users[user];
                let session = Session { seed: stint.session, name: user.name.clone(), created: stint.start };
                identity::federated(&mut pen.buffers.identity, user, account, &session);
                pen.buffers.arn = format!("arn:aws:sts::{account}:federated-user/{}", user.name);
            }
            Actor::Role(role) => {
                let role = &world.roles[role];
                let mut session = pen.session(stint, role);
                if matches!(role.trust, Trust::Linked(_)) {
                    text::number(&mut session.name, below(mix(scene.seed, 0x11), 9));
                }
                let on_behalf = (!self.direct).then(|| on_behalf(role.trust, service, scene.seed));
                identity::role(&mut pen.buffers.identity, role, account, &session, on_behalf.as_deref());
                pen.buffers.arn =
                    format!("arn:aws:sts::{account}:assumed-role/{}/{}", role.name, session.name);
                if let Some(on_behalf) = on_behalf {
                    pen.buffers.ip.push_str(&on_behalf);
                    pen.buffers.agent.push_str(&on_behalf);
                    return;
                }
            }
            Actor::Outsider(one) => {
                let one = &world.outsiders[one];
                let other = &world.accounts[(one.account + 1) % world.accounts.len()];
                identity::outsider(&mut pen.buffers.identity, &one.id, a_word(one.seed), &other.id);
            }
            Actor::Service => return pen.buffers.by_service(principal_of(service.prefix, scene.seed)),
            Actor::Console(person)
            | Actor::NewKey(person, _)
            | Actor::Portal(person)
            | Actor::Failed(person) => {
                let person = &world.console[person % world.console.len()];
                let session = Session { seed: stint.session, name: String::new(), created: stint.start + 7 };
                identity::console(&mut pen.buffers.identity, person, account, &session);
                pen.buffers.arn = format!("arn:aws:iam::{account}:user/{}", person.name);
            }
        }
        self.client(pen, stint, scene, service, shape);
    }

    fn client(&self, pen: &mut Pen<'_>, stint: &Stint, scene: &Scene<'_>, service: &Service, shape: &Shape) {
        let pool = (pen.world.scale.addresses as f64 * scene.account.weight / pen.world.weight()) as u64;
        let Buffers { ip, agent, endpoint, .. } = &mut pen.buffers;
        match self.class {
            Class::Person => {
                client::office(ip, mix(self.habits, below(stint.session, 3)));
                if self.browser {
                    client::browser(agent, self.habits);
                } else {
                    client::command_line(agent, self.habits, service.prefix, shape.name);
                }
            }
            Class::Automation => {
                client::nat(ip, stint.session);
                client::program(agent, self.habits, scene.seed);
            }
            _ => {
                client::private(ip, stint.account, stint.session, scene.seed, pool.max(8));
                client::program(agent, self.habits, scene.seed);
                // Some services are reached through the VPC's own endpoints.
                if matches!(service.prefix, "s3" | "dynamodb" | "secretsmanager") {
                    endpoint.push_str("vpce-");
                    let which = below(mix(stint.session, 0xe9d), 8);
                    text::hex(endpoint, mix(scene.account.seed, which), 17);
                }
            }
        }
    }
}

/// The service that calls with a role's rights.
fn on_behalf(trust: Trust, service: &Service, seed: u64) -> String {
    const OF_KMS: [&str; 7] = ["s3", "dynamodb", "secretsmanager", "ssm", "sqs", "rds", "ec2-frontend-api"];
    const OTHERS: [&str; 6] =
        ["cloudformation", "ecs", "lambda", "autoscaling", "elasticloadbalancing", "application-autoscaling"];
    let name = match trust {
        Trust::Linked(linked) => linked,
        _ if service.prefix == "kms" => OF_KMS[below(seed, OF_KMS.len() as u64) as usize],
        _ => OTHERS[below(seed, OTHERS.len() as u64) as usize],
    };
    format!("{name}.amazonaws.com")
}

/// The service of AWS that makes a call in its own name.
fn principal_of(prefix: &str, seed: u64) -> &'static str {
    let names: &[&str] = match prefix {
        "s3" => &["cloudtrail.amazonaws.com", "config.amazonaws.com", "delivery.logs.amazonaws.com"],
        "lambda" => &[
            "events.amazonaws.com",
            "apigateway.amazonaws.com",
            "sns.amazonaws.com",
            "cognito-idp.amazonaws.com",
            "elasticloadbalancing.amazonaws.com",
        ],
        "ec2" | "rds" => &["backup.amazonaws.com", "dlm.amazonaws.com"],
        "codebuild" | "codepipeline" => &["codepipeline.amazonaws.com", "codeconnections.amazonaws.com"],
        "quicksight" => &["quicksight.amazonaws.com"],
        _ => &["events.amazonaws.com", "scheduler.amazonaws.com"],
    };
    names[below(seed, names.len() as u64) as usize]
}
