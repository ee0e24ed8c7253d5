/*---
id: ecr_public_repository_created
title: A public container repository was created
severity: low
status: stable
attack: [T1537, T1567]
practice: least-privilege
description: >
  Whatever is pushed here can be pulled by everybody in the world, without an account.
false_positives:
  - Open source projects and vendors.
respond:
  - Ask the caller.
  - Look for PutImage in it, and pull the images to see what they hold.
  - Deny ecr-public:CreateRepository where nothing is published.
references:
  - ECR Public, https://docs.aws.amazon.com/AmazonECR/latest/public/public-repositories.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ecr-public.amazonaws.com'
  AND event_name = 'CreateRepository'
  AND error_code IS NULL
  AND error_message IS NULL
