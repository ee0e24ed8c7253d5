/*---
id: off_hours_root_login
title: Root signed in outside working hours
severity: critical
status: stable
attack: [T1078.004]
practice: avoid-root
description: >
  The few tasks that need root are planned and done by day, with a witness. Root at night or on a day off is an
  emergency or an intruder, and both want somebody awake.
false_positives:
  - An emergency in which people on call used root.
respond:
  - Call the keeper of the root credentials now.
  - List what root did since (`trailhound query -f root_trail`).
  - >
    If nobody knows of it: change the root password, remove root access keys, check MFA devices, contact AWS Support.
references:
  - AWS account root user, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html
  - CloudTrail console sign-in events, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
params:
  work_time_zone:
    type: text
    required: true
    description: time zone of your people, such as Europe/Berlin
  work_from_hour:
    type: int
    default: 7
    description: first working hour, 0 to 23
  work_to_hour:
    type: int
    default: 20
    description: first hour after work, 1 to 24, later than work_from_hour
  work_days:
    type: text[]
    default: [Mon, Tue, Wed, Thu, Fri]
    description: working days, of Mon, Tue, Wed, Thu, Fri, Sat, Sun
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'signin.amazonaws.com'
  AND event_name = 'ConsoleLogin'
  AND lower(response_elements ->> 'ConsoleLogin') = 'success'
  AND user_type = 'Root'
  -- outside working hours there, summer time included
  AND (
    date_part('hour', event_time AT TIME ZONE $work_time_zone) < $work_from_hour
    OR date_part('hour', event_time AT TIME ZONE $work_time_zone) >= $work_to_hour
    OR NOT coalesce(to_char(event_time AT TIME ZONE $work_time_zone, '%a') IN ($work_days), true)
  )
