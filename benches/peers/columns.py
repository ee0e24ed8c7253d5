"""The members of a CloudTrail record that the other engines keep as columns: all of its top level."""

TEXTS = [
    "eventVersion", "eventTime", "eventSource", "eventName", "eventType", "eventCategory", "awsRegion",
    "sourceIPAddress", "userAgent", "errorCode", "errorMessage", "requestID", "eventID", "sharedEventID",
    "apiVersion", "recipientAccountId", "vpcEndpointId", "vpcEndpointAccountId", "sessionCredentialFromConsole",
    # Some records have them as strings, which one of the engines does not take for booleans.
    "readOnly", "managementEvent",
]
JSONS = [
    "userIdentity", "requestParameters", "responseElements", "additionalEventData", "serviceEventDetails",
    "resources", "tlsDetails", "insightDetails", "addendum", "edgeDeviceDetails", "eventContext",
]
ALL = TEXTS + JSONS
