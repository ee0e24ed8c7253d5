//! The events of a stint: its openers in their order, then calls drawn by the actor's class and habits.
//!
//! An event follows from the stint, its number and the trail's seed alone. A `Pen` holds the buffers that a worker
//! writes through, so that no event allocates.

use super::caller::Caller;
use super::dice::{below, chance, mix};
use super::fault;
use super::identity::{self, Session};
use super::opener::Opening;
use super::plan::{Actor, Stint};
use super::record::{Kind, Record};
use super::scene::{Scene, a_word};
use super::shape::{Catalogue, Class, Service, Shape, catalogue};
use super::text;
use super::world::{HOME, REGIONS, Role, Trust, World};

/// Parts of the record that is being written.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    pub(super) identity: String,
    pub(super) ip: String,
    pub(super) agent: String,
    pub(super) message: String,
    pub(super) request: String,
    pub(super) response: String,
    pub(super) additional: String,
    pub(super) resources: String,
    pub(super) request_id: String,
    pub(super) host: String,
    pub(super) endpoint: String,
    pub(super) arn: String,
}

impl Buffers {
    pub(super) fn clear(&mut self) {
        let Self {
            identity,
            ip,
            agent,
            message,
            request,
            response,
            additional,
            resources,
            request_id,
            host,
            endpoint,
            arn,
        } = self;
        for buffer in [
            identity, ip, agent, message, request, response, additional, resources, request_id, host,
            endpoint, arn,
        ] {
            buffer.clear();
        }
    }
}

pub(super) struct Pen<'a> {
    pub(super) world: &'a World,
    pub(super) catalogue: &'static Catalogue,
    pub(super) buffers: Buffers,
    /// What has been written
    pub(super) out: String,
}

/// When the event of that number happens: openers one after another, the rest anywhere after them.
pub(super) fn time(stint: &Stint, index: u64) -> i64 {
    let opening = stint.actor.opening();
    let begun = 7 * opening as i64;
    if index < opening {
        return stint.start + 7 * index as i64;
    }
    let seed = mix(mix(stint.session, 0x71e), index);
    stint.start + begun + below(seed, (stint.end - stint.start - begun).max(1).unsigned_abs()) as i64
}

/// Which user of Identity Center a portal session belongs to.
pub(super) fn portal_person(world: &World, session: u64) -> usize {
    below(mix(session, 0x9e0), world.portal.len() as u64) as usize
}

impl<'a> Pen<'a> {
    pub(super) fn new(world: &'a World) -> Self {
        Self { world, catalogue: catalogue(), buffers: Buffers::default(), out: String::new() }
    }

    /// Appends one event of a stint.
    pub(super) fn event(&mut self, stint: &Stint, index: u64, time: i64) {
        let seed = mix(mix(mix(self.world.seed, stint.session), stint.actor_tag()), index);
        let world = self.world;
        let account = &world.accounts[stint.account];
        let scene = Scene { world, account, region: REGIONS[stint.region], time, seed };
        match stint.actor {
            Actor::Role(role) if index == 0 => {
                let role = &world.roles[role];
                let session = self.session(stint, role);
                self.open(Opening {
                    role,
                    account: &account.id,
                    region: scene.region,
                    session: &session,
                    time,
                    seed,
                });
            }
            Actor::Hop(user, role) => {
                let (user, role) = (&world.users[user], &world.roles[role]);
                let session = self.session(stint, role);
                let account = &world.accounts[role.account].id;
                self.hop(
                    Opening { role, account, region: scene.region, session: &session, time, seed },
                    user,
                );
            }
            _ if index < stint.actor.opening() => self.sign_in(stint, index, scene),
            Actor::Service if chance(seed, 0.28) => self.assumed_by_service(scene),
            Actor::Service if chance(mix(seed, 1), 0.05) => self.service_event(scene),
            _ => self.call(stint, scene),
        }
    }

    /// The session of a stint; a role's own name for it depends on who assumes it.
    pub(super) fn session(&self, stint: &Stint, role: &Role) -> Session {
        let seed = stint.session;
        let mut name = String::new();
        match role.trust {
            Trust::Ec2 => {
                name.push_str("i-");
                text::hex(&mut name, mix(seed, 1), 17);
            }
            Trust::Lambda => name.push_str(&role.name),
            Trust::Ecs => text::hex(&mut name, mix(seed, 1), 32),
            Trust::Ci => {
                name.push_str("run-");
                text::number(&mut name, 10_000_000_000 + below(seed, 900_000_000));
            }
            Trust::Cross => name.push_str(a_word(role.seed)),
            Trust::Portal => {
                name.push_str(&self.world.portal[portal_person(self.world, seed)].name);
                name.push_str("@example.com");
            }
            Trust::Linked(_) => {
                name.push_str("AutoSession");
                text::number(&mut name, below(role.seed, 90));
            }
        }
        Session { seed, name, created: stint.start }
    }

