//! `prices refresh` against a server that answers as the Price List Query API does: JSON documents in strings, in pages, for
//! the filters that were asked with.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod common;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::sync::{Arc, Mutex};

use common::{Place, Ran};
use serde_json::{Value, json};

/// A server of prices on this machine.
struct Prices {
    url: String,
    products: Arc<Mutex<Vec<Value>>>,
    asked: Arc<Mutex<usize>>,
}

impl Prices {
    fn serve(products: Vec<Value>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let products = Arc::new(Mutex::new(products));
        let asked = Arc::new(Mutex::new(0));
        let (all, count) = (Arc::clone(&products), Arc::clone(&asked));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (all, count) = (Arc::clone(&all), Arc::clone(&count));
                std::thread::spawn(move || {
                    let _ = talk(stream.unwrap(), &all, &count);
                });
            }
        });
        Self {
            url,
            products,
            asked,
        }
    }
}

/// One connection: requests until the other side has enough.
fn talk(
    stream: TcpStream,
    products: &Mutex<Vec<Value>>,
    asked: &Mutex<usize>,
) -> std::io::Result<()> {
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    loop {
        let (mut length, mut target, mut line) = (0, String::new(), String::new());
        loop {
            line.clear();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let lower = line.trim().to_ascii_lowercase();
            if let Some(value) = lower.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if let Some(value) = lower.strip_prefix("x-amz-target:") {
                target = value.trim().to_owned();
            }
            if lower.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        *asked.lock().unwrap() += 1;
        assert_eq!(target, "awspricelistservice.getproducts");
        let body = serde_json::from_slice(&body).unwrap();
        let answer = answer(&body, &products.lock().unwrap());
        let (status, text) = match answer {
            Ok(answer) => ("200 OK", answer.to_string()),
            Err(error) => ("400 Bad Request", error.to_string()),
        };
        write!(
            writer,
            "HTTP/1.1 {status}\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: {}\r\n\r\n{text}",
            text.len()
        )?;
    }
}

/// Products that fit all filters, two a page; a product `denied` makes it refuse.
fn answer(request: &Value, products: &[Value]) -> Result<Value, Value> {
    if products.iter().any(|product| product == "denied") {
        return Err(json!({
            "__type": "AccessDeniedException",
            "Message": "User: arn:aws:iam::123456789012:user/me is not authorized to perform: pricing:GetProducts",
        }));
    }
    let fits = |product: &Value| {
        let filters = request["Filters"].as_array().unwrap();
        product["serviceCode"] == request["ServiceCode"]
            && filters.iter().all(|filter| {
                let field = filter["Field"].as_str().unwrap();
                let value = filter["Value"].as_str().unwrap();
                let own = product["product"]["attributes"][field].as_str();
                match filter["Type"].as_str().unwrap() {
                    "TERM_MATCH" => own == Some(value),
                    "CONTAINS" => own.is_some_and(|own| own.contains(value)),
                    other => panic!("filter {other}"),
                }
            })
    };
    let found: Vec<String> = products
        .iter()
        .filter(|product| fits(product))
        .map(Value::to_string)
        .collect();
    let start: usize = request["NextToken"]
        .as_str()
        .map_or(0, |token| token.parse().unwrap());
    let page: Vec<&String> = found.iter().skip(start).take(2).collect();
    let mut answer = json!({"FormatVersion": "aws_v1", "PriceList": page});
    if start + 2 < found.len() {
        answer["NextToken"] = json!((start + 2).to_string());
    }
    Ok(answer)
}

/// A product in the shape of the list.
fn product(service: &str, sku: &str, usage: &str, unit: &str, usd: &str, more: &Value) -> Value {
    let mut attributes = json!({
        "servicecode": service, "location": "US East (N. Virginia)", "locationType": "AWS Region",
        "regionCode": "us-east-1", "usagetype": usage, "operation": "",
    });
    let own = more.as_object().unwrap().clone();
    attributes.as_object_mut().unwrap().extend(own);
    json!({
        "product": {"productFamily": "Compute Instance", "attributes": attributes, "sku": sku},
        "serviceCode": service,
        "terms": {"OnDemand": {format!("{sku}.JRTCKXETXF"): {
            "priceDimensions": {format!("{sku}.JRTCKXETXF.6YS6EN2CT7"): {
                "unit": unit, "beginRange": "0", "endRange": "Inf", "appliesTo": [], "description": "",
                "rateCode": format!("{sku}.JRTCKXETXF.6YS6EN2CT7"), "pricePerUnit": {"USD": usd},
            }},
            "sku": sku, "effectiveDate": "2026-11-01T00:00:00Z", "offerTermCode": "JRTCKXETXF",
            "termAttributes": {},
        }}},
        "version": "20261120185401", "publicationDate": "2026-11-20T18:54:01Z",
    })
}

fn machine(sku: &str, kind: &str, system: &str, usd: &str) -> Value {
    let more = json!({
        "instanceType": kind, "operatingSystem": system, "tenancy": "Shared", "capacitystatus": "Used",
        "preInstalledSw": "NA", "marketoption": "OnDemand", "operation": "RunInstances",
    });
    product(
        "AmazonEC2",
        sku,
        &format!("BoxUsage:{kind}"),
        "Hrs",
        usd,
        &more,
    )
}

/// Five machines (three pages), one of them new, and the rest of a small cluster.
fn list() -> Vec<Value> {
    let used = |service, sku, usage, unit, usd| product(service, sku, usage, unit, usd, &json!({}));
    vec![
        machine("M1", "m5.large", "Linux", "0.1200000000"),
        machine("W1", "m5.large", "Windows", "0.1880000000"),
        machine("M2", "m5.xlarge", "Linux", "0.1920000000"),
        machine("M3", "m5.2xlarge", "Linux", "0.3840000000"),
        machine("M4", "m5.4xlarge", "Linux", "0.7680000000"),
        machine("M5", "m99.large", "Linux", "0.0990000000"),
        used(
            "AmazonEC2",
            "E1",
            "EBS:VolumeUsage.gp3",
            "GB-Mo",
            "0.0800000000",
        ),
        used("AmazonEC2", "N1", "NatGateway-Hours", "Hrs", "0.0450000000"),
        used("AmazonEC2", "N2", "NatGateway-Bytes", "GB", "0.0400000000"),
        used("AmazonEC2", "N3", "NatGateway-Bytes", "GB", "0.0450000000"),
        used(
            "AmazonEKS",
            "K1",
            "USE1-AmazonEKS-Hours:perCluster",
            "Hours",
            "0.1100000000",
        ),
    ]
}

const SPEC: &str = r#"stack = "hello"

[cloud.aws]
account = "123456789012"
region  = "us-east-1"

[cluster.main]
platform = "eks"

[cluster.main.pool.default]
machine = { eks = "m5.large" }
nodes   = 2
disk    = "20GiB"
"#;

/// A run with a cache of its own, and with credentials for the server of prices.
fn run(place: &Place, prices: &Prices, args: &[&str]) -> Ran {
    let mut command = place.command(args);
    command
        .env("XDG_CACHE_HOME", place.file("cache"))
        .env("AWS_ENDPOINT_URL", &prices.url)
        .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "secret");
    common::ran(command.output().unwrap())
}

