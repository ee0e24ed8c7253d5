//! API shapes of the long tail: services that an organisation calls now and then, mostly to look.
//! The notation is described in `shape.rs`.

pub const SHAPES: &str = r#"
= route53.amazonaws.com route53 route53.amazonaws.com 2013-04-01 AccessDenied Throttling NoSuchHostedZone global
ListHostedZones rhc 6
ListResourceRecordSets rhc 8 {"hostedZoneId":"Z<b32:20>"}
GetHostedZone rhc 4 {"id":"Z<b32:20>"}
GetChange rc 4 {"id":"C<b32:20>"}
ListHostedZonesByName rc 3 {"dNSName":"<word>.example.com"}
ListTagsForResource rhc 2 {"resourceType":"hostedzone","resourceId":"Z<b32:20>"}
ListHealthChecks rhc 2
ChangeResourceRecordSets wck 4 {"hostedZoneId":"Z<b32:20>","changeBatch":{"changes":[{"action":"UPSERT","resourceRecordSet":{"name":"<word>.example.com","type":"A","tTL":60,"resourceRecords":[{"value":"<ip>"}]}}]}} => {"changeInfo":{"status":"PENDING","id":"/change/C<b32:20>","submittedAt":"<locale>"}}

= cloudfront.amazonaws.com cloudfront cloudfront.amazonaws.com 2020-05-31 AccessDenied Throttling NoSuchDistribution global
ListDistributions rhc 5
GetDistribution rhc 4 {"id":"E<b32:13>"}
GetDistributionConfig rhc 3 {"id":"E<b32:13>"}
GetInvalidation rc 2 {"distributionId":"E<b32:13>","id":"I<b32:13>"}
ListCachePolicies rhc 1
ListOriginAccessControls rhc 1
CreateInvalidation wc 4 {"distributionId":"E<b32:13>","invalidationBatch":{"paths":{"quantity":1,"items":["/*"]},"callerReference":"<uuid>"}} => {"invalidation":{"id":"I<b32:13>","status":"InProgress","createTime":"<locale>"},"location":"https://cloudfront.amazonaws.com/2020-05-31/distribution/E<b32:13>/invalidation/I<b32:13>"}

= acm.amazonaws.com acm acm.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
ListCertificates rhc 4 {"maxItems":100}
DescribeCertificate rhcv 5 {"certificateArn":"arn:aws:acm:<region>:<account>:certificate/<uuid>"}
ListTagsForCertificate rhc 2 {"certificateArn":"arn:aws:acm:<region>:<account>:certificate/<uuid>"}
GetCertificate rck 1 {"certificateArn":"arn:aws:acm:<region>:<account>:certificate/<uuid>"}
RequestCertificate wc 1 {"domainName":"<word>.example.com","validationMethod":"DNS","idempotencyToken":"<hex:16>"} => {"certificateArn":"arn:aws:acm:<region>:<account>:certificate/<uuid>"}

= apigateway.amazonaws.com apigateway apigateway.<region>.amazonaws.com 2015-07-09 AccessDeniedException TooManyRequestsException NotFoundException
GetRestApis rhc 4 {"limit":500}
GetStages rhc 3 {"restApiId":"<hex:10>"}
GetResources rhc 3 {"restApiId":"<hex:10>","embed":["methods"]}
GetDeployments rc 2 {"restApiId":"<hex:10>"}
GetDomainNames rhc 2
GetApis rhc 2
GetUsagePlans rhc 1
CreateDeployment wc 2 {"restApiId":"<hex:10>","createDeploymentInput":{"stageName":"live"}} => {"id":"<hex:6>","createdDate":"<locale>"}

= kinesis.amazonaws.com kinesis kinesis.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
DescribeStreamSummary rhck 6 {"streamName":"<queue>"}
DescribeStream rhc 3 {"streamName":"<queue>"}
ListStreams rhc 2
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
GetJobRuns rhc 2 {"jobName":"<word>"}
GetJobs rhc 2
StartJobRun wckp 4 {"jobName":"<word>","arguments":"****"} => {"jobRunId":"jr_<hex:64>"}
GetCrawlers rhc 1
GetConnections rhc 1 {"hidePassword":true}

