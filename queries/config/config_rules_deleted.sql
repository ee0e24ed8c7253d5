/*---
id: config_rules_deleted
title: AWS Config rule or conformance pack deleted
severity: medium
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  A rule that judged resources, or the repair that followed, is gone; what it would have found stays unseen. Rules
  that services keep for themselves are left out, as are stacks.
false_positives:
  - Rules that are replaced, or removed with the project that made them.
respond:
  - Find out what the rule checked, from request_parameters and the account that deployed it; put it back.
  - >
    Check the resources it judged: what changed since?
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - DeleteConfigRule, https://docs.aws.amazon.com/config/latest/APIReference/API_DeleteConfigRule.html
  - DeleteConformancePack, https://docs.aws.amazon.com/config/latest/APIReference/API_DeleteConformancePack.html
  - DeleteOrganizationConfigRule, https://docs.aws.amazon.com/config/latest/APIReference/API_DeleteOrganizationConfigRule.html
  - DeleteRemediationConfiguration, https://docs.aws.amazon.com/config/latest/APIReference/API_DeleteRemediationConfiguration.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'config.amazonaws.com'
  AND event_name IN (
    'DeleteConfigRule', 'DeleteOrganizationConfigRule', 'DeleteConformancePack', 'DeleteOrganizationConformancePack',
    'DeleteRemediationConfiguration'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
