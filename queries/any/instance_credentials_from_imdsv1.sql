/*---
id: instance_credentials_from_imdsv1
title: Instance got its credentials from the old metadata service
severity: low
status: stable
attack: [T1552.005]
practice: policy-conditions
description: >
  The calls were signed with credentials that came from version 1 of the instance metadata service. It gives them to
  anybody who can make the instance fetch an address, through a hole in a web server for instance; version 2
  doesn't.
false_positives:
  - Old SDKs and images that can't do version 2 yet.
respond:
  - Find the instances of the role; the session name in a_user_arn is the instance's id.
  - Update the SDK or agent, watch the metric MetadataNoToken fall to nothing.
  - Require version 2, `aws ec2 modify-instance-metadata-options --http-tokens required`.
references:
  - Instance metadata, https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
entity: [role_arn, account_id]
window: 1d
lookback: 1d
---*/
-- One finding a role and day.
SELECT
  min(event_time) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  'credentials of ' || session_issuer_arn || ' came from version 1 of the metadata service' AS message,
  session_issuer_arn AS role_arn,
  coalesce(recipient_account_id, user_account_id) AS account_id,
  min(user_arn) AS a_user_arn
FROM cloudtrail
WHERE event_time >= $lookback_start AND event_time < $window_end
  AND ec2_role_delivery = '1.0'
  AND session_issuer_arn IS NOT NULL
GROUP BY session_issuer_arn, coalesce(recipient_account_id, user_account_id), date_bin($window, event_time)