= athena.amazonaws.com athena athena.<region>.amazonaws.com - AccessDeniedException ThrottlingException InvalidRequestException
StartQueryExecution whck 10 {"queryString":"HIDDEN_DUE_TO_SECURITY_REASONS","queryExecutionContext":{"database":"analytics"},"workGroup":"primary","clientRequestToken":"<uuid>"} => {"queryExecutionId":"<uuid'>"}
GetQueryExecution rhck 18 {"queryExecutionId":"<uuid>"}
GetQueryResults rhck 8 {"queryExecutionId":"<uuid>","maxResults":1000}
ListWorkGroups rhc 2
GetWorkGroup rhc 3 {"workGroup":"primary"}
ListQueryExecutions rh 2 {"workGroup":"primary"}
ListDatabases rh 2 {"catalogName":"AwsDataCatalog"}
ListNamedQueries rh 1

= elasticache.amazonaws.com elasticache elasticache.<region>.amazonaws.com 2015-02-02 AccessDenied Throttling CacheClusterNotFound
DescribeCacheClusters rhc 4 {"showCacheNodeInfo":true}
DescribeReplicationGroups rhc 3 {"replicationGroupId":"<word>"}
DescribeCacheSubnetGroups rhc 1
DescribeServiceUpdates rc 1

= es.amazonaws.com es es.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
DescribeDomain rhc 3 {"domainName":"<word>"}
ListDomainNames rhc 2
DescribeDomains rhc 2 {"domainNames":["<word>"]}
DescribeDomainHealth rh 1 {"domainName":"<word>"}

= elasticfilesystem.amazonaws.com elasticfilesystem elasticfilesystem.<region>.amazonaws.com 2015-02-01 AccessDeniedException ThrottlingException FileSystemNotFound
DescribeFileSystems rhc 3
DescribeMountTargets rhck 3 {"fileSystemId":"fs-<hex:17>"}
DescribeAccessPoints rhc 1 {"fileSystemId":"fs-<hex:17>"}
DescribeLifecycleConfiguration rhc 1 {"fileSystemId":"fs-<hex:17>"}
NewClientConnection dp 2

= backup.amazonaws.com backup backup.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
ListBackupVaults rhc 2
ListBackupPlans rhc 2
ListRecoveryPointsByBackupVault rhc 2 {"backupVaultName":"Default"}
DescribeBackupJob rc 2 {"backupJobId":"<uuid>"}
ListBackupJobs rhc 2
StartBackupJob wcp 2 {"backupVaultName":"Default","resourceArn":"arn:aws:dynamodb:<region>:<account>:table/<table>","iamRoleArn":"arn:aws:iam::<account>:role/service-role/AWSBackupDefaultServiceRole"} => {"backupJobId":"<uuid>","creationDate":"<locale>"}

= wafv2.amazonaws.com wafv2 wafv2.<region>.amazonaws.com - AccessDeniedException ThrottlingException WAFNonexistentItemException
ListWebACLs rhc 3 {"scope":"REGIONAL"}
GetWebACL rhc 3 {"name":"<word>","scope":"REGIONAL","id":"<uuid>"}
GetWebACLForResource rhc 2 {"resourceArn":"arn:aws:elasticloadbalancing:<region>:<account>:loadbalancer/app/<service>/<hex:16>"}
ListIPSets rhc 1 {"scope":"REGIONAL"}
GetSampledRequests rh 1 {"webAclArn":"arn:aws:wafv2:<region>:<account>:regional/webacl/<word>/<uuid>","maxItems":100}

= inspector2.amazonaws.com inspector2 inspector2.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
ListFindings rhc 3 {"maxResults":100}
BatchGetAccountStatus rhc 2 {"accountIds":["<account>"]}
ListCoverage rhc 2 {"maxResults":100}
ListCoverageStatistics rc 1

