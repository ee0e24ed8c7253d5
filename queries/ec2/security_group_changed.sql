/*---
id: security_group_changed
title: Security group changed
severity: info
status: stable
attack: [T1562.007]
practice: monitoring
description: >
  Who may talk to which machine was changed. A signal that explains others, not an alert; changes that a service
  makes on somebody's behalf are left out.
false_positives:
  - Everyday administration and infrastructure as code.
respond:
  - See the rules in request_parameters; compare with `aws ec2 describe-security-group-rules`.
  - Look at who called, from where, and what else they did (hunt principal_timeline).
references:
  - AuthorizeSecurityGroupIngress, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html
  - RevokeSecurityGroupIngress, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RevokeSecurityGroupIngress.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name IN (
    'AuthorizeSecurityGroupIngress', 'AuthorizeSecurityGroupEgress', 'RevokeSecurityGroupIngress',
    'RevokeSecurityGroupEgress', 'ModifySecurityGroupRules', 'CreateSecurityGroup', 'DeleteSecurityGroup',
    'AssociateSecurityGroupVpc', 'DisassociateSecurityGroupVpc'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
