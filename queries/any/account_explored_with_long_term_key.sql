/*---
id: account_explored_with_long_term_key
title: Account explored with a long-term access key
severity: low
status: stable
attack: [T1526, T1580, T1087.004]
practice: rotate-credentials
description: >
  A long-term key of a user asked what there is: instances, users, buckets, functions, models, quotas. It is what
  everybody does first who has found a key. Workloads with a key of their own rarely ask, and people should not use
  one. One finding a user and week; kinds_of_call tells how much was asked. Denied calls count.
false_positives:
  - Inventory, backup and monitoring tools that work with a key; put their users into inventory_principals.
  - Terraform and scripts that still run as a user.
respond:
  - See some_calls and the address. Does this user always do that, from there (hunt key_activity)?
  - Ask the owner; look for denied calls and for changes by the same key.
  - >
    Unexplained: deactivate the key (`aws iam update-access-key --status Inactive`). Otherwise give the workload a
    role.
references:
  - Managing access keys, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
params:
  inventory_principals:
    type: text[]
    default: []
    description: principals (role or user ARNs) of inventory and posture tools
entity: [principal, account_id]
window: 7d
---*/
-- The calls left out are everyday ones of applications that know what they want.
WITH kind AS (
  SELECT
    principal,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    date_bin($window, event_time) AS bucket,
    event_name AS what,
    min(event_time) AS first_time,
    max(event_time) AS last_time,
    count(*) AS calls,
    min(event_id) AS event_id,
    min(source_ip) AS address_first,
    max(source_ip) AS address_last
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source IN (
      'ec2.amazonaws.com', 'iam.amazonaws.com', 'sts.amazonaws.com', 'organizations.amazonaws.com',
      'rds.amazonaws.com', 'lambda.amazonaws.com', 'eks.amazonaws.com', 'ecs.amazonaws.com',
      'ecr.amazonaws.com', 's3.amazonaws.com', 'secretsmanager.amazonaws.com', 'ssm.amazonaws.com',
      'logs.amazonaws.com', 'monitoring.amazonaws.com', 'guardduty.amazonaws.com', 'bedrock.amazonaws.com',
      'sagemaker.amazonaws.com', 'servicequotas.amazonaws.com', 'health.amazonaws.com', 'aoss.amazonaws.com',
      'glacier.amazonaws.com', 'resource-explorer-2.amazonaws.com', 'ses.amazonaws.com', 'sns.amazonaws.com',
      'ce.amazonaws.com', 'discovery-marketplace.amazonaws.com', 'agreement-marketplace.amazonaws.com',
      'servicecatalog-appregistry.amazonaws.com'
    )
    AND read_only
    AND NOT coalesce(event_name IN (
      'GetObject', 'GetObjectAcl', 'GetObjectTagging', 'ListObjects', 'ListObjectsV2', 'ListParts',
      'ListMultipartUploads', 'GetSecretValue', 'GetParameter', 'GetParameters', 'GetParametersByPath',
      'GetAuthorizationToken', 'GetDownloadUrlForLayer', 'GetLogEvents', 'GetQueryResults', 'GetMetricData',
      'GetMetricStatistics', 'ListMetrics', 'GetSessionToken', 'GetFederationToken'
    ), false)
    AND user_type = 'IAMUser'
    AND access_key_id LIKE 'AKIA%'
    AND coalesce(user_invoked_by, '') = ''
    AND NOT coalesce(principal IN ($inventory_principals), false)
  GROUP BY 1, 2, 3, 4
)
SELECT
  min(first_time) AS time,
  max(last_time) AS last_time,
  bucket AS window_start,
  CAST(sum(calls) AS BIGINT) AS count,
  array_slice(array_agg(event_id ORDER BY first_time, event_id), 1, 100) AS event_ids,
  principal || ' asked what the account holds, with a long-term key: ' || CAST(count(*) AS VARCHAR) || ' kinds of call' AS message,
  principal,
  account_id,
  CASE WHEN min(address_first) = max(address_last) THEN min(address_first) END AS source_ip,
  count(*) AS kinds_of_call,
  array_to_string(array_slice(array_agg(what ORDER BY first_time, what), 1, 20), ', ') AS some_calls
FROM kind
GROUP BY principal, account_id, bucket
