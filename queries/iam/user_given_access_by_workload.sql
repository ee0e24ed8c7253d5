/*---
id: user_given_access_by_workload
title: An instance, container or function gave a user access
severity: high
status: stable
attack: [T1098, T1136.003, T1552.005, T1078.004]
practice: least-privilege
description: >
  Code that runs on EC2, in a container or in Lambda made a user, gave it a password or gave it rights. Workloads need
  roles, not users: such a role is stolen or abused more often than not. Terraform and the like are left out.
false_positives:
  - An account factory that makes an emergency user; list its role in workload_roles.
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
    'CreateUser', 'CreateLoginProfile', 'UpdateLoginProfile', 'AttachUserPolicy', 'PutUserPolicy', 'AddUserToGroup'
  )
  AND (
    ec2_role_delivery IS NOT NULL
    OR in_scope_of ->> 'issuerType' IN ('AWS::EC2::Instance', 'AWS::Lambda::Function')
    -- Sessions of instances and tasks are named by the service; the client says when it runs in Lambda.
    OR regexp_like(user_principal_id, ':(i-[0-9a-f]{8,17}|[0-9a-f]{32})$')
    OR user_agent LIKE '%AWS_Lambda_%'
  )
  AND NOT coalesce(session_issuer_arn IN ($workload_roles), false)
  AND NOT coalesce(regexp_like(user_agent, '(?i)terraform|opentofu|pulumi|crossplane'), false)
  AND user_invoked_by IS NULL
  AND error_code IS NULL
  AND error_message IS NULL
