/*---
id: rds_public_snapshots_listed
title: Somebody looked for public or shared database snapshots
severity: low
status: stable
attack: [T1580, T1619]
practice: monitoring
description: >
  Snapshots that are public or shared belong to others. Listing them is how data of careless accounts is found,
  yours among them.
false_positives:
  - Posture tools that check whether own snapshots are public mostly ask for the attributes instead.
  - A person who looks for a snapshot that a partner has shared.
respond:
  - See who it is and from where (hunt principal_timeline).
  - Look for CopyDBSnapshot or RestoreDBInstanceFromDBSnapshot by the same principal.
  - >
    Check that none of your snapshots is public: rule rds_snapshot_made_public.
references:
  - DescribeDBSnapshots, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBSnapshots.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'rds.amazonaws.com'
  AND event_name IN ('DescribeDBSnapshots', 'DescribeDBClusterSnapshots')
  AND (
    lower(request_parameters ->> 'includePublic') = 'true'
    OR lower(request_parameters ->> 'includeShared') = 'true'
    OR lower(request_parameters ->> 'snapshotType') IN ('public', 'shared')
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND user_invoked_by IS NULL
  -- the console asks for all kinds by itself
  AND (session_credential_from_console IS DISTINCT FROM true)
