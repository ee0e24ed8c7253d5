//! API shapes of compute and networks: EC2, Lambda, ECS, ECR, EKS, load balancing, auto scaling.
//! EC2 wraps its requests in a way of its own, a set of items at a time.
//! The notation is described in `shape.rs`.

pub(super) const SHAPES: &str = r#"
= ec2.amazonaws.com ec2 ec2.<region>.amazonaws.com - Client.UnauthorizedOperation Client.RequestLimitExceeded Client.InvalidInstanceID.NotFound
DescribeInstances rhckv 120 {"instancesSet":{"items":[{"instanceId":"<inst>"}]},"filterSet":{}}
DescribeInstanceStatus rhcv 30 {"instancesSet":{"items":[{"instanceId":"<inst>"}]},"filterSet":{},"includeAllInstances":false}
DescribeRegions rhc 15 {"regionSet":{}}
DescribeAvailabilityZones rhcv 12 {"availabilityZoneSet":{},"availabilityZoneIdSet":{}}
DescribeVpcs rhcv 15 {"vpcSet":{"items":[{"vpcId":"<vpc>"}]},"filterSet":{}}
DescribeSubnets rhcv 20 {"subnetSet":{"items":[{"subnetId":"<subnet>"}]},"filterSet":{}}
DescribeSecurityGroups rhcv 25 {"securityGroupSet":{},"securityGroupIdSet":{"items":[{"groupId":"<sg>"}]},"filterSet":{}}
DescribeSecurityGroupRules rhc 6 {"DescribeSecurityGroupRulesRequest":{"MaxResults":1000,"Filter":{"tag":1,"Name":"group-id","Value":{"tag":1,"content":"<sg>"}}}}
DescribeNetworkInterfaces rhckv 25 {"networkInterfaceIdSet":{"items":[{"networkInterfaceId":"<eni>"}]},"filterSet":{}}
DescribeVolumes rhcv 15 {"volumeSet":{"items":[{"volumeId":"<vol>"}]},"filterSet":{}}
DescribeVolumeStatus rhc 5 {"volumeSet":{},"filterSet":{}}
DescribeSnapshots rhc 10 {"maxResults":100,"snapshotSet":{},"ownersSet":{"items":[{"owner":"self"}]},"sharedUsersSet":{},"filterSet":{}}
DescribeImages rhcv 12 {"executableBySet":{},"imagesSet":{"items":[{"imageId":"<ami>"}]},"ownersSet":{},"filterSet":{}}
DescribeTags rhckv 15 {"filterSet":{"items":[{"name":"resource-id","valueSet":{"items":[{"value":"<inst>"}]}}]}}
DescribeRouteTables rhc 8 {"routeTableIdSet":{},"filterSet":{"items":[{"name":"vpc-id","valueSet":{"items":[{"value":"<vpc>"}]}}]}}
DescribeInternetGateways rhc 4 {"internetGatewayIdSet":{},"filterSet":{}}
DescribeNatGateways rhc 4 {"DescribeNatGatewaysRequest":{"MaxResults":50}}
DescribeNetworkAcls rhc 4 {"networkAclIdSet":{},"filterSet":{}}
DescribeAddresses rhc 6 {"publicIpsSet":{},"filterSet":{},"allocationIdsSet":{}}
DescribeKeyPairs rhc 4 {"keySet":{},"keyPairIdSet":{},"filterSet":{}}
DescribeLaunchTemplates rhcv 6 {"DescribeLaunchTemplatesRequest":{"LaunchTemplateId":{"tag":1,"content":"<lt>"}}}
DescribeLaunchTemplateVersions rhcv 6 {"DescribeLaunchTemplateVersionsRequest":{"LaunchTemplateId":"<lt>","LaunchTemplateVersion":{"tag":1,"content":"$Latest"}}}
DescribeVpcEndpoints rhc 5 {"DescribeVpcEndpointsRequest":{"VpcEndpointId":{"tag":1,"content":"<vpce>"}}}
DescribeVpcAttribute rhc 4 {"vpcId":"<vpc>","attribute":"enableDnsHostnames"}
DescribeInstanceTypes rhcv 5 {"DescribeInstanceTypesRequest":{"InstanceType":{"tag":1,"content":"m6i.large"}}}
DescribeInstanceTypeOfferings rcv 3 {"DescribeInstanceTypeOfferingsRequest":{"LocationType":"availability-zone"}}
DescribeInstanceAttribute rhc 4 {"instanceId":"<inst>","attribute":"userData"}
DescribeInstanceCreditSpecifications rhc 2 {"DescribeInstanceCreditSpecificationsRequest":{"InstanceId":{"tag":1,"content":"<inst>"}}}
DescribeFlowLogs rhc 3 {"DescribeFlowLogsRequest":{"MaxResults":50}}
DescribeReservedInstances rh 2 {"reservedInstancesSet":{},"filterSet":{}}
DescribeSpotInstanceRequests rcv 3 {"spotInstanceRequestIdSet":{},"filterSet":{}}
DescribePrefixLists rhc 2 {"DescribePrefixListsRequest":""}
DescribeDhcpOptions rhc 2 {"dhcpOptionsSet":{},"filterSet":{}}
DescribeAccountAttributes rhcv 6 {"accountAttributeNameSet":{},"filterSet":{}}
GetEbsEncryptionByDefault rhc 3 {"GetEbsEncryptionByDefaultRequest":""}
RunInstances wcv 8 {"instancesSet":{"items":[{"imageId":"<ami>","minCount":1,"maxCount":1}]},"instanceType":"m6i.large","blockDeviceMapping":{},"monitoring":{"enabled":true},"disableApiTermination":false,"clientToken":"<uuid>","subnetId":"<subnet>","iamInstanceProfile":{"name":"<word>-node"},"metadataOptions":{"httpTokens":"required"}} => {"requestId":"<uuid'>","reservationId":"r-<hex:17>","ownerId":"<account>","groupSet":{},"instancesSet":{"items":[{"instanceId":"<inst>","imageId":"<ami>","instanceState":{"code":0,"name":"pending"},"privateDnsName":"ip-<hex:8>.ec2.internal","amiLaunchIndex":0,"instanceType":"m6i.large","launchTime":<epoch>000,"placement":{"availabilityZone":"<region>a","tenancy":"default"},"monitoring":{"state":"pending"},"subnetId":"<subnet>","vpcId":"<vpc>","privateIpAddress":"<ip>","architecture":"x86_64","rootDeviceType":"ebs","rootDeviceName":"/dev/xvda","virtualizationType":"hvm","hypervisor":"xen","ebsOptimized":true,"metadataOptions":{"state":"pending","httpTokens":"required","httpPutResponseHopLimit":2}}]}}
TerminateInstances wcv 6 {"instancesSet":{"items":[{"instanceId":"<inst>"}]}} => {"requestId":"<uuid>","instancesSet":{"items":[{"instanceId":"<inst>","currentState":{"code":32,"name":"shutting-down"},"previousState":{"code":16,"name":"running"}}]}}
StartInstances whc 4 {"instancesSet":{"items":[{"instanceId":"<inst>"}]}} => {"requestId":"<uuid>","instancesSet":{"items":[{"instanceId":"<inst>","currentState":{"code":0,"name":"pending"},"previousState":{"code":80,"name":"stopped"}}]}}
StopInstances whc 4 {"instancesSet":{"items":[{"instanceId":"<inst>"}]},"force":false} => {"requestId":"<uuid>","instancesSet":{"items":[{"instanceId":"<inst>","currentState":{"code":64,"name":"stopping"},"previousState":{"code":16,"name":"running"}}]}}
RebootInstances wh 2 {"instancesSet":{"items":[{"instanceId":"<inst>"}]}} => {"requestId":"<uuid>","_return":true}
CreateTags whckv 12 {"resourcesSet":{"items":[{"resourceId":"<inst>"}]},"tagSet":{"items":[{"key":"Name","value":"<word>-<n:90>"},{"key":"team","value":"<word'>"}]}} => {"requestId":"<uuid>","_return":true}
DeleteTags wc 2 {"resourcesSet":{"items":[{"resourceId":"<inst>"}]},"tagSet":{"items":[{"key":"temporary"}]}} => {"requestId":"<uuid>","_return":true}
CreateVolume wckv 3 {"size":"<n:500>","zone":"<region>a","volumeType":"gp3","iops":3000,"encrypted":true,"masterEncryptionKeyId":"<kms>","clientToken":"<uuid>"} => {"requestId":"<uuid'>","volumeId":"<vol>","size":"100","zone":"<region>a","status":"creating","createTime":<epoch>000,"volumeType":"gp3","iops":3000,"encrypted":true,"multiAttachEnabled":false,"throughput":125}
AttachVolume wckv 3 {"volumeId":"<vol>","instanceId":"<inst>","device":"/dev/xvdf","deleteOnTermination":false} => {"requestId":"<uuid>","volumeId":"<vol>","instanceId":"<inst>","device":"/dev/xvdf","status":"attaching","attachTime":<epoch>000,"deleteOnTermination":false}
DetachVolume wckv 2 {"volumeId":"<vol>","instanceId":"<inst>","device":"/dev/xvdf","force":false} => {"requestId":"<uuid>","volumeId":"<vol>","instanceId":"<inst>","device":"/dev/xvdf","status":"detaching","attachTime":<epoch>000}
CreateSnapshot wcpv 5 {"volumeId":"<vol>","description":"daily backup"} => {"requestId":"<uuid>","snapshotId":"<snap>","volumeId":"<vol>","status":"pending","startTime":<epoch>000,"ownerId":"<account>","volumeSize":"100","description":"daily backup","encrypted":true}
DeleteSnapshot wcpv 4 {"snapshotId":"<snap>"} => {"requestId":"<uuid>","_return":true}
CreateNetworkInterface wkv 10 {"subnetId":"<subnet>","description":"AWS Lambda VPC ENI-<func>-<uuid>","groupSet":{"items":[{"groupId":"<sg>"}]},"privateIpAddressesSet":{},"ipv6AddressCount":0,"clientToken":"<uuid'>"} => {"requestId":"<uuid>","networkInterface":{"networkInterfaceId":"<eni>","subnetId":"<subnet>","vpcId":"<vpc>","availabilityZone":"<region>b","ownerId":"<account>","requesterManaged":false,"status":"pending","macAddress":"0a:<mac>","privateIpAddress":"<ip>","sourceDestCheck":true,"interfaceType":"interface"}}
DeleteNetworkInterface wkv 8 {"networkInterfaceId":"<eni>"} => {"requestId":"<uuid>","_return":true}
AssignPrivateIpAddresses wk 6 {"networkInterfaceId":"<eni>","secondaryPrivateIpAddressCount":1,"privateIpAddressesSet":{},"ipv4PrefixCount":0} => {"requestId":"<uuid>","networkInterfaceId":"<eni>","assignedPrivateIpAddressesSet":{"assignedPrivateIpAddressSetType":[{"privateIpAddress":"<ip>"}]},"_return":true}
ModifyNetworkInterfaceAttribute wkv 3 {"networkInterfaceId":"<eni>","attachment":{"attachmentId":"eni-attach-<hex:17>","deleteOnTermination":true}} => {"requestId":"<uuid>","_return":true}
CreateSecurityGroup wc 2 {"groupName":"<word>-<n:900>","groupDescription":"managed by the platform team","vpcId":"<vpc>"} => {"requestId":"<uuid>","_return":true,"groupId":"<sg>"}
AuthorizeSecurityGroupIngress wc 2 {"groupId":"<sg>","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":443,"toPort":443,"groups":{},"ipRanges":{"items":[{"cidrIp":"10.0.0.0/8","description":"internal"}]},"ipv6Ranges":{},"prefixListIds":{}}]}} => {"requestId":"<uuid>","_return":true,"securityGroupRuleSet":{"items":[{"groupOwnerId":"<account>","groupId":"<sg>","securityGroupRuleId":"sgr-<hex:17>","isEgress":false,"ipProtocol":"tcp","fromPort":443,"toPort":443,"cidrIpv4":"10.0.0.0/8"}]}}
RevokeSecurityGroupIngress wc 1 {"groupId":"<sg>","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":8080,"toPort":8080,"groups":{},"ipRanges":{"items":[{"cidrIp":"10.0.0.0/8"}]},"ipv6Ranges":{},"prefixListIds":{}}]}} => {"requestId":"<uuid>","_return":true}
CreateLaunchTemplateVersion wc 2 {"CreateLaunchTemplateVersionRequest":{"LaunchTemplateId":"<lt>","SourceVersion":"<n:40>","LaunchTemplateData":{"ImageId":"<ami>"},"ClientToken":"<uuid>"}} => {"CreateLaunchTemplateVersionResponse":{"launchTemplateVersion":{"launchTemplateId":"<lt>","versionNumber":<n:40>,"defaultVersion":false,"createTime":"<now>"},"xmlns":"http://ec2.amazonaws.com/doc/2016-11-15/","requestId":"<uuid'>"}}
CreateFleet wv 2 {"CreateFleetRequest":{"TargetCapacitySpecification":{"DefaultTargetCapacityType":"spot","TotalTargetCapacity":1},"Type":"instant","LaunchTemplateConfigs":{"LaunchTemplateSpecification":{"LaunchTemplateId":"<lt>","Version":"$Latest"},"tag":1}}} => {"CreateFleetResponse":{"fleetId":"fleet-<uuid>","requestId":"<uuid'>","xmlns":"http://ec2.amazonaws.com/doc/2016-11-15/"}}

