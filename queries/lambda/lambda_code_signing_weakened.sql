/*---
id: lambda_code_signing_weakened
title: Code signing of Lambda functions was weakened
severity: medium
status: stable
attack: [T1553, T1578.005]
practice: monitoring
description: >
  Only signed code could be deployed; now any can. It is the step before putting foreign code into the function.
false_positives:
  - Giving up code signing on purpose.
respond:
  - Ask the caller; attach the signing configuration again (`aws lambda put-function-code-signing-config`).
  - Look for UpdateFunctionCode since.
  - Restrict these calls to the team that owns signing.
references:
  - Code signing, https://docs.aws.amazon.com/lambda/latest/dg/configuration-codesigning.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'lambda.amazonaws.com'
  AND event_name IN ('DeleteFunctionCodeSigningConfig', 'DeleteCodeSigningConfig', 'UpdateCodeSigningConfig')
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    event_name IN ('DeleteFunctionCodeSigningConfig', 'DeleteCodeSigningConfig')
    OR lower(request_parameters -> 'codeSigningPolicies' ->> 'untrustedArtifactOnDeployment') = 'warn'
  )
