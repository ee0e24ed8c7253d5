/*---
id: lambda_event_source_mapping_changed
title: A queue, stream or table was wired to a Lambda function
severity: info
status: stable
attack: [T1546, T1648]
practice: least-privilege
description: >
  From now on the function gets every message or change of the source. It copies data away without a read that
  anybody would notice. Changes by CloudFormation are left out.
false_positives:
  - Deployments by other tools.
respond:
  - See source and function in request_parameters.
  - Look at the code of the function.
  - If unknown, disable it (`aws lambda update-event-source-mapping --no-enabled`).
references:
  - CreateEventSourceMapping, https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'lambda.amazonaws.com'
  AND event_name IN ('CreateEventSourceMapping20150331', 'UpdateEventSourceMapping20150331')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
