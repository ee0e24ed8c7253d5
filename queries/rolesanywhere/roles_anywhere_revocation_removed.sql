/*---
id: roles_anywhere_revocation_removed
title: Revoked certificates are good again
severity: medium
status: stable
attack: [T1562, T1098.001]
practice: monitoring
description: >
  The list of revoked certificates was deleted or turned off. Certificates that were stolen and revoked open roles
  again.
false_positives:
  - A list is replaced by a newer one; ImportCrl or UpdateCrl comes at about the same time.
respond:
  - >
    See which lists are left: `aws rolesanywhere list-crls`.
  - >
    Turn it on again: `aws rolesanywhere enable-crl --crl-id ID`, or import it.
  - >
    Ask the caller. Look at what else that key or session did before and after (`trailhound query -f
    principal_timeline`).
references:
  - DisableCrl, https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_DisableCrl.html
  - DeleteCrl, https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_DeleteCrl.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'rolesanywhere.amazonaws.com'
  AND event_name IN ('DisableCrl', 'DeleteCrl')
  AND error_code IS NULL
  AND error_message IS NULL
