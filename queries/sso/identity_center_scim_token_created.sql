/*---
id: identity_center_scim_token_created
title: Token to provision Identity Center users created
severity: medium
status: stable
attack: [T1098.001, T1136.003]
practice: rotate-credentials
description: >
  The bearer of a SCIM token makes and changes users and groups of Identity Center, for a year, without any AWS
  credential. The identity provider needs one; nobody else does.
false_positives:
  - The yearly renewal of the identity provider's token.
respond:
  - Ask those who run the identity provider whether they asked for a new token.
  - List the tokens in the console, under Settings, Automatic provisioning.
  - >
    Unexplained: delete the token, and check users and groups made since.
references:
  - Automatic provisioning, https://docs.aws.amazon.com/singlesignon/latest/userguide/provision-automatically.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sso-directory.amazonaws.com'
  AND event_name IN ('CreateBearerToken', 'CreateProvisioningTenant')
  AND error_code IS NULL
  AND error_message IS NULL
