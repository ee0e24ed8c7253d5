/*---
id: domain_registered
title: Domain registered or taken over from elsewhere
severity: low
status: stable
attack: [T1583.001, T1496]
practice: monitoring
description: >
  Domains cost money and are used for phishing. With a stolen account they are registered at your cost, and in your
  name.
false_positives:
  - New products.
respond:
  - Ask the caller, and see whether the name looks like one of yours.
  - Turn off its renewal, and tell AWS Support if nobody knows about it.
  - Look for new hosted zones and mail identities of that name.
references:
  - RegisterDomain, https://docs.aws.amazon.com/Route53/latest/APIReference/API_domains_RegisterDomain.html
  - TransferDomain, https://docs.aws.amazon.com/Route53/latest/APIReference/API_domains_TransferDomain.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'route53domains.amazonaws.com'
  -- Route 53 Domains writes its calls with a small first letter in some records.
  AND event_name IN (
    'RegisterDomain', 'registerDomain',
    'TransferDomain', 'transferDomain',
    'AcceptDomainTransferFromAnotherAwsAccount', 'acceptDomainTransferFromAnotherAwsAccount'
  )
  AND error_code IS NULL
  AND error_message IS NULL
