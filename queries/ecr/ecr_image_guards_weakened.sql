/*---
id: ecr_image_guards_weakened
title: Scanning or fixed tags of a container repository were switched off
severity: low
status: stable
attack: [T1562.001, T1525]
practice: monitoring
description: >
  Without scanning nobody hears of a bad image; with mutable tags an image can be replaced under its name, and the
  next task that starts runs the other one.
false_positives:
  - Moving to enhanced scanning of the registry, which makes the old setting needless.
respond:
  - Ask the caller; switch it on again.
  - Look for PutImage in this repository since, with a tag that was there before.
  - Deploy by digest in place of tag.
references:
  - Tag immutability, https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
  - Image scanning, https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ecr.amazonaws.com'
  AND event_name IN ('PutImageScanningConfiguration', 'PutImageTagMutability')
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    lower(request_parameters -> 'imageScanningConfiguration' ->> 'scanOnPush') = 'false'
    OR upper(request_parameters ->> 'imageTagMutability') = 'MUTABLE'
  )
