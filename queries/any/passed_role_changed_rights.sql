/*---
id: passed_role_changed_rights
title: A role was handed to a workload, and changed rights from there
severity: high
status: stable
attack: [T1548, T1098, T1078.004]
practice: least-privilege
description: >
  Somebody started a function, instance, build or the like with a role, and within an hour the role changed users,
  keys, policies or trust. That is how a principal with little but iam:PassRole takes the rights of a stronger role;
  passing itself leaves no record.
false_positives:
  - A build or automation that was just set up and looks after IAM.
respond:
  - >
    Compare who passed the role (passed_by) with whom the change is for: the same person?
  - Undo the change, stop the workload, and revoke the role's sessions.
  - Limit iam:PassRole of the passer to the roles that are needed.
references:
  - Passing a role, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
entity: [account_id, role_name]
window: 1h
lookback: 1h
---*/
WITH passed AS (
  SELECT
    event_time,
    event_id,
    event_name,
    coalesce(recipient_account_id, user_account_id) AS account,
    principal,
    -- A name, an ARN or an instance profile's ARN, whose name is mostly that of its role.
    regexp_replace(
      coalesce(
        request_parameters ->> 'role', request_parameters ->> 'roleArn', request_parameters ->> 'serviceRole',
        request_parameters ->> 'taskRoleArn',
        request_parameters -> 'iamInstanceProfile' ->> 'arn', request_parameters -> 'iamInstanceProfile' ->> 'name',
        request_parameters -> 'AssociateIamInstanceProfileRequest' -> 'IamInstanceProfile' ->> 'Arn',
        request_parameters -> 'AssociateIamInstanceProfileRequest' -> 'IamInstanceProfile' ->> 'Name',
        request_parameters -> 'ReplaceIamInstanceProfileAssociationRequest' -> 'IamInstanceProfile' ->> 'Arn',
        request_parameters -> 'ReplaceIamInstanceProfileAssociationRequest' -> 'IamInstanceProfile' ->> 'Name',
        request_parameters -> 'parameters' -> 'AutomationAssumeRole' ->> 0
      ),
      '^.*/', ''
    ) AS role
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_name IN (
      'CreateFunction20150331', 'UpdateFunctionConfiguration20150331v2', 'RunInstances',
      'AssociateIamInstanceProfile', 'ReplaceIamInstanceProfileAssociation', 'CreateDevEndpoint', 'CreateJob',
      'CreateNotebookInstance', 'CreateProcessingJob', 'CreateTrainingJob', 'CreateProject',
      'RegisterTaskDefinition', 'CreateStateMachine', 'StartAutomationExecution'
    )
    AND error_code IS NULL
    AND error_message IS NULL
    AND user_invoked_by IS NULL
),
used AS (
  SELECT
    event_time,
    event_id,
    event_name,
    coalesce(recipient_account_id, user_account_id) AS account,
    session_issuer_user_name AS role,
    source_ip
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'iam.amazonaws.com'
    AND event_name IN (
      'AttachUserPolicy', 'AttachRolePolicy', 'AttachGroupPolicy', 'PutUserPolicy', 'PutRolePolicy',
      'PutGroupPolicy', 'CreatePolicyVersion', 'SetDefaultPolicyVersion', 'UpdateAssumeRolePolicy', 'CreateUser',
      'CreateAccessKey', 'CreateLoginProfile', 'UpdateLoginProfile', 'AddUserToGroup'
    )
    AND user_type = 'AssumedRole'
    AND user_invoked_by IS NULL
    AND error_code IS NULL
    AND error_message IS NULL
)
SELECT
  min(used.event_time) AS time,
  max(used.event_time) AS last_time,
  date_bin($window, used.event_time) AS window_start,
  count(DISTINCT used.event_id) AS count,
  array_slice(array_sort(array_distinct(array_cat(array_agg(passed.event_id), array_agg(used.event_id)))), 1, 100)
    AS event_ids,
  'role ' || used.role || ', handed over by ' || min(coalesce(passed.principal, 'somebody')) || ' in '
    || min(passed.event_name) || ', called ' || min(used.event_name) AS message,
  used.account AS account_id,
  used.role AS role_name,
  min(passed.principal) AS principal,
  min(passed.principal) AS passed_by,
  CASE WHEN min(used.source_ip) = max(used.source_ip) THEN min(used.source_ip) END AS source_ip
FROM used
INNER JOIN passed ON passed.account = used.account AND passed.role = used.role
WHERE used.event_time >= passed.event_time
  AND used.event_time <= passed.event_time + INTERVAL '1 hour'
GROUP BY used.account, used.role, date_bin($window, used.event_time)
