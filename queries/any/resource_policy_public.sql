/*---
id: resource_policy_public
title: The policy of a resource lets everybody in
severity: high
status: stable
attack: [T1537, T1530, T1190]
practice: policy-conditions
description: >
  A bucket, topic, queue, key, secret, table, vault, model, image repository or OpenSearch domain now allows something to
  everybody, and no condition narrows it to an account, organization or network. Conditions that anybody can meet, such as
  TLS or a user agent, don't count as one.
false_positives:
  - A bucket that serves a public web site; it should be read-only, and be behind CloudFront anyway.
  - An image repository, queue or topic for the public.
  - >
    The account's block on public access may still keep a bucket private; a policy that it refuses is an error and no
    finding. Domains inside a VPC or with users of their own are left out where the request says so.
respond:
  - See which actions the policy allows (request_parameters); writing, deleting or * for everybody is an emergency.
  - >
    Take it back: `aws s3api delete-bucket-policy`, `aws sqs set-queue-attributes`, `aws kms put-key-policy`,
    `aws secretsmanager delete-resource-policy`, `aws ecr delete-repository-policy`, and so on.
  - Look for calls of strangers on the resource since (hunt data_reads_by_bucket, kms_decrypts_by_key).
  - Find out who called and what that principal did before; replace secrets that lay there.
references:
  - Public access in policies, https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-concepts.html
  - PutBucketPolicy, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
---*/
SELECT * FROM cloudtrail
WHERE error_code IS NULL
  AND error_message IS NULL
  AND (
    event_source = 's3.amazonaws.com' AND event_name IN ('PutBucketPolicy', 'PutAccessPointPolicy')
      -- Of an event of PutBucketPolicy 'policy' is the name of the sub-resource, and empty.
      AND policy_is_public(coalesce(request_parameters ->> 'bucketPolicy', request_parameters ->> 'policy'))
    OR event_source = 'sns.amazonaws.com' AND event_name IN ('SetTopicAttributes', 'CreateTopic', 'AddPermission')
      AND (
        -- Values of other attributes are no policies.
        policy_is_public(coalesce(request_parameters ->> 'attributeValue', request_parameters -> 'attributes' ->> 'Policy'))
        OR regexp_like(
          coalesce(request_parameters ->> 'aWSAccountId', request_parameters ->> 'AWSAccountId', request_parameters ->> 'aWSAccountIds'),
          '(^|")\*("|$)'
        )
      )
    OR event_source = 'sqs.amazonaws.com' AND event_name IN ('SetQueueAttributes', 'CreateQueue', 'AddPermission')
      AND (
        policy_is_public(request_parameters -> 'attributes' ->> 'Policy')
        OR regexp_like(coalesce(request_parameters ->> 'AWSAccountIds', request_parameters ->> 'aWSAccountIds'), '(^|")\*("|$)')
      )
    OR event_source = 'kms.amazonaws.com' AND event_name IN ('PutKeyPolicy', 'CreateKey', 'ReplicateKey')
      AND policy_is_public(request_parameters ->> 'policy')
    OR event_source = 'secretsmanager.amazonaws.com' AND event_name = 'PutResourcePolicy'
      AND policy_is_public(request_parameters ->> 'resourcePolicy')
    OR event_source = 'dynamodb.amazonaws.com' AND event_name IN ('PutResourcePolicy', 'CreateTable')
      AND policy_is_public(coalesce(request_parameters ->> 'policy', request_parameters ->> 'resourcePolicy'))
    OR event_source = 'backup.amazonaws.com' AND event_name = 'PutBackupVaultAccessPolicy'
      AND policy_is_public(request_parameters ->> 'policy')
    OR event_source IN ('bedrock.amazonaws.com', 'bedrock-agentcore.amazonaws.com') AND event_name = 'PutResourcePolicy'
      AND policy_is_public(coalesce(request_parameters ->> 'resourcePolicy', request_parameters ->> 'policy'))
    OR event_source = 'ecr.amazonaws.com' AND event_name IN ('SetRepositoryPolicy', 'PutRegistryPolicy')
      AND policy_is_public(request_parameters ->> 'policyText')
    OR event_source = 'es.amazonaws.com'
      AND event_name IN (
        'CreateDomain', 'CreateElasticsearchDomain', 'UpdateDomainConfig', 'UpdateElasticsearchDomainConfig'
      )
      AND policy_is_public(request_parameters ->> 'accessPolicies')
      AND NOT coalesce(regexp_like(request_parameters ->> 'vPCOptions', '"subnet-'), false)
      AND coalesce(lower(request_parameters -> 'advancedSecurityOptions' ->> 'enabled'), 'false') <> 'true'
  )
