/*---
id: s3_anonymous_denied_burst
title: Anonymous caller was denied fifty times or more within an hour
severity: low
status: stable
attack: [T1619, T1595.003]
practice: monitoring
description: >
  Somebody without credentials tries names of objects or buckets that may be open. On a bucket that isn't public
  it is a scan of your names; see that nothing let them in.
false_positives:
  - Links to objects that were public once; crawlers on a web site's bucket.
respond:
  - See what the address reached (hunt address_activity) and whether the buckets are open (hunt public_policies).
  - Block the address at CloudFront or WAF if a site stands before the bucket.
references:
  - GetObject, https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
params:
  calls:
    type: int
    default: 50
    description: how many denied calls within an hour
entity: [source_ip]
window: 1h
---*/
WITH hit AS (
  SELECT
    event_time, event_id, coalesce(recipient_account_id, user_account_id) AS account_id,
    aws_region AS region, source_ip_address,
    source_ip, request_parameters ->> 'bucketName' AS bucket
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 's3.amazonaws.com'
    AND event_name IN ('GetObject', 'HeadObject', 'ListObjects', 'HeadBucket', 'PutObject', 'GetBucketAcl')
    AND error_code = 'AccessDenied'
    AND lower(user_account_id) IN ('anonymous_principal', 'anonymous')
    AND source_ip IS NOT NULL
)
SELECT
  min(event_time) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  source_ip || ' was denied ' || CAST(count(*) AS VARCHAR) || ' times without credentials within an hour'
    AS message,
  source_ip,
  CASE WHEN min(bucket) = max(bucket) THEN min(bucket) END AS bucket,
  CASE WHEN min(account_id) = max(account_id) THEN min(account_id) END AS account_id,
  CASE WHEN min(region) = max(region) THEN min(region) END AS region
FROM hit
GROUP BY source_ip, date_bin($window, event_time)
HAVING count(*) >= $calls
