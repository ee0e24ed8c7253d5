/*---
id: workload_credentials_used_on_desktop
title: Credentials of a workload used on a desktop computer
severity: high
status: stable
attack: [T1552.005, T1528, T1078.004]
practice: policy-conditions
description: >
  The role session of an instance, container or function called from macOS or a desktop Windows. Workloads run on
  servers: somebody copied the credentials to their own computer. This is how the best known thefts from cloud
  servers looked in the log. Denied calls count.
false_positives:
  - EC2 Mac instances, and tests by developers.
  - Programs that run in a container on a developer's computer under a session named like a task.
respond:
  - Find the workload in user_arn (i-… is an instance, 32 hex digits an ECS task) and the address in source_address.
  - Revoke the role's sessions (IAM console, Revoke sessions); the workload gets new ones by itself.
  - List what the address did (hunt address_activity), then find the hole; require IMDSv2 on instances.
references:
  - Instance metadata, https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
  - CloudTrail record contents, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
entity: [user_arn, source_address, account_id]
window: 1d
lookback: 1d
---*/
-- One finding a day for each of these, or a script would make thousands.
SELECT
  min(event_time) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  'a desktop computer at ' || coalesce(source_ip_address, 'nowhere') || ' used credentials of ' || user_arn AS message,
  user_arn,
  source_ip_address AS source_address,
  coalesce(recipient_account_id, user_account_id) AS account_id,
  min(principal) AS principal,
  min(source_ip) AS source_ip,
  min(user_agent) AS a_user_agent
FROM cloudtrail
WHERE event_time >= $lookback_start AND event_time < $window_end
  AND user_type = 'AssumedRole'
  AND (
    regexp_like(user_arn, '/(i-[0-9a-f]{8,17}|[0-9a-f]{32})$')
    OR in_scope_of ->> 'issuerType' IN ('AWS::EC2::Instance', 'AWS::Lambda::Function')
  )
  AND (
    regexp_like(user_agent, '(^|[^a-z])[Dd]arwin/|os/mac[Oo][Ss]')
    -- Windows servers on EC2 call themselves 10 too.
    OR regexp_like(user_agent, '(^|[ ;(])[Ww]indows/(7|8|10|11)([^0-9]|$)|os/windows#(10|11)([^0-9]|$)')
      AND coalesce(user_arn, '') NOT LIKE '%/i-%'
  )
  AND coalesce(user_invoked_by, '') = ''
GROUP BY user_arn, source_ip_address, coalesce(recipient_account_id, user_account_id), date_bin($window, event_time)