= macie2.amazonaws.com macie2 macie2.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
GetMacieSession rhc 2
GetBucketStatistics rh 1 {"accountId":"<account>"}
DescribeBuckets rc 1

= detective.amazonaws.com detective api.detective.<region>.amazonaws.com - AccessDeniedException TooManyRequestsException ResourceNotFoundException
ListGraphs rhc 1
SearchGraph rh 1 {"graphArn":"arn:aws:detective:<region>:<account>:graph:<hex:32>"}

= servicequotas.amazonaws.com servicequotas servicequotas.<region>.amazonaws.com - AccessDeniedException TooManyRequestsException NoSuchResourceException
GetServiceQuota rhc 2 {"serviceCode":"ec2","quotaCode":"L-<hex:8>"}
ListServiceQuotas rhc 2 {"serviceCode":"lambda"}
ListAWSDefaultServiceQuotas rc 1 {"serviceCode":"lambda"}

= tagging.amazonaws.com tag tagging.<region>.amazonaws.com - AccessDeniedException ThrottledException InvalidParameterException
GetResources rhck 6 {"resourcesPerPage":100,"tagFilters":[{"key":"team","values":["<word>"]}]}
GetTagKeys rhc 2
GetTagValues rhc 1 {"key":"team"}
TagResources wc 1 {"resourceARNList":["arn:aws:sqs:<region>:<account>:<queue>"],"tags":{"team":"<word>"}} => {"failedResourcesMap":{}}

= resource-groups.amazonaws.com resource-groups resource-groups.<region>.amazonaws.com - ForbiddenException TooManyRequestsException NotFoundException
ListGroups rhc 2
SearchResources rh 2 {"resourceQuery":{"type":"TAG_FILTERS_1_0","query":"{}"}}

= resource-explorer-2.amazonaws.com resource-explorer-2 resource-explorer-2.<region>.api.aws - AccessDeniedException ThrottlingException ResourceNotFoundException
Search rh 4 {"QueryString":"***","ViewArn":"arn:aws:resource-explorer-2:<region>:<account>:view/all/<uuid>"}
GetIndex rh 1
ListViews rh 1

= health.amazonaws.com health health.us-east-1.amazonaws.com - AccessDeniedException ThrottlingException UnsupportedLocale global
DescribeEventAggregates rh 8 {"aggregateField":"eventTypeCategory","filter":{"eventStatusCodes":["open","upcoming"]}}
DescribeEvents rhc 3 {"filter":{"eventStatusCodes":["open"]}}
DescribeAffectedEntities rc 1

= support.amazonaws.com support support.us-east-1.amazonaws.com - AccessDeniedException ThrottlingException CaseIdNotFound global
DescribeTrustedAdvisorChecks rhc 2 {"language":"en"}
DescribeTrustedAdvisorCheckResult rhc 2 {"checkId":"<hex:10>","language":"en"}
DescribeCases rh 1 {"includeResolvedCases":false}
RefreshTrustedAdvisorCheck wc 1 {"checkId":"<hex:10>"} => {"status":{"checkId":"<hex:10>","status":"enqueued","millisUntilNextRefreshable":3600000}}

= ce.amazonaws.com ce ce.us-east-1.amazonaws.com - AccessDeniedException LimitExceededException DataUnavailableException global
GetCostAndUsage rhc 4 {"TimePeriod":{"Start":"2026-10-01","End":"2026-11-01"},"Granularity":"DAILY","Metrics":["UnblendedCost"]}
GetCostForecast rh 2 {"Metric":"UNBLENDED_COST","Granularity":"MONTHLY"}
GetDimensionValues rh 2 {"Dimension":"SERVICE"}
GetAnomalies rhc 1 {"DateInterval":{"StartDate":"2026-10-01"}}
GetReservationUtilization rc 1

