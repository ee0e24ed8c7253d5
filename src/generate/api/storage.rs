//! API shapes of storage, keys and secrets: S3, KMS, DynamoDB, RDS, Secrets Manager, Parameter Store.
//! Most of the trail's data events come from here; those of S3 name their resources.
//! The notation is described in `shape.rs`.

pub(super) const SHAPES: &str = r##"
= s3.amazonaws.com s3 <bucket>.s3.<region>.amazonaws.com - AccessDenied SlowDown NoSuchKey
GetObject dhckx 260 {"bucketName":"<bucket>","Host":"s3.<region>.amazonaws.com","key":"<path>"} ## [{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::<bucket>/<path>"},{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket>"}] ++ {"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"SSEApplied":"SSE_KMS","AuthenticationMethod":"AuthHeader","x-amz-id-2":"<b64:76>","bytesTransferredOut":<n:9000000>}
PutObject Dhckx 150 {"bucketName":"<bucket>","Host":"s3.<region>.amazonaws.com","key":"<path>","x-amz-server-side-encryption":"aws:kms","x-amz-storage-class":"STANDARD"} => {"x-amz-server-side-encryption":"aws:kms"} ## [{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::<bucket>/<path>"},{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket>"}] ++ {"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":<n:9000000>,"SSEApplied":"SSE_KMS","AuthenticationMethod":"AuthHeader","x-amz-id-2":"<b64:76>","bytesTransferredOut":0}
HeadObject dckx 60 {"bucketName":"<bucket>","Host":"s3.<region>.amazonaws.com","key":"<path>"} ## [{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::<bucket>/<path>"},{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket>"}] ++ {"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"<b64:76>","bytesTransferredOut":0}
ListObjects dhckx 60 {"list-type":"2","bucketName":"<bucket>","prefix":"<word>/","Host":"<bucket>.s3.<region>.amazonaws.com","encoding-type":"url"} ## [{"type":"AWS::S3::Object","ARNPrefix":"arn:aws:s3:::<bucket>/"},{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket>"}] ++ {"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"<b64:76>","bytesTransferredOut":<n:90000>}
DeleteObject Dck 12 {"bucketName":"<bucket>","Host":"s3.<region>.amazonaws.com","key":"<path>"} ## [{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::<bucket>/<path>"},{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket>"}] ++ {"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"<b64:76>","bytesTransferredOut":0}
CopyObject Dck 8 {"bucketName":"<bucket>","x-amz-copy-source":"<bucket'>/<path>","Host":"<bucket>.s3.<region>.amazonaws.com","key":"<path>"} => {"x-amz-server-side-encryption":"AES256"} ## [{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::<bucket>/<path>"},{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket>"}] ++ {"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"<b64:76>","bytesTransferredOut":234}
CreateMultipartUpload Dck 8 {"bucketName":"<bucket>","uploads":"","Host":"<bucket>.s3.<region>.amazonaws.com","key":"<path>"} ## [{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket>"}]
UploadPart Dck 16 {"bucketName":"<bucket>","partNumber":"<n:90>","uploadId":"<b64:96>","Host":"<bucket>.s3.<region>.amazonaws.com","key":"<path>"} ## [{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket>"}]
CompleteMultipartUpload Dck 8 {"bucketName":"<bucket>","uploadId":"<b64:96>","Host":"<bucket>.s3.<region>.amazonaws.com","key":"<path>"} ## [{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket>"}]
GetObjectTagging dk 5 {"bucketName":"<bucket>","tagging":"","Host":"<bucket>.s3.<region>.amazonaws.com","key":"<path>"}
GetObjectAcl dhk 3 {"bucketName":"<bucket>","acl":"","Host":"<bucket>.s3.<region>.amazonaws.com","key":"<path>"}
ListBuckets rhc 40 {"Host":"s3.<region>.amazonaws.com"} ++ {"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"<b64:76>","bytesTransferredOut":<n:9000>}
GetBucketLocation rhckp 20 {"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","location":""} ## [{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket>"}]
GetBucketAcl rhcp 40 {"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","acl":""} ## [{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket>"}] ++ {"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"<b64:76>","bytesTransferredOut":550}
GetBucketPolicy rhcp 8 {"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","policy":""}
GetBucketPolicyStatus rhc 5 {"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","policyStatus":""}
GetBucketVersioning rhc 6 {"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","versioning":""}
GetBucketEncryption rhc 6 {"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","encryption":""}
GetBucketTagging rhc 6 {"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","tagging":""}
GetBucketPublicAccessBlock rhc 6 {"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","publicAccessBlock":""}
GetAccountPublicAccessBlock rhc 3 {"Host":"<account>.s3-control.<region>.amazonaws.com"}
GetBucketLifecycle rc 3 {"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","lifecycle":""}
GetBucketCors rc 3 {"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","cors":""}
GetBucketLogging rc 3 {"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","logging":""}
GetBucketNotification rc 3 {"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","notification":""}
GetBucketReplication rc 2 {"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","replication":""}
GetBucketOwnershipControls rc 2 {"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","ownershipControls":""}
HeadBucket rck 8 {"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com"}
CreateBucket wc 2 {"CreateBucketConfiguration":{"LocationConstraint":"<region>","xmlns":"http://s3.amazonaws.com/doc/2006-03-01/"},"bucketName":"<bucket>","Host":"s3.<region>.amazonaws.com"} ++ {"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":152,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"<b64:76>","bytesTransferredOut":0}
PutBucketTagging wc 2 {"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","tagging":"","Tagging":{"xmlns":"http://s3.amazonaws.com/doc/2006-03-01/","TagSet":{"Tag":{"Value":"<word>","Key":"team"}}}}
PutBucketEncryption wc 2 {"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","encryption":"","ServerSideEncryptionConfiguration":{"xmlns":"http://s3.amazonaws.com/doc/2006-03-01/","Rule":{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"aws:kms","KMSMasterKeyID":"<kms>"}}}}
PutBucketVersioning wc 2 {"bucketName":"<bucket>","Host":"<bucket>.s3.<region>.amazonaws.com","versioning":"","VersioningConfiguration":{"xmlns":"http://s3.amazonaws.com/doc/2006-03-01/","Status":"Enabled"}}
PutBucketPublicAccessBlock wc 2 {"publicAccessBlock":"","bucketName":"<bucket>","PublicAccessBlockConfiguration":{"xmlns":"http://s3.amazonaws.com/doc/2006-03-01/","RestrictPublicBuckets":true,"BlockPublicPolicy":true,"BlockPublicAcls":true,"IgnorePublicAcls":true},"Host":"<bucket>.s3.<region>.amazonaws.com"}

