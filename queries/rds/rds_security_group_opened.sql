/*---
id: rds_security_group_opened
title: Database security group opened to every address
severity: high
status: stable
attack: [T1190, T1562.007]
practice: policy-conditions
description: >
  A database security group of the old kind now lets the whole internet, or half of it, try to log in.
false_positives:
  - Nobody should do this; a test at most.
respond:
  - >
    Close it: `aws rds revoke-db-security-group-ingress --db-security-group-name NAME --cidrip CIDR`.
  - Look at the database's own log for logins since then.
  - Find out who called and what that principal did before.
references:
  - AuthorizeDBSecurityGroupIngress, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_AuthorizeDBSecurityGroupIngress.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'rds.amazonaws.com'
  AND event_name = 'AuthorizeDBSecurityGroupIngress'
  AND error_code IS NULL
  AND error_message IS NULL
  -- A prefix of no bits or one is the internet, or half of it.
  AND regexp_like(coalesce(request_parameters ->> 'cIDRIP', request_parameters ->> 'cidrip'), '/[01]$')
