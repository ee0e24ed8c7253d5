/*---
id: s3_static_site_script_replaced
title: Script of a web site written by a person
severity: medium
status: stable
attack: [T1565.001, T1491.002]
practice: monitoring
description: >
  Scripts of a site are deployed by a pipeline. A person, or somebody with a person's credentials, who writes
  one by hand may plant a skimmer or turn payments elsewhere; a large theft of cryptocurrency began like this.
false_positives:
  - A developer who deploys a small site by hand.
  - A pipeline that still uses the access key of an IAM user; give it a role, or suppress the user for its bucket.
respond:
  - >
    Compare the object with what the repository holds; get the former version, `aws s3api list-object-versions
    --prefix KEY`.
  - Put the right version back and clear CDN caches (`aws cloudfront create-invalidation`).
  - Ask the person; look at where their session came from (hunts session_origin, principal_timeline).
references:
  - PutObject, https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 's3.amazonaws.com'
  AND event_name IN ('PutObject', 'CopyObject')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Roles of Identity Center are people's.
  AND (user_type = 'IAMUser' OR session_issuer_arn LIKE '%:role/aws-reserved/sso.amazonaws.com/%')
  -- Where bundles lie; an object's own place in a bucket of data isn't.
  AND regexp_like(
    request_parameters ->> 'key', '(^|/)(static|assets|js|scripts?|public|dist|www|_next)/([^/]+/)*[^/]+[.](js|mjs)$', 'i'
  )
