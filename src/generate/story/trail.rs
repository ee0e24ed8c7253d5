//! The trail itself is blinded step by step: selectors, settings, logging, and at last it is deleted.
//!
//! The trail goes on nevertheless: what is generated is what another trail would have seen. An administrator's key that
//! nothing else uses does it, late in the trail, lest the key look unused at the end.

use super::super::dice::mix;
use super::super::identity;
use super::super::plan::DAY;
use super::super::record::Record;
use super::super::world::{HOME, MANAGEMENT, User, prefixed};
use super::Teller;

const TRAIL: &str = "arn:aws:cloudtrail:us-east-1:111111111111:trail/org-trail";

impl Teller<'_> {
    pub(super) fn trail_stopped(&mut self) -> &'static str {
        // The key is used here alone: long before the trail's end it would look unused there.
        let last_week = 1.0 - (7 * DAY) as f64 / (self.span.end - self.span.start) as f64;
        let start = self.night(last_week.max(0.93));
        let account = self.account(MANAGEMENT).id.as_str();
        let admin = self.admin();
        let user = User {
            account: MANAGEMENT,
            name: admin.name,
            id: admin.id,
            key: prefixed("AKIA", mix(admin.seed, 1), 16),
            person: true,
            seed: admin.seed,
        };
        self.principal = format!("arn:aws:iam::{account}:user/{}", user.name);
        let mut identity = String::new();
        identity::user(&mut identity, &user, account);
        let selectors = "{\"trailName\":\"org-trail\",\"eventSelectors\":[{\"readWriteType\":\"ReadOnly\",\"includeManagementEvents\":false,\"dataResources\":[],\"excludeManagementEventSources\":[]}]}";
        let selected = format!(
            "{{\"trailARN\":\"{TRAIL}\",\"eventSelectors\":[{{\"readWriteType\":\"ReadOnly\",\"includeManagementEvents\":false}}]}}"
        );
        let update = "{\"name\":\"org-trail\",\"isMultiRegionTrail\":false,\"includeGlobalServiceEvents\":false,\"enableLogFileValidation\":false}";
        let updated = format!(
            "{{\"name\":\"org-trail\",\"trailARN\":\"{TRAIL}\",\"isMultiRegionTrail\":false,\"includeGlobalServiceEvents\":false,\"logFileValidationEnabled\":false,\"isOrganizationTrail\":true}}"
        );
        let named = format!("{{\"name\":\"{TRAIL}\"}}");
        let steps = [
            ("DescribeTrails", "{\"trailNameList\":[]}", ""),
            ("PutEventSelectors", selectors, selected.as_str()),
            ("UpdateTrail", update, updated.as_str()),
            ("StopLogging", named.as_str(), ""),
            ("DeleteTrail", named.as_str(), ""),
        ];
        for (index, (name, request, response)) in steps.into_iter().enumerate() {
            self.add(
                MANAGEMENT,
                HOME,
                Record {
                    identity: &identity,
                    source: "cloudtrail.amazonaws.com",
                    name,
                    ip: "192.0.2.99",
                    read_only: Some(index == 0),
                    request,
                    response,
                    host: "cloudtrail.us-east-1.amazonaws.com",
                    ..self.record(start + 64 * index as i64, MANAGEMENT, HOME)
                },
            );
        }
        "the organisation's trail is weakened, stopped and deleted"
    }
}
