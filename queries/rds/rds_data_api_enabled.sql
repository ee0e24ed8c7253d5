/*---
id: rds_data_api_enabled
title: SQL over HTTP turned on for a database cluster
severity: low
status: stable
attack: [T1021.007, T1190]
practice: least-privilege
description: >
  With the Data API anybody who may call rds-data and read the secret can run SQL from anywhere, past security
  groups and subnets.
false_positives:
  - Serverless applications and the query editor of the console.
respond:
  - Ask the caller what needs it.
  - See who may call rds-data:ExecuteStatement.
  - >
    Turn it off: `aws rds disable-http-endpoint --resource-arn ARN`.
references:
  - EnableHttpEndpoint, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_EnableHttpEndpoint.html
  - ModifyDBCluster, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBCluster.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'rds.amazonaws.com'
  AND event_name IN ('EnableHttpEndpoint', 'ModifyDBCluster')
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
  AND (event_name = 'EnableHttpEndpoint' OR lower(request_parameters ->> 'enableHttpEndpoint') = 'true')
