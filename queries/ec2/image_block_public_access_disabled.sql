/*---
id: image_block_public_access_disabled
title: Block on public snapshots or images taken away
severity: high
status: stable
attack: [T1562.001, T1537]
practice: least-privilege
description: >
  With this block no snapshot or image of the region can become public, whatever a person does. Who takes it
  away usually wants to publish one next.
false_positives:
  - A vendor account that publishes images on purpose.
respond:
  - >
    Turn it on again, `aws ec2 enable-snapshot-block-public-access --state block-all-sharing` and `aws ec2
    enable-image-block-public-access --image-block-public-access-state block-new-sharing`.
  - Look for ModifySnapshotAttribute and ModifyImageAttribute in this region since (hunt shared_images).
  - Ask the caller why; look at what else they did (hunt principal_timeline).
references:
  - DisableSnapshotBlockPublicAccess, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DisableSnapshotBlockPublicAccess.html
  - DisableImageBlockPublicAccess, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DisableImageBlockPublicAccess.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name IN ('DisableSnapshotBlockPublicAccess', 'DisableImageBlockPublicAccess')
  AND error_code IS NULL
  AND error_message IS NULL
