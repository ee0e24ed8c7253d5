/*---
id: quota_increase_denied
title: Higher limit asked for without the right to
severity: low
status: stable
attack: [T1496, T1578.005]
practice: least-privilege
description: >
  Somebody with a key or session asked for a higher limit and was refused. Scripts of miners and spammers try this
  on every key they find.
false_positives:
  - A developer who doesn't know that another team does this.
respond:
  - >
    Ask the caller. Look at what else that key or session did before and after (`trailhound query -f
    principal_timeline`).
  - Look at other denied calls of that principal (hunt `denied_by_principal`).
  - Deactivate the key if nobody explains it.
references:
  - RequestServiceQuotaIncrease, https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_RequestServiceQuotaIncrease.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'servicequotas.amazonaws.com'
  AND event_name IN ('RequestServiceQuotaIncrease', 'PutServiceQuotaIncreaseRequestIntoTemplate')
  AND lower(error_code) LIKE '%accessdenied%'
