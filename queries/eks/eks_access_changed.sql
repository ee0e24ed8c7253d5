/*---
id: eks_access_changed
title: Access to a Kubernetes cluster was changed
severity: low
status: stable
attack: [T1098.006]
practice: least-privilege
description: >
  Access entries say which IAM principals may enter the cluster, and with which rights. Changes by CloudFormation
  are left out.
false_positives:
  - Setting up a cluster, or changes of its team.
respond:
  - See principalArn, kubernetesGroups and policyArn in request_parameters.
  - Ask the caller; if unknown, delete the entry.
  - Look at what the principal did in the cluster's audit log.
references:
  - CreateAccessEntry, https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessEntry.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'eks.amazonaws.com'
  AND event_name IN (
    'CreateAccessEntry', 'UpdateAccessEntry', 'DeleteAccessEntry', 'AssociateAccessPolicy',
    'DisassociateAccessPolicy'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  -- Not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