= ec2-instance-connect.amazonaws.com ec2-instance-connect ec2-instance-connect.<region>.amazonaws.com - AccessDeniedException ThrottlingException EC2InstanceNotFoundException
SendSSHPublicKey wh 2 {"instanceId":"<inst>","instanceOSUser":"ec2-user","sSHPublicKey":"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI<b64:42>"} => {"requestId":"<uuid>","success":true}

= lambda.amazonaws.com lambda lambda.<region>.amazonaws.com 2015-03-31 AccessDenied TooManyRequestsException ResourceNotFoundException
Invoke Dckpx 120 {"functionName":"arn:aws:lambda:<region>:<account>:function:<func>","invocationType":"RequestResponse"} ## [{"accountId":"<account>","type":"AWS::Lambda::Function","ARN":"arn:aws:lambda:<region>:<account>:function:<func>"}] ++ {"functionVersion":"arn:aws:lambda:<region>:<account>:function:<func>:$LATEST"}
GetFunction20150331v2 rhc 12 {"functionName":"<func>"}
GetFunctionConfiguration20150331v2 rhc 8 {"functionName":"<func>"}
ListFunctions20150331 rhc 8 {"maxItems":50}
ListVersionsByFunction20150331 rhc 5 {"functionName":"<func>","maxItems":100}
ListTags20170331 rhc 5 {"resource":"arn:aws:lambda:<region>:<account>:function:<func>"}
GetPolicy20150331v2 rhc 6 {"functionName":"<func>"}
ListEventSourceMappings20150331 rhc 4 {"functionName":"<func>"}
ListAliases20150331 rhc 3 {"functionName":"<func>"}
GetAccountSettings20160819 rhc 3
ListLayers20181031 rhc 2 {"maxItems":50}
GetFunctionCodeSigningConfig rhc 3 {"functionName":"<func>"}
GetFunctionEventInvokeConfig rhc 2 {"functionName":"<func>"}
UpdateFunctionCode20150331v2 wc 6 {"functionName":"<func>","s3Bucket":"<bucket>","s3Key":"<path>","publish":true,"dryRun":false,"architectures":["arm64"]} => {"functionName":"<func>","functionArn":"arn:aws:lambda:<region>:<account>:function:<func>","runtime":"python3.12","role":"arn:aws:iam::<account>:role/<func>","handler":"app.handler","codeSize":<n:9000000>,"timeout":30,"memorySize":512,"lastModified":"<now>","codeSha256":"<b64:43>=","version":"<n:90>","tracingConfig":{"mode":"Active"},"revisionId":"<uuid>","state":"Active","lastUpdateStatus":"InProgress","packageType":"Zip","architectures":["arm64"],"ephemeralStorage":{"size":512}}
UpdateFunctionConfiguration20150331v2 wc 3 {"functionName":"<func>","timeout":60,"memorySize":1024,"environment":{}} => {"functionName":"<func>","functionArn":"arn:aws:lambda:<region>:<account>:function:<func>","runtime":"python3.12","role":"arn:aws:iam::<account>:role/<func>","codeSize":<n:9000000>,"timeout":60,"memorySize":1024,"environment":{},"revisionId":"<uuid>","state":"Active"}
PublishVersion20150331 wc 3 {"functionName":"<func>"} => {"functionName":"<func>","version":"<n:90>","functionArn":"arn:aws:lambda:<region>:<account>:function:<func>:4","codeSha256":"<b64:43>=","revisionId":"<uuid>"}
UpdateAlias20150331 wc 2 {"functionName":"<func>","name":"live","functionVersion":"<n:90>"} => {"aliasArn":"arn:aws:lambda:<region>:<account>:function:<func>:live","name":"live","revisionId":"<uuid>"}
CreateFunction20150331 wc 1 {"functionName":"<func>","runtime":"python3.12","role":"arn:aws:iam::<account>:role/<func>","handler":"app.handler","code":{"s3Bucket":"<bucket>","s3Key":"<path>"},"timeout":30,"memorySize":256,"publish":false,"packageType":"Zip"} => {"functionName":"<func>","functionArn":"arn:aws:lambda:<region>:<account>:function:<func>","state":"Pending","codeSha256":"<b64:43>=","revisionId":"<uuid>"}
TagResource20170331v2 wc 2 {"resource":"arn:aws:lambda:<region>:<account>:function:<func>","tags":{"team":"<word>"}}

