/*---
id: cloudtrail_delegated_admin_changed
title: Delegated administrator of CloudTrail registered or dismissed
severity: medium
status: stable
attack: [T1098, T1562.008]
practice: monitoring
description: >
  The delegated administrator can change and delete the trails of the whole organization. It is set once, to the
  account of the security team. Whoever is dismissed no longer sees or governs them.
false_positives:
  - The setting up of the organization; a planned move to another account.
respond:
  - >
    Whose account is it (request_parameters)? Take back what nobody planned: `aws cloudtrail
    deregister-organization-delegated-admin`, or `register-organization-delegated-admin`.
  - >
    Look for changes of trails from that account: `trailhound query -f trail_changes`.
  - >
    Look at what the caller did before and after: `trailhound query -f principal_timeline --param who=NAME`.
references:
  - RegisterOrganizationDelegatedAdmin, https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_RegisterOrganizationDelegatedAdmin.html
  - DeregisterOrganizationDelegatedAdmin, https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DeregisterOrganizationDelegatedAdmin.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'cloudtrail.amazonaws.com'
  AND event_name IN ('RegisterOrganizationDelegatedAdmin', 'DeregisterOrganizationDelegatedAdmin')
  AND error_code IS NULL
  AND error_message IS NULL
