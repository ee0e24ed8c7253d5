/*---
id: transfer_server_public
title: File transfer server opened to the internet
severity: medium
status: stable
attack: [T1537, T1133]
practice: policy-conditions
description: >
  An SFTP or FTP server in front of buckets or file systems, with an address on the internet and users of its own
  that IAM doesn't know. It is a door out that few people watch.
false_positives:
  - A file exchange with partners, set up on purpose.
respond:
  - See which users the server has and which role and folder each gets (`aws transfer list-users`, `describe-user`).
  - >
    Stop it while you ask: `aws transfer stop-server --server-id ID`.
  - Without an explanation delete it and rotate the caller's credentials.
references:
  - CreateServer, https://docs.aws.amazon.com/transfer/latest/userguide/API_CreateServer.html
  - UpdateServer, https://docs.aws.amazon.com/transfer/latest/userguide/API_UpdateServer.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'transfer.amazonaws.com'
  AND event_name IN ('CreateServer', 'UpdateServer')
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    -- Nothing said is public.
    event_name = 'CreateServer' AND coalesce(upper(request_parameters ->> 'endpointType'), 'PUBLIC') = 'PUBLIC'
    OR upper(request_parameters ->> 'endpointType') = 'PUBLIC'
    -- Elastic addresses make a server in a VPC public.
    OR json_length(request_parameters, 'endpointDetails', 'addressAllocationIds') > 0
  )
