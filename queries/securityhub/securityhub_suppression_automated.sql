/*---
id: securityhub_suppression_automated
title: Security Hub automation rule hides findings
severity: medium
status: stable
attack: [T1562.001]
practice: monitoring
description: >
  An automation rule that sets findings to SUPPRESSED or RESOLVED hides what matches as it comes in. A wide one blinds
  Security Hub while it looks healthy.
false_positives:
  - The security team tuning out known noise, with narrow criteria and a reason in the note.
respond:
  - >
    Read the rule (`aws securityhub batch-get-automation-rules`): which findings does it hide?
  - Disable or delete it, and look at the findings it has changed.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - CreateAutomationRule, https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_CreateAutomationRule.html
  - BatchUpdateAutomationRules, https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchUpdateAutomationRules.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'securityhub.amazonaws.com'
  AND event_name IN (
    'CreateAutomationRule', 'CreateAutomationRuleV2', 'BatchUpdateAutomationRules', 'UpdateAutomationRuleV2'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    regexp_like(
      coalesce(request_parameters, ''),
      '(?i)"FindingFieldsUpdate"\s*:\s*\{.*"Workflow"\s*:\s*\{\s*"Status"\s*:\s*"(SUPPRESSED|RESOLVED)"'
    )
    -- OCSF, as the second version has it: 3 is Suppressed, 4 Resolved, 5 Archived.
    OR regexp_like(coalesce(request_parameters, ''), '(?i)"FindingFieldsUpdate"\s*:\s*\{[^{}]*"StatusId"\s*:\s*[345]\b')
  )
