/*---
id: impossible_travel
title: One user in two countries within an hour
severity: medium
status: stable
attack: [T1078.004]
practice: monitoring
description: >
  The same user signed calls, or signed in, from two countries within an hour, which no plane makes. Either the user changed
  the way into the internet, or the credential is in two hands. About IAM users and root, whose credentials last, and about
  sign-ins to the console; what services do on somebody's behalf and what comes from AWS's own networks is left out.
false_positives:
  - A VPN or a privacy relay that is switched on or off, or leaves the internet in another country than it is entered in.
  - One key that several machines use; it should be a role for each of them.
  - People near a border, and addresses that the database has in the wrong country.
respond:
  - Ask the user where they were; look at both addresses, their networks (`geo_as_name`) and user agents (hunt address_activity).
  - List what was done from the second country (hunts principal_timeline, key_activity).
  - >
    If it isn't the user: deactivate the key, reset the password, end the sessions, and look for credentials that were made meanwhile.
references:
  - Responding to compromised IAM credentials, https://repost.aws/knowledge-center/potential-account-compromise
needs: [geoip, 'geoip:asn']
params:
  placeless_asns:
    type: text[]
    default: [AS16509, AS14618, AS8987, AS7224]
    description: autonomous systems whose addresses don't say where somebody is, AWS's own by default; add those of your VPN
entity: [actor]
window: 1h
lookback: 1h
untested:
  "(every.user_type IN ('IAMUser', 'Root') OR every.event_name = 'ConsoleLogin')": it only spares work, those who are found are asked for again below
---*/
-- Who was in two countries at all comes first, which is cheap; their calls alone are put in order.
WITH traveller AS (
  SELECT every.user_arn AS who
  FROM cloudtrail AS every
  WHERE every.event_time >= $lookback_start AND every.event_time < $window_end
    AND (every.user_type IN ('IAMUser', 'Root') OR every.event_name = 'ConsoleLogin')
  GROUP BY every.user_arn
  HAVING min(geo_country(every.source_ip)) < max(geo_country(every.source_ip))
),
seen AS (
  SELECT
    event_time,
    event_id,
    event_name,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    aws_region,
    user_arn AS actor,
    source_ip,
    geo_country(source_ip) AS country
  FROM traveller
  JOIN cloudtrail ON user_arn = who
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND (user_type IN ('IAMUser', 'Root') OR event_name = 'ConsoleLogin')
    AND geo_country(source_ip) IS NOT NULL
    AND coalesce('AS' || CAST(geo_asn(source_ip) AS VARCHAR), '') NOT IN ($placeless_asns)
    AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
    -- Whoever fails to sign in, or sends what is no signature, may be anywhere: it isn't the user.
    AND lower(coalesce(response_elements ->> 'ConsoleLogin', '')) <> 'failure'
    AND coalesce(error_code, '') NOT IN (
      'AuthFailure', 'Client.AuthFailure', 'IncompleteSignature', 'InvalidAccessKeyId', 'InvalidClientTokenId',
      'MissingAuthenticationToken', 'SignatureDoesNotMatch', 'UnrecognizedClientException'
    )
),
-- Whoever was in two countries within an hour changed from one to the other between two calls that are no farther apart.
followed AS (
  SELECT
    *,
    lag(country) OVER of_actor AS country_before,
    lag(event_time) OVER of_actor AS time_before,
    lag(event_id) OVER of_actor AS event_before,
    lag(source_ip) OVER of_actor AS ip_before
  FROM seen
  WINDOW of_actor AS (PARTITION BY actor ORDER BY event_time, event_id)
),
arrival AS (
  SELECT *
  FROM followed
  WHERE (country_before IS DISTINCT FROM country)
    AND time_before >= event_time - INTERVAL '1 hour'
)
SELECT
  min(event_time) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(
    array_prepend(first_value(event_before ORDER BY event_time, event_id), array_agg(event_id ORDER BY event_time, event_id)),
    1,
    100
  ) AS event_ids,
  actor || ' called from ' || first_value(country_before ORDER BY event_time, event_id) || ' and within an hour from '
    || first_value(country ORDER BY event_time, event_id) AS message,
  actor,
  actor AS principal,
  CASE WHEN min(account_id) = max(account_id) THEN min(account_id) END AS account_id,
  CASE WHEN min(aws_region) = max(aws_region) THEN min(aws_region) END AS region,
  first_value(source_ip ORDER BY event_time, event_id) AS source_ip,
  first_value(event_name ORDER BY event_time, event_id) AS first_event_name,
  first_value(country_before ORDER BY event_time, event_id) AS country_before,
  first_value(ip_before ORDER BY event_time, event_id) AS source_ip_before,
  first_value(time_before ORDER BY event_time, event_id) AS time_before,
  first_value(country ORDER BY event_time, event_id) AS country
FROM arrival
GROUP BY actor, date_bin($window, event_time)
