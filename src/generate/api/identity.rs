//! API shapes of identity and the organisation: IAM, STS, Organizations, Identity Center, Access Analyzer.
//! What creates keys, removes MFA or signs in is not drawn by chance: `signin.rs` and the stories write it.
//! The notation is described in `shape.rs`.

pub(super) const SHAPES: &str = r#"
= iam.amazonaws.com iam iam.amazonaws.com - AccessDenied Throttling NoSuchEntityException global
ListUsers rhc 12 {"maxItems":1000}
ListRoles rhc 15 {"maxItems":1000}
ListPolicies rhc 8 {"scope":"Local","onlyAttached":false,"maxItems":1000}
ListGroups rhc 4 {"maxItems":1000}
ListAccountAliases rhc 5
ListMFADevices rhc 8 {"userName":"<user>"}
ListVirtualMFADevices rhc 3 {"assignmentStatus":"Assigned"}
ListAccessKeys rhc 10 {"userName":"<user>"}
ListSigningCertificates rhc 2 {"userName":"<user>"}
ListServiceSpecificCredentials rhc 2 {"userName":"<user>"}
ListGroupsForUser rhc 4 {"userName":"<user>"}
ListAttachedUserPolicies rhc 4 {"userName":"<user>"}
ListAttachedRolePolicies rhc 12 {"roleName":"<role>"}
ListRolePolicies rhc 8 {"roleName":"<role>"}
ListUserPolicies rhc 3 {"userName":"<user>"}
ListInstanceProfiles rhc 4 {"maxItems":1000}
ListInstanceProfilesForRole rhc 3 {"roleName":"<role>"}
ListEntitiesForPolicy rhc 2 {"policyArn":"arn:aws:iam::<account>:policy/<word>-policy"}
ListPolicyVersions rhc 3 {"policyArn":"arn:aws:iam::<account>:policy/<word>-policy"}
ListSAMLProviders rhc 2
GetUser rhc 10 {"userName":"<user>"}
GetRole rhckv 25 {"roleName":"<role>"}
GetRolePolicy rhc 5 {"roleName":"<role>","policyName":"inline"}
GetPolicy rhc 6 {"policyArn":"arn:aws:iam::<account>:policy/<word>-policy"}
GetPolicyVersion rhc 6 {"policyArn":"arn:aws:iam::<account>:policy/<word>-policy","versionId":"v<n:5>"}
GetInstanceProfile rhcv 5 {"instanceProfileName":"<word>-node"}
GetLoginProfile rhc 4 {"userName":"<user>"}
GetAccessKeyLastUsed rhc 6 {"userName":"<user>","accessKeyId":"<akia>"}
GetAccountSummary rhc 5
GetAccountPasswordPolicy rhc 4
GetCredentialReport rc 3
GenerateCredentialReport rc 3 => {"state":"STARTED","description":"No report exists. Starting a new report generation task"}
GenerateServiceLastAccessedDetails rhc 2 {"arn":"arn:aws:iam::<account>:role/<role>"} => {"jobId":"<uuid>"}
GetOpenIDConnectProvider rc 2 {"openIDConnectProviderArn":"arn:aws:iam::<account>:oidc-provider/token.actions.githubusercontent.com"}
SimulatePrincipalPolicy rc 2 {"policySourceArn":"arn:aws:iam::<account>:role/<role>","actionNames":["s3:GetObject"]}
CreateRole wc 1 {"roleName":"<role>","path":"/","assumeRolePolicyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"lambda.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}","tags":[{"key":"team","value":"<word>"}]} => {"role":{"path":"/","roleName":"<role>","roleId":"AROA<b32:17>","arn":"arn:aws:iam::<account>:role/<role>","createDate":"<locale>","assumeRolePolicyDocument":"%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A%22lambda.amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D"}}
TagRole wc 2 {"roleName":"<role>","tags":[{"key":"team","value":"<word>"}]}
CreateServiceLinkedRole wcv 1 {"aWSServiceName":"autoscaling.amazonaws.com"} => {"role":{"path":"/aws-service-role/autoscaling.amazonaws.com/","roleName":"AWSServiceRoleForAutoScaling","roleId":"AROA<b32:17>","arn":"arn:aws:iam::<account>:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling","createDate":"<locale>"}}

