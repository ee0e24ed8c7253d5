/*---
id: redshift_made_public
title: Redshift cluster or workgroup created, changed or restored with a public address
severity: high
status: stable
attack: [T1190, T1537]
practice: policy-conditions
description: >
  A publicly accessible warehouse can be reached from the internet as soon as a security group lets it. Restoring a
  snapshot as a public cluster is also a short way to carry its data out.
false_positives:
  - A warehouse that partners reach over the internet on purpose.
respond:
  - >
    Set it back: `aws redshift modify-cluster --cluster-identifier ID --no-publicly-accessible`, or `aws
    redshift-serverless update-workgroup --workgroup-name NAME --no-publicly-accessible`.
  - Look at its security groups and at changes to them by the same principal (hunt open_security_groups).
  - Ask the caller; if nobody knows about it, treat the data as read and rotate the caller's credentials.
references:
  - ModifyCluster, https://docs.aws.amazon.com/redshift/latest/APIReference/API_ModifyCluster.html
  - RestoreFromClusterSnapshot, https://docs.aws.amazon.com/redshift/latest/APIReference/API_RestoreFromClusterSnapshot.html
---*/
SELECT * FROM cloudtrail
WHERE event_source IN ('redshift.amazonaws.com', 'redshift-serverless.amazonaws.com')
  AND event_name IN (
    'CreateCluster', 'ModifyCluster', 'RestoreFromClusterSnapshot', 'CreateWorkgroup', 'UpdateWorkgroup'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND lower(request_parameters ->> 'publiclyAccessible') = 'true'
