/*---
id: detective_disabled
title: Detective graph deleted or cut off
severity: medium
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  The graph holds up to a year of behaviour, gathered from CloudTrail, flow logs and GuardDuty. Deleted it is gone; a
  member that leaves adds nothing to it any more.
false_positives:
  - Detective is given up, or an account is closed.
respond:
  - Make it again (`aws detective create-graph`) and invite members; its past does not come back.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - >
    The sources are still there: CloudTrail and flow logs in their buckets.
references:
  - DeleteGraph, https://docs.aws.amazon.com/detective/latest/APIReference/API_DeleteGraph.html
  - DeleteMembers, https://docs.aws.amazon.com/detective/latest/APIReference/API_DeleteMembers.html
  - DisassociateMembership, https://docs.aws.amazon.com/detective/latest/APIReference/API_DisassociateMembership.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'detective.amazonaws.com'
  AND event_name IN ('DeleteGraph', 'DeleteMembers', 'DisassociateMembership', 'DisableOrganizationAdminAccount')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
