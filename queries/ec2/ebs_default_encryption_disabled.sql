/*---
id: ebs_default_encryption_disabled
title: Encryption of new volumes by default turned off
severity: medium
status: stable
attack: [T1578.005, T1562.001]
practice: monitoring
description: >
  New volumes and snapshots of this region are no longer encrypted unless somebody asks for it. An unencrypted
  snapshot can be made public or shared without access to any key, so this is a step before carrying disks out.
false_positives:
  - A test in a sandbox account.
respond:
  - Turn it on again, `aws ec2 enable-ebs-encryption-by-default --region REGION`.
  - List volumes and snapshots made since, and whether any was shared (hunt shared_images).
  - Ask the caller why; look at what else they changed (hunt principal_timeline).
references:
  - DisableEbsEncryptionByDefault, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DisableEbsEncryptionByDefault.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name = 'DisableEbsEncryptionByDefault'
  AND error_code IS NULL
  AND error_message IS NULL