= kms.amazonaws.com kms kms.<region>.amazonaws.com - AccessDenied ThrottlingException NotFoundException
Decrypt rckv 240 {"encryptionContext":{"aws:s3:arn":"arn:aws:s3:::<bucket>/<path>"},"encryptionAlgorithm":"SYMMETRIC_DEFAULT"} ## [{"accountId":"<account>","type":"AWS::KMS::Key","ARN":"arn:aws:kms:<region>:<account>:key/<kms>"}] ++ {"keyMaterialId":"<hex:64>"}
GenerateDataKey rckv 130 {"keySpec":"AES_256","encryptionContext":{"aws:s3:arn":"arn:aws:s3:::<bucket>/<path>"},"keyId":"arn:aws:kms:<region>:<account>:key/<kms>"} ## [{"accountId":"<account>","type":"AWS::KMS::Key","ARN":"arn:aws:kms:<region>:<account>:key/<kms>"}]
GenerateDataKeyWithoutPlaintext rv 20 {"keyId":"arn:aws:kms:<region>:<account>:key/<kms>","keySpec":"AES_256","encryptionContext":{"aws:ebs:id":"<vol>"}} ## [{"accountId":"<account>","type":"AWS::KMS::Key","ARN":"arn:aws:kms:<region>:<account>:key/<kms>"}]
Encrypt rck 15 {"keyId":"alias/<word>","encryptionAlgorithm":"SYMMETRIC_DEFAULT"} ## [{"accountId":"<account>","type":"AWS::KMS::Key","ARN":"arn:aws:kms:<region>:<account>:key/<kms>"}]
ReEncrypt rk 4 {"sourceEncryptionAlgorithm":"SYMMETRIC_DEFAULT","destinationKeyId":"alias/<word>","destinationEncryptionAlgorithm":"SYMMETRIC_DEFAULT"}
Sign rk 4 {"keyId":"arn:aws:kms:<region>:<account>:key/<kms>","messageType":"DIGEST","signingAlgorithm":"ECDSA_SHA_256"}
Verify rk 3 {"keyId":"arn:aws:kms:<region>:<account>:key/<kms>","messageType":"DIGEST","signingAlgorithm":"ECDSA_SHA_256"}
CreateGrant wv 12 {"constraints":{"encryptionContextSubset":{"aws:ebs:id":"<vol>"}},"granteePrincipal":"ec2-frontend-api.amazonaws.com","keyId":"arn:aws:kms:<region>:<account>:key/<kms>","operations":["Decrypt","GenerateDataKeyWithoutPlaintext"],"retiringPrincipal":"ec2.<region>.amazonaws.com"} => {"grantId":"<hex:64>","keyId":"arn:aws:kms:<region>:<account>:key/<kms>"} ## [{"accountId":"<account>","type":"AWS::KMS::Key","ARN":"arn:aws:kms:<region>:<account>:key/<kms>"}]
RetireGrant wv 4 {"keyId":"arn:aws:kms:<region>:<account>:key/<kms>","grantId":"<hex:64>"}
DescribeKey rhcv 25 {"keyId":"alias/<word>"} ## [{"accountId":"<account>","type":"AWS::KMS::Key","ARN":"arn:aws:kms:<region>:<account>:key/<kms>"}]
ListAliases rhc 8 {"limit":100}
ListKeys rhc 6 {"limit":1000}
GetKeyPolicy rhc 4 {"keyId":"<kms>","policyName":"default"}
GetKeyRotationStatus rhc 6 {"keyId":"<kms>"}
ListResourceTags rhc 4 {"keyId":"<kms>"}
ListGrants rhc 3 {"keyId":"arn:aws:kms:<region>:<account>:key/<kms>","limit":50}
GetPublicKey rk 2 {"keyId":"<kms>"}
CreateKey wc 1 {"keyUsage":"ENCRYPT_DECRYPT","keySpec":"SYMMETRIC_DEFAULT","origin":"AWS_KMS","multiRegion":false,"description":"<word> data key","bypassPolicyLockoutSafetyCheck":false} => {"keyMetadata":{"aWSAccountId":"<account>","keyId":"<uuid>","arn":"arn:aws:kms:<region>:<account>:key/<uuid>","creationDate":"<locale>","enabled":true,"keyState":"Enabled","keyManager":"CUSTOMER","keySpec":"SYMMETRIC_DEFAULT","multiRegion":false}}
CreateAlias wc 1 {"aliasName":"alias/<word>-<n:90>","targetKeyId":"<kms>"}
EnableKeyRotation wc 1 {"keyId":"<kms>"}

