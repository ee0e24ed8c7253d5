/*---
id: ecr_images_pulled_from_many_repositories
title: Images were pulled from many repositories
severity: low
status: stable
attack: [T1530, T1525]
practice: least-privilege
description: >
  One principal pulled images from thirty or more repositories within an hour. Intruders empty a registry to
  search the images for secrets. Services that pull for somebody are left out.
false_positives:
  - Nodes of a large cluster after a restart, scanners and mirrors; suppress their roles.
respond:
  - Is it a person or a node? See principal and address.
  - If unknown, revoke the sessions, and replace the secrets in the images.
  - Restrict ecr:BatchGetImage to those who run the images.
references:
  - BatchGetImage, https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html
params:
  repositories:
    type: int
    default: 30
    description: different repositories within an hour that are a finding
entity: [principal, account_id]
window: 1h
lookback: 1h
---*/
-- Counted over the hour before each call, so that a full hour in between hides nothing; one finding a principal and hour.
WITH call AS (
  SELECT
    event_time,
    event_id,
    principal,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    coalesce(source_ip, source_ip_address) AS source_ip,
    aws_region AS region,
    request_parameters ->> 'repositoryName' AS subject
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'ecr.amazonaws.com'
    AND event_name = 'BatchGetImage'
    AND error_code IS NULL
    AND error_message IS NULL
    -- Not by a service for somebody; the console of old is written as a service.
    AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
),
counted AS (
  SELECT *, count(DISTINCT subject) OVER last_hour AS subjects
  FROM call
  WINDOW last_hour AS (
    PARTITION BY account_id, principal
    ORDER BY event_time
    RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND CURRENT ROW
  )
),
-- The details cost most: only near what is a finding. The order is that of the window above: nothing is sorted again.
near AS (
  SELECT
    *,
    max(subjects) OVER (
      PARTITION BY account_id, principal ORDER BY event_time
      RANGE BETWEEN INTERVAL '1 hour' PRECEDING AND INTERVAL '1 hour' FOLLOWING
    ) AS most
  FROM counted
)
SELECT
  min(event_time) FILTER (WHERE subjects >= $repositories) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  coalesce(principal, 'somebody') || ' pulled images from ' || CAST(max(subjects) AS VARCHAR) || ' repositories within an hour' AS message,
  principal,
  account_id,
  CASE WHEN min(region) = max(region) THEN min(region) END AS region,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip
FROM near
WHERE most >= $repositories
GROUP BY principal, account_id, date_bin($window, event_time)
HAVING max(subjects) >= $repositories
