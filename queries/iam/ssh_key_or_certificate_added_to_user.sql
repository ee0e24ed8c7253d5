/*---
id: ssh_key_or_certificate_added_to_user
title: SSH key or signing certificate added to an IAM user
severity: medium
status: stable
attack: [T1098.004, T1098.001]
practice: rotate-credentials
description: >
  With an SSH key somebody reads and writes CodeCommit as the user; with a signing certificate they sign old SOAP
  requests. Both last until somebody removes them and appear in no list of access keys.
false_positives:
  - A developer who begins with CodeCommit over SSH.
respond:
  - Ask the owner of the user in request_parameters whether the key is theirs.
  - List such keys of the user, `aws iam list-ssh-public-keys` and `list-signing-certificates`.
  - >
    Unexplained: delete the key, and treat the caller's own credential as stolen.
references:
  - UploadSSHPublicKey, https://docs.aws.amazon.com/IAM/latest/APIReference/API_UploadSSHPublicKey.html
  - UploadSigningCertificate, https://docs.aws.amazon.com/IAM/latest/APIReference/API_UploadSigningCertificate.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN ('UploadSSHPublicKey', 'UploadSigningCertificate')
  AND error_code IS NULL
  AND error_message IS NULL
