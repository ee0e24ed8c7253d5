//! Instances start in a region that nobody uses; in another, every call is denied.
//!
//! Both are done with one robot's stolen key. A cell of the trail exists for these regions only because of this story.

use super::super::dice::mix;
use super::super::identity;
use super::super::record::Record;
use super::super::text;
use super::super::world::STAGING;
use super::Teller;

/// Places in `REGIONS`.
const SINGAPORE: usize = 2;
const SAO_PAULO: usize = 3;

impl Teller<'_> {
    pub(super) fn region(&mut self) -> &'static str {
        let start = self.night(0.78);
        let user = self.stolen(STAGING);
        let place = user.account;
        let account = self.account(place).id.as_str();
        self.principal = format!("arn:aws:iam::{account}:user/{}", user.name);
        let mut identity = String::new();
        identity::user(&mut identity, user, account);
        let request = "{\"instancesSet\":{\"items\":[{\"imageId\":\"ami-0a1b2c3d4e5f60718\",\"minCount\":8,\"maxCount\":8}]},\"instanceType\":\"p4d.24xlarge\",\"blockDeviceMapping\":{},\"monitoring\":{\"enabled\":false}}";
        for launch in 0..3 {
            let mut instance = String::new();
            text::hex(&mut instance, mix(self.seed, launch), 17);
            let response = format!(
                "{{\"reservationId\":\"r-{instance}\",\"ownerId\":\"{account}\",\"groupSet\":{{}},\"instancesSet\":{{\"items\":[{{\"instanceId\":\"i-{instance}\",\"imageId\":\"ami-0a1b2c3d4e5f60718\",\"instanceState\":{{\"code\":0,\"name\":\"pending\"}},\"instanceType\":\"p4d.24xlarge\"}}]}}}}"
            );
            self.add(
                place,
                SINGAPORE,
                Record {
                    identity: &identity,
                    source: "ec2.amazonaws.com",
                    name: "RunInstances",
                    ip: "192.0.2.77",
                    request,
                    response: &response,
                    host: "ec2.ap-southeast-1.amazonaws.com",
                    ..self.record(start + 75 * launch as i64, place, SINGAPORE)
                },
            );
        }
        for (index, name) in
            ["DescribeInstances", "RunInstances", "CreateKeyPair", "RunInstances"].iter().enumerate()
        {
            let message = format!(
                "You are not authorized to perform this operation. User: {} is not authorized to perform: ec2:{name} with an explicit deny in a service control policy",
                self.principal
            );
            self.add(
                place,
                SAO_PAULO,
                Record {
                    identity: &identity,
                    source: "ec2.amazonaws.com",
                    name,
                    ip: "192.0.2.77",
                    error_code: "Client.UnauthorizedOperation",
                    error_message: &message,
                    read_only: Some(index == 0),
                    request: if *name == "RunInstances" { request } else { "" },
                    host: "ec2.sa-east-1.amazonaws.com",
                    ..self.record(start + 600 + 31 * index as i64, place, SAO_PAULO)
                },
            );
        }
        "large instances start in ap-southeast-1, and calls in sa-east-1 are denied"
    }
}
