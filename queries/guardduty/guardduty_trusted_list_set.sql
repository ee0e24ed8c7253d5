/*---
id: guardduty_trusted_list_set
title: GuardDuty told to trust addresses or domains
severity: high
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  GuardDuty raises no findings for addresses and domains of a trusted list. An intruder who adds their own address to
  it works unseen by most findings.
false_positives:
  - The security team adding the addresses of its own scanner; it happens a few times a year.
respond:
  - >
    Fetch the list from the location in request_parameters, and check every entry; look for the source addresses of
    this caller in it.
  - >
    Take out what does not belong there: `aws guardduty update-ip-set`, `delete-ip-set`, `update-trusted-entity-set`.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - CreateIPSet, https://docs.aws.amazon.com/guardduty/latest/APIReference/API_CreateIPSet.html
  - UpdateIPSet, https://docs.aws.amazon.com/guardduty/latest/APIReference/API_UpdateIPSet.html
  - CreateTrustedEntitySet, https://docs.aws.amazon.com/guardduty/latest/APIReference/API_CreateTrustedEntitySet.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'guardduty.amazonaws.com'
  AND event_name IN ('CreateIPSet', 'UpdateIPSet', 'CreateTrustedEntitySet', 'UpdateTrustedEntitySet')
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    lower(request_parameters ->> 'activate') = 'true'
    -- A list already in use is read again from its new place.
    OR request_parameters ->> 'location' IS NOT NULL AND request_parameters ->> 'activate' IS NULL
  )
