/*---
id: security_members_removed
title: Accounts or regions taken out of GuardDuty or Security Hub
severity: medium
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  The administrator account no longer sees the findings of these members, or of these regions. It belongs to the
  closing of accounts; an intruder in the administrator account makes the others blind with it.
false_positives:
  - Accounts that are closed or leave the organization.
  - A planned move to another administrator account or aggregation region.
respond:
  - >
    Which accounts (request_parameters)? If they are still in use, associate them again: `aws guardduty
    create-members`, `aws securityhub create-members`.
  - Check in each of them that the service is still on.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - DisassociateMembers, https://docs.aws.amazon.com/guardduty/latest/APIReference/API_DisassociateMembers.html
  - DeleteMembers, https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_DeleteMembers.html
  - DeleteFindingAggregator, https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_DeleteFindingAggregator.html
---*/
SELECT * FROM cloudtrail
WHERE event_source IN ('guardduty.amazonaws.com', 'securityhub.amazonaws.com')
  AND event_name IN ('DisassociateMembers', 'DeleteMembers', 'DeleteFindingAggregator', 'DeleteAggregatorV2')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
