/*---
id: rds_log_downloaded
title: Database log downloaded
severity: info
status: stable
attack: [T1552.001]
practice: monitoring
description: >
  Database logs hold queries, and queries sometimes hold passwords and personal data. Reading them needs no login to
  the database.
false_positives:
  - People who look for the reason of an error.
respond:
  - See which log of which database was read.
  - Ask the caller if it is none of the people who look after the database.
  - Look for other reads of the same principal (hunt principal_timeline).
references:
  - DownloadDBLogFilePortion, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DownloadDBLogFilePortion.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'rds.amazonaws.com'
  AND event_name = 'DownloadDBLogFilePortion'
  AND error_code IS NULL
  AND error_message IS NULL
  AND coalesce(user_invoked_by, '') IN ('', 'signin.amazonaws.com')
