/*---
id: compute_quota_increase_requested
title: More machines, models or mail asked for
severity: medium
status: stable
attack: [T1496, T1578.005]
practice: monitoring
description: >
  Miners, model thieves and spammers meet the default limits first and ask for more of exactly these services. Such
  a request is rare for most accounts, and comes before the cost.
false_positives:
  - A team that grows, or a new region; they know of the request.
respond:
  - Which service, region and value (request_parameters)? Ask the caller and the owner of the account.
  - >
    If nobody knows: deactivate the key, and look at what it started in all regions (`trailhound query -f
    principal_timeline`).
  - Withdraw the request in the support case that AWS opened for it.
references:
  - RequestServiceQuotaIncrease, https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_RequestServiceQuotaIncrease.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'servicequotas.amazonaws.com'
  AND event_name = 'RequestServiceQuotaIncrease'
  AND lower(request_parameters ->> 'serviceCode') IN (
    'ec2', 'sagemaker', 'ecs', 'fargate', 'lambda', 'batch', 'bedrock', 'lightsail', 'ses'
  )
  AND error_code IS NULL
  AND error_message IS NULL
