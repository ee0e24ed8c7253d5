/*---
id: backup_copied_to_other_account
title: Recovery point copied to a vault of another account
severity: medium
status: stable
attack: [T1537]
practice: policy-conditions
description: >
  A copy job started by hand carries a whole backup, of whatever was backed up, to another account.
false_positives:
  - Copies to the backup account of the organization. Name it in trusted_accounts; what backup plans copy is left
    out.
respond:
  - Find out whose account the destination vault belongs to (destinationBackupVaultArn).
  - If it is unknown, treat what the recovery point holds as copied.
  - Find out who called and what that principal did before; rotate its credentials.
references:
  - StartCopyJob, https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartCopyJob.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'backup.amazonaws.com'
  AND event_name = 'StartCopyJob'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
  AND coalesce(split_part(request_parameters ->> 'destinationBackupVaultArn', ':', 5), recipient_account_id, '')
    <> coalesce(recipient_account_id, '')
  AND NOT coalesce(array_has($trusted_accounts, split_part(request_parameters ->> 'destinationBackupVaultArn', ':', 5)), false)
