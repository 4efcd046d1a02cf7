//! Values: added and read. No refusal ever repeats one.

use serde_json::{Value, json};

use super::checksum::crc32c;
use super::secret::named as secret_named;
use super::version::{Version, named};
use crate::gcp::refusal::{invalid, precondition};
use crate::gcp::shape::{base64, unbase64};
use crate::gcp::{Call, Outcome};

/// The greatest value, in bytes.
const MOST: usize = 64 << 10;

/// `addVersion`: checked against the caller's checksum, when it sent one.
pub(super) fn add(call: &mut Call<'_>) -> Outcome {
    let mut secret = secret_named(call)?;
    let payload = call.json.get("payload");
    let data = payload
        .and_then(|payload| payload.get("data"))
        .and_then(Value::as_str);
    let Some(bytes) = unbase64(data.unwrap_or_default()) else {
        return Err(invalid(
            "Invalid value at 'payload.data' (TYPE_BYTES), Base64 decoding failed.",
        ));
    };
    if bytes.is_empty() {
        return Err(invalid("Payload must be set and not be empty."));
    }
    if bytes.len() > MOST {
        let text = format!(
            "The payload is too large: {} bytes, the limit is {MOST} bytes.",
            bytes.len()
        );
        return Err(invalid(text));
    }
    // A number of 64 bits: text, as such are written.
    let sum = payload.and_then(|payload| payload.get("dataCrc32c"));
    let said = sum.map(|sum| {
        sum.as_str()
            .and_then(|text| text.parse().ok())
            .or_else(|| sum.as_i64())
    });
    if said.is_some_and(|said| said != Some(i64::from(crc32c(&bytes)))) {
        return Err(invalid(
            "The payload checksum does not match the checksum that was given in data_crc32c.",
        ));
    }
    secret.newest += 1;
    let version = Version {
        secret: secret.name.clone(),
        number: secret.newest,
        state: "ENABLED".to_owned(),
        data: base64(&bytes),
        checked: said.is_some(),
        revision: 0,
        destroyed: None,
        created: call.now(),
    };
    let place = call.place("");
    call.tx.put(&place, &secret);
    call.tx.put(&place, &version);
    Ok(version.show(&secret, &call.number()))
}

/// `access`.
pub(super) fn access(call: &mut Call<'_>) -> Outcome {
    let (_, version) = named(call)?;
    let name = version.full_name(&call.number());
    if version.state != "ENABLED" {
        let text = format!("Secret Version [{name}] is in {} state.", version.state);
        return Err(precondition(text));
    }
    let bytes = unbase64(&version.data).unwrap_or_default();
    Ok(json!({
        "name": name,
        "payload": { "data": version.data, "dataCrc32c": crc32c(&bytes).to_string() },
    }))
}
