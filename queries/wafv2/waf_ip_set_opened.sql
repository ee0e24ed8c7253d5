/*---
id: waf_ip_set_opened
title: WAF address list emptied or widened to whole networks
severity: medium
status: stable
attack: [T1562.007]
practice: monitoring
description: >
  An address list either lets in or keeps out. Emptied, nobody is kept out; with a block of millions of addresses,
  such as half of the internet, nearly everybody is let in.
false_positives:
  - A list of blocked addresses that is tidied up after an attack.
respond:
  - >
    Find the rules that use the list: `aws wafv2 list-web-acls`, `get-web-acl`. Does it allow or block?
  - >
    Put the addresses back: `aws wafv2 update-ip-set`; the last state is in AWS Config.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - UpdateIPSet, https://docs.aws.amazon.com/waf/latest/APIReference/API_UpdateIPSet.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'wafv2.amazonaws.com'
  AND event_name = 'UpdateIPSet'
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND (
    json_length(request_parameters, 'addresses') = 0
    OR regexp_like(coalesce(request_parameters ->> 'addresses', ''), '[0-9]/[1-8]"|:/([1-9]|1[0-9]|2[0-4])"')
  )
