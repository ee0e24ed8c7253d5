/*---
id: telemetry_rules_removed
title: Rules that turn on logs in all accounts removed
severity: medium
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  A telemetry rule turns on flow logs, DNS logs and the like for every new resource. Without it new ones come without,
  and nobody is told.
false_positives:
  - A rule that is replaced by another one.
respond:
  - >
    Put it back: `aws observabilityadmin create-telemetry-rule`, `start-telemetry-evaluation`.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - Turn logs on by hand for what was made meanwhile.
references:
  - DeleteTelemetryRule, https://docs.aws.amazon.com/cloudwatch/latest/observabilityadmin/API_DeleteTelemetryRule.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'observabilityadmin.amazonaws.com'
  AND event_name IN (
    'DeleteTelemetryRule', 'DeleteTelemetryRuleForOrganization', 'StopTelemetryEvaluation',
    'StopTelemetryEvaluationForOrganization'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
