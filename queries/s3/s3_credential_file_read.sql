/*---
id: s3_credential_file_read
title: Object with the name of a credential file read
severity: medium
status: stable
attack: [T1552.001, T1530]
practice: rotate-credentials
description: >
  Access keys, private keys, password stores and lists have names that intruders look for in every bucket they
  can read. What is in such a file is theirs now. Certificates of AWS and reads by AWS services are left out.
false_positives:
  - >
    Machines that fetch their key or key store when they start: suppress the role and the key's name, or better
    move the secret to Secrets Manager.
respond:
  - See whether the reader usually reads this object (hunts data_reads_by_bucket, principal_timeline).
  - If not, rotate what is in the file now, and see where it was used since (hunt key_activity).
  - Cut the reader's credentials off, and move secrets out of buckets.
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
    '(^|/)('
      || '[.]?aws/credentials|credentials([.](csv|txt|json|ini))?|(new_user_)?credentials[^/]*[.]csv'
      || '|[^/]*access[-_ ]?keys?[^/]*[.](csv|txt)|rootkey[.]csv'
      || '|id_(rsa|dsa|ecdsa|ed25519)|[^/]+[.](pem|ppk|pfx|p12|kdbx|jks|keytab)'
      || '|[.](git-credentials|netrc|pgpass|npmrc|pypirc|htpasswd|dockercfg)|[.]docker/config[.]json'
      || '|[^/]*(passwords?|passwd)[^/]*[.](txt|csv|xlsx?|docx?|json)|shadow'
      || ')$',
    'i'
  )
  AND (user_type IS DISTINCT FROM 'AWSService')
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
  -- Public certificates, not keys.
  AND NOT coalesce(
    regexp_like(request_parameters ->> 'key', '(^|/)[^/]*(bundle|chain|root-?ca|ca-?cert|cacert|cert|public)[^/]*[.]pem$', 'i'),
    false
  )
