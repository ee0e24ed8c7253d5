//! The other categories: network activity, insights, aggregated data events, and a few digests.
//!
//! Few records, in objects of their own, written one after another before the cells. Digests are no events.

use super::cell::Tally;
use super::dice::{Dice, below, mix};
use super::layout::{Folder, Label, Shelf};
use super::plan::{DAY, Span, log_bucket};
use super::text;
use super::world::{HOME, MANAGEMENT, PRODUCTION, REGIONS, World};

/// How many records of each a trail has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Others {
    pub(super) network: u64,
    /// Pairs of start and end
    pub(super) insights: u64,
    pub(super) aggregated: u64,
}

impl Others {
    pub(super) fn of(events: u64, days: u32) -> Self {
        Self {
            network: (events / 1_000).clamp(3, 50_000),
            insights: u64::from(days / 9).clamp(1, 60),
            aggregated: (events / 2_000).clamp(2, 20_000),
        }
    }

    pub(super) fn events(self) -> u64 {
        self.network + 2 * self.insights + self.aggregated
    }
}

pub(super) fn write(world: &World, span: Span, others: Others, shelf: &Shelf) -> anyhow::Result<Tally> {
    let mut press = Press {
        world,
        span,
        shelf,
        dice: Dice::new(mix(world.seed, 0x07e5)),
        tally: Tally::default(),
        objects: 0,
    };
    let days = ((span.end - span.start) / DAY).max(1) as u64;
    press.groups(others.network, days, Press::network)?;
    press.groups(others.aggregated, days.div_ceil(3), Press::aggregated)?;
    for _ in 0..others.insights {
        press.insight()?;
    }
    for day in 0..days.min(31) {
        press.digest(span.start + day as i64 * DAY)?;
    }
    Ok(press.tally)
}

struct Press<'a> {
    world: &'a World,
    span: Span,
    shelf: &'a Shelf,
    dice: Dice,
    tally: Tally,
    objects: u64,
}

