//! Products in the shape of the real list: every attribute is text, a term and a price bear the product's number.
#![allow(clippy::unwrap_used, clippy::panic)]

use serde_json::{Value, json};

use super::*;
use crate::testing::{Answer, Recorder, aws};

/// A product with one term and one price.
fn product(service: &str, sku: &str, attributes: &Value, unit: &str, usd: &str) -> Value {
    let mut all = json!({"regionCode": "eu-west-1", "locationType": "AWS Region", "operation": ""});
    let own = attributes.as_object().unwrap().clone();
    all.as_object_mut().unwrap().extend(own);
    json!({
        "product": {"productFamily": "Compute", "attributes": all, "sku": sku},
        "serviceCode": service,
        "terms": {"OnDemand": {format!("{sku}.JRTCKXETXF"): {
            "priceDimensions": {format!("{sku}.JRTCKXETXF.6YS6EN2CT7"): {
                "unit": unit, "endRange": "Inf", "beginRange": "0", "appliesTo": [],
                "rateCode": format!("{sku}.JRTCKXETXF.6YS6EN2CT7"),
                "description": "one of it", "pricePerUnit": {"USD": usd},
            }},
            "sku": sku, "effectiveDate": "2026-11-01T00:00:00Z",
            "offerTermCode": "JRTCKXETXF", "termAttributes": {},
        }}},
        "version": "20261120185401",
        "publicationDate": "2026-11-20T18:54:01Z",
    })
}

fn machine(sku: &str, kind: &str, tenancy: &str, usd: &str) -> Value {
    let usage = match tenancy {
        "Shared" => format!("EU-BoxUsage:{kind}"),
        _ => format!("EU-DedicatedUsage:{kind}"),
    };
    let attributes = json!({
        "instanceType": kind, "operatingSystem": "Linux", "tenancy": tenancy, "capacitystatus": "Used",
        "preInstalledSw": "NA", "marketoption": "OnDemand", "operation": "RunInstances", "usagetype": usage,
    });
    product("AmazonEC2", sku, &attributes, "Hrs", usd)
}

fn used(service: &str, sku: &str, usage: &str, unit: &str, usd: &str) -> Value {
    product(service, sku, &json!({"usagetype": usage}), unit, usd)
}

fn told_of(products: &[Value]) -> PriceList {
    let products: Vec<Product> = products
        .iter()
        .map(|product| product::parse(&product.to_string()).unwrap())
        .collect();
    told(&products, "eu-west-1", "2026-11-26")
}

fn prices(list: &PriceList) -> Vec<(&str, u64)> {
    let prices = list.prices.iter();
    prices
        .map(|price| (price.item.as_str(), price.nanos))
        .collect()
}

#[test]
fn a_price_tells_its_day_and_its_product() {
    let list = told_of(&[machine("SKU1", "m5.large", "Shared", "0.1070000000")]);
    let [price] = list.prices.as_slice() else {
        panic!("one price: {list:?}");
    };
    assert_eq!(
        *price,
        ListPrice {
            item: "ec2.instance.m5.large".to_owned(),
            unit: "hour".into(),
            nanos: 107_000_000,
            as_of: "2026-11-26".to_owned(),
            source: "AWS Price List AmazonEC2 SKU1, published 2026-11-20".to_owned(),
            quality: "refreshed".to_owned(),
        }
    );
}

#[test]
fn only_shared_linux_of_the_region_itself_is_taken() {
    let mut zone = machine("SKU3", "m5.large", "Shared", "0.150");
    zone["product"]["attributes"]["locationType"] = json!("AWS Local Zone");
    let mut windows = machine("SKU4", "m5.large", "Shared", "0.199");
    windows["product"]["attributes"]["operation"] = json!("RunInstances:0002");
    let mut sql = machine("SKU5", "m5.large", "Shared", "0.587");
    sql["product"]["attributes"]["preInstalledSw"] = json!("SQL Web");
    let mut elsewhere = machine("SKU6", "m5.large", "Shared", "0.09");
    elsewhere["product"]["attributes"]["regionCode"] = json!("us-east-1");
    let list = told_of(&[
        machine("SKU2", "m5.large", "Dedicated", "0.118"),
        zone,
        windows,
        sql,
        elsewhere,
        machine("SKU1", "m5.large", "Shared", "0.107"),
    ]);
    assert_eq!(prices(&list), [("ec2.instance.m5.large", 107_000_000)]);
    assert!(list.unclear.is_empty());
}

