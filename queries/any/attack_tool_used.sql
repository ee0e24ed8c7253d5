/*---
id: attack_tool_used
title: Calls of an attack tool, or from a system made for attackers
severity: medium
status: stable
attack: [T1078.004, T1580]
practice: monitoring
description: >
  The user agent names a tool made to attack AWS accounts, such as Pacu, Stratus Red Team or WeirdAAL, or a Linux made
  for breaking in: Kali, Parrot, Pentoo, BlackArch. Callers choose what they say, so one that says this is often a
  test; make sure that it is yours.
false_positives:
  - A penetration test or a training that was agreed on.
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
  "regexp_like(user_agent, '[Ss]tratus|[Pp]acu|[Ww]eird[Aa]|[Cc]loud[FfGg]o|aws_consoler|enumerate-iam|[Ss]3[Ss]canner|sqlmap|barq|[Ee]ndgame|[Kk]ali|[Pp]arrot|[Pp]entoo|[Bb]lack[Aa]rch')": only makes it quick
---*/
-- One finding a day for each of these, or a script would make thousands.
SELECT
  min(event_time) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_agg(event_id ORDER BY event_time, event_id), 1, 100) AS event_ids,
  coalesce(principal, 'somebody') || ' called from ' || coalesce(source_ip_address, 'nowhere') || ' with an attack tool or a system made for attackers' AS message,
  principal,
  source_ip_address AS source_address,
  coalesce(recipient_account_id, user_account_id) AS account_id,
  min(source_ip) AS source_ip,
  min(user_agent) AS a_user_agent
FROM cloudtrail
WHERE event_time >= $lookback_start AND event_time < $window_end
  -- This one is quick ((?i) isn't) and true of few; the next looks at what stands beside the names.
  AND regexp_like(user_agent, '[Ss]tratus|[Pp]acu|[Ww]eird[Aa]|[Cc]loud[FfGg]o|aws_consoler|enumerate-iam|[Ss]3[Ss]canner|sqlmap|barq|[Ee]ndgame|[Kk]ali|[Pp]arrot|[Pp]entoo|[Bb]lack[Aa]rch')
  AND regexp_like(
    user_agent,
    '(?i)stratus-red-team|(^|[^a-z])(pacu|weirdaal|cloudgoat|cloudfox|aws_consoler|enumerate-iam|s3scanner|sqlmap|nimbostratus|barq|endgame|kali|pentoo|blackarch)([^a-z]|$)|(^|[^a-z])parrot[0-9]*(-|\s|$)'
  )
  AND user_type IN ('Root', 'IAMUser', 'AssumedRole', 'FederatedUser', 'WebIdentityUser', 'SAMLUser', 'IdentityCenterUser')
  AND coalesce(user_invoked_by, '') = ''
GROUP BY principal, source_ip_address, coalesce(recipient_account_id, user_account_id), date_bin($window, event_time)
