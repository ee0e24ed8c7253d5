/*---
id: backup_plan_weakened
title: Backup plan, selection or resource type taken out of AWS Backup
severity: medium
status: stable
attack: [T1490]
practice: monitoring
description: >
  From here on fewer resources are backed up, and nobody notices until a backup is needed. It leaves the existing
  recovery points alone, which makes it quiet.
false_positives:
  - Plans that are replaced or moved to organization policies. Deployments by CloudFormation are left out.
respond:
  - See which resources the plan or selection covered (`aws backup list-backup-selections`, or AWS Config), and
    cover them again.
  - Look for deleted recovery points and vault locks by the same principal.
  - Ask the caller.
references:
  - DeleteBackupPlan, https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteBackupPlan.html
  - DeleteBackupSelection, https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteBackupSelection.html
  - UpdateRegionSettings, https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRegionSettings.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'backup.amazonaws.com'
  AND event_name IN ('DeleteBackupPlan', 'DeleteBackupSelection', 'UpdateRegionSettings')
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
  AND (
    event_name IN ('DeleteBackupPlan', 'DeleteBackupSelection')
    OR regexp_like(request_parameters ->> 'resourceTypeOptInPreference', '(?i):\s*"?false')
  )