    /// A service of AWS assumes a role for work that leaves no other trace.
    fn assumed_by_service(&mut self, scene: Scene<'_>) {
        let world = self.world;
        let start = below(scene.seed, world.roles.len() as u64) as usize;
        let (before, after) = world.roles.split_at(start);
        let fits = |role: &&Role| {
            role.account == scene.account.index
                && !matches!(role.trust, Trust::Ci | Trust::Portal | Trust::Cross)
        };
        let Some(role) = after.iter().chain(before).find(fits) else { return self.service_event(scene) };
        let mut name = role.name.clone();
        if role.trust != Trust::Lambda {
            name.clear();
            text::hex(&mut name, mix(scene.seed, 1), 32);
        }
        let session = Session { seed: mix(scene.seed, 2), name, created: scene.time };
        self.open(Opening {
            role,
            account: &scene.account.id,
            region: scene.region,
            session: &session,
            time: scene.time,
            seed: scene.seed,
        });
    }

    /// What AWS does by itself, as an AwsServiceEvent.
    fn service_event(&mut self, scene: Scene<'_>) {
        let buffers = &mut self.buffers;
        buffers.clear();
        identity::internal(&mut buffers.identity, &scene.account.id);
        text::uuid(&mut buffers.message, mix(scene.account.seed, below(scene.seed, 16)));
        let key = std::mem::take(&mut buffers.message);
        let details = format!("{{\"keyId\":\"{key}\"}}");
        let resources = format!(
            "[{{\"accountId\":\"{0}\",\"type\":\"AWS::KMS::Key\",\"ARN\":\"arn:aws:kms:{1}:{0}:key/{key}\"}}]",
            scene.account.id, scene.region
        );
        let record = Record {
            identity: &buffers.identity,
            time: scene.time,
            source: "kms.amazonaws.com",
            name: "RotateKey",
            region: scene.region,
            ip: "AWS Internal",
            agent: "AWS Internal",
            id: mix(scene.seed, 0xe1d),
            read_only: Some(false),
            resources: &resources,
            kind: Kind::ServiceEvent,
            recipient: &scene.account.id,
            service_details: &details,
            ..Record::default()
        };
        record.write(&mut self.out);
    }

    /// An API call.
    fn call(&mut self, stint: &Stint, scene: Scene<'_>) {
        self.buffers.clear();
        let world = self.world;
        let home = stint.region == HOME;
        let who = Caller::of(world, stint, scene.seed);
        let shape = self.catalogue.habitual(who.class, home, who.habits, scene.seed);
        let service = self.catalogue.service(shape);
        who.write(self, stint, &scene, service, shape);
        let failed = chance(mix(scene.seed, 0xfa11), who.failures);
        let mut code = "";
        if failed {
            let Buffers { message, arn, .. } = &mut self.buffers;
            let arn = if arn.is_empty() { "arn:aws:sts::anonymous" } else { arn.as_str() };
            code = fault::write(message, service, shape, arn, scene.seed);
        }
        self.call_text(&scene, service, shape, failed, who.direct);
        let buffers = &self.buffers;
        let record = Record {
            identity: &buffers.identity,
            time: scene.time,
            source: service.source,
            name: shape.name,
            region: if service.global { REGIONS[HOME] } else { scene.region },
            ip: &buffers.ip,
            agent: &buffers.agent,
            error_code: code,
            error_message: &buffers.message,
            request: &buffers.request,
            response: &buffers.response,
            additional: &buffers.additional,
            // What AWS does in its own name has no request of anybody.
            request_id: if who.class == Class::Service { "" } else { &buffers.request_id },
            id: mix(scene.seed, 0xe1d),
            read_only: Some(shape.read_only),
            resources: &buffers.resources,
            data: shape.data,
            recipient: &scene.account.id,
            shared: who.shared.then(|| mix(scene.seed, 0x54a)),
            api_version: service.api_version,
            host: &buffers.host,
            from_console: who.browser,
            vpc_endpoint: &buffers.endpoint,
            ..Record::default()
        };
        record.write(&mut self.out);
    }

    fn call_text(&mut self, scene: &Scene<'_>, service: &Service, shape: &Shape, failed: bool, direct: bool) {
        let buffers = &mut self.buffers;
        scene.fill(&shape.request, &mut buffers.request);
        scene.fill(&shape.resources, &mut buffers.resources);
        scene.fill(&shape.additional, &mut buffers.additional);
        if !failed {
            scene.fill(&shape.response, &mut buffers.response);
        }
        match service.prefix {
            "s3" => text::base32(&mut buffers.request_id, mix(scene.seed, 0x4e9), 16),
            "dynamodb" | "sqs" => text::base32(&mut buffers.request_id, mix(scene.seed, 0x4e9), 52),
            _ => text::uuid(&mut buffers.request_id, mix(scene.seed, 0x4e9)),
        }
        if direct {
            scene.fill(&service.host, &mut buffers.host);
        }
    }
}

impl Stint {
    /// Tells stints apart that share a session.
    fn actor_tag(&self) -> u64 {
        match self.actor {
            Actor::User(index) => 0x100 + index as u64,
            Actor::Hop(..) => 1,
            Actor::Portal(_) => 2,
            _ => 3,
        }
    }
}
