/*---
id: lambda_image_from_other_account
title: A Lambda function runs an image of another account
severity: low
status: stable
attack: [T1648, T1525]
practice: least-privilege
description: >
  The code of the function comes from a registry that another account owns. Changes by CloudFormation are left
  out.
false_positives:
  - A central registry account of your organization; put it into trusted_accounts.
respond:
  - Check whose account it is (imageUri in request_parameters).
  - Ask the caller; compare the digest with the build.
  - If unknown, set the former image, and look at what the role of the function did.
references:
  - UpdateFunctionCode, https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'lambda.amazonaws.com'
  AND event_name IN ('CreateFunction20150331', 'UpdateFunctionCode20150331v2')
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND regexp_like(
    regexp_replace(
      replace(
        coalesce(request_parameters ->> 'imageUri', request_parameters -> 'code' ->> 'imageUri', ''),
        coalesce(recipient_account_id, user_account_id, '') || '.dkr', ''
      ),
      array_to_string($trusted_accounts, '|'), '', 'g'
    ),
    '^[0-9]{12}\.dkr'
  )