= sts.amazonaws.com sts sts.<region>.amazonaws.com - AccessDenied ThrottlingException ExpiredTokenException
GetCallerIdentity rhck 40
GetSessionToken rc 4 {"durationSeconds":3600} => {"credentials":{"accessKeyId":"ASIA<b32:16>","sessionToken":"IQoJb3JpZ2luX2VjE<b64:96>","expiration":"<locale>"}}
GetServiceBearerToken rckv 3 {"serviceName":"codeartifact.amazonaws.com","durationSeconds":3600}

= organizations.amazonaws.com organizations organizations.us-east-1.amazonaws.com - AccessDeniedException TooManyRequestsException AccountNotFoundException global
DescribeOrganization rhcv 8
ListAccounts rhcv 8
DescribeAccount rhcv 5 {"accountId":"<account>"}
ListRoots rhc 3
ListOrganizationalUnitsForParent rhc 3 {"parentId":"r-demo"}
ListAccountsForParent rhc 3 {"parentId":"ou-demo-<hex:8>"}
ListPoliciesForTarget rhc 2 {"targetId":"<account>","filter":"SERVICE_CONTROL_POLICY"}
DescribePolicy rhc 2 {"policyId":"p-<hex:8>"}
ListDelegatedAdministrators rhcv 3
DescribeCreateAccountStatus rc 1 {"createAccountRequestId":"car-<hex:32>"}

= sso.amazonaws.com sso sso.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
ListInstances rhc 4
ListPermissionSets rhc 3 {"instanceArn":"arn:aws:sso:::instance/ssoins-7223demo0trail01","maxResults":100}
DescribePermissionSet rhc 3 {"instanceArn":"arn:aws:sso:::instance/ssoins-7223demo0trail01","permissionSetArn":"arn:aws:sso:::permissionSet/ssoins-7223demo0trail01/ps-<hex:16>"}
ListAccountAssignments rhc 3 {"instanceArn":"arn:aws:sso:::instance/ssoins-7223demo0trail01","accountId":"<account>","permissionSetArn":"arn:aws:sso:::permissionSet/ssoins-7223demo0trail01/ps-<hex:16>"}
ListManagedPoliciesInPermissionSet rhc 2 {"instanceArn":"arn:aws:sso:::instance/ssoins-7223demo0trail01"}
DescribeRegisteredRegions rh 3
ListProfilesForApplication rh 2 {"instanceId":"ins-<hex:16>"}

= identitystore.amazonaws.com identitystore identitystore.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
DescribeUser rhc 3 {"identityStoreId":"d-9067demo01","userId":"<uuid>"}
ListGroupMemberships rc 2 {"identityStoreId":"d-9067demo01","groupId":"<uuid>"}

= sso-directory.amazonaws.com sso-directory identitystore.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
SearchUsers rh 3 {"identityStoreId":"d-9067demo01","maxResults":25,"filters":"HIDDEN_DUE_TO_SECURITY_REASONS"}
SearchGroups rh 3 {"identityStoreId":"d-9067demo01","maxResults":25}
DescribeUsers rh 2 {"identityStoreId":"d-9067demo01","userIds":["<uuid>"]}
ListMfaDevicesForUser rh 2 {"identityStoreId":"d-9067demo01","userId":"<uuid>"}

= access-analyzer.amazonaws.com access-analyzer access-analyzer.<region>.amazonaws.com - AccessDeniedException ThrottlingException ResourceNotFoundException
ListAnalyzers rhc 4
ListFindingsV2 rhc 4 {"analyzerArn":"arn:aws:access-analyzer:<region>:<account>:analyzer/org","maxResults":50}
ValidatePolicy rhc 5 {"policyType":"IDENTITY_POLICY","policyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[]}"}
ListPolicyGenerations rh 2

= account.amazonaws.com account account.us-east-1.amazonaws.com - AccessDeniedException TooManyRequestsException ResourceNotFoundException global
GetContactInformation rhc 2
ListRegions rhc 2 {"maxResults":50}

= ram.amazonaws.com ram ram.<region>.amazonaws.com - AccessDeniedException ThrottlingException UnknownResourceException
GetResourceShares rhc 3 {"resourceOwner":"SELF"}
ListResources rhc 2 {"resourceOwner":"OTHER-ACCOUNTS"}
GetResourceShareAssociations rc 2 {"associationType":"PRINCIPAL"}
"#;
