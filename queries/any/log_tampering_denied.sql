/*---
id: log_tampering_denied
title: Attempt to stop logging or a security service denied
severity: medium
status: stable
attack: [T1562.001, T1562.008]
practice: monitoring
description: >
  Somebody tried to stop a trail, a detector or a recorder and was not allowed to. It did no harm, but few people try
  this by accident, and the next thing they try may work.
false_positives:
  - A pipeline whose role was given too little for a planned change.
  - Tests of an organization policy, by those who wrote it.
respond:
  - >
    Ask the caller, and look at what else was denied and what succeeded: `trailhound query -f principal_timeline
    --param who=NAME`.
  - Check that trails and detectors are on, in all regions.
  - If nobody can explain it, revoke the caller's sessions and keys, and treat the account as entered.
references:
  - Access denied messages, https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
---*/
SELECT * FROM cloudtrail
WHERE event_source IN (
    'cloudtrail.amazonaws.com', 'guardduty.amazonaws.com', 'config.amazonaws.com', 'securityhub.amazonaws.com',
    'macie2.amazonaws.com', 'ec2.amazonaws.com', 'route53resolver.amazonaws.com', 'access-analyzer.amazonaws.com',
    'detective.amazonaws.com', 'securitylake.amazonaws.com'
  )
  AND event_name IN (
    'StopLogging', 'DeleteTrail', 'UpdateTrail', 'PutEventSelectors', 'DeleteEventDataStore', 'DeleteDetector',
    'UpdateDetector', 'DisassociateFromAdministratorAccount', 'DisassociateFromMasterAccount',
    'StopMonitoringMembers', 'StopConfigurationRecorder', 'DeleteConfigurationRecorder', 'DeleteDeliveryChannel',
    'DisableSecurityHub', 'DisableMacie', 'DeleteFlowLogs', 'DeleteResolverQueryLogConfig', 'DeleteAnalyzer',
    'DeleteGraph', 'DeleteDataLake'
  )
  AND (
    regexp_like(coalesce(error_code, ''), '(?i)(access-?denied|unauthorized|not-?authorized)')
    OR error_message LIKE '%is not authorized to perform%'
  )