const TABLE: &str = "cache/provision/prices/us-east-1.json";
const REFRESH: [&str; 4] = ["prices", "refresh", "--region", "us-east-1"];

fn machine_price(place: &Place, prices: &Prices) -> Value {
    let shown = run(
        place,
        prices,
        &[
            "prices",
            "show",
            "us-east-1",
            "ec2.instance.m5.large",
            "--json",
        ],
    );
    shown.expect(0).json()["prices"][0].clone()
}

/// What a month costs: control plane and all, as a decimal in cents.
fn total(place: &Place, prices: &Prices) -> Value {
    let bill = run(place, prices, &["cost", "--json"]).expect(0).json();
    bill["total"].clone()
}

#[test]
fn what_is_read_is_used_until_it_is_forgotten() {
    let place = Place::with(SPEC);
    let prices = Prices::serve(list());
    let before = total(&place, &prices);
    assert_eq!(machine_price(&place, &prices)["price"], "0.096");
    assert_eq!(*prices.asked.lock().unwrap(), 0, "showing asks nobody");

    let read = run(&place, &prices, &REFRESH).expect(0);
    for said in [
        "us-east-1: 8 prices read from the AWS Price List on ",
        ": 2 changed, 1 new, 5 as built in",
        "ec2.instance.m5.large",
        "+25.0 %",
        "eks.cluster",
        "+10.0 %",
        "not told: vpc.nat.data: the products N2 and N3 differ in price",
        "still built in: ebs.gp2, ",
        "Kept in ",
    ] {
        assert!(read.out.contains(said), "{said}: {}", read.out);
    }
    let mode = |name: &str| {
        std::fs::metadata(place.file(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(
        (mode(TABLE), mode("cache/provision/prices")),
        (0o600, 0o700)
    );

    let shown = machine_price(&place, &prices);
    assert_eq!(shown["price"], "0.12");
    assert_eq!(shown["quality"], "refreshed");
    assert_eq!(
        shown["source"],
        "AWS Price List AmazonEC2 M1, published 2026-11-20"
    );
    let now = jiff::Timestamp::now().to_string();
    assert_eq!(shown["as_of"].as_str().unwrap()[..7], now[..7]);

    // Two machines for 0.024 an hour more, the control plane for 0.01.
    let bill = run(&place, &prices, &["cost", "--json"]).expect(0).json();
    let cents = |money: &Value| -> i64 {
        let text = money.as_str().unwrap();
        (text.parse::<f64>().unwrap() * 100.0).round() as i64
    };
    assert_eq!(cents(&bill["total"]) - cents(&before), 3504 + 730);
    assert_eq!(bill["catalogue"]["as_of"], shown["as_of"]);
    let plan = run(&place, &prices, &["plan", "--sandbox", "--json"])
        .expect(0)
        .json();
    assert_eq!(plan["cost"]["after"], bill["total"]);

    // The next reading goes over it.
    prices.products.lock().unwrap()[0] = machine("M1", "m5.large", "Linux", "0.0960000000");
    let again = run(&place, &prices, &[&REFRESH[..], &["--json"]].concat())
        .expect(0)
        .json();
    assert_eq!(again["regions"][0]["changed"][0]["item"], "eks.cluster");
    assert_eq!(
        again["regions"][0]["new"],
        json!(["ec2.instance.m99.large"])
    );
    assert_eq!(machine_price(&place, &prices)["price"], "0.096");

    let forgotten = run(&place, &prices, &["prices", "refresh", "--forget"]).expect(0);
    assert!(
        forgotten.out.contains("Forgotten: us-east-1"),
        "{}",
        forgotten.out
    );
    assert_eq!(total(&place, &prices), before);
    assert_eq!(machine_price(&place, &prices)["quality"], "observed");
    let none = run(&place, &prices, &["prices", "refresh", "--forget"]).expect(0);
    assert!(
        none.out.contains("No refreshed prices were kept"),
        "{}",
        none.out
    );
}

#[test]
fn a_damaged_table_is_never_used() {
    let place = Place::with(SPEC);
    let prices = Prices::serve(list());
    run(&place, &prices, &REFRESH).expect(0);
    let whole = place.read(TABLE);
    place.write(TABLE, &whole[..whole.len() / 2]);
    for args in [
        &["cost"][..],
        &["prices", "show", "us-east-1"],
        &["plan", "--sandbox"],
    ] {
        let failed = run(&place, &prices, args).expect(1);
        assert!(
            failed
                .err
                .contains("refreshed prices of us-east-1 cannot be used"),
            "{}",
            failed.err
        );
        assert!(
            failed.err.contains("prices refresh --forget"),
            "{}",
            failed.err
        );
    }
    // Other regions do not care, and reading again heals it.
    run(&place, &prices, &["prices", "show", "us-east-2"]).expect(0);
    run(&place, &prices, &REFRESH).expect(0);
    assert_eq!(place.read(TABLE), whole);
}

#[test]
fn what_cannot_be_read_changes_nothing() {
    let place = Place::with(SPEC);
    let prices = Prices::serve(vec![json!("denied")]);
    let denied = run(&place, &prices, &REFRESH).expect(1);
    assert!(denied.err.contains("pricing:GetProducts"), "{}", denied.err);
    assert!(denied.err.contains("not authorized"), "{}", denied.err);
    assert!(!place.file(TABLE).exists());

    let prices = Prices::serve(list());
    let empty = [
        "prices",
        "refresh",
        "--region",
        "us-east-1",
        "--region",
        "us-east-2",
    ];
    let empty = run(&place, &prices, &empty).expect(1);
    assert!(
        empty
            .err
            .contains("no price in US dollars of the region `us-east-2`"),
        "{}",
        empty.err
    );
    assert!(
        !place.file(TABLE).exists(),
        "half of what was asked for is none"
    );

    let mut command = place.command(&REFRESH);
    command.env("HOME", place.path());
    let alone = common::ran(command.output().unwrap()).expect(1);
    assert!(alone.err.contains("NoCredentials"), "{}", alone.err);
    assert!(alone.err.contains("aws sso login"), "{}", alone.err);
    assert!(!place.file(".cache").exists());

    let homeless = place.run(&REFRESH).expect(64);
    assert!(
        homeless.err.contains("set HOME or XDG_CACHE_HOME"),
        "{}",
        homeless.err
    );
}

#[test]
fn a_region_is_of_one_cloud() {
    let place = Place::with(SPEC);
    let prices = Prices::serve(list());
    for (args, said) in [
        (
            &["--region", "us-central1", "--cloud", "aws"][..],
            "is a region of gcp, not of aws",
        ),
        (&["--region", "mars-north-1"], "say whose region it is"),
        (&["--region", "../../x"], "is not the name of a region"),
        (
            &["--region", "us-east-1", "--cloud", "gcp"],
            "is a region of aws, not of gcp",
        ),
        (&[], "--region <REGION>"),
    ] {
        let args = [&["prices", "refresh"], args].concat();
        let wrong = run(&place, &prices, &args).expect(64);
        assert!(wrong.err.contains(said), "{args:?}: {}", wrong.err);
    }
    let sandbox = [&REFRESH[..], &["--sandbox"]].concat();
    let sandbox = run(&place, &prices, &sandbox).expect(1);
    assert!(
        sandbox.err.contains("it has no current prices"),
        "{}",
        sandbox.err
    );
    assert_eq!(*prices.asked.lock().unwrap(), 0);
}
