/*---
id: kms_key_deletion_scheduled
title: KMS key disabled or scheduled for deletion
severity: medium
status: stable
attack: [T1485, T1486]
practice: monitoring
description: >
  What the key encrypts can't be read while it is disabled, and never again once it is deleted. The waiting time of
  7 to 30 days is the time to notice.
false_positives:
  - Retiring a key, and teardown of a test environment. Stacks of CloudFormation are left out.
respond:
  - >
    Undo it: `aws kms cancel-key-deletion --key-id ID` and `aws kms enable-key --key-id ID`.
  - Find out what the key encrypts (its aliases and policy, hunt kms_decrypts_by_key).
  - Ask the caller; look for the same on other keys (rule kms_keys_mass_disabled).
references:
  - ScheduleKeyDeletion, https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html
  - DisableKey, https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKey.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'kms.amazonaws.com'
  AND event_name IN ('ScheduleKeyDeletion', 'DisableKey')
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
