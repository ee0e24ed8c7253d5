/*---
id: identity_center_enabled
title: Identity Center switched on
severity: medium
status: stable
attack: [T1136.003, T1098]
practice: monitoring
description: >
  A new instance of Identity Center is a second door to the accounts, with users of its own. In a member account it
  is hidden from those who run the organization's.
false_positives:
  - The set-up of an organization.
  - A developer who tries an application that asks for an instance.
respond:
  - Ask the caller; see whether the account already has an instance, `aws sso-admin list-instances`.
  - Look for users and assignments made since.
  - >
    Unexplained: delete the instance; deny sso:CreateInstance by an organization policy.
references:
  - CreateInstance, https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_CreateInstance.html
  - Identity Center, https://docs.aws.amazon.com/singlesignon/latest/userguide/what-is.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sso.amazonaws.com'
  AND event_name IN ('StartSSO', 'CreateInstance')
  AND error_code IS NULL
  AND error_message IS NULL
