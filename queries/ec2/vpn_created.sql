/*---
id: vpn_created
title: VPN into your network set up
severity: medium
status: stable
attack: [T1133, T1572]
practice: monitoring
description: >
  A site-to-site or client VPN gives whoever holds its configuration a way into the private network, which lasts
  when their AWS credentials are gone. Few are set up in a year.
false_positives:
  - The network team connecting a site.
respond:
  - Ask the network team; see the other end (customer gateway address, client certificate) in request_parameters.
  - >
    If nobody knows of it, delete it: `aws ec2 delete-vpn-connection` or `delete-client-vpn-endpoint`.
  - Look for routes and security groups changed by the same principal (hunt principal_timeline).
references:
  - CreateVpnConnection, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpnConnection.html
  - CreateClientVpnEndpoint, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateClientVpnEndpoint.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'ec2.amazonaws.com'
  AND event_name IN ('CreateVpnConnection', 'CreateClientVpnEndpoint')
  AND error_code IS NULL
  AND error_message IS NULL
