/*---
id: roles_anywhere_profile_set
title: Role opened to holders of certificates
severity: medium
status: stable
attack: [T1098.003, T1078.004]
practice: monitoring
description: >
  The profile lets machines with a certificate of the trust anchor take the roles it names, from anywhere. With the
  anchor it is a complete back door.
false_positives:
  - Set-up or change of Roles Anywhere by its owners.
respond:
  - See the roles in request_parameters (roleArns) and what they may do.
  - Does their trust policy limit the certificate (aws:PrincipalTag/x509Subject/CN, aws:SourceArn)?
  - >
    Disable it if nobody knows: `aws rolesanywhere disable-profile --profile-id ID`.
references:
  - CreateProfile, https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_CreateProfile.html
  - UpdateProfile, https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_UpdateProfile.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'rolesanywhere.amazonaws.com'
  AND event_name IN ('CreateProfile', 'UpdateProfile')
  AND json_length(request_parameters, 'roleArns') > 0
  AND error_code IS NULL
  AND error_message IS NULL
