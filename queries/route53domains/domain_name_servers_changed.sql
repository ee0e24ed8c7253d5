/*---
id: domain_name_servers_changed
title: Name servers or DNSSEC keys of a domain changed
severity: high
status: stable
attack: [T1584.001, T1565]
practice: monitoring
description: >
  Other name servers mean other answers for everything under the domain: web sites, mail, certificates. It is a
  takeover without a transfer.
false_positives:
  - Moving the DNS of a domain to another provider or zone.
respond:
  - Compare the new name servers in request_parameters with the hosted zone, and set the old ones again.
  - Ask the owner of the domain.
  - >
    If it wasn't them: look for certificates issued meanwhile (certificate transparency logs) and rotate the
    caller's credentials.
references:
  - UpdateDomainNameservers, https://docs.aws.amazon.com/Route53/latest/APIReference/API_domains_UpdateDomainNameservers.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'route53domains.amazonaws.com'
  -- Route 53 Domains writes its calls with a small first letter in some records.
  AND event_name IN (
    'UpdateDomainNameservers', 'updateDomainNameservers',
    'AssociateDelegationSignerToDomain', 'associateDelegationSignerToDomain',
    'DisassociateDelegationSignerFromDomain', 'disassociateDelegationSignerFromDomain'
  )
  AND error_code IS NULL
  AND error_message IS NULL
