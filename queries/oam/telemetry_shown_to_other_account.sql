/*---
id: telemetry_shown_to_other_account
title: Logs or metrics shown to another account
severity: medium
status: stable
attack: [T1530]
practice: monitoring
description: >
  The link lets another account read log groups, metrics and traces of this one, from now on. Logs hold secrets and
  customer data. Your own monitoring accounts belong into trusted_accounts.
false_positives:
  - A monitoring account that is not in trusted_accounts yet.
respond:
  - >
    Whose account is in sinkIdentifier? If it is not yours: `aws oam delete-link`.
  - >
    See resourceTypes in request_parameters: AWS::Logs::LogGroup is the worrying one.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - CreateLink, https://docs.aws.amazon.com/OAM/latest/APIReference/API_CreateLink.html
params:
  trusted_accounts:
    type: text[]
    default: []
    description: account ids of your own organization and partners, with whom sharing is expected
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'oam.amazonaws.com'
  AND event_name = 'CreateLink'
  AND error_code IS NULL
  AND error_message IS NULL
  AND split_part(coalesce(request_parameters ->> 'sinkIdentifier', request_parameters ->> 'SinkIdentifier', ''), ':', 3) = 'oam'
  AND NOT split_part(coalesce(request_parameters ->> 'sinkIdentifier', request_parameters ->> 'SinkIdentifier', ''), ':', 5) IN (
    $trusted_accounts
  )
