/*---
id: ssm_public_sharing_allowed
title: Public sharing of Systems Manager documents was allowed
severity: medium
status: stable
attack: [T1578.005, T1537]
practice: least-privilege
description: >
  The account setting that keeps documents from being shared with everybody was taken off. One more call makes a
  document public.
false_positives:
  - A vendor account that publishes documents.
respond:
  - Ask the caller; set it back (`aws ssm update-service-setting --setting-value Disable`).
  - Look for ModifyDocumentPermission with all.
  - Hold the setting by an organization policy.
references:
  - >
    UpdateServiceSetting,
    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateServiceSetting.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ssm.amazonaws.com'
  AND event_name = 'UpdateServiceSetting'
  AND error_code IS NULL
  AND error_message IS NULL
  AND request_parameters ->> 'settingId' LIKE '%/ssm/documents/console/public-sharing-permission'
  AND lower(request_parameters ->> 'settingValue') = 'enable'
