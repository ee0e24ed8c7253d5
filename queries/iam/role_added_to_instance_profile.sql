/*---
id: role_added_to_instance_profile
title: Role put into an instance profile
severity: low
status: stable
attack: [T1098, T1548]
practice: least-privilege
description: >
  Every instance with this profile has the rights of the role from now on, without a restart. Whoever is on such an
  instance has them too.
false_positives:
  - Set-up of new kinds of instances; the console does it when a role for EC2 is created.
respond:
  - >
    Find the instances: `aws ec2 describe-iam-instance-profile-associations`.
  - Compare the role's rights with what those instances need.
  - >
    Ask the caller. Look at what else that key or session did before and after (`trailhound query -f
    principal_timeline`).
references:
  - AddRoleToInstanceProfile, https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'iam.amazonaws.com'
  AND event_name = 'AddRoleToInstanceProfile'
  -- By a caller, not by a service for somebody; the console of old is written as a service.
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
  -- The console makes a profile of the role's own name.
  AND (request_parameters ->> 'roleName' IS DISTINCT FROM request_parameters ->> 'instanceProfileName')
  AND error_code IS NULL
  AND error_message IS NULL
