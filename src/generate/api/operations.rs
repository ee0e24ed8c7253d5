//! API shapes of operations and monitoring: logs, metrics, CloudFormation, CloudTrail, Config, GuardDuty, queues.
//! What stops, deletes or weakens a trail is not drawn by chance: the stories write it.
//! The notation is described in `shape.rs`.

pub(super) const SHAPES: &str = r#"
= logs.amazonaws.com logs logs.<region>.amazonaws.com 20140328 AccessDenied ThrottlingException ResourceNotFoundException
CreateLogStream wkv 60 {"logGroupName":"/aws/lambda/<func>","logStreamName":"<day>/[$LATEST]<hex:32>"}
DescribeLogStreams rhck 25 {"logGroupName":"/aws/lambda/<func>","orderBy":"LastEventTime","descending":true,"limit":<n:50>}
DescribeLogGroups rhckv 25 {"logGroupNamePrefix":"/aws/lambda/<func>"}
GetLogEvents rhc 8 {"logGroupName":"/aws/lambda/<func>","logStreamName":"<day>/[$LATEST]<hex:32>","startFromHead":true}
FilterLogEvents rhc 12 {"logGroupName":"/aws/lambda/<func>","startTime":<epoch>000,"filterPattern":"ERROR","limit":1000}
StartQuery rhc 8 {"logGroupNames":["/aws/lambda/<func>"],"startTime":<epoch>,"endTime":<epoch>,"queryString":"***"} => {"queryId":"<uuid>"}
GetQueryResults rhc 12 {"queryId":"<uuid>"}
StopQuery wh 1 {"queryId":"<uuid>"} => {"success":true}
DescribeQueries rh 2 {"status":"Running"}
DescribeMetricFilters rhc 4 {"logGroupName":"/aws/lambda/<func>"}
DescribeSubscriptionFilters rhc 4 {"logGroupName":"/aws/lambda/<func>"}
DescribeDestinations rc 2
ListTagsForResource rhc 6 {"resourceArn":"arn:aws:logs:<region>:<account>:log-group:/aws/lambda/<func>"}
ListTagsLogGroup rhc 3 {"logGroupName":"/aws/lambda/<func>"}
CreateLogGroup wck 6 {"logGroupName":"/aws/lambda/<func>"}
PutRetentionPolicy wc 3 {"logGroupName":"/aws/lambda/<func>","retentionInDays":365}
TagLogGroup wc 1 {"logGroupName":"/aws/lambda/<func>","tags":{"team":"<word>"}}
CreateExportTask wck 1 {"logGroupName":"/aws/lambda/<func>","from":<epoch>000,"to":<epoch>000,"destination":"<bucket>","destinationPrefix":"logs"} => {"taskId":"<uuid>"}

= monitoring.amazonaws.com cloudwatch monitoring.<region>.amazonaws.com - AccessDenied Throttling ResourceNotFound
DescribeAlarms rhckv 30 {"maxRecords":100,"alarmNamePrefix":"<word>"}
DescribeAlarmsForMetric rhc 4 {"metricName":"CPUUtilization","namespace":"AWS/EC2"}
GetMetricData dhck 30 {"metricDataQueries":[{"id":"m1","metricStat":{"metric":{"namespace":"AWS/ApplicationELB","metricName":"RequestCount"},"period":60,"stat":"Sum"}}],"startTime":"<now>","endTime":"<now>"}
GetMetricStatistics dhck 12 {"namespace":"AWS/RDS","metricName":"FreeStorageSpace","period":300,"statistics":["Average"],"dimensions":[{"name":"DBInstanceIdentifier","value":"<db>"}]}
ListMetrics dhck 10 {"namespace":"AWS/Lambda"}
PutMetricData Dck 20 {"namespace":"app/<service>"}
ListDashboards rh 3
GetDashboard rh 4 {"dashboardName":"<word>"}
PutMetricAlarm wck 4 {"alarmName":"TargetTracking-<service>-AlarmHigh-<uuid>","metricName":"CPUUtilization","namespace":"AWS/ECS","statistic":"Average","period":60,"evaluationPeriods":3,"threshold":75,"comparisonOperator":"GreaterThanThreshold","actionsEnabled":true}
SetAlarmState wc 1 {"alarmName":"<word>-<n:90>","stateValue":"OK","stateReason":"drill"}
DescribeAlarmHistory rhc 2 {"alarmName":"<word>-<n:90>","historyItemType":"StateUpdate"}

