//! What is repeated, and how long is waited.
#![allow(clippy::unwrap_used)]
use tokio::time::Instant;

use super::*;
use crate::testing::{Answer, Recorder, aws};

#[tokio::test(start_paused = true)]
async fn reads_are_repeated_and_writes_are_not() {
    let recorder = Recorder::new([
        Answer::status(500),
        Answer::ok(
            "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult><Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
        ),
        Answer::status(500),
    ]);
    let aws = aws(&recorder);
    let request = aws.sts.get_caller_identity();
    let identity = aws
        .read("sts:GetCallerIdentity", || request.clone().send())
        .await
        .unwrap();
    assert_eq!(identity.account(), Some("1"));
    let fault = aws
        .write("sts:GetCallerIdentity", || request.clone().send())
        .await
        .unwrap_err();
    assert_eq!(fault.how, How::Server);
    assert_eq!(recorder.count(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_stalled_service_does_not_hang_us() {
    let recorder = Recorder::new([Answer::never()]);
    let aws = aws(&recorder);
    let start = Instant::now();
    let request = aws.ec2.create_vpc().cidr_block("10.0.0.0/16");
    let fault = aws
        .write("ec2:CreateVpc", || request.clone().send())
        .await
        .unwrap_err();
    assert_eq!(fault.how, How::NoAnswer);
    assert!(start.elapsed() <= Duration::from_secs(31));
}

#[tokio::test(start_paused = true)]
async fn throttled_writes_are_repeated() {
    let throttle = "<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>slow</Message></Error></Errors><RequestID>r</RequestID></Response>";
    let recorder = Recorder::new([
        Answer::error(503, throttle),
        Answer::ok(
            "<DeleteVpcResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><return>true</return></DeleteVpcResponse>",
        ),
    ]);
    let aws = aws(&recorder);
    let request = aws.ec2.delete_vpc().vpc_id("vpc-1");
    aws.write("ec2:DeleteVpc", || request.clone().send())
        .await
        .unwrap();
    assert_eq!(recorder.count(), 2);
}
