/*---
id: bedrock_throughput_bought
title: Provisioned throughput of a Bedrock model bought or enlarged
severity: medium
status: stable
attack: [T1496.004]
practice: monitoring
description: >
  Provisioned throughput costs by the hour, whether it is used or not, and with a commitment for months.
false_positives:
  - Products that need it, set up on purpose. Stacks of CloudFormation are left out.
respond:
  - See the number of units and the commitment (modelUnits, commitmentDuration), and ask the caller.
  - >
    Delete it while it has no commitment: `aws bedrock delete-provisioned-model-throughput`.
  - Call AWS Support about the cost if nobody knows about it, and rotate the caller's credentials.
references:
  - CreateProvisionedModelThroughput, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_CreateProvisionedModelThroughput.html
  - UpdateProvisionedModelThroughput, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_UpdateProvisionedModelThroughput.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'bedrock.amazonaws.com'
  AND event_name IN ('CreateProvisionedModelThroughput', 'UpdateProvisionedModelThroughput')
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
