/*---
id: ec2_reserved_instances_purchased
title: Reserved instances were bought
severity: medium
status: stable
attack: [T1496]
practice: least-privilege
description: >
  A reservation is a contract over one or three years that cannot be cancelled. It is bought rarely and by few; an
  intruder can do great damage with one call. Other commitments are long_commitment_bought.
false_positives:
  - The yearly purchase by whoever manages costs.
respond:
  - Ask the caller and the keeper of the budget at once.
  - Open a case with AWS Support if nobody ordered it.
  - Deny the purchase calls to all but the purchasing role.
references:
  - >
    PurchaseReservedInstancesOffering,
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_PurchaseReservedInstancesOffering.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name IN ('PurchaseReservedInstancesOffering', 'PurchaseScheduledInstances')
  AND error_code IS NULL
  AND error_message IS NULL
