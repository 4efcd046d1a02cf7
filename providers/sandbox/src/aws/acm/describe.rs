//! DescribeCertificate and ListCertificates.

use serde::Deserialize;
use serde_json::{Value, json};

use super::Certificate;
use crate::aws::elbv2::Listener;
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body};

/// Statuses of the API.
const KNOWN: &[&str] = &[
    "PENDING_VALIDATION",
    "ISSUED",
    "INACTIVE",
    "EXPIRED",
    "VALIDATION_TIMED_OUT",
    "REVOKED",
    "FAILED",
];

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::bad("ValidationException", message)
}

/// DescribeCertificate.
pub(super) fn one(call: &mut Call<'_>) -> Outcome {
    let Some(arn) = call.json.get("CertificateArn").and_then(Value::as_str) else {
        return Err(invalid(
            "1 validation error detected: Value null at 'certificateArn' failed to satisfy constraint: Member must \
             not be null",
        ));
    };
    if !arn.starts_with("arn:") || !arn.contains(":acm:") || !arn.contains(":certificate/") {
        return Err(invalid(format!(
            "1 validation error detected: Value '{arn}' at 'certificateArn' failed to satisfy constraint: Member \
             must satisfy regular expression pattern: \
             arn:[\\w+=/,.@-]+:acm:[\\w+=/,.@-]*:[0-9]+:[\\w+=,.@-]+(/[\\w+=,.@-]+)*"
        )));
    }
    let found = call.tx.see::<Certificate>(&call.place, arn);
    let found = found.ok_or_else(|| {
        let account = &call.place.account;
        let text = format!("Could not find certificate {arn} in account {account}.");
        ApiError::bad("ResourceNotFoundException", text)
    })?;
    let detail = detail(&found, &used_by(call, &found));
    Ok(Body::Json(json!({ "Certificate": detail })))
}

/// The balancers whose listeners have it.
fn used_by(call: &Call<'_>, certificate: &Certificate) -> Vec<String> {
    let all = call.tx.list::<Listener>(&call.place).into_iter();
    let mut users: Vec<String> = all
        .filter(|one| one.certificates.contains(&certificate.arn))
        .map(|one| one.balancer)
        .collect();
    users.sort();
    users.dedup();
    users
}

fn detail(one: &Certificate, used_by: &[String]) -> Value {
    let validated = match one.status.as_str() {
        "PENDING_VALIDATION" => "PENDING_VALIDATION",
        _ => "SUCCESS",
    };
    let option = |name: &String| {
        let bare = name.trim_start_matches("*.");
        json!({
            "DomainName": name,
            "ValidationDomain": name,
            "ValidationStatus": validated,
            "ValidationMethod": "DNS",
            "ResourceRecord": {
                "Name": format!("_{}.{bare}.", token(one, name)),
                "Type": "CNAME",
                "Value": format!("_{}.acm-validations.aws.", token(one, bare)),
            },
        })
    };
    let mut detail = json!({
        "CertificateArn": one.arn,
        "DomainName": one.domain,
        "SubjectAlternativeNames": one.names,
        "DomainValidationOptions": one.names.iter().map(option).collect::<Vec<_>>(),
        "Subject": format!("CN={}", one.domain),
        "Issuer": "Amazon",
        "CreatedAt": one.created.as_second(),
        "Status": one.status,
        "KeyAlgorithm": "RSA-2048",
        "SignatureAlgorithm": "SHA256WITHRSA",
        "InUseBy": used_by,
        "Type": "AMAZON_ISSUED",
        "KeyUsages": [],
        "ExtendedKeyUsages": [],
        "RenewalEligibility": if used_by.is_empty() { "INELIGIBLE" } else { "ELIGIBLE" },
        "Options": { "CertificateTransparencyLoggingPreference": "ENABLED", "Export": "DISABLED" },
    });
    add_times(one, &mut detail);
    detail
}

fn add_times(one: &Certificate, to: &mut Value) {
    if let (Some((from, until)), Some(members)) = (one.valid(), to.as_object_mut()) {
        for (name, moment) in [("IssuedAt", from), ("NotBefore", from), ("NotAfter", until)] {
            members.insert(name.to_owned(), moment.as_second().into());
        }
    }
}

/// Thirty-two digits that go with the certificate and the name.
fn token(one: &Certificate, name: &str) -> String {
    use sha2::{Digest, Sha256};
    let hex = crate::store::hex(&Sha256::digest(format!("{}{name}", one.arn)));
    hex.get(..32).unwrap_or_default().to_owned()
}

/// What a list asks for.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase", deny_unknown_fields)]
struct Wish {
    certificate_statuses: Vec<String>,
    includes: Includes,
    max_items: Option<usize>,
    next_token: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct Includes {
    key_types: Vec<String>,
}

/// ListCertificates: those with 2048-bit RSA keys, unless the call asks for other ones alone.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let wish: Wish = match &call.json {
        Value::Null => Wish::default(),
        body => serde_json::from_value(body.clone())
            .map_err(|error| ApiError::bad("SerializationException", error.to_string()))?,
    };
    if let Some(wrong) = wish
        .certificate_statuses
        .iter()
        .find(|status| !KNOWN.contains(&status.as_str()))
    {
        return Err(invalid(format!(
            "1 validation error detected: Value '[{wrong}]' at 'certificateStatuses' failed to satisfy constraint: \
             Member must satisfy constraint: [Member must satisfy enum value set: [{}]]",
            KNOWN.join(", ")
        )));
    }
    let most = wish.max_items.unwrap_or(1000);
    if !(1..=1000).contains(&most) {
        return Err(invalid("MaxItems must be between 1 and 1000"));
    }
    let mut rows = call.tx.see_all::<Certificate>(&call.place);
    let asked = &wish.includes.key_types;
    rows.retain(|one| {
        let status = &wish.certificate_statuses;
        (status.is_empty() || status.contains(&one.status))
            && (asked.is_empty() || asked.iter().any(|key| key == "RSA_2048"))
    });
    if let Some(after) = &wish.next_token {
        rows.retain(|one| one.arn > *after);
    }
    let rest = rows.len() > most;
    rows.truncate(most);
    let next = rows.last().filter(|_| rest).map(|one| one.arn.clone());
    let rows = rows.iter().map(|one| summary(call, one));
    let mut answer = json!({ "CertificateSummaryList": rows.collect::<Vec<_>>() });
    if let (Some(next), Some(members)) = (next, answer.as_object_mut()) {
        members.insert("NextToken".to_owned(), next.into());
    }
    Ok(Body::Json(answer))
}

fn summary(call: &Call<'_>, one: &Certificate) -> Value {
    let mut summary = json!({
        "CertificateArn": one.arn,
        "DomainName": one.domain,
        "SubjectAlternativeNameSummaries": one.names,
        "HasAdditionalSubjectAlternativeNames": false,
        "Status": one.status,
        "Type": "AMAZON_ISSUED",
        "KeyAlgorithm": "RSA-2048",
        "KeyUsages": [],
        "ExtendedKeyUsages": [],
        "InUse": !used_by(call, one).is_empty(),
        "RenewalEligibility": "INELIGIBLE",
        "CreatedAt": one.created.as_second(),
    });
    add_times(one, &mut summary);
    summary
}
