/*---
id: secret_deleted_for_good
title: Secret deleted without a way back
severity: medium
status: stable
attack: [T1485]
practice: monitoring
description: >
  Secrets wait 7 to 30 days before they are gone, unless the caller says otherwise. Without the waiting time
  whatever needs the secret stops, and nobody can bring it back.
false_positives:
  - Test environments that are built and torn down by infrastructure code with the same names. Stacks of
    CloudFormation are left out.
respond:
  - Ask the caller, and where the value is kept besides.
  - Look for other deletions by the same principal (rule data_stores_mass_deleted).
  - Create the secret again and restart what needs it.
references:
  - DeleteSecret, https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'secretsmanager.amazonaws.com'
  AND event_name = 'DeleteSecret'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
  AND lower(request_parameters ->> 'forceDeleteWithoutRecovery') = 'true'