= ecs.amazonaws.com ecs ecs.<region>.amazonaws.com - AccessDeniedException ThrottlingException ClusterNotFoundException
DescribeServices rhc 20 {"cluster":"<cluster>","services":["<service>"]}
DescribeTasks rhck 20 {"cluster":"<cluster>","tasks":["<hex:32>"]}
ListTasks rhc 12 {"cluster":"<cluster>","serviceName":"<service>","desiredStatus":"RUNNING"}
DescribeTaskDefinition rhc 10 {"taskDefinition":"<service>:<n:300>","include":["TAGS"]}
DescribeClusters rhc 8 {"clusters":["<cluster>"],"include":["STATISTICS"]}
ListServices rhc 5 {"cluster":"<cluster>","maxResults":100}
ListClusters rhc 4
ListTaskDefinitions rhc 3 {"familyPrefix":"<service>","sort":"DESC"}
DescribeContainerInstances rck 4 {"cluster":"<cluster>","containerInstances":["<hex:32>"]}
ListContainerInstances rck 3 {"cluster":"<cluster>"}
DiscoverPollEndpoint rk 12 {"containerInstance":"arn:aws:ecs:<region>:<account>:container-instance/<cluster>/<hex:32>","cluster":"<cluster>"} => {"endpoint":"https://ecs-a-<n:9>.<region>.amazonaws.com/","telemetryEndpoint":"https://ecs-t-<n:9>.<region>.amazonaws.com/"}
RunTask wckp 12 {"cluster":"<cluster>","taskDefinition":"<service>:<n:300>","count":1,"launchType":"FARGATE","networkConfiguration":{"awsvpcConfiguration":{"subnets":["<subnet>"],"securityGroups":["<sg>"],"assignPublicIp":"DISABLED"}},"startedBy":"<word>","enableExecuteCommand":false} => {"failures":[],"tasks":[{"taskArn":"arn:aws:ecs:<region>:<account>:task/<cluster>/<hex:32>","clusterArn":"arn:aws:ecs:<region>:<account>:cluster/<cluster>","lastStatus":"PROVISIONING","desiredStatus":"RUNNING","cpu":"512","memory":"1024","createdAt":"<locale>","group":"family:<service>","launchType":"FARGATE","platformVersion":"1.4.0"}]}
StopTask wc 3 {"cluster":"<cluster>","task":"<hex:32>","reason":"deployment"} => {"task":{"taskArn":"arn:aws:ecs:<region>:<account>:task/<cluster>/<hex:32>","lastStatus":"RUNNING","desiredStatus":"STOPPED","stoppedReason":"deployment"}}
UpdateService wc 6 {"cluster":"<cluster>","service":"<service>","desiredCount":<n:12>,"taskDefinition":"<service>:<n:300>","forceNewDeployment":true} => {"service":{"serviceArn":"arn:aws:ecs:<region>:<account>:service/<cluster>/<service>","serviceName":"<service>","status":"ACTIVE","runningCount":<n:12>,"pendingCount":0,"deployments":[{"id":"ecs-svc/<n:9000000000>","status":"PRIMARY","rolloutState":"IN_PROGRESS"}]}}
RegisterTaskDefinition wc 5 {"family":"<service>","networkMode":"awsvpc","requiresCompatibilities":["FARGATE"],"cpu":"512","memory":"1024","taskRoleArn":"arn:aws:iam::<account>:role/<service>","containerDefinitions":[{"name":"app","image":"<account>.dkr.ecr.<region>.amazonaws.com/<repo>:<hex:8>","essential":true,"environment":[{"name":"STAGE","value":"HIDDEN"}]}]} => {"taskDefinition":{"taskDefinitionArn":"arn:aws:ecs:<region>:<account>:task-definition/<service>:<n:300>","family":"<service>","revision":<n:300>,"status":"ACTIVE"}}
RegisterContainerInstance wk 2 {"cluster":"<cluster>","totalResources":[{"name":"CPU","type":"INTEGER","integerValue":2048}],"clientToken":"<uuid>"} => {"containerInstance":{"containerInstanceArn":"arn:aws:ecs:<region>:<account>:container-instance/<cluster>/<hex:32>","ec2InstanceId":"<inst>","status":"ACTIVE","agentConnected":true}}
SubmitTaskStateChange wk 6 {"cluster":"<cluster>","task":"arn:aws:ecs:<region>:<account>:task/<cluster>/<hex:32>","status":"RUNNING"} => {"acknowledgment":"ACK"}

