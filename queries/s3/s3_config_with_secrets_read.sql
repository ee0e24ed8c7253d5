/*---
id: s3_config_with_secrets_read
title: State or environment file read
severity: low
status: stable
attack: [T1552.001, T1530]
practice: rotate-credentials
description: >
  Terraform state and environment files hold passwords and keys in the clear. Terraform's own reads are left
  out; a read by anything else is worth knowing when the reader is in doubt.
false_positives:
  - Containers that load an environment file when they start; dashboards over Terraform state.
respond:
  - See whether the reader usually reads this object (hunt data_reads_by_bucket).
  - If not, rotate the secrets in the file and see where they were used since.
references:
  - GetObject, https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 's3.amazonaws.com'
  AND event_name = 'GetObject'
  AND error_code IS NULL
  AND error_message IS NULL
  AND regexp_like(
    request_parameters ->> 'key',
    '(^|/)([^/]+[.]tfstate([.]backup)?|[^/]+[.]tfvars|[.]env([.][a-z]+)?|[^/]+[.]env|wp-config[.]php|kubeconfig'
      || '|[.]kube/config|appsettings[^/]*[.]json|application[^/]*[.](properties|ya?ml))$',
    'i'
  )
  AND NOT coalesce(regexp_like(user_agent, '(terraform|opentofu|terragrunt|pulumi|atlantis)', 'i'), false)
  AND (user_type IS DISTINCT FROM 'AWSService')
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
