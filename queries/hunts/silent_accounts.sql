/*---
id: silent_accounts
title: Accounts and regions that went quiet
description: >
  The last event of each account and region, longest silence first, for those that were active on several days. A
  stopped trail and a moved workload look alike.
params:
  days:
    type: int
    default: 3
    description: days with activity that make a silence worth a line
---*/
SELECT
  recipient_account_id AS account_id,
  aws_region,
  max(event_time) AS last_time,
  min(event_time) AS first_time,
  count(DISTINCT event_date) AS active_days,
  count(*) AS events
FROM cloudtrail
WHERE event_time < $until
GROUP BY recipient_account_id, aws_region
HAVING max(event_time) >= $since AND count(DISTINCT event_date) >= $days
ORDER BY last_time, account_id, aws_region
