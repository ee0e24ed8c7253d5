/*---
id: instance_credentials_used_by_operator
title: Credentials of an instance used from where a command to it came from
severity: medium
status: stable
attack: [T1552.005, T1078.004]
practice: policy-conditions
description: >
  Somebody ran a command on an instance or logged in to it, and within an hour the credentials of that very instance
  called from the same public address. An instance calls from its own network: the credentials were read from the
  metadata service and taken away.
false_positives:
  - Operators who work inside the same network, behind the gateway that the instance uses.
respond:
  - >
    Whose is the address? If it isn't a gateway of the instance, list what it did: `trailhound query -f
    address_activity`.
  - Revoke the sessions of the instance's role (IAM console, Revoke sessions); the instance gets new ones by itself.
  - Ask the one who ran the command; if nobody can explain it, deactivate that credential too.
references:
  - Instance metadata, https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
  - SendCommand, https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_SendCommand.html
entity: [user_arn, source_address, account_id]
window: 1h
lookback: 1h
---*/
-- Thieves first ask who they are and what there is: only such calls are looked at, or every call of every instance
-- would be. A sender that is an instance itself, such as a build server, mostly sits behind the same gateway.
WITH command AS (
  SELECT event_time, event_id, source_ip, principal, request_parameters
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source IN ('ssm.amazonaws.com', 'ec2-instance-connect.amazonaws.com')
    AND event_name IN ('SendCommand', 'StartSession', 'SendSSHPublicKey')
    AND error_code IS NULL
    AND error_message IS NULL
    AND NOT coalesce(ip_is_private(source_ip), true)
    AND NOT regexp_like(coalesce(user_arn, ''), '(?i)/i-[0-9a-f]{8,17}$')
),
use AS (
  SELECT
    event_time,
    event_id,
    source_ip,
    user_arn,
    split_part(user_arn, '/', 3) AS instance,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    aws_region AS region
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_name IN (
      'GetCallerIdentity', 'DescribeInstances', 'ListBuckets', 'ListUsers', 'ListRoles', 'ListSecrets',
      'GetAccountAuthorizationDetails', 'ListAttachedRolePolicies', 'ListRolePolicies', 'DescribeParameters',
      'DescribeSnapshots', 'DescribeDBInstances'
    )
    AND user_type = 'AssumedRole'
    AND regexp_like(user_arn, '(?i)/i-[0-9a-f]{8,17}$')
)
SELECT
  min(use.event_time) AS time,
  max(use.event_time) AS last_time,
  date_bin($window, use.event_time) AS window_start,
  count(DISTINCT use.event_id) AS count,
  array_slice(
    array_concat(
      array_distinct(array_agg(command.event_id ORDER BY command.event_time, command.event_id)),
      array_distinct(array_agg(use.event_id ORDER BY use.event_time, use.event_id))
    ), 1, 100
  ) AS event_ids,
  coalesce(min(command.principal), 'somebody') || ' ran a command on ' || min(use.instance)
    || '; its credentials were then used from the same address ' || use.source_ip AS message,
  use.user_arn AS user_arn,
  use.source_ip AS source_address,
  use.account_id AS account_id,
  CASE WHEN min(use.region) = max(use.region) THEN min(use.region) END AS region,
  CASE WHEN min(command.principal) = max(command.principal) THEN min(command.principal) END AS principal,
  use.source_ip AS source_ip
FROM use
JOIN command
  ON command.source_ip = use.source_ip
  AND strpos(command.request_parameters, use.instance) > 0
  AND command.event_time <= use.event_time
  AND command.event_time >= use.event_time - INTERVAL '1 hour'
GROUP BY use.user_arn, use.source_ip, use.account_id, date_bin($window, use.event_time)
