/*---
id: domain_contact_changed
title: Contacts of a domain changed, or its renewal turned off
severity: medium
status: stable
attack: [T1584.001, T1098]
practice: monitoring
description: >
  The registrar asks the registrant's mail address about transfers. Who puts in another address gets to say yes. Without
  renewal the name is free for anybody when its time ends.
false_positives:
  - New addresses of the company, privacy settings, and domains that are given up.
respond:
  - Ask the owner of the domain; compare with `aws route53domains get-domain-detail`.
  - >
    Set the contact again if it was nobody you know; turn renewal on, `aws route53domains enable-domain-auto-renew`.
  - Look for a removed transfer lock.
references:
  - UpdateDomainContact, https://docs.aws.amazon.com/Route53/latest/APIReference/API_domains_UpdateDomainContact.html
  - DisableDomainAutoRenew, https://docs.aws.amazon.com/Route53/latest/APIReference/API_domains_DisableDomainAutoRenew.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'route53domains.amazonaws.com'
  -- Route 53 Domains writes its calls with a small first letter in some records.
  AND event_name IN (
    'UpdateDomainContact', 'updateDomainContact',
    'UpdateDomainContactPrivacy', 'updateDomainContactPrivacy',
    'DisableDomainAutoRenew', 'disableDomainAutoRenew'
  )
  AND error_code IS NULL
  AND error_message IS NULL
