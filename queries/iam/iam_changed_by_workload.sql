/*---
id: iam_changed_by_workload
title: An instance, container or function changed who may do what
severity: medium
status: stable
attack: [T1098, T1136.003, T1552.005, T1078.004]
practice: least-privilege
description: >
  Code that runs on EC2, in a container or in Lambda made a key or changed a policy or trust. Rotation and deployment
  do that; any other workload has no reason to, and its role may be stolen. Users that it makes or gives rights are
  user_given_access_by_workload.
false_positives:
  - Deployment agents, account factories and rotation functions; list their roles in workload_roles.
respond:
  - See which call it was and for whom; undo it if nobody knows.
  - >
    Compare source_ip with the workload's address: elsewhere means stolen credentials (hunt
    `instance_credentials_elsewhere`).
  - Isolate the workload, revoke the role's sessions, and narrow the role.
references:
  - Best practices in IAM, https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
params:
  workload_roles:
    type: text[]
    default: []
    description: ARNs of roles of workloads that may change IAM, such as deployment agents
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name IN (
    'AttachRolePolicy', 'AttachGroupPolicy', 'PutRolePolicy', 'PutGroupPolicy', 'CreatePolicyVersion',
    'UpdateAssumeRolePolicy', 'CreateAccessKey'
  )
  AND (
    ec2_role_delivery IS NOT NULL
    OR in_scope_of ->> 'issuerType' IN ('AWS::EC2::Instance', 'AWS::Lambda::Function')
    -- Sessions of instances and tasks are named by the service; the client says when it runs in Lambda.
    OR regexp_like(user_principal_id, ':(i-[0-9a-f]{8,17}|[0-9a-f]{32})$')
    OR user_agent LIKE '%AWS_Lambda_%'
  )
  AND NOT coalesce(session_issuer_arn IN ($workload_roles), false)
  AND user_invoked_by IS NULL
  AND error_code IS NULL
  AND error_message IS NULL
