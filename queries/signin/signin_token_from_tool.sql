/*---
id: signin_token_from_tool
title: Console link made from API credentials by a tool
severity: low
status: stable
attack: [T1550.001, T1021.007]
practice: monitoring
description: >
  A program turned temporary credentials into a link that opens the console. Intruders do it with stolen keys, since
  the console is easier to look around in and its session looks like a person's.
false_positives:
  - Tools of administrators that open the console for a CLI profile.
  - A federation broker of your own; name its agent in signin_token_agents.
respond:
  - >
    Find the credential (access_key_id) and where else it was used (`trailhound query -f key_activity --param
    key=<key>`).
  - Ask the person of the role session whether they opened the console so.
  - >
    If unexplained: revoke the role's sessions and find out where the credentials leaked.
references:
  - Enabling custom identity broker access to the console, https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html
params:
  signin_token_agents:
    type: text[]
    default: []
    description: user agents, written out, of brokers of your own that make console links
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'signin.amazonaws.com'
  AND event_name = 'GetSigninToken'
  AND lower(coalesce(response_elements ->> 'GetSigninToken', 'success')) = 'success'
  AND error_code IS NULL
  -- The access portal of Identity Center calls itself Jersey.
  AND coalesce(user_agent, '') NOT LIKE 'Jersey/%'
  AND NOT coalesce(user_agent IN ($signin_token_agents), false)
  -- A workload's role is workload_role_opened_console.
  AND NOT coalesce(regexp_like(user_principal_id, ':(m?i-[0-9a-f]{8,17}|[0-9a-f]{32})$'), false)
