/*---
id: cloudshell_file_transferred
title: A file was carried into or out of CloudShell
severity: low
status: stable
attack: [T1567, T1105]
practice: least-privilege
description: >
  What was collected on the command line leaves by a download to the browser; tools come in by an upload. No
  network log sees either.
false_positives:
  - People who use CloudShell for their work.
respond:
  - See the path in request_parameters.
  - Look at what the principal read before (hunt principal_timeline).
  - Deny cloudshell:GetFileDownloadUrls and GetFileUploadUrls where not needed.
references:
  - CloudShell permissions, https://docs.aws.amazon.com/cloudshell/latest/userguide/sec-auth-with-identities.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'cloudshell.amazonaws.com'
  AND event_name IN ('GetFileDownloadUrls', 'GetFileUploadUrls')
  AND error_code IS NULL
  AND error_message IS NULL
