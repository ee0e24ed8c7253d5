//! API shapes of the long tail: services that an organisation calls now and then, mostly to look.
//! Each call is rare; together they make event names as various as in life.
//! The notation is described in `shape.rs`.

pub(super) const SHAPES: &str = r#"
= route53.amazonaws.com route53 route53.amazonaws.com 2013-04-01 AccessDenied Throttling NoSuchHostedZone global
ListHostedZones rhc 6
ListResourceRecordSets rhc 8 {"hostedZoneId":"Z<b32:20>"}
GetHostedZone rhc 4 {"id":"Z<b32:20>"}
GetChange rc 4 {"id":"C<b32:20>"}
ListHostedZonesByName rc 3 {"dNSName":"<word>.example.com"}
ListTagsForResource rhc 2 {"resourceType":"hostedzone","resourceId":"Z<b32:20>"}
ChangeResourceRecordSets wck 4 {"hostedZoneId":"Z<b32:20>","changeBatch":{"changes":[{"action":"UPSERT","resourceRecordSet":{"name":"<word>.example.com","type":"A","tTL":60,"resourceRecords":[{"value":"<ip>"}]}}]}} => {"changeInfo":{"status":"PENDING","id":"/change/C<b32:20>","submittedAt":"<locale>"}}

= cloudfront.amazonaws.com cloudfront cloudfront.amazonaws.com 2020-05-31 AccessDenied Throttling NoSuchDistribution global
ListDistributions rhc 5
GetDistribution rhc 4 {"id":"E<b32:13>"}
GetDistributionConfig rhc 3 {"id":"E<b32:13>"}
GetInvalidation rc 2 {"distributionId":"E<b32:13>","id":"I<b32:13>"}
CreateInvalidation wc 4 {"distributionId":"E<b32:13>","invalidationBatch":{"paths":{"quantity":1,"items":["/*"]},"callerReference":"<uuid>"}} => {"invalidation":{"id":"I<b32:13>","status":"InProgress","createTime":"<locale>"},"location":"https://cloudfront.amazonaws.com/2020-05-31/distribution/E<b32:13>/invalidation/I<b32:13>"}

= acm.amazonaws.com acm acm.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
ListCertificates rhc 4 {"maxItems":100}
DescribeCertificate rhcv 5 {"certificateArn":"arn:aws:acm:<region>:<account>:certificate/<uuid>"}
GetCertificate rck 1 {"certificateArn":"arn:aws:acm:<region>:<account>:certificate/<uuid>"}
RequestCertificate wc 1 {"domainName":"<word>.example.com","validationMethod":"DNS","idempotencyToken":"<hex:16>"} => {"certificateArn":"arn:aws:acm:<region>:<account>:certificate/<uuid>"}

= apigateway.amazonaws.com apigateway apigateway.<region>.amazonaws.com 2015-07-09 AccessDeniedException TooManyRequestsException NotFoundException
GetRestApis rhc 4 {"limit":500}
GetStages rhc 3 {"restApiId":"<hex:10>"}
GetResources rhc 3 {"restApiId":"<hex:10>","embed":["methods"]}
GetDomainNames rhc 2
CreateDeployment wc 2 {"restApiId":"<hex:10>","createDeploymentInput":{"stageName":"live"}} => {"id":"<hex:6>","createdDate":"<locale>"}

= kinesis.amazonaws.com kinesis kinesis.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
DescribeStreamSummary rhck 6 {"streamName":"<queue>"}
DescribeStream rhc 3 {"streamName":"<queue>"}
ListShards rck 4 {"streamName":"<queue>"}
PutRecords Dk 8 {"streamName":"<queue>"}
GetRecords dk 8 {"streamARN":"arn:aws:kinesis:<region>:<account>:stream/<queue>","limit":1000}
GetShardIterator dk 4 {"streamName":"<queue>","shardId":"shardId-00000000000<n:9>","shardIteratorType":"LATEST"}

= firehose.amazonaws.com firehose firehose.<region>.amazonaws.com - AccessDeniedException LimitExceededException ResourceNotFoundException
DescribeDeliveryStream rhc 3 {"deliveryStreamName":"<queue>"}
ListDeliveryStreams rhc 2
PutRecordBatch Dk 6 {"deliveryStreamName":"<queue>"}

