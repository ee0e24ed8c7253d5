/*---
id: principals_guessed_by_policy
title: Policies with principals that do not exist, ten times within minutes
severity: medium
status: stable
attack: [T1087.004, T1069.003]
practice: monitoring
description: >
  A policy that names a principal which doesn't exist is refused, one that exists is taken: with that answer the
  users and roles of any other account can be guessed, without a trace in it. Tools do it with trust policies
  and with policies of buckets, keys, queues and topics.
false_positives:
  - A pipeline that goes on trying with a deleted role in a policy; the same principal is in each error.
respond:
  - >
    Compare the error messages: a list of names is guessing, one name is a broken template.
  - Warn the owner of the account named in the errors.
  - Deactivate the credential of the caller unless it is a test of your own.
references:
  - IAM JSON policy element Principal, https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
entity: [actor]
window: 10m
lookback: 30m
---*/
-- Every call counts in its own bucket and in the next one, so a burst across a boundary is seen. Only the bucket in
-- which the last missing one came tells it.
WITH kind AS (
  SELECT
    coalesce(user_arn, principal) AS actor,
    error_message AS what,
    date_bin($window, event_time) AS own_bucket,
    min(event_time) AS first_time,
    max(event_time) AS last_time,
    count(*) AS calls,
    min(event_id) AS event_id,
    min(principal) AS principal,
    min(coalesce(recipient_account_id, user_account_id)) AS account_id,
    min(source_ip) AS address_first,
    max(source_ip) AS address_last
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_name IN (
      'UpdateAssumeRolePolicy', 'CreateRole', 'PutBucketPolicy', 'PutKeyPolicy', 'CreateKey', 'SetQueueAttributes',
      'SetTopicAttributes', 'SetRepositoryPolicy'
    )
    AND event_source IN (
      'iam.amazonaws.com', 's3.amazonaws.com', 'kms.amazonaws.com', 'sqs.amazonaws.com', 'sns.amazonaws.com',
      'ecr.amazonaws.com'
    )
    AND regexp_like(error_code, '(?i)malformedpolicy|invalidattributevalue|invalidparameter')
    AND regexp_like(error_message, '(?i)principal')
  GROUP BY 1, 2, 3
),
spread AS (
  SELECT *, unnest(make_array(own_bucket, own_bucket + CAST($window AS INTERVAL))) AS bucket FROM kind
),
merged AS (
  SELECT
    actor,
    bucket,
    what,
    min(first_time) AS first_time,
    max(last_time) AS last_time,
    sum(calls) AS calls,
    min(event_id) AS event_id,
    min(principal) AS principal,
    min(account_id) AS account_id,
    min(address_first) AS address_first,
    max(address_last) AS address_last
  FROM spread
  GROUP BY actor, bucket, what
),
burst AS (
  SELECT
    actor,
    bucket,
    array_sort(array_agg(first_time))[10] AS time,
    max(last_time) AS last_time,
    count(*) AS kinds,
    CAST(sum(calls) AS BIGINT) AS calls,
    -- Sorted here as text: ORDER BY within array_agg sorts all rows, which takes much memory.
    array_slice(array_sort(array_agg(CAST(first_time AS VARCHAR) || ' ' || event_id)), 1, 100) AS firsts,
    array_to_string(array_slice(array_sort(array_agg(what)), 1, 5), ', ') AS named,
    min(principal) AS principal,
    min(account_id) AS account_id,
    CASE WHEN min(address_first) = max(address_last) THEN min(address_first) END AS source_ip
  FROM merged
  GROUP BY actor, bucket
  HAVING count(*) >= 10
)
SELECT
  time,
  last_time,
  bucket AS window_start,
  calls AS count,
  string_to_array(regexp_replace(array_to_string(firsts, ','), '(^|,)[^ ]+ ', '\1', 'g'), ',') AS event_ids,
  coalesce(principal, actor) || ' wrote ' || CAST(kinds AS VARCHAR)
    || ' policies with principals that do not exist' AS message,
  actor,
  principal,
  account_id,
  source_ip,
  kinds AS errors,
  named AS some_errors
FROM burst
WHERE time >= bucket
