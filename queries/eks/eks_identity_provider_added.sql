/*---
id: eks_identity_provider_added
title: A Kubernetes cluster trusts a new identity provider
severity: medium
status: stable
attack: [T1556.007, T1484.002]
practice: least-privilege
description: >
  Whoever runs the provider can issue tokens for every user and group of the cluster. These logins do not show in
  CloudTrail.
false_positives:
  - Setting up single sign-on for the cluster.
respond:
  - See the issuer in request_parameters; is it yours?
  - If unknown, `aws eks disassociate-identity-provider-config`.
  - Look at role bindings in the cluster for its users and groups.
references:
  - >
    AssociateIdentityProviderConfig,
    https://docs.aws.amazon.com/eks/latest/APIReference/API_AssociateIdentityProviderConfig.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'eks.amazonaws.com'
  AND event_name = 'AssociateIdentityProviderConfig'
  AND error_code IS NULL
  AND error_message IS NULL
