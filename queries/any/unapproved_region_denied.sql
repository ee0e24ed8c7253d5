/*---
id: unapproved_region_denied
title: Denied call in a region that isn't approved
severity: low
status: stable
attack: [T1535]
practice: policy-conditions
description: >
  The guard rail held: a call in a region the site doesn't use was denied. A few are a wrong click in the
  console; a row of them, over several regions, is somebody trying what a stolen credential can do.
false_positives:
  - A person who opened the console in the wrong region, whose pages make several calls each.
  - Tools that list resources in every region (inventories, security scanners).
respond:
  - Look at how many regions and actions the principal tried, and from which address.
  - Look for its successful calls in the same hour (hunt failed_then_succeeded).
  - >
    If nobody can explain it: treat the credential as stolen.
references:
  - aws:RequestedRegion, https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
params:
  approved_regions:
    type: region[]
    required: true
    description: regions in which this site works
---*/
SELECT * FROM cloudtrail
WHERE NOT coalesce(aws_region IN ($approved_regions), true)
  AND lower(coalesce(event_type, 'AwsApiCall')) IN ('awsapicall', 'awsconsoleaction')
  -- Denials, as the services spell them. Bad credentials, throttling, dry runs (allowed!) and regions not enabled
  -- are other things.
  AND (
    lower(error_code) LIKE '%accessdenied%'
    OR lower(error_code) LIKE '%unauthorized%'
    OR lower(error_code) LIKE '%notauthorized%'
    OR lower(error_code) LIKE '%operationnotpermitted%'
    OR lower(error_code) LIKE 'authorizationerror%'
    OR lower(error_code) IN ('forbidden', 'forbiddenexception', 'insufficientprivilegesexception')
    OR error_code IS NULL AND lower(error_message) LIKE '%is not authorized to perform%'
  )
  AND (user_type IS DISTINCT FROM 'AWSService')
  AND coalesce(session_issuer_arn, '') NOT LIKE '%:role/aws-service-role/%'
  -- Services that have one region whatever the caller does: their calls are logged in us-east-1 (us-west-2 for a
  -- few, the home region for Identity Center), so the region says nothing.
  AND coalesce(event_source, '') NOT IN (
    'account.amazonaws.com', 'artifact.amazonaws.com', 'aws-portal.amazonaws.com', 'billing.amazonaws.com',
    'billingconsole.amazonaws.com', 'budgets.amazonaws.com', 'ce.amazonaws.com', 'cloudfront.amazonaws.com',
    'consolidatedbilling.amazonaws.com', 'cur.amazonaws.com', 'freetier.amazonaws.com',
    'globalaccelerator.amazonaws.com', 'health.amazonaws.com', 'iam.amazonaws.com', 'identitystore.amazonaws.com',
    'invoicing.amazonaws.com', 'networkmanager.amazonaws.com', 'organizations.amazonaws.com',
    'payments.amazonaws.com', 'pricing.amazonaws.com', 'route53.amazonaws.com', 'route53domains.amazonaws.com',
    'savingsplans.amazonaws.com', 'shield.amazonaws.com', 'signin.amazonaws.com', 'sso.amazonaws.com',
    'sso-directory.amazonaws.com', 'support.amazonaws.com', 'tax.amazonaws.com', 'trustedadvisor.amazonaws.com',
    'waf.amazonaws.com'
  )
  -- The same for STS's global endpoint and for listing buckets; a regional STS endpoint is a choice.
  AND NOT coalesce(
    (event_source = 'sts.amazonaws.com' OR event_source = 's3.amazonaws.com' AND event_name = 'ListBuckets')
      AND aws_region IN ('us-east-1', 'us-gov-west-1', 'cn-north-1')
    OR event_source = 'sts.amazonaws.com' AND lower(additional_event_data ->> 'endpointType') = 'global',
    false
  )