#[test]
fn units_are_the_tables_own() {
    let of = |operation: &str, sku: &str, usd: &str| {
        let attributes = json!({"usagetype": "EU-LoadBalancerUsage", "operation": operation});
        product("AWSELB", sku, &attributes, "Hrs", usd)
    };
    let list = told_of(&[
        used(
            "AmazonEC2",
            "A",
            "EU-EBS:VolumeUsage.gp3",
            "GB-Mo",
            "0.0880000000",
        ),
        used(
            "AmazonEC2",
            "B",
            "EU-EBS:VolumeP-Throughput.gp3",
            "GiBps-mo",
            "45.0560000000",
        ),
        used(
            "AmazonECS",
            "C",
            "EU-Fargate-vCPU-Hours:perCPU",
            "hours",
            "0.0404800000",
        ),
        used(
            "AmazonECS",
            "D",
            "EU-Fargate-Windows-vCPU-Hours:perCPU",
            "hours",
            "0.046552",
        ),
        used(
            "AmazonEKS",
            "E",
            "EUW1-AmazonEKS-Hours:perCluster",
            "Hours",
            "0.1000000000",
        ),
        used(
            "AmazonCloudWatch",
            "I",
            "EU-DataProcessing-Bytes",
            "GB",
            "0.5700000000",
        ),
        // The class for what is seldom read costs half.
        used(
            "AmazonCloudWatch",
            "J",
            "EU-DataProcessingIA-Bytes",
            "GB",
            "0.2850000000",
        ),
        used(
            "AmazonCloudWatch",
            "K",
            "EU-TimedStorage-ByteHrs",
            "GB-Mo",
            "0.0300000000",
        ),
        of("LoadBalancing:Application", "F", "0.0252"),
        of("LoadBalancing:Network", "G", "0.0253"),
        of("LoadBalancing", "H", "0.028"),
    ]);
    assert_eq!(
        prices(&list),
        [
            ("ebs.gp3", 88_000_000),
            ("ebs.gp3.throughput", 44_000_000),
            ("eks.cluster", 100_000_000),
            ("elb.alb", 25_200_000),
            ("elb.nlb", 25_300_000),
            ("fargate.vcpu", 40_480_000),
            ("logs.ingested", 570_000_000),
            ("logs.stored", 30_000_000),
        ]
    );
}

#[test]
fn of_a_price_in_steps_the_first_counts() {
    let mut endpoint = used("AmazonVPC", "A", "EU-VpcEndpoint-Bytes", "GB", "0.01");
    let steps = &mut endpoint["terms"]["OnDemand"]["A.JRTCKXETXF"]["priceDimensions"];
    steps["A.JRTCKXETXF.0"] =
        json!({"unit": "GB", "beginRange": "1048576", "pricePerUnit": {"USD": "0.006"}});
    assert_eq!(
        prices(&told_of(&[endpoint])),
        [("vpc.endpoint.data", 10_000_000)]
    );
}

