/*---
id: identity_center_source_changed
title: Identity source of Identity Center changed
severity: high
status: stable
attack: [T1556.007, T1484.002]
practice: mfa
description: >
  Who may sign in, and who vouches for them, was changed: another directory or another external identity provider.
  Whoever controls the provider is from then on anybody, in all accounts.
false_positives:
  - A planned move to another identity provider, or the yearly change of its certificate.
respond:
  - Ask those who run Identity Center; see what was changed in request_parameters.
  - Look at sign-ins since (UserAuthentication, Federate) and what these sessions did.
  - >
    Unexplained: set the old source again, end all sessions, and treat the caller as stolen.
references:
  - Change the identity source, https://docs.aws.amazon.com/singlesignon/latest/userguide/manage-your-identity-source-change.html
  - Identity Center calls in CloudTrail, https://docs.aws.amazon.com/singlesignon/latest/userguide/logging-using-cloudtrail.html
---*/
SELECT * FROM cloudtrail
WHERE event_source IN ('sso.amazonaws.com', 'sso-directory.amazonaws.com')
  AND event_name IN (
    'AssociateDirectory', 'DisassociateDirectory', 'CreateExternalIdPConfigurationForDirectory',
    'UpdateExternalIdPConfigurationForDirectory', 'DeleteExternalIdPConfigurationForDirectory',
    'EnableExternalIdPConfigurationForDirectory', 'DisableExternalIdPConfigurationForDirectory'
  )
  AND error_code IS NULL
  AND error_message IS NULL
