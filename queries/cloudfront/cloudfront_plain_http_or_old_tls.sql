/*---
id: cloudfront_plain_http_or_old_tls
title: CloudFront distribution set up with plain HTTP or old TLS
severity: low
status: stable
attack: [T1557, T1040]
practice: monitoring
description: >
  Visitors may talk to the distribution without encryption, or with protocol versions that can be broken. The policy
  of the certificate and of the viewer says so in this request.
false_positives:
  - Distributions for old devices, and sites that redirect by other means.
respond:
  - See which distribution it is, and set redirect-to-https and TLSv1.2_2021 or newer.
  - Ask the caller.
  - Look for other changes of the same distribution.
references:
  - UpdateDistribution, https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_UpdateDistribution.html
  - Supported protocols and ciphers, https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/secure-connections-supported-viewer-protocols-ciphers.html
---*/
SELECT * FROM cloudtrail
WHERE event_source = 'cloudfront.amazonaws.com'
  AND event_name IN (
    'CreateDistribution', 'CreateDistribution2020_05_31',
    'UpdateDistribution', 'UpdateDistribution2020_05_31'
  )
  AND error_code IS NULL
  AND error_message IS NULL
  AND (
    lower(request_parameters -> 'distributionConfig' -> 'defaultCacheBehavior' ->> 'viewerProtocolPolicy') = 'allow-all'
    -- With CloudFront's own certificate the version is TLSv1 whatever one wants.
    OR request_parameters -> 'distributionConfig' -> 'viewerCertificate' ->> 'minimumProtocolVersion'
        IN ('SSLv3', 'TLSv1', 'TLSv1_2016', 'TLSv1.1_2016')
      AND lower(
        coalesce(request_parameters -> 'distributionConfig' -> 'viewerCertificate' ->> 'cloudFrontDefaultCertificate', '')
      ) <> 'true'
  )
