/*---
id: defences_off_together
title: Three defences of an account switched off within an hour
severity: critical
status: stable
attack: [T1562.001, T1562.008]
practice: monitoring
description: >
  One principal switched off three of CloudTrail, GuardDuty, Config and Security Hub within an hour. One of them
  may be a question of cost; three are not.
false_positives:
  - >
    An account that is being closed, or handed to another security account by hand. Not counted: two actions on
    the same service, and what stacks and Control Tower remove.
respond:
  - >
    Switch them on again, CloudTrail first (`aws cloudtrail start-logging`).
  - Withdraw the principal's credentials, then ask.
  - >
    Read what else it did in the hours around: hunt principal_timeline.
references:
  - >
    Security practices of CloudTrail,
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html
  - >
    AWS Security Incident Response guide,
    https://docs.aws.amazon.com/whitepapers/latest/aws-security-incident-response-guide/aws-security-incident-response-guide.html
rules: [cloudtrail_stopped, cloudtrail_deleted, guardduty_disabled, config_recording_stopped, securityhub_disabled]
entity: [principal]
window: 1d
lookback: 1h
---*/
WITH off AS (
  SELECT *, details ->> 'event_source' AS service
  FROM findings
  WHERE rule_id IN (
    'cloudtrail_stopped', 'cloudtrail_deleted', 'guardduty_disabled', 'config_recording_stopped', 'securityhub_disabled'
  )
),
third AS (
  SELECT
    off.finding_id, off.time, off.principal, off.account_id, off.source_ip,
    array_agg(DISTINCT before.finding_id) AS steps,
    count(DISTINCT before.service) AS services
  FROM off
  JOIN off AS before ON before.principal = off.principal
    AND before.time <= off.time
    AND before.time >= off.time - INTERVAL '1 hour'
  GROUP BY off.finding_id, off.time, off.principal, off.account_id, off.source_ip
)
SELECT
  min(time) AS time,
  date_bin($window, time) AS window_start,
  principal,
  min(account_id) AS account_id,
  CASE WHEN min(source_ip) = max(source_ip) THEN min(source_ip) END AS source_ip,
  array_distinct(flatten(array_agg(steps))) AS steps,
  principal || ' switched off ' || CAST(max(services) AS VARCHAR) || ' defences within an hour' AS message
FROM third
WHERE services >= 3
GROUP BY principal, date_bin($window, time)
