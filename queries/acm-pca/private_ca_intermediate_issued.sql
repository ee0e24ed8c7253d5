/*---
id: private_ca_intermediate_issued
title: Private CA issued a certificate for another certificate authority
severity: high
status: stable
attack: [T1649]
practice: least-privilege
description: >
  Whoever holds the key of a subordinate authority can issue certificates for any name that your systems trust,
  unseen by AWS. It happens when a PKI is built, and then hardly ever again.
false_positives:
  - Building or renewing the hierarchy of authorities.
respond:
  - Ask the owners of the PKI whether they know this authority.
  - >
    Revoke it: `aws acm-pca revoke-certificate`.
  - Find out who called and what that principal did before; rotate its credentials.
references:
  - IssueCertificate, https://docs.aws.amazon.com/privateca/latest/APIReference/API_IssueCertificate.html
  - Certificate templates, https://docs.aws.amazon.com/privateca/latest/userguide/UsingTemplates.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'acm-pca.amazonaws.com'
  AND event_name = 'IssueCertificate'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
  AND lower(request_parameters ->> 'templateArn') LIKE '%subordinatecacertificate%'
