//! `prices refresh` of Google Cloud: what the catalogue of the embedded cloud tells, by the real binary, and what comes of changes in it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod common;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use common::{Place, Ran};
use http::Request;
use jiff::Timestamp;
use provision_sandbox::{Cloud, Config};
use serde_json::{Value, json};

/// The catalogue of the embedded cloud, each SKU edited, in small pages.
struct Catalogue {
    url: String,
    state: Arc<Mutex<State>>,
}

struct State {
    edit: fn(&mut Value),
    asked: Vec<String>,
}

/// So many SKUs a page, whatever is asked for.
const PAGE: usize = 40;

impl Catalogue {
    fn serve(config: Config) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State {
            edit: |_| {},
            asked: Vec::new(),
        }));
        let cloud = Arc::new(Cloud::in_memory(config));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (cloud, state) = (Arc::clone(&cloud), Arc::clone(&shared));
                std::thread::spawn(move || {
                    let _ = talk(stream.unwrap(), &cloud, &state);
                });
            }
        });
        Self { url, state }
    }

    fn edit(&self, edit: fn(&mut Value)) {
        self.state.lock().unwrap().edit = edit;
    }

    fn asked(&self) -> Vec<String> {
        self.state.lock().unwrap().asked.clone()
    }
}

/// One connection: requests until the other side has enough.
fn talk(stream: TcpStream, cloud: &Cloud, state: &Mutex<State>) -> std::io::Result<()> {
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head)? == 0 {
                return Ok(());
            }
        }
        let path = head.split(' ').nth(1).unwrap().to_owned();
        let path = path.replace("pageSize=1000", &format!("pageSize={PAGE}"));
        let request = Request::get(path.as_str()).body(Vec::new()).unwrap();
        let answer = cloud.handle(Timestamp::now(), request);
        let mut body: Value = serde_json::from_slice(answer.body()).unwrap();
        let edit = {
            let mut state = state.lock().unwrap();
            state.asked.push(path);
            state.edit
        };
        let skus = body.get_mut("skus").and_then(Value::as_array_mut);
        skus.into_iter().flatten().for_each(edit);
        let text = body.to_string();
        write!(
            writer,
            "HTTP/1.1 {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{text}",
            answer.status(),
            text.len()
        )?;
    }
}

const SPEC: &str = r#"stack = "hello"

[cloud.gcp]
project = "acme-prod"
region  = "europe-west1"

[cluster.main]
platform = "gke"

[cluster.main.pool.default]
machine = { gke = "e2-standard-4" }
nodes   = 3
"#;

/// A run with a cache of its own, pointed at the catalogue.
fn run(place: &Place, catalogue: &Catalogue, args: &[&str]) -> Ran {
    let mut command = place.command(args);
    command
        .env("XDG_CACHE_HOME", place.file("cache"))
        .env(
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDBILLING",
            &catalogue.url,
        )
        .env("CLOUDSDK_AUTH_DISABLE_CREDENTIALS", "true");
    common::ran(command.output().unwrap())
}

const TABLE: &str = "cache/provision/prices/europe-west1.json";
const REFRESH: [&str; 4] = ["prices", "refresh", "--region", "europe-west1"];

fn shown(place: &Place, catalogue: &Catalogue, item: &str) -> Value {
    let args = ["prices", "show", "europe-west1", item, "--json"];
    let shown = run(place, catalogue, &args).expect(0).json();
    let all = shown["prices"].as_array().unwrap().clone();
    all.into_iter().find(|price| price["item"] == item).unwrap()
}

fn total(place: &Place, catalogue: &Catalogue) -> i64 {
    let bill = run(place, catalogue, &["cost", "--json"]).expect(0).json();
    let text = bill["total"].as_str().unwrap().to_owned();
    (text.parse::<f64>().unwrap() * 100.0).round() as i64
}

#[test]
fn what_the_tables_say_comes_back_unchanged() {
    let place = Place::with(SPEC);
    let catalogue = Catalogue::serve(Config::default());
    let args = [&REFRESH[..], &["--region", "us-central1", "--json"]].concat();
    let read = run(&place, &catalogue, &args).expect(0).json();
    for (report, region) in read["regions"]
        .as_array()
        .unwrap()
        .iter()
        // Nobody had read what images cost in one of them; the catalogue has one price for everywhere.
        .zip([
            ("europe-west1", json!(["artifacts.stored"])),
            ("us-central1", json!([])),
        ])
    {
        let (region, new) = region;
        assert_eq!(report["region"], region);
        assert_eq!(report["cloud"], "gcp");
        // Of cores and memory, machines are made again to the micro-dollar.
        assert_eq!(report["changed"], json!([]), "{region}");
        assert_eq!(report["new"], new, "{region}");
        assert_eq!(report["not_told"], json!({}), "{region}");
        assert!(report["unchanged"].as_u64().unwrap() > 300, "{report}");
        // What the catalogue has no SKU of is said.
        let stay = report["built_in"].as_array().unwrap();
        for item in [
            "network.out",
            "gce.instance.a2-highgpu-1g",
            "gke.cluster.extended",
        ] {
            assert!(stay.iter().any(|one| one == item), "{region}: {item}");
        }
    }
    // The services are read once for both regions, page by page.
    let asked = catalogue.asked();
    let of = |service: &str| asked.iter().filter(|path| path.contains(service)).count();
    assert_eq!(of("/v1/services/E505-1604-58F8/skus"), 1, "{asked:?}");
    assert!(of("/v1/services/6F81-5844-456A/skus") > 2, "{asked:?}");
    assert!(asked.iter().all(|path| path.contains("currencyCode=USD")));
}

