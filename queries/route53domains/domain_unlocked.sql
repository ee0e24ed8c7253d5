/*---
id: domain_unlocked
title: Transfer lock of a domain removed, or its transfer code read
severity: high
status: stable
attack: [T1584.001]
practice: monitoring
description: >
  The lock and the code are what keeps a domain from being moved to another registrar. Both steps come before a
  transfer, and nobody needs them otherwise.
false_positives:
  - A planned move to another registrar or account.
respond:
  - >
    Lock it again: `aws route53domains enable-domain-transfer-lock --domain-name NAME` (region us-east-1).
  - Ask the owner of the domain.
  - >
    If it wasn't them: look for a transfer, changed name servers and contacts, and rotate the caller's credentials.
references:
  - DisableDomainTransferLock, https://docs.aws.amazon.com/Route53/latest/APIReference/API_domains_DisableDomainTransferLock.html
  - RetrieveDomainAuthCode, https://docs.aws.amazon.com/Route53/latest/APIReference/API_domains_RetrieveDomainAuthCode.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'route53domains.amazonaws.com'
  -- Route 53 Domains writes its calls with a small first letter in some records.
  AND event_name IN (
    'DisableDomainTransferLock', 'disableDomainTransferLock',
    'RetrieveDomainAuthCode', 'retrieveDomainAuthCode'
  )
  AND error_code IS NULL
  AND error_message IS NULL