= dynamodb.amazonaws.com dynamodb dynamodb.<region>.amazonaws.com 2012-08-10 AccessDeniedException ThrottlingException ResourceNotFoundException
GetItem dckx 90 {"tableName":"<table>","key":{"pk":"<hex:12>"},"consistentRead":false} ## [{"accountId":"<account>","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:<region>:<account>:table/<table>"}]
PutItem Dck 60 {"tableName":"<table>","key":{"pk":"<hex:12>"},"items":["pk","sk","body","expires"]} ## [{"accountId":"<account>","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:<region>:<account>:table/<table>"}]
UpdateItem Dck 40 {"tableName":"<table>","key":{"pk":"<hex:12>"},"expressionAttributeNames":{"#s":"status"},"updateExpression":"SET #s = :s"} ## [{"accountId":"<account>","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:<region>:<account>:table/<table>"}]
DeleteItem Dck 10 {"tableName":"<table>","key":{"pk":"<hex:12>"}} ## [{"accountId":"<account>","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:<region>:<account>:table/<table>"}]
Query dck 60 {"tableName":"<table>","indexName":"by-<word>","keyConditionExpression":"pk = :p","scanIndexForward":true,"limit":<n:100>} ## [{"accountId":"<account>","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:<region>:<account>:table/<table>"}]
Scan dck 8 {"tableName":"<table>","limit":<n:1000>}
BatchGetItem dk 10 {"requestItems":{"<table>":{"keys":[{"pk":"<hex:12>"}]}}}
BatchWriteItem Dk 10 {"requestItems":{"<table>":[{"putRequest":{"key":{"pk":"<hex:12>"}}}]}}
TransactWriteItems Dk 5 {"transactItems":[{"put":{"tableName":"<table>"}}],"clientRequestToken":"<uuid>"}
DescribeTable rhckv 25 {"tableName":"<table>"} ## [{"accountId":"<account>","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:<region>:<account>:table/<table>"}]
ListTables rhc 6 {"limit":100}
DescribeTimeToLive rhc 3 {"tableName":"<table>"}
DescribeContinuousBackups rhc 3 {"tableName":"<table>"}
DescribeEndpoints rk 2
UpdateTable wc 2 {"tableName":"<table>","billingMode":"PAY_PER_REQUEST"} => {"tableDescription":{"tableName":"<table>","tableStatus":"UPDATING","tableArn":"arn:aws:dynamodb:<region>:<account>:table/<table>","itemCount":<n:900000>,"tableSizeBytes":<n:90000000>}}
CreateBackup wc 2 {"tableName":"<table>","backupName":"<table>-<hex:8>"} => {"backupDetails":{"backupArn":"arn:aws:dynamodb:<region>:<account>:table/<table>/backup/<hex:24>","backupStatus":"CREATING","backupType":"USER"}}

