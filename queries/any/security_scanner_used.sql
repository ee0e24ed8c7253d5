/*---
id: security_scanner_used
title: Calls of a scanner that takes stock of the account
severity: low
status: stable
attack: [T1580, T1526]
practice: monitoring
description: >
  Prowler, ScoutSuite, CloudSploit, Cartography, Steampipe and the like read the whole configuration and list its
  weak points. Defenders run them; a thief with a key runs the same ones, from another address.
false_positives:
  - Your own audits and tools for posture.
respond:
  - >
    List what the credential did, with hunt key_activity, and what else came from the address (hunt
    address_activity).
  - Ask the owner of the credential, and your own testers, whether it was them.
  - >
    Unexplained: deactivate the key or revoke the role's sessions.
references:
  - CloudTrail record contents, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
entity: [principal, source_address, account_id]
window: 1d
lookback: 1d
untested:
  "regexp_like(user_agent, '[Pp]rowler|[Ss]cout|[Cc]loud[MmQqSs]|[Cc]artography|[Ss]teampipe|[Tt]ruffle|[Pp]owerpipe')": only makes it quick
---*/
-- One finding a day for each of these, or a script would make thousands.
SELECT
  min(event_time) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  coalesce(principal, 'somebody') || ' called from ' || coalesce(source_ip_address, 'nowhere') || ' with a scanner' AS message,
  principal,
  source_ip_address AS source_address,
  coalesce(recipient_account_id, user_account_id) AS account_id,
  min(source_ip) AS source_ip,
  min(user_agent) AS a_user_agent
FROM cloudtrail
WHERE event_time >= $lookback_start AND event_time < $window_end
  -- This one is quick ((?i) isn't) and true of few; the next looks at what stands beside the names.
  AND regexp_like(user_agent, '[Pp]rowler|[Ss]cout|[Cc]loud[MmQqSs]|[Cc]artography|[Ss]teampipe|[Tt]ruffle|[Pp]owerpipe')
  AND regexp_like(user_agent, '(?i)(^|[^a-z])(prowler|scout ?suite|cloudsploit|cloudmapper|cartography|steampipe|trufflehog|cloudquery|powerpipe)([^a-z]|$)')
  AND user_type IN ('Root', 'IAMUser', 'AssumedRole', 'FederatedUser', 'WebIdentityUser', 'SAMLUser', 'IdentityCenterUser')
  AND coalesce(user_invoked_by, '') = ''
GROUP BY principal, source_ip_address, coalesce(recipient_account_id, user_account_id), date_bin($window, event_time)