= budgets.amazonaws.com budgets budgets.amazonaws.com - AccessDeniedException ThrottlingException NotFoundException global
DescribeBudgets rhc 2 {"accountId":"<account>"}
ViewBudget rh 1 {"accountId":"<account>"}

= pricing.amazonaws.com pricing api.pricing.us-east-1.amazonaws.com - AccessDeniedException ThrottlingException NotFoundException global
GetProducts rc 2 {"serviceCode":"AmazonEC2","maxResults":100}
DescribeServices rc 1

= trustedadvisor.amazonaws.com trustedadvisor trustedadvisor.amazonaws.com - AccessDenied ThrottlingException ResourceNotFoundException global
DescribeCheckSummaries rh 2
DescribeCheckItems rh 1 {"checkId":"<hex:10>"}

= bedrock.amazonaws.com bedrock bedrock-runtime.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
InvokeModel rck 10 {"modelId":"anthropic.claude-3-5-sonnet-20241022-v2:0"} ++ {"inferenceRegion":"<region>"}
Converse rhck 5 {"modelId":"amazon.nova-pro-v1:0"} ++ {"inferenceRegion":"<region>","inputTokens":<n:9000>,"outputTokens":<n:900>}
ListFoundationModels rhc 2
GetFoundationModelAvailability rh 1 {"modelId":"amazon.nova-pro-v1:0"}

= sagemaker.amazonaws.com sagemaker api.sagemaker.<region>.amazonaws.com - AccessDeniedException ThrottlingException ValidationException
DescribeEndpoint rhck 3 {"endpointName":"<word>-<n:90>"}
ListTrainingJobs rhc 2 {"maxResults":50,"sortBy":"CreationTime"}
DescribeTrainingJob rhc 2 {"trainingJobName":"<word>-<hex:8>"}
ListNotebookInstances rhc 1
ListDomains rh 1
CreateTrainingJob wck 1 {"trainingJobName":"<word>-<hex:8>","roleArn":"arn:aws:iam::<account>:role/<role>","resourceConfig":{"instanceType":"ml.m5.xlarge","instanceCount":1,"volumeSizeInGB":50},"stoppingCondition":{"maxRuntimeInSeconds":3600}} => {"trainingJobArn":"arn:aws:sagemaker:<region>:<account>:training-job/<word>-<hex:8>"}

= redshift.amazonaws.com redshift redshift.<region>.amazonaws.com 2012-12-01 AccessDenied Throttling ClusterNotFound
DescribeClusters rhc 3 {"clusterIdentifier":"<word>"}
DescribeClusterSnapshots rc 1
GetClusterCredentials wck 2 {"dbUser":"analyst","dbName":"warehouse","clusterIdentifier":"<word>","autoCreate":false} => {"dbUser":"IAM:analyst","expiration":"<locale>","dbPassword":"HIDDEN_DUE_TO_SECURITY_REASONS"}

= cognito-idp.amazonaws.com cognito-idp cognito-idp.<region>.amazonaws.com - AccessDeniedException TooManyRequestsException UserNotFoundException
ListUserPools rhc 2 {"maxResults":50}
DescribeUserPool rhc 2 {"userPoolId":"<region>_<hex:9>"}
AdminGetUser rck 4 {"userPoolId":"<region>_<hex:9>","username":"HIDDEN_DUE_TO_SECURITY_REASONS"} ++ {"sub":"<uuid>"}
AdminInitiateAuth wk 5 {"authFlow":"ADMIN_USER_PASSWORD_AUTH","clientId":"<hex:26>","userPoolId":"<region>_<hex:9>","authParameters":"HIDDEN_DUE_TO_SECURITY_REASONS"} ++ {"sub":"<uuid>"}
ListUsers rck 2 {"userPoolId":"<region>_<hex:9>","limit":60}

= email.amazonaws.com ses email.<region>.amazonaws.com - AccessDenied Throttling NotFoundException
GetSendQuota rhck 3
ListIdentities rhc 2
SendEmail Dk 6 {"fromEmailAddress":"no-reply@example.com","destination":"HIDDEN_DUE_TO_SECURITY_REASONS","content":"HIDDEN_DUE_TO_SECURITY_REASONS"} => {"messageId":"<hex:16>-<uuid>-000000"}
GetAccount rhc 2

