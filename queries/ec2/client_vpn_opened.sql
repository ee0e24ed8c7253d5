/*---
id: client_vpn_opened
title: Client VPN lets all its users into a network
severity: low
status: stable
attack: [T1133]
practice: least-privilege
description: >
  Everybody who can connect to the client VPN endpoint may now reach the named network, without a group that
  limits it.
false_positives:
  - Small set-ups in which everybody may reach everything.
respond:
  - See the network (TargetNetworkCidr) in request_parameters; is the whole of it meant?
  - If not, `aws ec2 revoke-client-vpn-ingress`, and authorize a group in its place.
  - Look at what else the caller did (hunt principal_timeline).
references:
  - AuthorizeClientVpnIngress, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeClientVpnIngress.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name = 'AuthorizeClientVpnIngress'
  AND error_code IS NULL
  AND error_message IS NULL
  AND lower(coalesce(
    request_parameters -> 'AuthorizeClientVpnIngressRequest' ->> 'AuthorizeAllGroups', request_parameters ->> 'authorizeAllGroups'
  )) = 'true'
