/*---
id: domain_deleted
title: Domain deleted
severity: high
status: stable
attack: [T1584.001, T1485]
practice: monitoring
description: >
  Once the registration ends anybody may register the name and receive what was meant for you.
false_positives:
  - Domains that are given up.
respond:
  - Ask the owner of the domain; look whether mail or logins still hang on it.
  - Call AWS Support now, since a deleted domain can often be restored for a few days.
  - Find out what else the principal did to domains.
references:
  - DeleteDomain, https://docs.aws.amazon.com/Route53/latest/APIReference/API_domains_DeleteDomain.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'route53domains.amazonaws.com'
  -- Route 53 Domains writes its calls with a small first letter in some records.
  AND event_name IN ('DeleteDomain', 'deleteDomain')
  AND error_code IS NULL
  AND error_message IS NULL
