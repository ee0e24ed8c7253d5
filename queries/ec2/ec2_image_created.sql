/*---
id: ec2_image_created
title: A machine image was made, copied or imported
severity: info
status: stable
attack: [T1578.001, T1204.003]
practice: least-privilege
description: >
  An image of an instance holds its whole disk; an imported image brings foreign software in. A signal beside
  others, such as sharing the image afterwards. Image Builder, backups and other services are left out.
false_positives:
  - Builds of images and backups by tools of your own.
respond:
  - Compare with your image builds.
  - Look for ModifyImageAttribute of the image afterwards (hunt shared_images).
  - If unknown, deregister the image and delete its snapshots.
references:
  - CreateImage, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateImage.html
  - ImportImage, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ImportImage.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name IN (
    'CreateImage', 'CopyImage', 'ImportImage', 'RegisterImage', 'CreateRestoreImageTask', 'ImportInstance'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
