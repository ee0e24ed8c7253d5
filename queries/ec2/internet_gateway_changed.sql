/*---
id: internet_gateway_changed
title: Internet gateway or customer gateway changed
severity: info
status: stable
attack: [T1562.007]
practice: monitoring
description: >
  A network got a way out to the internet or to a foreign site, or lost it. A signal that explains others, not
  an alert; changes that a service makes on somebody's behalf are left out.
false_positives:
  - Everyday administration and infrastructure as code.
respond:
  - See the gateway and the VPC in request_parameters, and routes that lead to it, `aws ec2 describe-route-tables`.
  - Look at who called, from where, and what else they did (hunt principal_timeline).
references:
  - AttachInternetGateway, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AttachInternetGateway.html
  - CreateCustomerGateway, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateCustomerGateway.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name IN (
    'CreateInternetGateway', 'AttachInternetGateway', 'DetachInternetGateway', 'DeleteInternetGateway',
    'CreateCustomerGateway', 'DeleteCustomerGateway', 'CreateEgressOnlyInternetGateway'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(nullif(user_invoked_by, ''), 'signin.amazonaws.com') = 'signin.amazonaws.com'
