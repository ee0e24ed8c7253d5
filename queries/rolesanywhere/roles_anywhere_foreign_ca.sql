/*---
id: roles_anywhere_foreign_ca
title: Certificates of an outside authority open roles
severity: high
status: stable
attack: [T1098.001, T1556, T1078.004]
practice: monitoring
description: >
  Whoever has the key of this certificate authority can make certificates and take the roles of Roles Anywhere from
  any machine, for years, without a key of AWS. A private CA of AWS would at least leave traces.
false_positives:
  - Set-up of Roles Anywhere with the company's own authority; done once.
respond:
  - Whose certificate is it (x509CertificateData in request_parameters; `openssl x509 -text`)?
  - >
    See profiles and roles it opens: `aws rolesanywhere list-profiles`.
  - >
    Disable it if nobody knows: `aws rolesanywhere disable-trust-anchor --trust-anchor-id ID`.
references:
  - CreateTrustAnchor, https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_CreateTrustAnchor.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'rolesanywhere.amazonaws.com'
  AND event_name IN ('CreateTrustAnchor', 'UpdateTrustAnchor')
  AND (
    request_parameters -> 'source' ->> 'sourceType' = 'CERTIFICATE_BUNDLE'
    OR request_parameters -> 'source' -> 'sourceData' ->> 'x509CertificateData' IS NOT NULL
  )
  AND error_code IS NULL
  AND error_message IS NULL
