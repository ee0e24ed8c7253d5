/*---
id: pod_session_looks_around_and_grabs
title: Session of a Kubernetes pod looks around and takes hold
severity: medium
status: stable
attack: [T1528, T1087.004, T1552, T1098]
practice: least-privilege
description: >
  Within an hour the session of a pod listed users, roles or buckets of the whole account, and read secrets, changed
  access or went on to another role. A pod knows what it needs and doesn't look around; somebody in it does. Denied
  calls count.
false_positives:
  - Operators that administer AWS from within the cluster, such as Crossplane or ACK; suppress their roles.
respond:
  - >
    Find the service account: the AssumeRoleWithWebIdentity that made access_key_id (hunt session_origin), or the pod in
    the session's name.
  - List what the session did, with hunt key_activity, above all what succeeded.
  - Revoke the role's sessions, isolate the pod before deleting it, and see how somebody got in.
references:
  - IAM roles for service accounts, https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html
entity: [access_key_id, account_id]
window: 1d
lookback: 25h
---*/
-- Dated at the call that completes the pair, either order.
WITH step AS (
  SELECT
    event_time,
    event_id,
    event_name,
    access_key_id,
    principal,
    source_ip,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    event_name IN ('ListUsers', 'ListRoles', 'GetAccountAuthorizationDetails', 'GetAccountSummary', 'ListBuckets') AS looks
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_name IN (
      'ListUsers', 'ListRoles', 'GetAccountAuthorizationDetails', 'GetAccountSummary', 'ListBuckets',
      'GetSecretValue', 'BatchGetSecretValue', 'GetParametersByPath', 'CreateUser', 'CreateAccessKey', 'AttachRolePolicy',
      'PutRolePolicy', 'UpdateAssumeRolePolicy', 'UpdateFunctionCode20150331v2', 'SendCommand', 'AssumeRole'
    )
    -- By the cluster's identity provider, or by EKS Pod Identity, which names the session eks-<cluster>-<pod>-<uuid>.
    AND (
      regexp_like(web_id_federated_provider, 'oidc[.-]eks') OR user_arn LIKE '%:assumed-role/%/eks-%'
    )
    AND access_key_id IS NOT NULL
    AND coalesce(user_invoked_by, '') = ''
),
counted AS (
  SELECT
    *,
    sum(CASE WHEN looks THEN 1 ELSE 0 END) OVER last_hour AS looked,
    sum(CASE WHEN looks THEN 0 ELSE 1 END) OVER last_hour AS grabbed
  FROM step
  WINDOW last_hour AS (
    PARTITION BY access_key_id, account_id ORDER BY event_time
    RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND CURRENT ROW
  )
),
judged AS (
  SELECT *, looked > 0 AND grabbed > 0 AS complete FROM counted
)
SELECT
  min(event_time) FILTER (WHERE complete) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  'a pod with ' || coalesce(min(principal), 'an unknown role') || ' called '
    || array_to_string(array_slice(array_sort(array_distinct(array_agg(event_name))), 1, 6), ', ') AS message,
  access_key_id,
  account_id,
  min(principal) AS principal,
  min(source_ip) AS source_ip
FROM judged
GROUP BY access_key_id, account_id, date_bin($window, event_time)
HAVING count(*) FILTER (WHERE complete) > 0
