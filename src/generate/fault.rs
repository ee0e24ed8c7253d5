//! What goes wrong: error codes and messages of calls that were denied, throttled, or for what is not there.
//!
//! Most failures are denials, then come calls for what is not there, then throttling. Each service has its own codes,
//! in the catalogue; most messages are shared among services, and so more uniform than in life.

use super::client::unversioned;
use super::dice::{below, mix};
use super::shape::{Service, Shape};
use super::text;

/// Writes an error's message and says its code.
pub(super) fn write(
    message: &mut String,
    service: &Service,
    shape: &Shape,
    arn: &str,
    seed: u64,
) -> &'static str {
    match below(mix(seed, 0xfa), 100) {
        0..58 => {
            denied(message, service, shape, arn, seed);
            service.denied
        }
        58..74 => {
            message.push_str(if service.prefix == "ec2" {
                "Request limit exceeded."
            } else {
                "Rate exceeded"
            });
            service.throttled
        }
        _ => {
            missing(message, service, seed);
            service.missing
        }
    }
}

fn denied(message: &mut String, service: &Service, shape: &Shape, arn: &str, seed: u64) {
    if service.prefix == "ec2" {
        message.push_str("You are not authorized to perform this operation. User: ");
        message.push_str(arn);
        message.push_str(" is not authorized to perform: ec2:");
        message.push_str(shape.name);
        message.push_str(" because no identity-based policy allows the ec2:");
        message.push_str(shape.name);
        message.push_str(" action. Encoded authorization failure message: ");
        text::base64(message, seed, 640);
        return;
    }
    let action = if shape.name == "Invoke" { "InvokeFunction" } else { unversioned(shape.name) };
    for part in ["User: ", arn, " is not authorized to perform: ", service.prefix, ":", action] {
        message.push_str(part);
    }
    message.push_str(match below(mix(seed, 0xfb), 4) {
        0 => " with an explicit deny in a service control policy",
        1 => " because no resource-based policy allows the action",
        _ => " because no identity-based policy allows the action",
    });
}

fn missing(message: &mut String, service: &Service, seed: u64) {
    match service.prefix {
        "s3" => message.push_str("The specified key does not exist."),
        "ec2" => {
            message.push_str("The instance ID 'i-");
            text::hex(message, mix(seed, 0xfc), 17);
            message.push_str("' does not exist");
        }
        "sts" => message.push_str("The security token included in the request is expired"),
        "iam" => message.push_str("The entity with that name cannot be found."),
        _ => message.push_str("The resource that the request names was not found."),
    }
}
