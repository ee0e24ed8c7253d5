/*---
id: root_email_changed
title: E-mail address of the root user changed
severity: critical
status: stable
attack: [T1098, T1531]
practice: avoid-root
description: >
  The root user's e-mail address owns the account: it receives the password reset and AWS's warnings. Whoever changes
  it to their own mailbox takes the account away from its owner.
false_positives:
  - A planned move to another mailbox or domain, for one account or, from the management account, for members.
respond:
  - Ask the owner of the account; don't use the new address for it.
  - >
    Check the address (`aws account get-primary-email --account-id <id>` from the management account) and change it
    back.
  - >
    If nobody knows of it: contact AWS Support at once, change the root password, look at all that root did
    (`trailhound query -f root_trail`).
references:
  - AcceptPrimaryEmailUpdate, https://docs.aws.amazon.com/accounts/latest/reference/API_AcceptPrimaryEmailUpdate.html
  - Update the root user email address, https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-update-root-user-email.html
---*/
-- By root in the account's settings (a sign-in event), or by the management account for a member.
SELECT * FROM cloudtrail
WHERE (
    event_source = 'signin.amazonaws.com'
      AND event_name = 'EmailUpdated'
      AND lower(coalesce(response_elements ->> 'EmailUpdated', 'success')) = 'success'
    OR event_source = 'account.amazonaws.com'
      AND event_name = 'AcceptPrimaryEmailUpdate'
      AND upper(coalesce(response_elements ->> 'status', 'ACCEPTED')) = 'ACCEPTED'
  )
  AND error_code IS NULL
  AND error_message IS NULL
