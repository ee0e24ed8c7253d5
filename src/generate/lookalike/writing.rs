//! An occasion's event as a record: somebody's identity, address and program around what the table says of the call.

use super::super::client;
use super::super::dice::mix;
use super::super::record::{Kind, Record};
use super::super::scene::Scene;
use super::super::stint::{Buffers, Pen};
use super::super::text;
use super::super::world::{HOME, REGIONS};
use super::occasion::Occasion;
use super::table::{Agent, BEGAN, Somebody, Step, table};

impl Pen<'_> {
    /// Appends one event of a look-alike.
    pub(in super::super) fn look_alike(&mut self, occasion: &Occasion) {
        let table = table();
        let way = table.look_alikes[usize::from(occasion.look_alike)].way(occasion.number as usize);
        let step = &way[usize::from(occasion.step)];
        let somebody = &table.somebodies[step.who];
        let world = self.world;
        let account = &world.accounts[occasion.account];
        let region = REGIONS[occasion.region];
        let scene = Scene { world, account, region, time: occasion.time, seed: occasion.seed };
        self.buffers.clear();
        self.buffers.appear(somebody, step, &Scene { time: occasion.begins - BEGAN, ..scene });
        self.buffers.say(step, &scene, mix(occasion.seed, 0x57e9 + u64::from(occasion.step)));
        let source = format!("{}.amazonaws.com", step.service);
        let known = self.catalogue.services.iter().find(|service| service.source == source);
        let direct = somebody.is_direct();
        if direct && step.kind == Kind::Call {
            match known {
                Some(service) => scene.fill(&service.host, &mut self.buffers.host),
                None if step.is_global() => self.buffers.host.push_str(&source),
                None => self.buffers.host.push_str(&format!("{}.{region}.amazonaws.com", step.service)),
            }
        }
        let details = if step.kind == Kind::ServiceEvent { self.buffers.request.as_str() } else { "" };
        let buffers = &self.buffers;
        let record = Record {
            identity: &buffers.identity,
            time: occasion.time,
            source: &source,
            name: step.name,
            region: if step.is_global() { REGIONS[HOME] } else { region },
            ip: &buffers.ip,
            agent: &buffers.agent,
            error_code: step.error.map_or("", |(code, _)| if code == "-" { "" } else { code }),
            error_message: &buffers.message,
            request: if details.is_empty() { &buffers.request } else { "" },
            response: &buffers.response,
            additional: &buffers.additional,
            request_id: if step.kind == Kind::SignIn { "" } else { &buffers.request_id },
            id: mix(occasion.seed, 0xe1d + u64::from(occasion.step)),
            read_only: Some(step.read_only),
            resources: &buffers.resources,
            kind: step.kind,
            data: step.data,
            recipient: &account.id,
            service_details: details,
            api_version: known.map_or("", |service| service.api_version),
            host: &buffers.host,
            from_console: step.kind == Kind::Call && somebody.agent == Agent::Browser,
            ..Record::default()
        };
        record.write(&mut self.out);
    }
}

impl Buffers {
    /// Who it is, from where, and with what; the scene is that of the session's beginning.
    fn appear(&mut self, somebody: &Somebody, step: &Step, scene: &Scene<'_>) {
        scene.fill(&somebody.identity, &mut self.identity);
        match somebody.address {
            "office" => client::office(&mut self.ip, scene.seed),
            "nat" => client::nat(&mut self.ip, scene.seed),
            address => self.ip.push_str(address),
        }
        match somebody.agent {
            Agent::CommandLine => {
                client::command_line(&mut self.agent, scene.seed, step.service, step.name);
            }
            Agent::Browser => client::browser(&mut self.agent, scene.seed),
            Agent::Program => client::program(&mut self.agent, scene.seed, scene.seed),
            Agent::As(agent) => self.agent.push_str(agent),
        }
    }

    /// What is asked and answered.
    fn say(&mut self, step: &Step, scene: &Scene<'_>, seed: u64) {
        scene.fill(&step.request, &mut self.request);
        scene.fill(&step.response, &mut self.response);
        scene.fill(&step.resources, &mut self.resources);
        scene.fill(&step.additional, &mut self.additional);
        match step.service {
            "s3" => text::base32(&mut self.request_id, seed, 16),
            "dynamodb" | "sqs" => text::base32(&mut self.request_id, seed, 52),
            _ => text::uuid(&mut self.request_id, seed),
        }
        match step.error {
            Some((_, "")) => self.deny(step, seed),
            Some((_, message)) => self.message.push_str(message),
            None => {}
        }
    }

    /// AWS's words for a call that nothing allows.
    fn deny(&mut self, step: &Step, seed: u64) {
        let arn = self.identity.split_once("\"arn\":\"").and_then(|(_, rest)| rest.split_once('"'));
        let arn = arn.map_or("anonymous", |(arn, _)| arn);
        let action = client::unversioned(step.name);
        let service = step.service;
        self.message.push_str(&if service == "ec2" {
            format!("You are not authorized to perform this operation. User: {arn} is not authorized to perform: ec2:{action} because no identity-based policy allows the ec2:{action} action. Encoded authorization failure message: ")
        } else {
            format!("User: {arn} is not authorized to perform: {service}:{action} because no identity-based policy allows the {service}:{action} action")
        });
        if service == "ec2" {
            text::base64(&mut self.message, seed, 640);
        }
    }
}

impl Somebody {
    /// Over TLS, not a service within AWS.
    fn is_direct(&self) -> bool {
        !self.address.ends_with(".amazonaws.com")
    }
}
