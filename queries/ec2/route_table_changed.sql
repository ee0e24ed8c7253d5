/*---
id: route_table_changed
title: Route table changed
severity: info
status: stable
attack: [T1562.007]
practice: monitoring
description: >
  Where a subnet's traffic goes was changed. A signal that explains others, not an alert; changes that a service
  makes on somebody's behalf are left out.
false_positives:
  - Everyday administration and infrastructure as code.
respond:
  - See the route in request_parameters; compare with `aws ec2 describe-route-tables`.
  - Look at who called, from where, and what else they did (hunt principal_timeline).
references:
  - CreateRoute, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html
  - ReplaceRoute, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceRoute.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name IN (
    'CreateRouteTable', 'CreateRoute', 'ReplaceRoute', 'ReplaceRouteTableAssociation', 'DeleteRoute',
    'DeleteRouteTable', 'DisassociateRouteTable', 'AssociateRouteTable'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