= ecr.amazonaws.com ecr api.ecr.<region>.amazonaws.com - AccessDeniedException ThrottlingException RepositoryNotFoundException
GetAuthorizationToken rhck 40 => {"authorizationData":[{"expiresAt":"<locale>","proxyEndpoint":"https://<account>.dkr.ecr.<region>.amazonaws.com"}]}
BatchGetImage rckx 40 {"registryId":"<account>","repositoryName":"<repo>","imageIds":[{"imageTag":"<hex:8>"}],"acceptedMediaTypes":["application/vnd.docker.distribution.manifest.v2+json","application/vnd.oci.image.manifest.v1+json"]} ## [{"accountId":"<account>","ARN":"arn:aws:ecr:<region>:<account>:repository/<repo>"}]
GetDownloadUrlForLayer rckx 30 {"registryId":"<account>","repositoryName":"<repo>","layerDigest":"sha256:<hex:64>"} ## [{"accountId":"<account>","ARN":"arn:aws:ecr:<region>:<account>:repository/<repo>"}]
BatchCheckLayerAvailability rc 10 {"registryId":"<account>","repositoryName":"<repo>","layerDigests":["sha256:<hex:64>"]}
DescribeImages rhc 8 {"repositoryName":"<repo>","imageIds":[{"imageTag":"latest"}]}
DescribeRepositories rhc 6 {"repositoryNames":["<repo>"]}
DescribeImageScanFindings rhc 4 {"repositoryName":"<repo>","imageId":{"imageDigest":"sha256:<hex:64>"}}
GetRepositoryPolicy rc 2 {"repositoryName":"<repo>"}
InitiateLayerUpload wc 6 {"registryId":"<account>","repositoryName":"<repo>"} => {"uploadId":"<uuid>","partSize":10485760}
UploadLayerPart wc 8 {"registryId":"<account>","repositoryName":"<repo>","uploadId":"<uuid>","partFirstByte":0,"partLastByte":<n:9000000>,"layerPartBlob":""} => {"registryId":"<account>","repositoryName":"<repo>","uploadId":"<uuid>"}
CompleteLayerUpload wc 6 {"registryId":"<account>","repositoryName":"<repo>","uploadId":"<uuid>","layerDigests":["sha256:<hex:64>"]} => {"registryId":"<account>","repositoryName":"<repo>","layerDigest":"sha256:<hex:64>"}
PutImage wc 5 {"registryId":"<account>","repositoryName":"<repo>","imageTag":"<hex:8>","imageManifestMediaType":"application/vnd.docker.distribution.manifest.v2+json"} => {"image":{"registryId":"<account>","repositoryName":"<repo>","imageId":{"imageDigest":"sha256:<hex:64>","imageTag":"<hex:8>"}}}

