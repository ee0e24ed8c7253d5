/*---
id: eks_endpoint_public
title: The API of a Kubernetes cluster is open to the internet
severity: medium
status: stable
attack: [T1133, T1578.005]
practice: policy-conditions
description: >
  Everybody can reach the login of the cluster. Stolen credentials then work from anywhere, and a hole in the API
  server can be used at once.
false_positives:
  - >
    New clusters: this is the default of EKS.
respond:
  - >
    Restrict it: `aws eks update-cluster-config --resources-vpc-config publicAccessCidrs=…`.
  - Look at the audit log for calls from unknown addresses.
  - Ask the caller.
references:
  - Cluster endpoint, https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'eks.amazonaws.com'
  AND event_name IN ('UpdateClusterConfig', 'CreateCluster')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Saying nothing leaves the setting as it is, or takes the default: open, to everybody.
  AND (
    lower(request_parameters -> 'resourcesVpcConfig' ->> 'endpointPublicAccess') = 'true'
      AND request_parameters -> 'resourcesVpcConfig' ->> 'publicAccessCidrs' IS NULL
    OR lower(coalesce(request_parameters -> 'resourcesVpcConfig' ->> 'endpointPublicAccess', 'true')) = 'true'
      AND regexp_like(request_parameters -> 'resourcesVpcConfig' ->> 'publicAccessCidrs', '"(0\.0\.0\.0/0|::/0)"')
  )
