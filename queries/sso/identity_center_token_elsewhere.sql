/*---
id: identity_center_token_elsewhere
title: Device code token fetched from a network where the person never signed in
severity: medium
status: stable
attack: [T1528, T1566.002]
practice: mfa
description: >
  A person confirmed a device code in the browser at one place, and the token went to a program in another network. So
  works device code phishing: the victim signs in with MFA on AWS's own page, and the thief gets the session.
false_positives:
  - A person who signs in on a laptop for a program on a remote machine; name its network by a suppression.
  - A laptop whose browser and command line leave by different addresses (IPv4 and IPv6, or a VPN for one of them).
respond:
  - Ask the person whether they started a command line sign-in on that address.
  - >
    Look for GetRoleCredentials and for the roles' calls from that address (`trailhound query -f address_activity
    --param ip=<address>`).
  - >
    If not: delete the person's sessions in Identity Center and revoke the sessions of the roles.
references:
  - CreateToken, https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html
  - IAM Identity Center sign-in events, https://docs.aws.amazon.com/singlesignon/latest/userguide/understanding-sign-in-events.html
entity: [person, account_id, source_ip]
window: 1h
lookback: 8h
---*/
-- The person is the user id; older records have it as principalId, or the account there and only a name.
WITH token AS (
  SELECT
    event_time,
    event_id,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    source_ip,
    ip_block(source_ip) AS network,
    coalesce(
      on_behalf_of_user_id,
      CASE WHEN coalesce(user_principal_id, '') IN ('', user_account_id) THEN user_name ELSE user_principal_id END
    ) AS person
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source IN ('sso.amazonaws.com', 'sso-oauth.amazonaws.com')
    AND event_name = 'CreateToken'
    AND request_parameters ->> 'grantType' LIKE '%device_code'
    AND error_code IS NULL
),
signed AS (
  SELECT
    event_time,
    event_id,
    coalesce(recipient_account_id, user_account_id) AS account_id,
    source_ip,
    ip_block(source_ip) AS network,
    coalesce(
      on_behalf_of_user_id,
      CASE WHEN coalesce(user_principal_id, '') IN ('', user_account_id) THEN user_name ELSE user_principal_id END
    ) AS person
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source IN ('signin.amazonaws.com', 'sso.amazonaws.com')
    AND event_name IN ('Authenticate', 'UserAuthentication')
    AND lower(coalesce(service_event_details ->> 'UserAuthentication', 'success')) = 'success'
),
met AS (
  SELECT
    token.event_time,
    token.event_id,
    token.account_id,
    token.source_ip,
    token.person,
    max(signed.source_ip) AS home,
    bool_or(signed.network = token.network) AS known
  FROM token
  JOIN signed
    ON signed.account_id = token.account_id
    AND signed.person = token.person
    AND signed.event_time <= token.event_time
    AND signed.event_time >= token.event_time - INTERVAL '8 hours'
  GROUP BY token.event_time, token.event_id, token.account_id, token.source_ip, token.person
)
SELECT
  min(event_time) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  'a token of user ' || person || ', who signed in from ' || max(home) || ', went to ' || source_ip AS message,
  person,
  account_id,
  source_ip,
  max(home) AS signed_in_from
FROM met
WHERE known = false
GROUP BY account_id, person, source_ip, date_bin($window, event_time)
