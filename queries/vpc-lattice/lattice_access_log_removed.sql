/*---
id: lattice_access_log_removed
title: Access log of VPC Lattice removed
severity: low
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  Requests between services are no longer written down.
false_positives:
  - A service network that is torn down.
respond:
  - >
    Subscribe again: `aws vpc-lattice create-access-log-subscription`.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - If nobody can explain it, end the caller's sessions and deactivate the key (`aws iam update-access-key`).
references:
  - DeleteAccessLogSubscription, https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_DeleteAccessLogSubscription.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'vpc-lattice.amazonaws.com'
  AND event_name = 'DeleteAccessLogSubscription'
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
