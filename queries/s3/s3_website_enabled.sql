/*---
id: s3_website_enabled
title: Bucket turned into a web site
severity: low
status: stable
attack: [T1567, T1583]
practice: monitoring
description: >
  A bucket that serves a web site is meant for the public. Intruders use one to host phishing under your account
  or to hand data out by plain links; a redirect sends visitors elsewhere.
false_positives:
  - Publishing a static site on purpose.
respond:
  - See WebsiteConfiguration in request_parameters, and what lies in the bucket.
  - If it was not planned, `aws s3api delete-bucket-website --bucket NAME` and set the block on public access.
  - Look at what else the caller did (hunt principal_timeline).
references:
  - PutBucketWebsite, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketWebsite.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 's3.amazonaws.com'
  AND event_name = 'PutBucketWebsite'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
