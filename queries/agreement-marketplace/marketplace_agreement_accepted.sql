/*---
id: marketplace_agreement_accepted
title: AWS Marketplace agreement accepted
severity: low
status: stable
attack: [T1098, T1496]
practice: least-privilege
description: >
  A subscription was taken out in the account's name: software, data or a model of a vendor, billed from now on.
  Third-party models of Bedrock are opened this way.
false_positives:
  - Purchases, by people who may make them.
respond:
  - See what was bought and by whom; ask the caller.
  - Cancel it in AWS Marketplace if nobody knows about it.
  - Look for invocations of models by the same principal.
references:
  - AcceptAgreementRequest, https://docs.aws.amazon.com/marketplace/latest/buyerguide/buyer-iam-users-groups-policies.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'agreement-marketplace.amazonaws.com'
  AND event_name = 'AcceptAgreementRequest'
  AND error_code IS NULL
  AND error_message IS NULL
