/*---
id: instance_profile_of_instance_changed
title: Running instance given another role
severity: medium
status: stable
attack: [T1098.003, T1548, T1078.004]
practice: least-privilege
description: >
  The instance has the rights of another role now. Whoever controls an instance and may do this takes the strongest
  role that may be passed, without touching IAM.
false_positives:
  - >
    Forgotten at launch: an administrator gives an instance the role of Systems Manager or the like.
respond:
  - >
    Compare the two roles: `aws ec2 describe-iam-instance-profile-associations`, `aws iam get-instance-profile`.
  - Ask the caller, and look at who was on the instance (Session Manager, EC2 Instance Connect).
  - Look at what the new role did since (`trailhound query -f principal_timeline`).
references:
  - ReplaceIamInstanceProfileAssociation, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceIamInstanceProfileAssociation.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name IN ('AssociateIamInstanceProfile', 'ReplaceIamInstanceProfileAssociation')
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  AND (user_type IS DISTINCT FROM 'AWSService')
  AND error_code IS NULL
  AND error_message IS NULL