= cloudformation.amazonaws.com cloudformation cloudformation.<region>.amazonaws.com 2010-05-15 AccessDenied Throttling ValidationError
DescribeStacks rhc 30 {"stackName":"<stack>"}
DescribeStackEvents rhc 20 {"stackName":"arn:aws:cloudformation:<region>:<account>:stack/<stack>/<uuid>"}
DescribeStackResources rhc 6 {"stackName":"<stack>"}
DescribeStackResource rhc 3 {"stackName":"<stack>","logicalResourceId":"Function"}
ListStacks rhc 6 {"stackStatusFilter":["CREATE_COMPLETE","UPDATE_COMPLETE"]}
ListStackResources rhc 4 {"stackName":"<stack>"}
ListExports rc 3
GetTemplate rhc 5 {"stackName":"<stack>"}
GetTemplateSummary rhc 3 {"stackName":"<stack>"}
DescribeChangeSet rhc 8 {"stackName":"<stack>","changeSetName":"deploy-<hex:8>"}
ListChangeSets rhc 2 {"stackName":"<stack>"}
ValidateTemplate rc 3 {"templateURL":"https://<bucket>.s3.amazonaws.com/<path>"}
DetectStackDrift rc 2 {"stackName":"<stack>"} => {"stackDriftDetectionId":"<uuid>"}
CreateChangeSet wc 5 {"stackName":"<stack>","changeSetName":"deploy-<hex:8>","changeSetType":"UPDATE","capabilities":["CAPABILITY_IAM"],"templateURL":"https://<bucket>.s3.amazonaws.com/<path>","tags":[{"key":"team","value":"<word>"}]} => {"id":"arn:aws:cloudformation:<region>:<account>:changeSet/deploy-<hex:8>/<uuid>","stackId":"arn:aws:cloudformation:<region>:<account>:stack/<stack>/<uuid'>"}
ExecuteChangeSet wc 5 {"stackName":"<stack>","changeSetName":"deploy-<hex:8>"}
DeleteChangeSet wc 2 {"stackName":"<stack>","changeSetName":"deploy-<hex:8>"}
UpdateStack wc 2 {"stackName":"<stack>","capabilities":["CAPABILITY_IAM"],"usePreviousTemplate":true,"parameters":[{"parameterKey":"ImageTag","parameterValue":"<hex:8>"}]} => {"stackId":"arn:aws:cloudformation:<region>:<account>:stack/<stack>/<uuid>"}
CreateStack wc 1 {"stackName":"<stack>","capabilities":["CAPABILITY_IAM"],"templateURL":"https://<bucket>.s3.amazonaws.com/<path>"} => {"stackId":"arn:aws:cloudformation:<region>:<account>:stack/<stack>/<uuid>"}

= cloudtrail.amazonaws.com cloudtrail cloudtrail.<region>.amazonaws.com - AccessDenied ThrottlingException TrailNotFoundException
DescribeTrails rhc 12 {"trailNameList":[],"includeShadowTrails":true}
GetTrailStatus rhc 10 {"name":"arn:aws:cloudtrail:us-east-1:111111111111:trail/org-trail"}
GetEventSelectors rhc 6 {"trailName":"org-trail"}
ListTrails rhc 2
ListPublicKeys rc 2 {"startTime":"<locale>","endTime":"<locale>"}
LookupEvents rhc 12 {"maxResults":50,"lookupAttributes":[{"attributeKey":"EventName","attributeValue":"ConsoleLogin"}]}

= config.amazonaws.com config config.<region>.amazonaws.com - AccessDenied ThrottlingException NoSuchConfigRuleException
PutEvaluations wk 12 {"evaluations":[{"complianceResourceType":"AWS::S3::Bucket","complianceResourceId":"<bucket>","complianceType":"COMPLIANT","orderingTimestamp":"<locale>"}],"resultToken":"***","testMode":false} => {"failedEvaluations":[]}
DescribeConfigurationRecorderStatus rhc 6 {"configurationRecorderNames":[]}
DescribeConfigurationRecorders rhc 4 {"configurationRecorderNames":[]}
DescribeConfigRules rhc 6 {"configRuleNames":["<word>-<n:90>"]}
GetComplianceDetailsByConfigRule rhc 3 {"configRuleName":"<word>-<n:90>","limit":100}
DescribeComplianceByConfigRule rhc 3
GetResourceConfigHistory rhck 4 {"resourceType":"AWS::EC2::Instance","resourceId":"<inst>","limit":1}
BatchGetResourceConfig rck 3 {"resourceKeys":[{"resourceType":"AWS::EC2::Instance","resourceId":"<inst>"}]}
SelectResourceConfig rhc 3 {"expression":"SELECT resourceId WHERE resourceType = 'AWS::EC2::Instance'","limit":100}
ListDiscoveredResources rhck 3 {"resourceType":"AWS::IAM::Role","limit":100}
DescribeConformancePacks rhc 2
StartConfigRulesEvaluation wc 2 {"configRuleNames":["<word>-<n:90>"]}

