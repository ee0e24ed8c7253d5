/*---
id: cloudfront_function_changed
title: CloudFront function created, changed or published
severity: low
status: stable
attack: [T1557, T1119]
practice: monitoring
description: >
  A function runs on every request and may read it, change it or send visitors elsewhere: the place to skim
  passwords and sessions from a web site.
false_positives:
  - Deployments. Stacks of CloudFormation are left out.
respond:
  - Read the function (`aws cloudfront get-function`) and compare it with what should run.
  - Ask the caller.
  - Publish the former version, or take it off the distribution.
references:
  - UpdateFunction, https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_UpdateFunction.html
  - PublishFunction, https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_PublishFunction.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'cloudfront.amazonaws.com'
  AND event_name IN (
    'CreateFunction', 'CreateFunction2020_05_31',
    'UpdateFunction', 'UpdateFunction2020_05_31',
    'PublishFunction', 'PublishFunction2020_05_31'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
