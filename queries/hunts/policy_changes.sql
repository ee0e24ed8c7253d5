/*---
id: policy_changes
title: Changes of IAM policies
description: >
  Policies attached, written, versioned or removed, trust policies included, with the target and the policy text.
---*/
SELECT
  event_time,
  recipient_account_id AS account_id,
  event_name,
  principal,
  source_ip_address,
  coalesce(
    request_parameters ->> 'userName', request_parameters ->> 'roleName', request_parameters ->> 'groupName'
  ) AS target,
  coalesce(request_parameters ->> 'policyArn', request_parameters ->> 'policyName') AS policy,
  coalesce(error_code, error_message) AS error,
  coalesce(request_parameters ->> 'policyDocument', request_parameters ->> 'assumeRolePolicyDocument') AS document,
  event_id
FROM cloudtrail
WHERE event_time >= $since AND event_time < $until
  AND event_source = 'iam.amazonaws.com'
  AND event_name IN (
    'AttachUserPolicy', 'AttachRolePolicy', 'AttachGroupPolicy', 'DetachUserPolicy', 'DetachRolePolicy',
    'DetachGroupPolicy', 'PutUserPolicy', 'PutRolePolicy', 'PutGroupPolicy', 'DeleteUserPolicy', 'DeleteRolePolicy',
    'DeleteGroupPolicy', 'CreatePolicy', 'CreatePolicyVersion', 'SetDefaultPolicyVersion', 'DeletePolicy',
    'DeletePolicyVersion', 'UpdateAssumeRolePolicy', 'CreateRole', 'AddUserToGroup', 'PutUserPermissionsBoundary',
    'PutRolePermissionsBoundary', 'DeleteUserPermissionsBoundary', 'DeleteRolePermissionsBoundary'
  )
ORDER BY event_time, event_id
