/*---
id: rds_log_export_off
title: Log export of a database turned off
severity: medium
status: stable
attack: [T1562.008]
practice: monitoring
description: >
  Logins and queries are in the database's own log, and the only copy that a database administrator can't change is
  the one in CloudWatch Logs. Turning the export off keeps what follows out of sight.
false_positives:
  - Saving money on a slow-query or general log that nobody reads.
respond:
  - See which logs were turned off (cloudwatchLogsExportConfiguration.disableLogTypes); audit, connection and error
    logs matter most.
  - Turn them on again with `aws rds modify-db-instance --cloudwatch-logs-export-configuration`.
  - Look at what the principal did next to the same database.
references:
  - ModifyDBInstance, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html
  - CloudwatchLogsExportConfiguration, https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CloudwatchLogsExportConfiguration.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'rds.amazonaws.com'
  AND event_name IN ('ModifyDBInstance', 'ModifyDBCluster')
  AND error_code IS NULL
  AND error_message IS NULL
  AND json_length(request_parameters, 'cloudwatchLogsExportConfiguration', 'disableLogTypes') > 0
