/*---
id: lightsail_access_fetched
title: Keys to Lightsail machines or buckets were fetched
severity: low
status: stable
attack: [T1552, T1098.001]
practice: least-privilege
description: >
  These calls hand out the private key, a short-lived password or a bucket key, and with it the machine or data.
  The console uses them when somebody connects in the browser.
false_positives:
  - People who connect to their machines in the Lightsail console.
respond:
  - Ask the caller.
  - If unknown, replace the key pair, and look at logins on the machine.
  - Look at what else the principal did in Lightsail.
references:
  - >
    DownloadDefaultKeyPair,
    https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/API_DownloadDefaultKeyPair.html
  - >
    GetInstanceAccessDetails,
    https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/API_GetInstanceAccessDetails.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'lightsail.amazonaws.com'
  AND event_name IN ('DownloadDefaultKeyPair', 'GetInstanceAccessDetails', 'CreateBucketAccessKey')
  AND error_code IS NULL
  AND error_message IS NULL