= guardduty.amazonaws.com guardduty guardduty.<region>.amazonaws.com - AccessDeniedException TooManyRequestsException BadRequestException
ListDetectors rhc 8 {"maxResults":50}
GetDetector rhc 8 {"detectorId":"<hex:32>"}
ListFindings rhc 8 {"detectorId":"<hex:32>","findingCriteria":{"criterion":{"service.archived":{"eq":["false"]}}},"maxResults":50}
GetFindings rhc 6 {"detectorId":"<hex:32>","findingIds":["<hex:32'>"]}
GetFindingsStatistics rhc 3 {"detectorId":"<hex:32>","findingStatisticTypes":["COUNT_BY_SEVERITY"]}
ListMembers rhc 3 {"detectorId":"<hex:32>","onlyAssociated":"true"}
ListFilters rhc 2 {"detectorId":"<hex:32>"}

= securityhub.amazonaws.com securityhub securityhub.<region>.amazonaws.com - AccessDeniedException TooManyRequestsException ResourceNotFoundException
GetFindings rhck 10 {"Filters":{"RecordState":[{"Value":"ACTIVE","Comparison":"EQUALS"}]},"MaxResults":100}
BatchImportFindings wk 6 {"Findings":"**********"} => {"FailedCount":0,"SuccessCount":<n:90>,"FailedFindings":[]}
DescribeHub rhc 3
GetEnabledStandards rhc 3
ListEnabledProductsForImport rhc 2
BatchUpdateFindings wck 2 {"FindingIdentifiers":[{"Id":"<uuid>"}],"Workflow":{"Status":"NOTIFIED"}} => {"ProcessedFindings":[{"Id":"<uuid>"}],"UnprocessedFindings":[]}

= events.amazonaws.com events events.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
ListRules rhck 8 {"limit":100}
DescribeRule rhc 6 {"name":"<word>-<n:90>"}
ListTargetsByRule rhc 4 {"rule":"<word>-<n:90>"}
ListEventBuses rhc 2
PutRule wck 3 {"name":"<word>-<n:90>","scheduleExpression":"rate(5 minutes)","state":"ENABLED"} => {"ruleArn":"arn:aws:events:<region>:<account>:rule/<word>-<n:90>"}
PutTargets wck 3 {"rule":"<word>-<n:90>","targets":[{"id":"1","arn":"arn:aws:lambda:<region>:<account>:function:<func>"}]} => {"failedEntryCount":0,"failedEntries":[]}
PutEvents Dk 6 {"entries":[{"source":"app.<service>","detailType":"OrderPlaced"}]} => {"failedEntryCount":0,"entries":[{"eventId":"<uuid>"}]}

= sqs.amazonaws.com sqs sqs.<region>.amazonaws.com - AccessDenied ThrottlingException AWS.SimpleQueueService.NonExistentQueue
ReceiveMessage Dk 30 {"queueUrl":"https://sqs.<region>.amazonaws.com/<account>/<queue>","maxNumberOfMessages":10,"waitTimeSeconds":20} ## [{"accountId":"<account>","type":"AWS::SQS::Queue","ARN":"arn:aws:sqs:<region>:<account>:<queue>"}]
SendMessage Dk 25 {"queueUrl":"https://sqs.<region>.amazonaws.com/<account>/<queue>","messageBody":"HIDDEN_DUE_TO_SECURITY_REASONS","delaySeconds":0} => {"messageId":"<uuid>","mD5OfMessageBody":"<hex:32>"} ## [{"accountId":"<account>","type":"AWS::SQS::Queue","ARN":"arn:aws:sqs:<region>:<account>:<queue>"}]
DeleteMessage Dk 20 {"queueUrl":"https://sqs.<region>.amazonaws.com/<account>/<queue>","receiptHandle":"<b64:120>"}
ListQueues rhc 4 {"maxResults":100}
GetQueueAttributes rhck 15 {"queueUrl":"https://sqs.<region>.amazonaws.com/<account>/<queue>","attributeNames":["All"]}
GetQueueUrl rck 6 {"queueName":"<queue>"}
PurgeQueue wh 1 {"queueUrl":"https://sqs.<region>.amazonaws.com/<account>/<queue>"}

