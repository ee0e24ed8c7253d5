/*---
id: infrastructure_changed_with_long_term_key
title: Infrastructure changed with a long-term access key
severity: low
status: stable
attack: [T1078.004, T1578]
practice: rotate-credentials
description: >
  Machines, disks, networks, functions, stacks, records or rights were changed with a long-term key of a user: no
  MFA, and nothing but the key needed. Whoever finds that key in a file or repository can do the same. One finding a
  user and day.
false_positives:
  - Terraform or a script that still runs as a user.
respond:
  - See some_calls and the address. Does this user always do that, from there (hunt key_activity)?
  - Ask the owner, when the address or program is unusual for the key.
  - Give the workload a role; for people, require MFA by policy (aws:MultiFactorAuthPresent).
references:
  - Managing access keys, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
entity: [principal, account_id]
window: 1d
---*/
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
    AND event_name IN (
      'StartInstances', 'StopInstances', 'TerminateInstances', 'CreateImage', 'CreateSnapshot',
      'DeleteSnapshot', 'CreateVolume', 'AttachVolume', 'DeleteVolume', 'CreateSecurityGroup',
      'AuthorizeSecurityGroupEgress', 'CreateDefaultVpc', 'CreateDBSnapshot', 'CreateFunction20150331',
      'CreateStack', 'CreateCluster', 'CreateService', 'PutRule', 'PutTargets', 'CreateApi',
      'CreateHostedZone', 'ChangeResourceRecordSets', 'DetachUserPolicy', 'DetachRolePolicy',
      'DeleteUserPolicy'
    )
    AND user_type = 'IAMUser'
    AND access_key_id LIKE 'AKIA%'
    AND error_code IS NULL
    AND error_message IS NULL
    AND coalesce(user_invoked_by, '') = ''
  GROUP BY 1, 2, 3, 4
)
SELECT
  min(first_time) AS time,
  max(last_time) AS last_time,
  bucket AS window_start,
  CAST(sum(calls) AS BIGINT) AS count,
  array_slice(array_agg(event_id ORDER BY first_time, event_id), 1, 100) AS event_ids,
  principal || ' changed infrastructure with a long-term key: ' || CAST(count(*) AS VARCHAR) || ' kinds of call' AS message,
  principal,
  account_id,
  CASE WHEN min(address_first) = max(address_last) THEN min(address_first) END AS source_ip,
  count(*) AS kinds_of_call,
  array_to_string(array_slice(array_agg(what ORDER BY first_time, what), 1, 20), ', ') AS some_calls
FROM kind
GROUP BY principal, account_id, bucket
