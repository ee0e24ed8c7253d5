/*---
id: data_reads_by_bucket
title: Objects read from S3, by bucket and reader
description: >
  Reads of objects with the bytes sent out, largest first. Needs a trail that records S3 data events.
---*/
SELECT
  request_parameters ->> 'bucketName' AS bucket,
  principal,
  count(*) AS reads,
  count(DISTINCT request_parameters ->> 'key') AS objects,
  sum(TRY_CAST(additional_event_data ->> 'bytesTransferredOut' AS DOUBLE)) AS bytes_out,
  count(DISTINCT source_ip_address) AS addresses,
  count(*) FILTER (WHERE error_code IS NOT NULL) AS failed,
  min(event_time) AS first_time,
  max(event_time) AS last_time
FROM cloudtrail
WHERE event_time >= $since AND event_time < $until
  AND event_source = 's3.amazonaws.com'
  AND event_name IN ('GetObject', 'SelectObjectContent', 'GetObjectTorrent', 'CopyObject', 'UploadPartCopy')
GROUP BY request_parameters ->> 'bucketName', principal
ORDER BY bytes_out DESC NULLS LAST, reads DESC, bucket
