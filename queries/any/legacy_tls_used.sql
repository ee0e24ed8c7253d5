/*---
id: legacy_tls_used
title: A principal used an outdated version of TLS
severity: info
status: stable
attack: [T1557]
practice: policy-conditions
description: >
  TLS before 1.2 can be broken. AWS refuses it at most endpoints; what still comes through is an old client
  whose traffic, and signatures, somebody on the way may read. One finding a principal and day.
false_positives:
  - Old appliances and libraries; they are what this is about.
respond:
  - Find the client by its user agent and address (details).
  - Bring its library, or the machine, up to date.
  - Deny aws:SecureTransport false and s3:TlsVersion below 1.2 in bucket policies.
references:
  - TLS details in CloudTrail, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
entity: [principal, account_id]
window: 1d
lookback: 1d
---*/
SELECT
  min(event_time) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  principal || ' used ' || min(tls_version) AS message,
  principal,
  coalesce(recipient_account_id, user_account_id) AS account_id,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip,
  min(tls_version) AS tls_version,
  min(user_agent) AS a_user_agent
FROM cloudtrail
WHERE event_time >= $lookback_start AND event_time < $window_end
  AND tls_version IN ('TLSv1', 'TLSv1.0', 'TLSv1.1', 'SSLv3')
GROUP BY principal, coalesce(recipient_account_id, user_account_id), date_bin($window, event_time)