= rds.amazonaws.com rds rds.<region>.amazonaws.com 2014-10-31 AccessDenied Throttling DBInstanceNotFound
DescribeDBInstances rhcv 25 {"dBInstanceIdentifier":"<db>"}
DescribeDBClusters rhcv 15 {"dBClusterIdentifier":"<db>"}
DescribeDBSnapshots rhc 6 {"dBInstanceIdentifier":"<db>","includeShared":false,"includePublic":false}
DescribeDBParameters rhc 3 {"dBParameterGroupName":"<db>-params"}
DescribeEvents rhc 2 {"sourceType":"db-instance","duration":60}
ListTagsForResource rhc 3 {"resourceName":"arn:aws:rds:<region>:<account>:db:<db>"}
DownloadDBLogFilePortion rck 3 {"dBInstanceIdentifier":"<db>","logFileName":"error/postgresql.log.<n:24>","numberOfLines":1000}
CreateDBSnapshot wcp 3 {"dBInstanceIdentifier":"<db>","dBSnapshotIdentifier":"<db>-<hex:8>"} => {"dBSnapshotIdentifier":"<db>-<hex:8>","dBInstanceIdentifier":"<db>","engine":"postgres","allocatedStorage":<n:900>,"status":"creating","port":5432,"availabilityZone":"<region>a","vpcId":"<vpc>","masterUsername":"app","engineVersion":"16.4","snapshotType":"manual","encrypted":true,"kmsKeyId":"arn:aws:kms:<region>:<account>:key/<kms>","dBSnapshotArn":"arn:aws:rds:<region>:<account>:snapshot:<db>-<hex:8>"}
ModifyDBInstance wc 2 {"dBInstanceIdentifier":"<db>","allocatedStorage":<n:900>,"applyImmediately":false,"masterUserPassword":"****"} => {"dBInstanceIdentifier":"<db>","dBInstanceClass":"db.r6g.large","engine":"postgres","dBInstanceStatus":"available","publiclyAccessible":false,"storageEncrypted":true,"multiAZ":true,"endpoint":{"address":"<db>.<hex:12>.<region>.rds.amazonaws.com","port":5432},"pendingModifiedValues":{"masterUserPassword":"****"}}
AddTagsToResource wc 2 {"resourceName":"arn:aws:rds:<region>:<account>:db:<db>","tags":[{"key":"team","value":"<word>"}]}

= rdsdata.amazonaws.com rds-data rds-data.<region>.amazonaws.com - AccessDeniedException ThrottlingException BadRequestException
ExecuteStatement Dk 8 {"resourceArn":"arn:aws:rds:<region>:<account>:cluster:<db>","secretArn":"arn:aws:secretsmanager:<region>:<account>:secret:<secret>","database":"app","continueAfterTimeout":false,"includeResultMetadata":true} => {"formattedRecords":"**********","numberOfRecordsUpdated":<n:9>}
BeginTransaction Dk 2 {"resourceArn":"arn:aws:rds:<region>:<account>:cluster:<db>","secretArn":"arn:aws:secretsmanager:<region>:<account>:secret:<secret>","database":"app"} => {"transactionId":"<b64:88>"}

