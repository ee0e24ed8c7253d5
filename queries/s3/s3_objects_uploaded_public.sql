/*---
id: s3_objects_uploaded_public
title: Objects written that everybody may read
severity: low
status: stable
attack: [T1530, T1222]
practice: least-privilege
description: >
  Objects were written with an ACL for all users or all AWS accounts. One finding a principal, bucket and day.
false_positives:
  - Old public web sites and download areas.
respond:
  - See the keys in the events; take the ACL back where it is wrong, `aws s3api put-object-acl --acl private`.
  - Turn ACLs off for the bucket (object ownership BucketOwnerEnforced).
references:
  - PutObject, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
entity: [principal, bucket, account_id]
window: 1d
---*/
WITH hit AS (
  SELECT
    event_time, event_id, coalesce(recipient_account_id, user_account_id) AS account_id,
    aws_region AS region, source_ip_address,
    principal, request_parameters ->> 'bucketName' AS bucket
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 's3.amazonaws.com'
    AND event_name IN ('PutObject', 'CopyObject', 'CreateMultipartUpload')
    AND error_code IS NULL
    AND error_message IS NULL
    -- Searched as text, since every upload is asked. The ACL is a text or a list of one.
    AND regexp_like(
      request_parameters,
      '"x-amz-acl"\s*:\s*\[?\s*"(public-read|authenticated-read)|acs[.]amazonaws[.]com/groups/global/(AllUsers|AuthenticatedUsers)'
    )
)
SELECT
  min(event_time) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  principal || ' wrote ' || CAST(count(*) AS VARCHAR) || ' objects to ' || bucket || ' that everybody may read'
    AS message,
  principal, bucket, account_id,
  CASE WHEN min(source_ip_address) = max(source_ip_address) THEN min(source_ip_address) END AS source_ip,
  CASE WHEN min(region) = max(region) THEN min(region) END AS region
FROM hit
GROUP BY principal, bucket, account_id, date_bin($window, event_time)
