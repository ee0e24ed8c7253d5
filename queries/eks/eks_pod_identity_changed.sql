/*---
id: eks_pod_identity_changed
title: Pods of a cluster were given an IAM role
severity: low
status: stable
attack: [T1098.003, T1098.006]
practice: least-privilege
description: >
  Everybody who may run a pod with this service account now has the role. Changes by CloudFormation are left out.
false_positives:
  - Deploying a workload that needs AWS.
respond:
  - See role, namespace and service account; what may the role do?
  - Ask the caller.
  - If unknown, `aws eks delete-pod-identity-association`, and look at what the role did.
references:
  - Pod identities, https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'eks.amazonaws.com'
  AND event_name IN ('CreatePodIdentityAssociation', 'UpdatePodIdentityAssociation')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND coalesce(request_parameters ->> 'roleArn', '') <> ''
