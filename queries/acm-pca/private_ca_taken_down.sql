/*---
id: private_ca_taken_down
title: Private CA disabled or deleted
severity: medium
status: stable
attack: [T1485, T1489]
practice: monitoring
description: >
  Without its authority no certificate is renewed and none is revoked; what depends on them stops one by one.
false_positives:
  - Retiring an authority, after everything moved to another.
respond:
  - >
    Undo it: `aws acm-pca restore-certificate-authority` within the waiting time, `update-certificate-authority
    --status ACTIVE`.
  - Ask the owners of the PKI.
  - Find out what else the principal did.
references:
  - DeleteCertificateAuthority, https://docs.aws.amazon.com/privateca/latest/APIReference/API_DeleteCertificateAuthority.html
  - UpdateCertificateAuthority, https://docs.aws.amazon.com/privateca/latest/APIReference/API_UpdateCertificateAuthority.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'acm-pca.amazonaws.com'
  AND event_name IN ('DeleteCertificateAuthority', 'UpdateCertificateAuthority')
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
  AND (event_name = 'DeleteCertificateAuthority' OR upper(request_parameters ->> 'status') = 'DISABLED')