= sns.amazonaws.com sns sns.<region>.amazonaws.com - AuthorizationError Throttled NotFound
Publish Dckv 15 {"topicArn":"arn:aws:sns:<region>:<account>:<queue>","message":"HIDDEN_DUE_TO_SECURITY_REASONS"} => {"messageId":"<uuid>"} ## [{"accountId":"<account>","type":"AWS::SNS::Topic","ARN":"arn:aws:sns:<region>:<account>:<queue>"}]
ListTopics rhc 4
GetTopicAttributes rhc 6 {"topicArn":"arn:aws:sns:<region>:<account>:<queue>"}
ListSubscriptionsByTopic rhc 3 {"topicArn":"arn:aws:sns:<region>:<account>:<queue>"}
GetSubscriptionAttributes rhc 2 {"subscriptionArn":"arn:aws:sns:<region>:<account>:<queue>:<uuid>"}

= states.amazonaws.com states states.<region>.amazonaws.com - AccessDeniedException ThrottlingException StateMachineDoesNotExist
StartExecution wckp 15 {"stateMachineArn":"arn:aws:states:<region>:<account>:stateMachine:<word>","input":"HIDDEN_DUE_TO_SECURITY_REASONS","name":"<uuid>"} => {"executionArn":"arn:aws:states:<region>:<account>:execution:<word>:<uuid>","startDate":"<locale>"}
DescribeExecution rhck 6 {"executionArn":"arn:aws:states:<region>:<account>:execution:<word>:<uuid>"}
ListExecutions rhc 4 {"stateMachineArn":"arn:aws:states:<region>:<account>:stateMachine:<word>"}
DescribeStateMachine rhc 3 {"stateMachineArn":"arn:aws:states:<region>:<account>:stateMachine:<word>"}
GetExecutionHistory rhc 3 {"executionArn":"arn:aws:states:<region>:<account>:execution:<word>:<uuid>","maxResults":1000}
SendTaskSuccess wk 2 {"taskToken":"<b64:64>","output":"HIDDEN_DUE_TO_SECURITY_REASONS"}

= codebuild.amazonaws.com codebuild codebuild.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
StartBuild wcp 6 {"projectName":"<service>","sourceVersion":"<hex:40>"} => {"build":{"id":"<service>:<uuid>","arn":"arn:aws:codebuild:<region>:<account>:build/<service>:<uuid>","buildNumber":<n:900>,"currentPhase":"QUEUED","buildStatus":"IN_PROGRESS","startTime":"<locale>"}}
BatchGetBuilds rhc 8 {"ids":["<service>:<uuid>"]}
BatchGetProjects rhc 4 {"names":["<service>"]}
ListBuildsForProject rhc 3 {"projectName":"<service>","sortOrder":"DESCENDING"}
ListProjects rhc 2
BatchPutTestCases wk 2 {"reportArn":"arn:aws:codebuild:<region>:<account>:report/<service>-tests:<uuid>"}

= codepipeline.amazonaws.com codepipeline codepipeline.<region>.amazonaws.com - AccessDeniedException ThrottlingException PipelineNotFoundException
GetPipelineState rhc 6 {"name":"<service>"}
ListPipelines rhc 3
ListPipelineExecutions rhc 3 {"pipelineName":"<service>"}
StartPipelineExecution wcp 3 {"name":"<service>"} => {"pipelineExecutionId":"<uuid>"}
PutJobSuccessResult wk 2 {"jobId":"<uuid>"}

= codeartifact.amazonaws.com codeartifact codeartifact.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
GetRepositoryEndpoint rck 4 {"domain":"demo","repository":"<repo>","format":"npm"}
ReadFromRepository dck 8 {"domainName":"demo","domainOwner":"111111111111","repositoryName":"<repo>"}
"#;
