/*---
id: security_group_sensitive_port_opened
title: Administration or database port opened to the whole internet
severity: high
status: stable
attack: [T1562.007, T1133, T1190]
practice: policy-conditions
description: >
  SSH, remote desktop, WinRM, Docker, databases and the like, or all ports at once, are open to every address.
  Scanners try such a port within minutes, and intruders open one to come in by another way than the API.
false_positives:
  - A bastion or a test that somebody opened in a hurry; it is wrong all the same.
respond:
  - Close it, `aws ec2 revoke-security-group-ingress --group-id ID` with the same rule.
  - >
    See what wears the group, `aws ec2 describe-network-interfaces --filters Name=group-id,Values=ID`, and look
    in its logs for logins since.
  - Ask the caller; look at what else they did (hunt principal_timeline).
references:
  - AuthorizeSecurityGroupIngress, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html
  - ModifySecurityGroupRules, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySecurityGroupRules.html
entity: [security_group, account_id, region, principal]
window: 1h
---*/
-- No event rule, since each rule of a call has to be looked at by itself: its ports and its addresses belong together.
WITH call AS (
  SELECT
    event_time, event_id, coalesce(recipient_account_id, user_account_id) AS account_id, aws_region AS region,
    principal, source_ip_address,
    coalesce(
      request_parameters ->> 'groupId', request_parameters ->> 'groupName',
      request_parameters -> 'ModifySecurityGroupRulesRequest' ->> 'GroupId'
    ) AS security_group,
    CASE
      WHEN event_name = 'ModifySecurityGroupRules'
        THEN request_parameters -> 'ModifySecurityGroupRulesRequest' ->> 'SecurityGroupRule'
      WHEN request_parameters ->> 'cidrIp' IS NOT NULL THEN request_parameters
      ELSE request_parameters -> 'ipPermissions' ->> 'items'
    END AS rules
  FROM cloudtrail
  WHERE event_time >= $lookback_start AND event_time < $window_end
    AND event_source = 'ec2.amazonaws.com'
    AND event_name IN ('AuthorizeSecurityGroupIngress', 'ModifySecurityGroupRules')
    AND error_code IS NULL
    AND error_message IS NULL
),
each_rule AS (
  -- One rule may stand without its list. In ModifySecurityGroupRules a rule lies one level deeper.
  SELECT *, unnest(json_get_array(CASE WHEN ltrim(rules) LIKE '[%' THEN rules ELSE '[' || rules || ']' END)) AS rule
  FROM call
),
port AS (
  SELECT
    *,
    lower(coalesce(rule ->> 'ipProtocol', rule -> 'SecurityGroupRule' ->> 'IpProtocol')) AS protocol,
    TRY_CAST(coalesce(rule ->> 'fromPort', rule -> 'SecurityGroupRule' ->> 'FromPort') AS BIGINT) AS from_port,
    TRY_CAST(coalesce(rule ->> 'toPort', rule -> 'SecurityGroupRule' ->> 'ToPort') AS BIGINT) AS to_port
  FROM each_rule
  -- A prefix of 0 to 2 bits: 0.0.0.0/1 and 128.0.0.0/1 together are the internet too.
  WHERE regexp_like(rule, '"(([0-9]{1,3}\.){3}[0-9]{1,3}|[0-9a-fA-F:]*::)/[0-2]"')
),
open AS (
  SELECT * FROM port
  WHERE protocol = '-1'
    OR protocol IN ('tcp', '6') AND array_has_any(
      -- Never longer than the ports there are, whatever the record says.
      range(greatest(from_port, 0), least(to_port, 65535) + 1),
      [21, 22, 23, 135, 445, 1433, 1521, 2375, 3306, 3389, 5432, 5900, 5985, 5986, 6379, 9200, 11211, 27017]
    )
)
SELECT
  min(event_time) AS time,
  max(event_time) AS last_time,
  date_bin($window, event_time) AS window_start,
  count(*) AS count,
  array_slice(array_distinct(array_agg(event_id ORDER BY event_time, event_id)), 1, 100) AS event_ids,
  principal || ' opened ' || string_agg(
    DISTINCT CASE WHEN protocol = '-1' THEN 'all ports' ELSE 'ports ' || CAST(from_port AS VARCHAR) || '-' || CAST(to_port AS VARCHAR) END,
    ', '
  ) || ' of ' || security_group || ' to the internet' AS message,
  security_group,
  account_id,
  region,
  principal,
  CASE WHEN min(source_ip_address) = max(source_ip_address) THEN min(source_ip_address) END AS source_ip
FROM open
GROUP BY security_group, account_id, region, principal, date_bin($window, event_time)
