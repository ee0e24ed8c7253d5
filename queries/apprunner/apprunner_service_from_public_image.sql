/*---
id: apprunner_service_from_public_image
title: App Runner runs a public image
severity: low
status: stable
attack: [T1610, T1496.001]
practice: least-privilege
description: >
  App Runner starts containers without a cluster, in a service that is rarely watched. Miners use such services to
  spread over many quotas.
false_positives:
  - Trying out App Runner with a sample image.
respond:
  - Is App Runner in use here? See the image.
  - Ask the caller.
  - If unknown, `aws apprunner delete-service`, and look at the caller.
references:
  - CreateService, https://docs.aws.amazon.com/apprunner/latest/api/API_CreateService.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'apprunner.amazonaws.com'
  AND event_name IN ('CreateService', 'UpdateService')
  AND error_code IS NULL
  AND error_message IS NULL
  AND upper(request_parameters -> 'sourceConfiguration' -> 'imageRepository' ->> 'imageRepositoryType') = 'ECR_PUBLIC'
