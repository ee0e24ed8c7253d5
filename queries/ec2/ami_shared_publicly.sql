/*---
id: ami_shared_publicly
title: Machine image made public
severity: high
status: stable
attack: [T1537, T1530]
practice: least-privilege
description: >
  Anybody with an AWS account can now launch this image and read its disks: application code, configuration and
  the secrets that were baked in.
false_positives:
  - A vendor that publishes an image on purpose.
respond:
  - Take it back, `aws ec2 modify-image-attribute --image-id ID --launch-permission 'Remove=[{Group=all}]'`.
  - Take everything on the image as known to others; rotate the secrets in it.
  - Look at what else the caller did (hunt principal_timeline), and turn on block public access for images.
references:
  - ModifyImageAttribute, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyImageAttribute.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name = 'ModifyImageAttribute'
  AND error_code IS NULL
  AND error_message IS NULL
  AND regexp_like(request_parameters -> 'launchPermission' ->> 'add', '"group"\s*:\s*"all"')
