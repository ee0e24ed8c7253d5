/*---
id: role_assumed_by_other_account
title: Role taken by an identity of another account
severity: info
status: stable
attack: [T1078.004, T1550.001]
practice: least-privilege
description: >
  An identity of another account assumed a role of yours. Vendors and your own other accounts do so all day; it is
  a part of stories, and role_assumed_from_unknown_account tells of strangers once it knows your accounts.
false_positives:
  - Vendors, pipelines and your own other accounts, all the time.
respond:
  - See which account it was, and whether it is one of yours or of a vendor (the trust of the role says who may).
  - >
    If unexplained: read what the session did. Hunt role_chains.
  - >
    Take the account out of the role's trust: `aws iam update-assume-role-policy`.
references:
  - Roles of other accounts, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'sts.amazonaws.com'
  AND event_name = 'AssumeRole'
  AND user_type = 'AWSAccount'
  AND (user_account_id IS DISTINCT FROM recipient_account_id)
  AND coalesce(user_invoked_by, '') = ''
  AND error_code IS NULL
  AND error_message IS NULL
