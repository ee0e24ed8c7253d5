/*---
id: ec2_known_bad_image_launched
title: An image on the deny list was launched
severity: high
status: stable
attack: [T1195.002, T1204.003]
practice: least-privilege
description: >
  The image is on your list of images that must not run: known to hold a backdoor or a vulnerability that is being
  used. The instance runs its software with the rights of its role. Launches by services count too.
false_positives:
  - >
    An image that was put right under the same id cannot exist; take an id off the list only when the reason for
    it is gone.
respond:
  - Stop or isolate the instance (its id is in response_elements).
  - >
    Find where the image id comes from: a launch template, an Auto Scaling group, a pipeline, and replace it
    there.
  - Treat the credentials of the instance role as known to others; look at what they did (hunt principal_timeline).
references:
  - RunInstances, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html
params:
  bad_images:
    type: text[]
    required: true
    description: image ids that must not be launched (backdoored, vulnerable, withdrawn)
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name = 'RunInstances'
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    request_parameters -> 'instancesSet' -> 'items' -> 0 ->> 'imageId' IN ($bad_images)
    OR response_elements -> 'instancesSet' -> 'items' -> 0 ->> 'imageId' IN ($bad_images)
  )
