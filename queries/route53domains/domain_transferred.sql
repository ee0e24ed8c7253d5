/*---
id: domain_transferred
title: Domain moved to another AWS account or registrar
severity: critical
status: stable
attack: [T1584.001, T1098]
practice: monitoring
description: >
  Who owns the domain gets its mail, its visitors and its certificates, and can reset passwords everywhere. Within
  one AWS account a transfer has to be accepted by the other side; until then it can be stopped.
false_positives:
  - Moving domains to a central account of the organization.
respond:
  - >
    Stop it while it waits: `aws route53domains cancel-domain-transfer-to-another-aws-account --domain-name NAME`
    (region us-east-1).
  - Ask the owner of the domain; if it wasn't them, call AWS Support and the registrar at once.
  - Find out who called and what that principal did before; rotate its credentials.
references:
  - TransferDomainToAnotherAwsAccount, https://docs.aws.amazon.com/Route53/latest/APIReference/API_domains_TransferDomainToAnotherAwsAccount.html
  - PushDomain, https://docs.aws.amazon.com/Route53/latest/APIReference/API_domains_PushDomain.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'route53domains.amazonaws.com'
  -- Route 53 Domains writes its calls with a small first letter in some records.
  AND event_name IN (
    'TransferDomainToAnotherAwsAccount', 'transferDomainToAnotherAwsAccount',
    'PushDomain', 'pushDomain'
  )
  AND error_code IS NULL
  AND error_message IS NULL
