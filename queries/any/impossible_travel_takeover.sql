/*---
id: impossible_travel_takeover
title: Sign-in without MFA or a change of access, from another country within an hour
severity: high
status: stable
attack: [T1078.004, T1098]
practice: mfa
description: >
  A user was in one country, and within an hour somebody with the same name signed in from another without MFA, or gave
  access away there, shared data or switched a trail off. The change of country alone may be a VPN; what is done with it is what
  a thief does first.
false_positives:
  - An administrator whose VPN leaves the internet in another country than before, at work.
  - Automation with the key of a person, in another country than the person.
respond:
  - Ask the user by another way than mail; unless they explain both places, take it for a takeover.
  - >
    `aws iam update-access-key --status Inactive`, `aws iam delete-login-profile`, and a policy that denies all to sessions
    made before now.
  - Undo what was made from the second address (hunt address_activity), keys, users and policies first.
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
  "act.user_type IN ('IAMUser', 'Root')": it only spares work, users are asked for again below
  "user_type IN ('IAMUser', 'Root')": it only spares work, the name of such a user says so too
---*/
-- The few acts that matter come first; where else somebody was is looked up for those who did them only.
WITH act AS (
  SELECT
    act.event_time AS act_time,
    act.event_id AS act_id,
    act.event_name AS act_name,
    coalesce(act.recipient_account_id, act.user_account_id) AS account_id,
    act.aws_region AS region,
    act.user_arn AS actor,
    act.source_ip AS act_ip,
    geo_country(act.source_ip) AS act_country
  FROM cloudtrail AS act
  WHERE act.event_time >= $window_start AND act.event_time < $window_end
    AND (
      (
        act.event_source = 'signin.amazonaws.com'
        AND act.event_name = 'ConsoleLogin'
        AND lower(act.response_elements ->> 'ConsoleLogin') = 'success'
        AND lower(coalesce(act.additional_event_data ->> 'MFAUsed', '')) <> 'yes'
      )
      OR (
        act.event_source IN (
          'iam.amazonaws.com', 'cloudtrail.amazonaws.com', 'guardduty.amazonaws.com', 'ec2.amazonaws.com', 's3.amazonaws.com',
          'organizations.amazonaws.com'
        )
        AND act.event_name IN (
          'CreateAccessKey', 'CreateLoginProfile', 'UpdateLoginProfile', 'CreateUser', 'AddUserToGroup', 'AttachUserPolicy',
          'AttachRolePolicy', 'PutUserPolicy', 'PutRolePolicy', 'UpdateAssumeRolePolicy', 'DeactivateMFADevice',
          'EnableMFADevice', 'StopLogging', 'DeleteTrail', 'PutEventSelectors', 'DeleteDetector', 'ModifySnapshotAttribute',
          'ModifyImageAttribute', 'PutBucketPolicy', 'LeaveOrganization'
        )
      )
    )
    AND act.user_type IN ('IAMUser', 'Root')
    AND act.error_code IS NULL
    AND act.error_message IS NULL
    AND coalesce(act.user_invoked_by, '') IN ('', 'signin.amazonaws.com')
    AND coalesce('AS' || CAST(geo_asn(act.source_ip) AS VARCHAR), '') NOT IN ($placeless_asns)
),
travelled AS (
  SELECT act.*, event_time, event_id, source_ip, geo_country(source_ip) AS country
  FROM act
  JOIN cloudtrail ON user_arn = actor
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND user_type IN ('IAMUser', 'Root')
    AND event_time <= act_time AND event_time >= act_time - INTERVAL '1 hour'
    AND NOT coalesce(geo_country(source_ip) = act_country, true)
    AND coalesce('AS' || CAST(geo_asn(source_ip) AS VARCHAR), '') NOT IN ($placeless_asns)
    AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
    -- Whoever fails to sign in, or sends what is no signature, may be anywhere: it isn't the user.
    AND lower(coalesce(response_elements ->> 'ConsoleLogin', '')) <> 'failure'
    AND coalesce(error_code, '') NOT IN (
      'AuthFailure', 'Client.AuthFailure', 'IncompleteSignature', 'InvalidAccessKeyId', 'InvalidClientTokenId',
      'MissingAuthenticationToken', 'SignatureDoesNotMatch', 'UnrecognizedClientException'
    )
),
-- Of what came before an act, the last.
told AS (
  SELECT *, row_number() OVER (PARTITION BY actor, act_id, act_time ORDER BY event_time DESC, event_id DESC) AS back
  FROM travelled
)
SELECT
  min(act_time) AS time,
  max(act_time) AS last_time,
  date_bin($window, act_time) AS window_start,
  count(*) AS count,
  array_slice(
    array_prepend(first_value(event_id ORDER BY act_time, act_id), array_agg(act_id ORDER BY act_time, act_id)), 1, 100
  ) AS event_ids,
  actor || ' was in ' || first_value(country ORDER BY act_time, act_id) || ', and within an hour in '
    || first_value(act_country ORDER BY act_time, act_id) || ': ' || first_value(act_name ORDER BY act_time, act_id)
    AS message,
  actor,
  actor AS principal,
  CASE WHEN min(account_id) = max(account_id) THEN min(account_id) END AS account_id,
  CASE WHEN min(region) = max(region) THEN min(region) END AS region,
  first_value(act_ip ORDER BY act_time, act_id) AS source_ip,
  first_value(act_country ORDER BY act_time, act_id) AS country,
  first_value(country ORDER BY act_time, act_id) AS country_before,
  first_value(source_ip ORDER BY act_time, act_id) AS source_ip_before,
  first_value(event_time ORDER BY act_time, act_id) AS time_before
FROM told
WHERE back = 1
GROUP BY actor, date_bin($window, act_time)
