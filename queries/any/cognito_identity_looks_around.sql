/*---
id: cognito_identity_looks_around
title: Identity of an app's user looks around in the account
severity: high
status: stable
attack: [T1087.004, T1580, T1078.004]
practice: least-privilege
description: >
  Credentials that an identity pool gave to a visitor or user of an app were used to list the account's users,
  buckets, tables or secrets. No app does that; somebody took the credentials out of the app and is looking what
  they are good for. Denied calls count.
false_positives:
  - A developer or tester who tries the app's credentials by hand.
respond:
  - List what the key did, with hunt key_activity, above all what succeeded.
  - Look at the role (session_issuer_arn) and take away what the app doesn't need.
  - If it is the guest role and guests aren't meant, switch guest access off.
references:
  - Identity pools, https://docs.aws.amazon.com/cognito/latest/developerguide/identity-pools.html
---*/
SELECT * FROM cloudtrail
WHERE event_source IN (
    'sts.amazonaws.com', 'iam.amazonaws.com', 's3.amazonaws.com', 'lambda.amazonaws.com', 'dynamodb.amazonaws.com',
    'ec2.amazonaws.com', 'secretsmanager.amazonaws.com', 'ssm.amazonaws.com', 'kms.amazonaws.com', 'cognito-idp.amazonaws.com', 'rds.amazonaws.com'
  )
  AND event_name IN (
    'GetCallerIdentity', 'ListUsers', 'ListRoles', 'ListAttachedRolePolicies', 'ListRolePolicies',
    'GetAccountAuthorizationDetails', 'ListBuckets', 'ListFunctions20150331', 'ListTables', 'DescribeInstances',
    'ListSecrets', 'DescribeParameters', 'ListKeys', 'ListUserPools', 'DescribeDBInstances'
  )
  AND (
    web_id_federated_provider = 'cognito-identity.amazonaws.com'
    -- the session name that Cognito gives when it assumes the role itself
    OR user_type = 'AssumedRole' AND user_arn LIKE '%/CognitoIdentityCredentials'
  )