= glue.amazonaws.com glue glue.<region>.amazonaws.com - AccessDeniedException ThrottlingException EntityNotFoundException
GetTable rhckv 12 {"databaseName":"analytics","name":"<table>"}
GetTables rhck 5 {"databaseName":"analytics","maxResults":100}
GetDatabase rhckv 4 {"name":"analytics"}
GetDatabases rhck 4
GetPartitions rckv 8 {"databaseName":"analytics","tableName":"<table>","expression":"dt = '<day>'"}
BatchCreatePartition wck 3 {"databaseName":"analytics","tableName":"<table>","partitionInputList":[{"values":["<day>"]}]} => {"errors":[]}
GetJobRun rck 3 {"jobName":"<word>","runId":"jr_<hex:64>"}
GetJobs rhc 2
StartJobRun wckp 4 {"jobName":"<word>","arguments":"****"} => {"jobRunId":"jr_<hex:64>"}

= athena.amazonaws.com athena athena.<region>.amazonaws.com - AccessDeniedException ThrottlingException InvalidRequestException
StartQueryExecution whck 10 {"queryString":"HIDDEN_DUE_TO_SECURITY_REASONS","queryExecutionContext":{"database":"analytics"},"workGroup":"primary","clientRequestToken":"<uuid>"} => {"queryExecutionId":"<uuid'>"}
GetQueryExecution rhck 18 {"queryExecutionId":"<uuid>"}
GetQueryResults rhck 8 {"queryExecutionId":"<uuid>","maxResults":1000}
GetWorkGroup rhc 3 {"workGroup":"primary"}
ListQueryExecutions rh 2 {"workGroup":"primary"}
ListNamedQueries rh 1

= elasticache.amazonaws.com elasticache elasticache.<region>.amazonaws.com 2015-02-02 AccessDenied Throttling CacheClusterNotFound
DescribeCacheClusters rhc 4 {"showCacheNodeInfo":true}
DescribeReplicationGroups rhc 3 {"replicationGroupId":"<word>"}

= elasticfilesystem.amazonaws.com elasticfilesystem elasticfilesystem.<region>.amazonaws.com 2015-02-01 AccessDeniedException ThrottlingException FileSystemNotFound
DescribeFileSystems rhc 3
DescribeMountTargets rhck 3 {"fileSystemId":"fs-<hex:17>"}
DescribeLifecycleConfiguration rhc 1 {"fileSystemId":"fs-<hex:17>"}

= backup.amazonaws.com backup backup.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
ListBackupVaults rhc 2
ListBackupJobs rhc 2
StartBackupJob wcp 2 {"backupVaultName":"Default","resourceArn":"arn:aws:dynamodb:<region>:<account>:table/<table>","iamRoleArn":"arn:aws:iam::<account>:role/service-role/AWSBackupDefaultServiceRole"} => {"backupJobId":"<uuid>","creationDate":"<locale>"}

= wafv2.amazonaws.com wafv2 wafv2.<region>.amazonaws.com - AccessDeniedException ThrottlingException WAFNonexistentItemException
ListWebACLs rhc 3 {"scope":"REGIONAL"}
GetWebACL rhc 3 {"name":"<word>","scope":"REGIONAL","id":"<uuid>"}
ListIPSets rhc 1 {"scope":"REGIONAL"}

= inspector2.amazonaws.com inspector2 inspector2.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
ListFindings rhc 3 {"maxResults":100}
ListCoverageStatistics rc 1

= servicequotas.amazonaws.com servicequotas servicequotas.<region>.amazonaws.com - AccessDeniedException TooManyRequestsException NoSuchResourceException
ListServiceQuotas rhc 2 {"serviceCode":"lambda"}

= tagging.amazonaws.com tag tagging.<region>.amazonaws.com - AccessDeniedException ThrottledException InvalidParameterException
GetResources rhck 6 {"resourcesPerPage":100,"tagFilters":[{"key":"team","values":["<word>"]}]}
TagResources wc 1 {"resourceARNList":["arn:aws:sqs:<region>:<account>:<queue>"],"tags":{"team":"<word>"}} => {"failedResourcesMap":{}}

