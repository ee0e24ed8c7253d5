/*---
id: certificate_exported
title: Certificate exported with its private key
severity: low
status: stable
attack: [T1552.004, T1649]
practice: least-privilege
description: >
  The export holds the private key. Whoever has it can pose as the service until the certificate ends.
false_positives:
  - Deployments that put certificates of a private CA on servers. Suppress their role.
respond:
  - Ask the caller where the key went.
  - Revoke or replace the certificate if nobody knows.
  - Allow acm:ExportCertificate only to the role that deploys.
references:
  - ExportCertificate, https://docs.aws.amazon.com/acm/latest/APIReference/API_ExportCertificate.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'acm.amazonaws.com'
  AND event_name = 'ExportCertificate'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
