/*---
id: unapproved_region
title: Successful call in a region that isn't approved
severity: medium
status: stable
attack: [T1535]
practice: policy-conditions
description: >
  Intruders work where nobody looks: instances for mining, copies of data, keys in a region the site doesn't use.
  Once the approved regions are known, any call elsewhere that AWS allowed is worth a look, reads included,
  since a read is how one finds out that the region works.
false_positives:
  - A person who opened the console in the wrong region.
  - Tools that list resources in every region (inventories, security scanners).
  - >
    Services bound to us-east-1, such as certificates and web ACLs of CloudFront: approve the region if you use them.
respond:
  - Ask the caller what the call was for; look at what else they did in that region (hunt regions_first_use).
  - List what exists there (instances, functions, snapshots, roles) and remove what nobody owns.
  - Deny unapproved regions by an organization policy with aws:RequestedRegion.
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
  -- Calls only. Insights, a service's own events and sign-ins (whose region follows latency) are none; what a
  -- VPC endpoint saw is recorded as a call too.
  AND lower(coalesce(event_type, 'AwsApiCall')) IN ('awsapicall', 'awsconsoleaction')
  -- A dry run is refused with an error that says: would have been allowed.
  AND (error_code IS NULL AND error_message IS NULL OR error_code IN ('DryRunOperation', 'Client.DryRunOperation'))
  -- AWS services looking after the account in every region.
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
