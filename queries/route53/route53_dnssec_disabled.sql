/*---
id: route53_dnssec_disabled
title: DNSSEC signing of a hosted zone turned off
severity: high
status: stable
attack: [T1562, T1557]
practice: monitoring
description: >
  While the domain still says it is signed, resolvers refuse the answers and everything under the domain goes dark;
  afterwards answers can be forged again.
false_positives:
  - A planned move of the zone, in which the DS record is removed first.
respond:
  - >
    Turn it on again: `aws route53 enable-hosted-zone-dnssec`, `activate-key-signing-key`.
  - Ask the caller; look at the KMS key behind the key-signing key.
  - Look for changed name servers of the domain.
references:
  - DisableHostedZoneDNSSEC, https://docs.aws.amazon.com/Route53/latest/APIReference/API_DisableHostedZoneDNSSEC.html
  - DeactivateKeySigningKey, https://docs.aws.amazon.com/Route53/latest/APIReference/API_DeactivateKeySigningKey.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'route53.amazonaws.com'
  AND event_name IN ('DisableHostedZoneDNSSEC', 'DeactivateKeySigningKey', 'DeleteKeySigningKey')
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
