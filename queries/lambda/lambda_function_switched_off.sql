/*---
id: lambda_function_switched_off
title: A Lambda function was switched off by its concurrency
severity: low
status: stable
attack: [T1562.001, T1489]
practice: monitoring
description: >
  With a reserved concurrency of 0 the function never runs, though it is still there. That silences a function
  that forwards logs or remedies findings.
false_positives:
  - An emergency stop of a function that does harm.
respond:
  - What does the function do? If it is a guard, switch it on again (`aws lambda delete-function-concurrency`).
  - Ask the caller.
  - Look at what happened while it was off.
references:
  - PutFunctionConcurrency, https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'lambda.amazonaws.com'
  AND event_name = 'PutFunctionConcurrency20171031'
  AND error_code IS NULL
  AND error_message IS NULL
  AND request_parameters ->> 'reservedConcurrentExecutions' IN ('0', '0.0')
