/*---
id: cloudfront_distribution_changed
title: CloudFront distribution changed
severity: info
status: stable
attack: [T1584.004, T1119]
practice: monitoring
description: >
  The origin, the certificate and the functions of a web site are all in one request. Another origin is another web
  site under your name.
false_positives:
  - Deployments. Stacks of CloudFormation are left out.
respond:
  - Compare the origins and functions in request_parameters with the request before.
  - Ask the caller.
  - >
    Set the former configuration again: `aws cloudfront update-distribution`.
references:
  - UpdateDistribution, https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_UpdateDistribution.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'cloudfront.amazonaws.com'
  AND event_name IN (
    'UpdateDistribution', 'UpdateDistribution2020_05_31',
    'DeleteDistribution', 'DeleteDistribution2020_05_31',
    'AssociateAlias', 'AssociateAlias2020_05_31'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