= secretsmanager.amazonaws.com secretsmanager secretsmanager.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
GetSecretValue rckx 70 {"secretId":"arn:aws:secretsmanager:<region>:<account>:secret:<secret>"} ## [{"accountId":"<account>","type":"AWS::SecretsManager::Secret","ARN":"arn:aws:secretsmanager:<region>:<account>:secret:<secret>"}]
DescribeSecret rhc 15 {"secretId":"<secret>"}
ListSecrets rhc 8 {"maxResults":100,"sortOrder":"asc"}
GetRandomPassword rkv 2 {"passwordLength":32,"excludeCharacters":"/@\"'\\"}
PutSecretValue wck 3 {"secretId":"<secret>","clientRequestToken":"<uuid>"} => {"arn":"arn:aws:secretsmanager:<region>:<account>:secret:<secret>"}
RotateSecret wc 1 {"secretId":"<secret>","clientRequestToken":"<uuid>","rotateImmediately":true} => {"aRN":"arn:aws:secretsmanager:<region>:<account>:secret:<secret>","name":"<secret>","versionId":"<uuid>"}
TagResource wc 1 {"secretId":"<secret>","tags":[{"key":"team","value":"<word>"}]}

= ssm.amazonaws.com ssm ssm.<region>.amazonaws.com - AccessDeniedException ThrottlingException ParameterNotFound
GetParameter rhckv 50 {"name":"<param>","withDecryption":true} ## [{"accountId":"<account>","ARN":"arn:aws:ssm:<region>:<account>:parameter<param>"}]
GetParameters rckv 20 {"names":["<param>","<param'>"],"withDecryption":true}
GetParametersByPath rck 15 {"path":"/<word>","recursive":true,"withDecryption":true}
PutParameter wc 3 {"name":"<param>","type":"SecureString","value":"HIDDEN_DUE_TO_SECURITY_REASONS","overwrite":true,"keyId":"alias/aws/ssm"} => {"version":<n:60>,"tier":"Standard"}
DescribeParameters rhc 6 {"maxResults":50}
UpdateInstanceInformation wk 60 {"instanceId":"<inst>","agentVersion":"3.3.859.0","agentStatus":"Active","platformType":"Linux","platformName":"Amazon Linux","platformVersion":"2023","iPAddress":"<ip>","computerName":"ip-<hex:8>.ec2.internal","agentName":"amazon-ssm-agent"}
UpdateInstanceAssociationStatus wk 8 {"associationId":"<uuid>","instanceId":"<inst>","executionResult":{"status":"Success","executionDate":"<locale>"}}
PutInventory wk 8 {"instanceId":"<inst>","items":[{"typeName":"AWS:Application","schemaVersion":"1.1","contentHash":"<hex:32>","captureTime":"<now>"}]}
ListAssociations rhck 5 {"associationFilterList":[{"key":"InstanceId","value":"<inst>"}]}
ListInstanceAssociations rk 8 {"instanceId":"<inst>","maxResults":20}
DescribeInstanceInformation rhc 8 {"maxResults":50}
DescribeAssociation rk 3 {"associationId":"<uuid>"}
GetDocument rhck 4 {"name":"AWS-RunPatchBaseline"}
ListCommands rhc 3 {"maxResults":50}
ListCommandInvocations rhc 3 {"commandId":"<uuid>","details":true}
GetCommandInvocation rc 3 {"commandId":"<uuid>","instanceId":"<inst>"}
GetConnectionStatus rh 3 {"target":"<inst>"}
SendCommand wc 3 {"instanceIds":["<inst>"],"documentName":"AWS-RunPatchBaseline","timeoutSeconds":600,"parameters":"HIDDEN_DUE_TO_SECURITY_REASONS","interactive":false} => {"command":{"commandId":"<uuid>","documentName":"AWS-RunPatchBaseline","documentVersion":"$DEFAULT","status":"Pending","targetCount":1,"completedCount":0,"errorCount":0,"instanceIds":["<inst>"]}}
StartSession wh 3 {"target":"<inst>","documentName":"SSM-SessionManagerRunShell"} => {"sessionId":"<word>-<hex:17>","tokenValue":"Value hidden due to security reasons.","streamUrl":"wss://ssmmessages.<region>.amazonaws.com/v1/data-channel/<word>-<hex:17>?role=publish_subscribe"}
TerminateSession wh 2 {"sessionId":"<word>-<hex:17>"} => {"sessionId":"<word>-<hex:17>"}
"##;