#[test]
fn what_is_read_is_used_until_it_is_forgotten() {
    let place = Place::with(SPEC);
    let catalogue = Catalogue::serve(Config::default());
    let before = total(&place, &catalogue);
    assert!(catalogue.asked().is_empty(), "reckoning asks nobody");
    // The fee doubles, disks are sold at two prices, and another sort of disk appears.
    catalogue.edit(|sku| {
        let price = "/pricingInfo/0/pricingExpression/tieredRates/0/unitPrice/nanos";
        match sku["description"].as_str().unwrap() {
            "Regional Kubernetes Clusters" => *sku.pointer_mut(price).unwrap() = json!(200_000_000),
            "Regional Balanced PD Capacity in Belgium" => {
                sku["description"] = json!("Balanced PD Capacity in EMEA");
            }
            "Storage PD Snapshot in Belgium" => {
                sku["description"] = json!("Hyperdisk Balanced Capacity in Belgium");
            }
            _ => {}
        }
    });
    let read = run(&place, &catalogue, &REFRESH).expect(0);
    for said in [
        "europe-west1: ",
        " prices read from the Cloud Billing Catalog of Google on ",
        ": 1 changed, 2 new, ",
        "gke.cluster",
        "+100.0 %",
        "not told: gce.disk.pd-balanced: the SKUs ",
        " differ in price",
        "still built in: ",
        "network.out",
        " machine types",
        "Kept in ",
    ] {
        assert!(read.out.contains(said), "{said}: {}", read.out);
    }
    assert!(!read.out.contains("gce.spot."), "{}", read.out);
    let fee = shown(&place, &catalogue, "gke.cluster");
    assert_eq!(
        (&fee["price"], &fee["quality"]),
        (&json!("0.20"), &json!("refreshed"))
    );
    let source = fee["source"].as_str().unwrap();
    assert!(
        source.starts_with("Cloud Billing Catalog CCD8-9BF1-090E "),
        "{source}"
    );
    assert!(source.ends_with(", in effect since 2026-11-01"), "{source}");
    let disk = shown(&place, &catalogue, "gce.disk.hyperdisk-balanced");
    assert_eq!(
        (&disk["price"], &disk["unit"]),
        (&json!("0.05"), &json!("GiB-month"))
    );
    assert_eq!(total(&place, &catalogue) - before, 7300);

    let forgotten = run(&place, &catalogue, &["prices", "refresh", "--forget"]).expect(0);
    assert!(
        forgotten.out.contains("Forgotten: europe-west1"),
        "{}",
        forgotten.out
    );
    assert_eq!(total(&place, &catalogue), before);
}

#[test]
fn what_cannot_be_read_changes_nothing() {
    let place = Place::with(SPEC);
    let denied: Config =
        serde_json::from_value(json!({"denied": ["cloudbilling.services.skus.list"]})).unwrap();
    let catalogue = Catalogue::serve(denied);
    let denied = run(&place, &catalogue, &REFRESH).expect(1);
    assert!(
        denied.err.contains("cloudbilling.services.skus.list"),
        "{}",
        denied.err
    );
    assert!(!place.file(TABLE).exists());

    let catalogue = Catalogue::serve(Config::default());
    // A region with no SKU of its own has those of everywhere; without those there is none.
    catalogue.edit(|sku| {
        if sku["serviceRegions"] == json!(["global"]) {
            sku["serviceRegions"] = json!(["us-east1"]);
        }
    });
    let args = [&REFRESH[..], &["--region", "asia-east1"]].concat();
    let empty = run(&place, &catalogue, &args).expect(1);
    let said = "the catalogue of Google has no price in US dollars of the region `asia-east1`";
    assert!(empty.err.contains(said), "{}", empty.err);
    assert!(
        !place.file(TABLE).exists(),
        "half of what was asked for is none"
    );

    // Nobody is logged in, and nothing on this machine is asked for a login.
    let mut command = place.command(&REFRESH);
    command
        .env("XDG_CACHE_HOME", place.file("cache"))
        .env("GOOGLE_APPLICATION_CREDENTIALS", place.file("none.json"));
    let alone = common::ran(command.output().unwrap()).expect(1);
    assert!(
        alone.err.contains("gcloud auth application-default login"),
        "{}",
        alone.err
    );
}