#[test]
fn what_cannot_be_told_is_said_and_left() {
    let mut terms = used("AmazonEC2", "F", "EU-EBS:VolumeUsage.st1", "GB-Mo", "0.05");
    let term = terms["terms"]["OnDemand"]["F.JRTCKXETXF"].clone();
    terms["terms"]["OnDemand"]["F.OTHER"] = term;
    let mut yuan = used("AmazonEC2", "G", "EU-EBS:VolumeUsage.sc1", "GB-Mo", "1");
    yuan["terms"]["OnDemand"]["G.JRTCKXETXF"]["priceDimensions"]["G.JRTCKXETXF.6YS6EN2CT7"]["pricePerUnit"] =
        json!({"CNY": "1"});
    let list = told_of(&[
        used("AmazonEC2", "A", "EU-NatGateway-Hours", "Hrs", "0.048"),
        used("AmazonEC2", "B", "EU-NatGateway-Hours", "Hrs", "0.050"),
        used(
            "AmazonVPC",
            "C",
            "EU-PublicIPv4:InUseAddress",
            "Hrs",
            "0.0000000000",
        ),
        used("AmazonEC2", "D", "EU-NatGateway-Bytes", "Quantity", "0.048"),
        // The same from two offers is one price.
        used(
            "AmazonEC2",
            "E1",
            "EU-EBS:VolumeUsage.gp3",
            "GB-Mo",
            "0.088",
        ),
        used(
            "AmazonEC2",
            "E2",
            "EU-EBS:VolumeUsage.gp3",
            "GB-Mo",
            "0.0880",
        ),
        terms,
        yuan,
    ]);
    assert_eq!(prices(&list), [("ebs.gp3", 88_000_000)]);
    let why: Vec<(&str, &str)> = list
        .unclear
        .iter()
        .map(|(item, why)| (item.as_str(), why.as_str()))
        .collect();
    assert_eq!(
        why,
        [
            ("ebs.sc1", "G has no price in US dollars"),
            ("ebs.st1", "F has 2 terms on demand, not one"),
            ("vpc.ipv4", "C costs `0.0000000000`"),
            ("vpc.nat", "the products A and B differ in price"),
            ("vpc.nat.data", "D is priced by `Quantity`"),
        ]
    );
}

fn page(products: &[Value], next: Option<&str>) -> Answer {
    let texts: Vec<String> = products.iter().map(Value::to_string).collect();
    let answer = json!({"FormatVersion": "aws_v1", "PriceList": texts, "NextToken": next});
    Answer::ok(&answer.to_string())
}

#[tokio::test]
async fn all_pages_are_read_and_one_twice_is_a_fault() {
    let client = |recorder: &Recorder| aws(recorder).client(aws_sdk_pricing::Client::new);
    let machines = &QUERIES[0];
    let one = machine("SKU1", "m5.large", "Shared", "0.107");
    let recorder = Recorder::new([
        page(std::slice::from_ref(&one), Some("more")),
        page(std::slice::from_ref(&one), None),
    ]);
    let found = ask(&aws(&recorder), &client(&recorder), machines, "eu-west-1").await;
    assert_eq!(found.unwrap().len(), 2);
    let bodies = recorder.bodies();
    assert!(!bodies[0].contains("NextToken"), "{}", bodies[0]);
    assert!(
        bodies[1].contains("\"NextToken\":\"more\""),
        "{}",
        bodies[1]
    );
    for wanted in [
        "\"Field\":\"tenancy\"",
        "\"Value\":\"eu-west-1\"",
        "\"MaxResults\":100",
    ] {
        assert!(bodies[0].contains(wanted), "{}", bodies[0]);
    }
    let recorder = Recorder::new([
        page(std::slice::from_ref(&one), Some("x")),
        page(&[one], Some("x")),
    ]);
    let fault = ask(&aws(&recorder), &client(&recorder), machines, "eu-west-1").await;
    assert!(fault.unwrap_err().message.contains("twice"));
}

#[tokio::test(start_paused = true)]
async fn half_of_a_list_is_none() {
    let product = "no document";
    let answer = json!({"PriceList": [product]}).to_string();
    let recorder = Recorder::new(QUERIES.iter().map(|_| Answer::ok(&answer)));
    let fault = price_list(&aws(&recorder), "eu-west-1", "2026-11-26").await;
    assert!(fault.unwrap_err().message.contains("cannot be read"));
    let recorder = Recorder::new([page(&[], None)]);
    let fault = price_list(&aws(&recorder), "eu-west-1", "2026-11-26").await;
    assert_eq!(fault.unwrap_err().how, How::Server);
}
