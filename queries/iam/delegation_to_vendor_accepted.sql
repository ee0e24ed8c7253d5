/*---
id: delegation_to_vendor_accepted
title: A vendor was given rights for a time
severity: low
status: stable
attack: [T1199, T1098.003]
practice: least-privilege
description: >
  Somebody agreed that a vendor's product acts in this account for a while with the rights it asked for. Such
  requests come as links; a false vendor is a new kind of phishing.
false_positives:
  - Set-up of a product that was bought.
respond:
  - >
    Read the request: `aws iam get-delegation-request --delegation-request-id ID`.
  - Ask who accepted it and why.
  - Look for calls with invokedByDelegate in the records since then.
references:
  - AcceptDelegationRequest, https://docs.aws.amazon.com/IAM/latest/APIReference/API_AcceptDelegationRequest.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'AcceptDelegationRequest'
  AND error_code IS NULL
  AND error_message IS NULL
