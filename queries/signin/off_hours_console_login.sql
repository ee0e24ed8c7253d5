/*---
id: off_hours_console_login
title: Console login outside working hours
severity: low
status: stable
attack: [T1078.004]
practice: monitoring
description: >
  Somebody signed in at night or on a day off. Most such sign-ins are people on call or abroad; those with a new
  address or without MFA deserve the first look in the morning.
false_positives:
  - People on call, travelling or working late; let their team have a rule of its own or suppress their names.
respond:
  - >
    Compare address and browser with the user's other sign-ins (`trailhound query -f sign_in_timeline --param
    user=<name>`).
  - See what the session did (`trailhound query -f principal_timeline --param who=<name>`).
  - Ask the user; if it wasn't them, end the sessions and change the password.
references:
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
  -- off_hours_root_login
  AND (user_type IS DISTINCT FROM 'Root')
  -- outside working hours there, summer time included
  AND (
    date_part('hour', event_time AT TIME ZONE $work_time_zone) < $work_from_hour
    OR date_part('hour', event_time AT TIME ZONE $work_time_zone) >= $work_to_hour
    OR NOT coalesce(to_char(event_time AT TIME ZONE $work_time_zone, '%a') IN ($work_days), true)
  )
