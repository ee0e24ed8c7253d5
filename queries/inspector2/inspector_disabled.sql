/*---
id: inspector_disabled
title: Inspector turned off
severity: medium
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  Instances, images and functions are no longer checked for known holes, here or, through the organization's settings,
  in member accounts.
false_positives:
  - A kind of scan that is turned off to save money; accounts that are closed.
respond:
  - >
    Turn it on again: `aws inspector2 enable`; see resourceTypes and accountIds in request_parameters.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Images pushed and instances started meanwhile are unchecked; scan them.
references:
  - Disable, https://docs.aws.amazon.com/inspector/v2/APIReference/API_Disable.html
  - DisassociateMember, https://docs.aws.amazon.com/inspector/v2/APIReference/API_DisassociateMember.html
  - DisableDelegatedAdminAccount, https://docs.aws.amazon.com/inspector/v2/APIReference/API_DisableDelegatedAdminAccount.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'inspector2.amazonaws.com'
  AND event_name IN ('Disable', 'DisassociateMember', 'DisableDelegatedAdminAccount')
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