= resource-explorer-2.amazonaws.com resource-explorer-2 resource-explorer-2.<region>.api.aws - AccessDeniedException ThrottlingException ResourceNotFoundException
Search rh 4 {"QueryString":"***","ViewArn":"arn:aws:resource-explorer-2:<region>:<account>:view/all/<uuid>"}
GetIndex rh 1

= health.amazonaws.com health health.us-east-1.amazonaws.com - AccessDeniedException ThrottlingException UnsupportedLocale global
DescribeEventAggregates rh 8 {"aggregateField":"eventTypeCategory","filter":{"eventStatusCodes":["open","upcoming"]}}
DescribeEvents rhc 3 {"filter":{"eventStatusCodes":["open"]}}
DescribeAffectedEntities rc 1

= ce.amazonaws.com ce ce.us-east-1.amazonaws.com - AccessDeniedException LimitExceededException DataUnavailableException global
GetCostAndUsage rhc 4 {"TimePeriod":{"Start":"2026-10-01","End":"2026-11-01"},"Granularity":"DAILY","Metrics":["UnblendedCost"]}
GetReservationUtilization rc 1

= bedrock.amazonaws.com bedrock bedrock-runtime.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
InvokeModel rck 10 {"modelId":"anthropic.claude-3-5-sonnet-20241022-v2:0"} ++ {"inferenceRegion":"<region>"}
Converse rhck 5 {"modelId":"amazon.nova-pro-v1:0"} ++ {"inferenceRegion":"<region>","inputTokens":<n:9000>,"outputTokens":<n:900>}
GetFoundationModelAvailability rh 1 {"modelId":"amazon.nova-pro-v1:0"}

= sagemaker.amazonaws.com sagemaker api.sagemaker.<region>.amazonaws.com - AccessDeniedException ThrottlingException ValidationException
DescribeEndpoint rhck 3 {"endpointName":"<word>-<n:90>"}
ListDomains rh 1
CreateTrainingJob wck 1 {"trainingJobName":"<word>-<hex:8>","roleArn":"arn:aws:iam::<account>:role/<role>","resourceConfig":{"instanceType":"ml.m5.xlarge","instanceCount":1,"volumeSizeInGB":50},"stoppingCondition":{"maxRuntimeInSeconds":3600}} => {"trainingJobArn":"arn:aws:sagemaker:<region>:<account>:training-job/<word>-<hex:8>"}

= cognito-idp.amazonaws.com cognito-idp cognito-idp.<region>.amazonaws.com - AccessDeniedException TooManyRequestsException UserNotFoundException
DescribeUserPool rhc 2 {"userPoolId":"<region>_<hex:9>"}
AdminGetUser rck 4 {"userPoolId":"<region>_<hex:9>","username":"HIDDEN_DUE_TO_SECURITY_REASONS"} ++ {"sub":"<uuid>"}
AdminInitiateAuth wk 5 {"authFlow":"ADMIN_USER_PASSWORD_AUTH","clientId":"<hex:26>","userPoolId":"<region>_<hex:9>","authParameters":"HIDDEN_DUE_TO_SECURITY_REASONS"} ++ {"sub":"<uuid>"}

= email.amazonaws.com ses email.<region>.amazonaws.com - AccessDenied Throttling NotFoundException
GetSendQuota rhck 3
SendEmail Dk 6 {"fromEmailAddress":"no-reply@example.com","destination":"HIDDEN_DUE_TO_SECURITY_REASONS","content":"HIDDEN_DUE_TO_SECURITY_REASONS"} => {"messageId":"<hex:16>-<uuid>-000000"}

= scheduler.amazonaws.com scheduler scheduler.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
ListSchedules rhc 2
CreateSchedule wck 2 {"name":"<word>-<hex:8>","scheduleExpression":"at(<day>)","flexibleTimeWindow":{"mode":"OFF"},"target":{"arn":"arn:aws:lambda:<region>:<account>:function:<func>","roleArn":"arn:aws:iam::<account>:role/<role>"}} => {"scheduleArn":"arn:aws:scheduler:<region>:<account>:schedule/default/<word>-<hex:8>"}

