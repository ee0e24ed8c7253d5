/*---
id: blinding_rights_granted
title: Policy lets its owner turn off the trail or detection
severity: low
status: stable
attack: [T1098.003, T1562.008]
practice: least-privilege
description: >
  Its owner may stop or delete trails, detectors or recorders anywhere in the account. Nobody but the team that runs
  them needs that.
false_positives:
  - Policies of the team that looks after logging and detection.
respond:
  - Read the policy in request_parameters (policyDocument) and whom it is for.
  - Ask what it is for; most tools only need to read.
  - Forbid these calls by a control policy of the organisation.
references:
  - Security best practices in CloudTrail, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN ('PutUserPolicy', 'PutRolePolicy', 'PutGroupPolicy', 'CreatePolicy', 'CreatePolicyVersion')
  -- Braces tell statements apart: one without a condition has none inside, once variables (${aws:username}) and
  -- empty conditions are gone. Statements that deny are taken out too.
  AND regexp_like(
    regexp_replace(
      regexp_replace(request_parameters ->> 'policyDocument', '\$\{[^{}]*\}|\{\s*\}', '', 'g'),
      '\{[^{}]*"Effect"\s*:\s*"Deny"[^{}]*\}', '', 'gi'
    ),
    '\{[^{}]*("Action"\s*:\s*(\[[^\]]*)?"(cloudtrail:(\*|StopLogging|DeleteTrail|UpdateTrail|PutEventSelectors|Delete\*|Stop\*)|guardduty:(\*|Delete\*|DeleteDetector|UpdateDetector)|config:(\*|Stop\*|Delete\*|StopConfigurationRecorder|DeleteConfigurationRecorder)|securityhub:(\*|Disable\*|DisableSecurityHub))"[^{}]*"Resource"\s*:\s*(\[[^\]]*)?"\*+"|"Resource"\s*:\s*(\[[^\]]*)?"\*+"[^{}]*"Action"\s*:\s*(\[[^\]]*)?"(cloudtrail:(\*|StopLogging|DeleteTrail|UpdateTrail|PutEventSelectors|Delete\*|Stop\*)|guardduty:(\*|Delete\*|DeleteDetector|UpdateDetector)|config:(\*|Stop\*|Delete\*|StopConfigurationRecorder|DeleteConfigurationRecorder)|securityhub:(\*|Disable\*|DisableSecurityHub))")[^{}]*\}',
    'i'
  )
  AND error_code IS NULL
  AND error_message IS NULL
