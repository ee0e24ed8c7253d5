SELECT
  recipient_account_id AS account_id,
  aws_region,
  min(event_time) AS first_time,
  max(event_time) AS last_time,
  first(principal ORDER BY event_time, event_id) AS first_principal,
  first(event_name ORDER BY event_time, event_id) AS first_action,
  count(*) AS calls,
  count(*) FILTER (WHERE coalesce(read_only, false) = false) AS writes,
  count(DISTINCT principal) AS principals
FROM cloudtrail
WHERE event_time < $until
  AND lower(coalesce(event_type, 'AwsApiCall')) IN ('awsapicall', 'awsconsoleaction')
  AND (user_type IS DISTINCT FROM 'AWSService')
  AND coalesce(session_issuer_arn, '') NOT LIKE '%:role/aws-service-role/%'
GROUP BY recipient_account_id, aws_region
HAVING max(event_time) >= $since
ORDER BY first_time DESC, account_id, aws_region
