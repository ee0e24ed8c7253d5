/*---
id: log_delivery_stream_deleted
title: Firehose stream that carries logs deleted
severity: medium
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  WAF, DNS and CloudWatch logs reach their bucket or the SIEM through such a stream. What is sent to it from now on is
  lost. Streams are meant whose name says that they carry logs.
false_positives:
  - A stream that is replaced, or a project that is torn down.
respond:
  - What did it carry? See its name in request_parameters and look who still sends there; make it again.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
  - >
    Search for what is missing at the source: CloudWatch Logs, WAF samples, DNS logs.
references:
  - DeleteDeliveryStream, https://docs.aws.amazon.com/firehose/latest/APIReference/API_DeleteDeliveryStream.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'firehose.amazonaws.com'
  AND event_name = 'DeleteDeliveryStream'
  AND error_code IS NULL
  AND error_message IS NULL
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND regexp_like(
    coalesce(request_parameters ->> 'deliveryStreamName', ''), '(?i)(log|cloud-?trail|waf|audit|security|siem|splunk|dns|flow)'
  )