= eks.amazonaws.com eks eks.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
DescribeCluster rhck 15 {"name":"<cluster>"}
ListClusters rhc 4 {"maxResults":100}
ListNodegroups rhc 3 {"name":"<cluster>"}
DescribeNodegroup rhc 4 {"name":"<cluster>","nodegroupName":"<word>"}
DescribeAddon rhc 2 {"name":"<cluster>","addonName":"vpc-cni"}
AccessKubernetesApi rh 4 {"clusterName":"<cluster>"}
AssumeRoleForPodIdentity dk 6 {"clusterName":"<cluster>"}
UpdateNodegroupVersion wc 1 {"name":"<cluster>","nodegroupName":"<word>","clientRequestToken":"<uuid>"} => {"update":{"id":"<uuid'>","status":"InProgress","type":"VersionUpdate","createdAt":<epoch>.0,"errors":[]}}

= elasticloadbalancing.amazonaws.com elasticloadbalancing elasticloadbalancing.<region>.amazonaws.com 2015-12-01 AccessDenied Throttling TargetGroupNotFound
DescribeTargetHealth rhckv 25 {"targetGroupArn":"arn:aws:elasticloadbalancing:<region>:<account>:targetgroup/<service>/<hex:16>"}
DescribeLoadBalancers rhcv 12 {"pageSize":400}
DescribeTargetGroups rhcv 12 {"names":["<service>"]}
DescribeListeners rhc 6 {"loadBalancerArn":"arn:aws:elasticloadbalancing:<region>:<account>:loadbalancer/app/<service>/<hex:16>"}
DescribeRules rhc 4 {"listenerArn":"arn:aws:elasticloadbalancing:<region>:<account>:listener/app/<service>/<hex:16>/<hex:16'>"}
DescribeTags rhc 4 {"resourceArns":["arn:aws:elasticloadbalancing:<region>:<account>:loadbalancer/app/<service>/<hex:16>"]}
DescribeLoadBalancerAttributes rhc 3 {"loadBalancerArn":"arn:aws:elasticloadbalancing:<region>:<account>:loadbalancer/app/<service>/<hex:16>"}
DescribeTargetGroupAttributes rhc 3 {"targetGroupArn":"arn:aws:elasticloadbalancing:<region>:<account>:targetgroup/<service>/<hex:16>"}
RegisterTargets wckv 12 {"targetGroupArn":"arn:aws:elasticloadbalancing:<region>:<account>:targetgroup/<service>/<hex:16>","targets":[{"id":"<ip>","port":8080}]}
DeregisterTargets wckv 10 {"targetGroupArn":"arn:aws:elasticloadbalancing:<region>:<account>:targetgroup/<service>/<hex:16>","targets":[{"id":"<ip>","port":8080}]}
RegisterInstancesWithLoadBalancer wv 3 {"loadBalancerName":"<service>","instances":[{"instanceId":"<inst>"}]} => {"instances":[{"instanceId":"<inst>"}]}

