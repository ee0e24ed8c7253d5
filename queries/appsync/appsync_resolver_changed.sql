/*---
id: appsync_resolver_changed
title: Resolver, function or data source of a GraphQL API changed
severity: low
status: stable
attack: [T1578, T1556]
practice: monitoring
description: >
  Resolvers are code between the caller and the data. A changed one can leave out the check who may see what.
false_positives:
  - Deployments. Stacks of CloudFormation are left out.
respond:
  - Compare the resolver with the one in your code (`aws appsync get-resolver`).
  - Ask the caller.
  - Deploy the former one again.
references:
  - UpdateResolver, https://docs.aws.amazon.com/appsync/latest/APIReference/API_UpdateResolver.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'appsync.amazonaws.com'
  AND event_name IN ('UpdateResolver', 'UpdateFunction', 'UpdateDataSource', 'StartSchemaCreation')
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
