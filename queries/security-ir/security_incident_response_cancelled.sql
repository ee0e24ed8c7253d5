/*---
id: security_incident_response_cancelled
title: Security Incident Response membership cancelled
severity: medium
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  AWS no longer looks at findings for you, and its responders are not at hand when they are needed.
false_positives:
  - A contract that ends.
respond:
  - >
    Sign up again if nobody planned it: `aws security-ir create-membership`.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - If nobody can explain it, end the caller's sessions and deactivate the key (`aws iam update-access-key`).
references:
  - CancelMembership, https://docs.aws.amazon.com/security-ir/latest/APIReference/API_CancelMembership.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'security-ir.amazonaws.com'
  AND event_name = 'CancelMembership'
  AND error_code IS NULL
  AND error_message IS NULL
