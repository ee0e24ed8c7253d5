/*---
id: shared_images
title: Snapshots and images shared
description: >
  Volume and database snapshots and machine images shared with other accounts or everybody, the quiet way to carry
  data out of an account.
---*/
SELECT
  event_time,
  recipient_account_id AS account_id,
  aws_region,
  event_name,
  coalesce(
    request_parameters ->> 'snapshotId', request_parameters ->> 'imageId', request_parameters ->> 'dBSnapshotIdentifier',
    request_parameters ->> 'dBClusterSnapshotIdentifier', request_parameters ->> 'documentName',
    request_parameters ->> 'name'
  ) AS what,
  coalesce(
    request_parameters -> 'createVolumePermission' ->> 'add', request_parameters -> 'launchPermission' ->> 'add',
    request_parameters ->> 'valuesToAdd', request_parameters ->> 'accountIdsToAdd'
  ) AS shared_with,
  request_parameters LIKE '%"all"%' AS with_everybody,
  principal,
  source_ip_address,
  coalesce(error_code, error_message) AS error,
  event_id
FROM cloudtrail
WHERE event_time >= $since AND event_time < $until
  AND event_name IN (
    'ModifySnapshotAttribute', 'ModifyImageAttribute', 'ModifyDBSnapshotAttribute', 'ModifyDBClusterSnapshotAttribute',
    'ModifyDocumentPermission'
  )
  AND (
    json_contains(request_parameters, 'createVolumePermission', 'add')
    OR json_contains(request_parameters, 'launchPermission', 'add')
    OR json_length(request_parameters, 'valuesToAdd') > 0
    OR json_length(request_parameters, 'accountIdsToAdd') > 0
  )
ORDER BY event_time, event_id