= batch.amazonaws.com batch batch.<region>.amazonaws.com - AccessDeniedException TooManyRequestsException ClientException
SubmitJob wckp 5 {"jobName":"<word>-<hex:8>","jobQueue":"<word>","jobDefinition":"<word>:<n:90>"} => {"jobArn":"arn:aws:batch:<region>:<account>:job/<uuid>","jobName":"<word>-<hex:8>","jobId":"<uuid>"}
DescribeJobs rhck 5 {"jobs":["<uuid>"]}
ListJobs rhc 2 {"jobQueue":"<word>","jobStatus":"RUNNING"}

= lakeformation.amazonaws.com lakeformation lakeformation.<region>.amazonaws.com - AccessDeniedException ThrottledException EntityNotFoundException
GetDataAccess rkv 6 {"tableArn":"arn:aws:glue:<region>:<account>:table/analytics/<table>","permissions":["SELECT"],"durationSeconds":3600} ++ {"requesterService":"ATHENA","lakeFormationPrincipal":"arn:aws:iam::<account>:role/<role>","lakeFormationRoleSessionName":"AWSLF-00-AT-<account>-<b32:10>"}

= xray.amazonaws.com xray xray.<region>.amazonaws.com - AccessDeniedException ThrottledException InvalidRequestException
GetSamplingRules rk 6
GetServiceGraph rh 1
GetEncryptionConfig rhc 1

= application-autoscaling.amazonaws.com application-autoscaling autoscaling.<region>.amazonaws.com - AccessDeniedException FailedResourceAccessException ObjectNotFoundException
DescribeScalableTargets rhcv 3 {"serviceNamespace":"ecs","resourceIds":["service/<cluster>/<service>"]}
RegisterScalableTarget wcv 1 {"serviceNamespace":"ecs","resourceId":"service/<cluster>/<service>","scalableDimension":"ecs:service:DesiredCount","minCapacity":2,"maxCapacity":20}

= servicediscovery.amazonaws.com servicediscovery servicediscovery.<region>.amazonaws.com - AccessDeniedException ThrottlingException ServiceNotFound
DiscoverInstances dk 5 {"namespaceName":"internal","serviceName":"<service>"}
RegisterInstance wkv 4 {"serviceId":"srv-<hex:16>","instanceId":"<hex:32>","attributes":{"AWS_INSTANCE_IPV4":"<ip>"}} => {"operationId":"<hex:32'>"}

= cloudshell.amazonaws.com cloudshell cloudshell.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
CreateEnvironment wh 2 => {"environmentId":"<uuid>","status":"CREATING"}
CreateSession wh 2 {"environmentId":"<uuid>"} => {"sessionId":"<hex:17>","tokenValue":"***","streamUrl":"***"}
PutCredentials wh 2 {"environmentId":"<uuid>"}
SendHeartBeat wh 3 {"environmentId":"<uuid>"}

= notifications.amazonaws.com notifications notifications.us-east-1.api.aws - AccessDeniedException ThrottlingException ResourceNotFoundException global
ListNotificationEvents rh 4 {"maxResults":20,"locale":"en_US"}
ListNotificationHubs rh 2

= kafka.amazonaws.com kafka kafka.<region>.amazonaws.com - ForbiddenException TooManyRequestsException NotFoundException
GetBootstrapBrokers rck 2 {"clusterArn":"arn:aws:kafka:<region>:<account>:cluster/<cluster>/<uuid>-4"}

= quicksight.amazonaws.com quicksight quicksight.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
GetDashboard rh 3 => null ++ {"eventRequestDetails":{"dashboardId":"arn:aws:quicksight:<region>:<account>:dashboard/<uuid>"}}
QueryDatabase rkp 3

= appconfig.amazonaws.com appconfig appconfigdata.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
GetLatestConfiguration dk 8
StartConfigurationSession rk 3 {"applicationIdentifier":"<service>","environmentIdentifier":"live","configurationProfileIdentifier":"flags"}
"#;