= autoscaling.amazonaws.com autoscaling autoscaling.<region>.amazonaws.com 2011-01-01 AccessDenied Throttling ValidationError
DescribeAutoScalingGroups rhckv 20 {"autoScalingGroupNames":["<word>-asg"],"maxRecords":100}
DescribeAutoScalingInstances rckv 6 {"instanceIds":["<inst>"]}
DescribeScalingActivities rhc 5 {"autoScalingGroupName":"<word>-asg","maxRecords":20}
DescribeLifecycleHooks rckv 3 {"autoScalingGroupName":"<word>-asg"}
DescribeLaunchConfigurations rhc 3 {"maxRecords":100}
SetDesiredCapacity wckv 3 {"autoScalingGroupName":"<word>-asg","desiredCapacity":<n:20>,"honorCooldown":false}
UpdateAutoScalingGroup wc 2 {"autoScalingGroupName":"<word>-asg","minSize":<n:4>,"maxSize":24}
CompleteLifecycleAction wk 4 {"autoScalingGroupName":"<word>-asg","lifecycleHookName":"drain","lifecycleActionResult":"CONTINUE","instanceId":"<inst>"}
RecordLifecycleActionHeartbeat wk 2 {"autoScalingGroupName":"<word>-asg","lifecycleHookName":"drain","instanceId":"<inst>"}
StartInstanceRefresh wc 1 {"autoScalingGroupName":"<word>-asg","strategy":"Rolling"} => {"instanceRefreshId":"<uuid>"}
"#;
