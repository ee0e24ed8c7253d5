/*---
id: ec2_allowed_images_off
title: The list of allowed images was switched off
severity: medium
status: stable
attack: [T1578.005, T1204.003]
practice: least-privilege
description: >
  The setting keeps images of unknown owners from being launched. Without it anybody who may launch instances may
  launch an image with a back door.
false_positives:
  - Giving up the setting on purpose.
respond:
  - >
    Ask the caller; switch it on again (`aws ec2 enable-allowed-images-settings --allowed-images-settings-state
    enabled`).
  - Look at the images launched since (RunInstances, imageId).
  - Hold the setting by a declarative policy of the organization.
references:
  - >
    DisableAllowedImagesSettings,
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DisableAllowedImagesSettings.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name = 'DisableAllowedImagesSettings'
  AND error_code IS NULL
  AND error_message IS NULL
