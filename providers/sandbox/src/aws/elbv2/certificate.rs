//! Certificates of listeners: the default one, and those that clients ask for by name.

use super::common::{configuration, constraint, invalid, required, within};
use super::listener::find;
use super::{Listener, page};
use crate::aws::acm::{Certificate, Use};
use crate::aws::{Call, Outcome};
use crate::wire::{ApiError, Body, Fields};

/// The certificate that a create or a change of a listener names.
pub(super) fn default_of(call: &Call<'_>) -> Result<Option<String>, ApiError> {
    let all = call.params.structures("Certificates.member");
    let one = match all.as_slice() {
        [] => return Ok(None),
        [one] => one,
        _ => {
            let text = "Up to '1' certificate can be specified for a listener";
            return Err(ApiError::bad("TooManyCertificates", text));
        }
    };
    if one.get("IsDefault").is_some() {
        return Err(invalid(
            "IsDefault cannot be specified for the default certificate of a listener",
        ));
    }
    let arn = one.get("CertificateArn").unwrap_or_default();
    usable(call, arn)?;
    Ok(Some(arn.to_owned()))
}

fn usable(call: &Call<'_>, arn: &str) -> Result<(), ApiError> {
    if !arn.starts_with("arn:") {
        return Err(invalid(format!("Certificate ARN '{arn}' is not valid")));
    }
    match Certificate::usable(&call.tx, &call.place, arn) {
        Use::Good => Ok(()),
        Use::Absent => {
            let text = format!("Certificate '{arn}' not found");
            Err(ApiError::bad("CertificateNotFound", text))
        }
        Use::Bad => {
            let text = format!(
                "The certificate '{arn}' must have a fully-qualified domain name, a supported signature, and a \
                 supported key size."
            );
            Err(ApiError::bad("UnsupportedCertificate", text))
        }
    }
}

fn named(call: &Call<'_>) -> Result<Vec<String>, ApiError> {
    let all = call.params.structures("Certificates.member");
    if all.is_empty() {
        return Err(constraint("Certificates", "null", "not be null"));
    }
    let arn = |one: &crate::wire::Params| one.get("CertificateArn").unwrap_or_default().to_owned();
    Ok(all.iter().map(arn).collect())
}

fn secure(call: &Call<'_>) -> Result<Listener, ApiError> {
    let listener = find(call, &required(call, "ListenerArn")?)?;
    match listener.is_tls() {
        true => Ok(listener),
        false => Err(configuration(format!(
            "Certificates cannot be specified for {} listeners",
            listener.protocol
        ))),
    }
}

/// AddListenerCertificates: one that is there already is no error.
pub(super) fn add(call: &mut Call<'_>) -> Outcome {
    let mut listener = secure(call)?;
    let wished = named(call)?;
    for arn in &wished {
        usable(call, arn)?;
        if !listener.certificates.contains(arn) {
            // The default one does not count.
            let have = listener.certificates.len().saturating_sub(1);
            let quota = "elbv2:certificates-per-listener";
            within(&call.tx, quota, have, "TooManyCertificates", "certificates")?;
            listener.certificates.push(arn.clone());
        }
    }
    call.tx.put(&call.place, &listener);
    let first = listener.certificates.first();
    let rows = wished.iter().map(|arn| row(arn, first == Some(arn)));
    let rows: Vec<Fields> = rows.collect();
    Ok(Body::Xml(Fields::new().list(
        "Certificates",
        "member",
        rows,
    )))
}

fn row(arn: &String, default: bool) -> Fields {
    Fields::new()
        .text("CertificateArn", arn)
        .text("IsDefault", default)
}

/// RemoveListenerCertificates: never the default one.
pub(super) fn remove(call: &mut Call<'_>) -> Outcome {
    let mut listener = secure(call)?;
    for arn in named(call)? {
        if listener.certificates.first() == Some(&arn) {
            let text = format!("The default certificate '{arn}' of a listener cannot be removed");
            return Err(ApiError::bad("OperationNotPermitted", text));
        }
        listener.certificates.retain(|one| *one != arn);
    }
    call.tx.put(&call.place, &listener);
    Ok(Body::Xml(Fields::new()))
}

/// DescribeListenerCertificates: the default one as well.
pub(super) fn describe(call: &mut Call<'_>) -> Outcome {
    let listener = find(call, &required(call, "ListenerArn")?)?;
    let first = listener.certificates.first().cloned();
    let (rows, next) = page(call, listener.certificates, String::clone);
    let rows: Vec<Fields> = rows
        .iter()
        .map(|arn| row(arn, first.as_ref() == Some(arn)))
        .collect();
    Ok(Body::Xml(
        Fields::new()
            .list("Certificates", "member", rows)
            .maybe("NextMarker", next),
    ))
}