= scheduler.amazonaws.com scheduler scheduler.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
ListSchedules rhc 2
GetSchedule rhc 2 {"name":"<word>-<n:90>","groupName":"default"}
CreateSchedule wck 2 {"name":"<word>-<hex:8>","scheduleExpression":"at(<day>)","flexibleTimeWindow":{"mode":"OFF"},"target":{"arn":"arn:aws:lambda:<region>:<account>:function:<func>","roleArn":"arn:aws:iam::<account>:role/<role>"}} => {"scheduleArn":"arn:aws:scheduler:<region>:<account>:schedule/default/<word>-<hex:8>"}

= batch.amazonaws.com batch batch.<region>.amazonaws.com - AccessDeniedException TooManyRequestsException ClientException
SubmitJob wckp 5 {"jobName":"<word>-<hex:8>","jobQueue":"<word>","jobDefinition":"<word>:<n:90>"} => {"jobArn":"arn:aws:batch:<region>:<account>:job/<uuid>","jobName":"<word>-<hex:8>","jobId":"<uuid>"}
DescribeJobs rhck 5 {"jobs":["<uuid>"]}
ListJobs rhc 2 {"jobQueue":"<word>","jobStatus":"RUNNING"}
DescribeJobQueues rhc 2

= elasticmapreduce.amazonaws.com elasticmapreduce elasticmapreduce.<region>.amazonaws.com - AccessDeniedException ThrottlingException InvalidRequestException
DescribeCluster rhck 3 {"clusterId":"j-<b32:13>"}
ListClusters rhc 2
ListInstances rck 2 {"clusterId":"j-<b32:13>"}
ListSteps rc 1 {"clusterId":"j-<b32:13>"}

= lakeformation.amazonaws.com lakeformation lakeformation.<region>.amazonaws.com - AccessDeniedException ThrottledException EntityNotFoundException
GetDataAccess rkv 6 {"tableArn":"arn:aws:glue:<region>:<account>:table/analytics/<table>","permissions":["SELECT"],"durationSeconds":3600} ++ {"requesterService":"ATHENA","lakeFormationPrincipal":"arn:aws:iam::<account>:role/<role>","lakeFormationRoleSessionName":"AWSLF-00-AT-<account>-<b32:10>"}
ListPermissions rhc 1
GetDataLakeSettings rhc 1

= xray.amazonaws.com xray xray.<region>.amazonaws.com - AccessDeniedException ThrottledException InvalidRequestException
GetSamplingRules rk 6
GetServiceGraph rh 1
GetTraceSummaries rh 2
GetEncryptionConfig rhc 1

= application-autoscaling.amazonaws.com application-autoscaling autoscaling.<region>.amazonaws.com - AccessDeniedException FailedResourceAccessException ObjectNotFoundException
DescribeScalableTargets rhcv 3 {"serviceNamespace":"ecs","resourceIds":["service/<cluster>/<service>"]}
DescribeScalingPolicies rhcv 2 {"serviceNamespace":"ecs"}
RegisterScalableTarget wcv 1 {"serviceNamespace":"ecs","resourceId":"service/<cluster>/<service>","scalableDimension":"ecs:service:DesiredCount","minCapacity":2,"maxCapacity":20}

= servicediscovery.amazonaws.com servicediscovery servicediscovery.<region>.amazonaws.com - AccessDeniedException ThrottlingException ServiceNotFound
DiscoverInstances dk 5 {"namespaceName":"internal","serviceName":"<service>"}
RegisterInstance wkv 4 {"serviceId":"srv-<hex:16>","instanceId":"<hex:32>","attributes":{"AWS_INSTANCE_IPV4":"<ip>"}} => {"operationId":"<hex:32'>"}
ListNamespaces rhc 1

