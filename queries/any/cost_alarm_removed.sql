/*---
id: cost_alarm_removed
title: Alarm on cost removed
severity: medium
status: stable
attack: [T1562.001, T1496]
practice: monitoring
description: >
  A budget, its notification or the detection of unusual cost is gone. Whoever runs machines at your cost wants you
  to learn of it from the bill.
false_positives:
  - Budgets of projects that ended.
  - Terraform replacing a budget; a new one is made in the same minute.
respond:
  - >
    Put it back: `aws budgets create-budget`, `aws ce create-anomaly-subscription`.
  - Look at cost by service and region of the last days (Cost Explorer).
  - >
    Ask the caller. Look at what else that key or session did before and after (`trailhound query -f
    principal_timeline`).
references:
  - DeleteBudget, https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_DeleteBudget.html
---*/
SELECT * FROM cloudtrail
WHERE (
    event_source = 'budgets.amazonaws.com'
      AND event_name IN ('DeleteBudget', 'DeleteBudgetAction', 'DeleteNotification', 'DeleteSubscriber')
    OR event_source = 'ce.amazonaws.com'
      AND event_name IN ('DeleteAnomalyMonitor', 'DeleteAnomalySubscription')
  )
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND error_code IS NULL
  AND error_message IS NULL
