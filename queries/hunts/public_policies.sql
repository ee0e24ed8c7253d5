/*---
id: public_policies
title: Resource policies that let everybody in
description: >
  Bucket, key, queue, topic, function, repository and secret policies that were set and name everybody as
  principal, and trust policies of roles. Those with a condition are left out.
---*/
WITH written AS (
  SELECT
    event_time,
    recipient_account_id AS account_id,
    aws_region,
    event_source,
    event_name,
    principal,
    source_ip_address,
    coalesce(
      request_parameters ->> 'bucketPolicy', request_parameters ->> 'policyText', request_parameters ->> 'policyDocument',
      request_parameters ->> 'assumeRolePolicyDocument', request_parameters ->> 'resourcePolicy',
      request_parameters ->> 'policyInJson', request_parameters -> 'attributes' ->> 'Policy',
      CASE WHEN request_parameters ->> 'attributeName' = 'Policy' THEN request_parameters ->> 'attributeValue' END,
      request_parameters ->> 'accessPolicies', request_parameters ->> 'policy'
    ) AS document,
    coalesce(
      request_parameters ->> 'bucketName', request_parameters ->> 'keyId', request_parameters ->> 'queueUrl',
      request_parameters ->> 'topicArn', request_parameters ->> 'functionName', request_parameters ->> 'repositoryName',
      request_parameters ->> 'secretId', request_parameters ->> 'resourceArn', request_parameters ->> 'roleName'
    ) AS target,
    coalesce(error_code, error_message) AS error,
    event_id
  FROM cloudtrail
  WHERE event_time >= $since AND event_time < $until
    AND (
      event_name IN (
        'PutBucketPolicy', 'PutAccessPointPolicy', 'PutKeyPolicy', 'CreateKey', 'SetQueueAttributes', 'CreateQueue',
        'SetTopicAttributes', 'CreateTopic', 'PutResourcePolicy', 'SetRepositoryPolicy', 'PutRegistryPolicy',
        'UpdateAssumeRolePolicy', 'CreateRole', 'UpdateDomainConfig', 'PutBackupVaultAccessPolicy',
        'PutFileSystemPolicy'
      )
    )
)
SELECT
  event_time, account_id, aws_region, event_source, event_name, target, principal, source_ip_address, error,
  policy_principals(document) AS let_in, document, event_id
FROM written
WHERE policy_is_public(document)
ORDER BY event_time, event_id
