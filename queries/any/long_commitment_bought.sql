/*---
id: long_commitment_bought
title: Commitment of a year or more bought
severity: medium
status: stable
attack: [T1496, T1565]
practice: monitoring
description: >
  Savings plans, reserved nodes, capacity blocks and Shield Advanced cannot be given back: one call can cost more
  than a year of everything else. It is done in wrong hands to do harm, and in right hands after an approval.
false_positives:
  - Yearly purchases by the team that looks after cost.
respond:
  - Ask that team whether it was them.
  - >
    If not, open a case with AWS at once; purchases can be undone within hours or days only (`aws savingsplans
    return-savings-plan`).
  - Deactivate the key or revoke the session, and see what else it bought.
references:
  - CreateSavingsPlan, https://docs.aws.amazon.com/savingsplans/latest/APIReference/API_CreateSavingsPlan.html
  - Shield pricing and terms, https://aws.amazon.com/shield/pricing/
---*/
-- Reserved instances of EC2 have a rule of their own.
SELECT * FROM cloudtrail
WHERE (
    event_source = 'savingsplans.amazonaws.com' AND event_name = 'CreateSavingsPlan'
    OR event_source = 'rds.amazonaws.com' AND event_name = 'PurchaseReservedDBInstancesOffering'
    OR event_source = 'elasticache.amazonaws.com' AND event_name = 'PurchaseReservedCacheNodesOffering'
    OR event_source = 'redshift.amazonaws.com' AND event_name = 'PurchaseReservedNodeOffering'
    OR event_source = 'es.amazonaws.com'
      AND event_name IN ('PurchaseReservedInstanceOffering', 'PurchaseReservedElasticsearchInstanceOffering')
    OR event_source = 'memorydb.amazonaws.com' AND event_name = 'PurchaseReservedNodesOffering'
    OR event_source = 'ec2.amazonaws.com' AND event_name IN ('PurchaseHostReservation', 'PurchaseCapacityBlock')
    OR event_source = 'shield.amazonaws.com' AND event_name = 'CreateSubscription'
  )
  AND error_code IS NULL
  AND error_message IS NULL