impl Press<'_> {
    /// Deals `count` records over at most `most` objects.
    fn groups(
        &mut self,
        count: u64,
        most: u64,
        write: impl Fn(&mut Self, u64) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let groups = most.clamp(1, count.max(1));
        for group in 0..groups {
            let records = count * (group + 1) / groups - count * group / groups;
            write(self, records)?;
        }
        Ok(())
    }

    fn moment(&mut self) -> i64 {
        let room = (self.span.end - self.span.start - 3_600).max(1).unsigned_abs();
        self.span.start + self.dice.below(room) as i64
    }

    fn put(
        &mut self,
        place: (usize, usize),
        folder: Folder,
        time: i64,
        json: &str,
        events: u64,
    ) -> anyhow::Result<()> {
        self.objects += 1;
        let label = Label {
            account: &self.world.accounts[place.0].id,
            folder,
            region: REGIONS[place.1],
            stamp: (time + 600).div_euclid(300) * 300,
            unique: mix(mix(self.world.seed, 0x0b1ec7), self.objects),
        };
        let bytes = self.shelf.put(&label, json.as_bytes())?;
        self.tally.objects += 1;
        self.tally.events += events;
        self.tally.bytes_gz += bytes;
        self.tally.bytes_json += json.len() as u64;
        Ok(())
    }

    fn network(&mut self, records: u64) -> anyhow::Result<()> {
        let time = self.moment();
        let region = self.dice.below(2) as usize;
        let mut json = "{\"Records\":[".to_owned();
        for record in 0..records {
            if record > 0 {
                json.push(',');
            }
            let seed = self.dice.next();
            self.network_event(&mut json, time + (300 * record / records.max(1)) as i64, region, seed);
        }
        json.push_str("]}");
        self.put((PRODUCTION, region), Folder::NetworkActivity, time, &json, records)
    }

    fn network_event(&self, out: &mut String, time: i64, region: usize, seed: u64) {
        const CALLS: [(&str, &str); 5] = [
            ("kms", "Decrypt"),
            ("secretsmanager", "GetSecretValue"),
            ("s3", "GetObject"),
            ("ec2", "DescribeInstances"),
            ("cloudtrail", "DescribeTrails"),
        ];
        let account = self.world.accounts[PRODUCTION].id.as_str();
        let outsider = &self.world.outsiders[below(seed, self.world.outsiders.len() as u64) as usize];
        let other = &self.world.accounts[outsider.account].id;
        let (source, name) = CALLS[below(mix(seed, 1), 5) as usize];
        out.push_str(
            "{\"eventVersion\":\"1.09\",\"userIdentity\":{\"type\":\"AWSAccount\",\"principalId\":\"",
        );
        out.push_str(&outsider.id);
        out.push_str(&format!("\",\"accountId\":\"{other}\"}},\"eventTime\":\""));
        text::instant(out, time);
        out.push_str(&format!(
            "\",\"eventSource\":\"{source}.amazonaws.com\",\"eventName\":\"{name}\",\"awsRegion\":\"{}\",\"sourceIPAddress\":\"10.9.{}.{}\"",
            REGIONS[region],
            below(mix(seed, 2), 250),
            4 + below(mix(seed, 3), 250)
        ));
        if below(mix(seed, 4), 3) == 0 {
            out.push_str(",\"errorCode\":\"VpceAccessDenied\",\"errorMessage\":\"The request was denied due to a VPC endpoint policy\"");
        }
        for (field, part) in [("requestID", 5), ("eventID", 6), ("sharedEventID", 7)] {
            out.push_str(&format!(",\"{field}\":\""));
            text::uuid(out, mix(seed, part));
            out.push('"');
        }
        out.push_str(&format!(
            ",\"eventType\":\"AwsVpceEvents\",\"recipientAccountId\":\"{account}\",\"vpcEndpointId\":\"vpce-"
        ));
        text::hex(out, mix(self.world.accounts[PRODUCTION].seed, below(seed, 8)), 17);
        out.push_str(&format!(
            "\",\"vpcEndpointAccountId\":\"{account}\",\"eventCategory\":\"NetworkActivity\"}}"
        ));
    }

    fn insight(&mut self) -> anyhow::Result<()> {
        let seed = self.dice.next();
        let time = self.moment();
        let mut json = "{\"Records\":[".to_owned();
        for (part, state) in ["Start", "End"].into_iter().enumerate() {
            if part > 0 {
                json.push(',');
            }
            self.insight_event(&mut json, time + 1_500 * part as i64, state, seed);
        }
        json.push_str("]}");
        self.put((MANAGEMENT, HOME), Folder::Insight, time + 1_500, &json, 2)
    }

    fn insight_event(&self, out: &mut String, time: i64, state: &str, seed: u64) {
        let role = &self.world.roles[below(seed, self.world.roles.len() as u64) as usize];
        let account = &self.world.accounts[role.account].id;
        let rate = 2.0 + below(mix(seed, 1), 400) as f64 / 10.0;
        out.push_str("{\"eventVersion\":\"1.09\",\"eventTime\":\"");
        text::instant(out, time);
        out.push_str("\",\"awsRegion\":\"us-east-1\",\"eventID\":\"");
        text::uuid(out, mix(seed, time.unsigned_abs()));
        let recipient = &self.world.accounts[MANAGEMENT].id;
        out.push_str(&format!(
            "\",\"eventType\":\"AwsCloudTrailInsight\",\"recipientAccountId\":\"{recipient}\",\"sharedEventID\":\""
        ));
        text::uuid(out, mix(seed, 3));
        out.push_str(&format!(
            "\",\"insightDetails\":{{\"state\":\"{state}\",\"eventSource\":\"ec2.amazonaws.com\",\"eventName\":\"DescribeInstances\",\"insightType\":\"ApiCallRateInsight\",\"insightContext\":{{\"statistics\":{{\"baseline\":{{\"average\":0.0{}}},\"insight\":{{\"average\":{rate}}},\"insightDuration\":{},\"baselineDuration\":10080}},\"attributions\":[{{\"attribute\":\"userIdentityArn\",\"insight\":[{{\"value\":\"{}\",\"average\":{rate}}}],\"baseline\":[]}},{{\"attribute\":\"errorCode\",\"insight\":[{{\"value\":\"null\",\"average\":{rate}}}],\"baseline\":[{{\"value\":\"null\",\"average\":0.01}}]}}]}}}},\"eventCategory\":\"Insight\"}}",
            1 + below(mix(seed, 2), 99),
            5 + below(mix(seed, 4), 40),
            role.arn(account),
        ));
    }

    /// Five-minute sums of data events, in an array without a wrapper.
    fn aggregated(&mut self, records: u64) -> anyhow::Result<()> {
        const CALLS: [(&str, &str); 4] =
            [("s3", "GetObject"), ("s3", "PutObject"), ("lambda", "Invoke"), ("dynamodb", "GetItem")];
        let window = self.moment().div_euclid(300) * 300;
        let account = self.world.accounts[PRODUCTION].id.as_str();
        let mut json = "[".to_owned();
        for record in 0..records {
            let seed = self.dice.next();
            let (source, name) = CALLS[below(seed, 4) as usize];
            json.push_str(if record > 0 { "," } else { "" });
            json.push_str(&format!("{{\"eventVersion\":\"1.0\",\"accountId\":\"{account}\",\"eventId\":\""));
            text::uuid(&mut json, mix(seed, 1));
            json.push_str(&format!(
                "\",\"eventCategory\":\"Aggregated\",\"eventType\":\"AwsAggregatedEvent\",\"awsRegion\":\"us-east-1\",\"eventSource\":\"{source}.amazonaws.com\",\"timeWindow\":{{\"windowStart\":\""
            ));
            text::instant(&mut json, window);
            json.push_str("\",\"windowEnd\":\"");
            text::instant(&mut json, window + 300);
            json.push_str(&format!(
                "\",\"windowSize\":\"PT5M\"}},\"summary\":{{\"primaryDimension\":{{\"dimension\":\"eventName\",\"statistics\":[{{\"name\":\"{name}\",\"value\":{}}}],\"aggregationType\":\"Count\"}},\"details\":[]}}}}",
                1 + below(mix(seed, 2), 9_000)
            ));
        }
        json.push(']');
        self.put((PRODUCTION, HOME), Folder::Aggregated, window, &json, records)
    }

    /// A digest of an hour in which nothing was delivered.
    fn digest(&mut self, start: i64) -> anyhow::Result<()> {
        let start = start.div_euclid(3_600) * 3_600;
        let account = self.world.accounts[MANAGEMENT].id.clone();
        let bucket = log_bucket(self.world);
        let mut json = format!("{{\"awsAccountId\":\"{account}\",\"digestStartTime\":\"");
        text::instant(&mut json, start);
        json.push_str("\",\"digestEndTime\":\"");
        text::instant(&mut json, start + 3_600);
        json.push_str(&format!("\",\"digestS3Bucket\":\"{bucket}\",\"digestPublicKeyFingerprint\":\""));
        text::hex(&mut json, mix(self.world.seed, 0xf19), 32);
        json.push_str("\",\"digestSignatureAlgorithm\":\"SHA256withRSA\",\"newestEventTime\":null,\"oldestEventTime\":null,\"previousDigestS3Bucket\":null,\"previousDigestS3Object\":null,\"previousDigestHashValue\":null,\"previousDigestHashAlgorithm\":null,\"previousDigestSignature\":null,\"logFiles\":[]}");
        self.put((MANAGEMENT, HOME), Folder::Digest, start + 3_000, &json, 0)
    }
}