= cloudshell.amazonaws.com cloudshell cloudshell.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
CreateEnvironment wh 2 => {"environmentId":"<uuid>","status":"CREATING"}
CreateSession wh 2 {"environmentId":"<uuid>"} => {"sessionId":"<hex:17>","tokenValue":"***","streamUrl":"***"}
PutCredentials wh 2 {"environmentId":"<uuid>"}
SendHeartBeat wh 3 {"environmentId":"<uuid>"}

= notifications.amazonaws.com notifications notifications.us-east-1.api.aws - AccessDeniedException ThrottlingException ResourceNotFoundException global
ListNotificationEvents rh 4 {"maxResults":20,"locale":"en_US"}
GetFeatureOptInStatus rh 2
ListNotificationHubs rh 2

= uxc.amazonaws.com uxc uxc.us-east-1.api.aws - AccessDeniedException ThrottlingException ResourceNotFoundException global
GetAccountColor rh 2

= compute-optimizer.amazonaws.com compute-optimizer compute-optimizer.<region>.amazonaws.com - AccessDeniedException ThrottlingException OptInRequiredException
GetEnrollmentStatus rhc 2
GetEC2InstanceRecommendations rhc 1

= savingsplans.amazonaws.com savingsplans savingsplans.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException global
DescribeSavingsPlans rhc 1

= ds.amazonaws.com ds ds.<region>.amazonaws.com - AccessDeniedException ThrottlingException EntityDoesNotExistException
DescribeDirectories rhc 2
DescribeTrusts rc 1

= directconnect.amazonaws.com directconnect directconnect.<region>.amazonaws.com - AccessDeniedException ThrottlingException DirectConnectClientException
DescribeConnections rhc 1
DescribeVirtualInterfaces rhc 1

= network-firewall.amazonaws.com network-firewall network-firewall.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
ListFirewalls rhc 1
DescribeFirewall rc 1 {"firewallName":"<word>"}

= fms.amazonaws.com fms fms.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
GetAdminAccount rc 1
ListPolicies rc 1

= securitylake.amazonaws.com securitylake securitylake.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
ListDataLakes rhc 1
ListLogSources rc 1

= mq.amazonaws.com mq mq.<region>.amazonaws.com - ForbiddenException TooManyRequestsException NotFoundException
ListBrokers rhc 1
DescribeBroker rc 1 {"broker-id":"b-<uuid>"}

= kafka.amazonaws.com kafka kafka.<region>.amazonaws.com - ForbiddenException TooManyRequestsException NotFoundException
ListClustersV2 rhc 1
GetBootstrapBrokers rck 2 {"clusterArn":"arn:aws:kafka:<region>:<account>:cluster/<cluster>/<uuid>-4"}

= transfer.amazonaws.com transfer transfer.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
ListServers rhc 1
DescribeServer rc 1 {"serverId":"s-<hex:17>"}

= amplify.amazonaws.com amplify amplify.<region>.amazonaws.com - AccessDeniedException ThrottlingException NotFoundException
ListApps rhc 1
GetJob rc 1 {"appId":"d<hex:13>","branchName":"main","jobId":"<n:90>"}

= appsync.amazonaws.com appsync appsync.<region>.amazonaws.com - AccessDeniedException ThrottlingException NotFoundException
ListGraphqlApis rhc 1
GetGraphqlApi rc 1 {"apiId":"<hex:26>"}

= quicksight.amazonaws.com quicksight quicksight.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
GetDashboard rh 3 => null ++ {"eventRequestDetails":{"dashboardId":"arn:aws:quicksight:<region>:<account>:dashboard/<uuid>"}}
QueryDatabase rkp 3
ListUsers rc 1 {"awsAccountId":"<account>","namespace":"default"}

= appconfig.amazonaws.com appconfig appconfigdata.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
GetLatestConfiguration dk 8
StartConfigurationSession rk 3 {"applicationIdentifier":"<service>","environmentIdentifier":"live","configurationProfileIdentifier":"flags"}
"#;
