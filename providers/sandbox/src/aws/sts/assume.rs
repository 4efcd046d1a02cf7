//! AssumeRole.

use jiff::SignedDuration;

use crate::aws::iam::Role;
use crate::aws::{Call, Outcome, Session};
use crate::wire::{ApiError, Body, Fields};

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::bad("ValidationError", message)
}

fn required(call: &Call<'_>, name: &str, member: &str) -> Result<String, ApiError> {
    call.params.get(name).map(str::to_owned).ok_or_else(|| {
        invalid(format!(
            "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
        ))
    })
}

/// AssumeRole: a temporary key of a role whose trust policy names the caller.
pub(super) fn assume(call: &mut Call<'_>) -> Outcome {
    let arn = required(call, "RoleArn", "roleArn")?;
    let name = required(call, "RoleSessionName", "roleSessionName")?;
    check_session_name(&name)?;
    let account = account_of(&arn)?;
    let external = call.params.get("ExternalId");
    let role = Role::of_arn(&call.tx, &arn)
        .filter(|role| role.lets_in(&call.tx, &call.caller, &call.place.account, external))
        .ok_or_else(|| denied(&call.caller, &arn))?;
    let seconds = duration(call, &role)?;
    let session = Session {
        access_key: key(&call.tx.fresh_hex("access-key")),
        arn: format!("arn:aws:sts::{account}:assumed-role/{}/{name}", role.name),
        user_id: format!("{}:{name}", role.unique_id),
        account,
        created: call.now(),
        expires: call
            .now()
            .checked_add(SignedDuration::from_secs(seconds))
            .unwrap_or(call.now()),
    };
    let secret = call.tx.fresh_hex("secret-key");
    call.tx.put(&Session::place(), &session);
    Ok(Body::Xml(answer(&session, &secret)))
}

/// The same for a role that does not exist and one that does not let the caller in.
fn denied(caller: &str, arn: &str) -> ApiError {
    ApiError::new(
        403,
        "AccessDenied",
        format!("User: {caller} is not authorized to perform: sts:AssumeRole on resource: {arn}"),
    )
}

fn answer(session: &Session, secret: &str) -> Fields {
    let credentials = Fields::new()
        .text("AccessKeyId", &session.access_key)
        .text("SecretAccessKey", secret.get(..40).unwrap_or_default())
        .text("SessionToken", secret)
        .text("Expiration", session.expires.strftime("%Y-%m-%dT%H:%M:%SZ"));
    Fields::new().fields("Credentials", credentials).fields(
        "AssumedRoleUser",
        Fields::new()
            .text("AssumedRoleId", &session.user_id)
            .text("Arn", &session.arn),
    )
}

fn check_session_name(name: &str) -> Result<(), ApiError> {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    let rule = if !name.bytes().all(legal) {
        "satisfy regular expression pattern: [\\w+=,.@-]*"
    } else if name.len() < 2 {
        "have length greater than or equal to 2"
    } else if name.len() > 64 {
        "have length less than or equal to 64"
    } else {
        return Ok(());
    };
    Err(invalid(format!(
        "1 validation error detected: Value '{name}' at 'roleSessionName' failed to satisfy constraint: Member must {rule}"
    )))
}

/// The account of a role's ARN.
fn account_of(arn: &str) -> Result<String, ApiError> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", partition, "iam", "", account, role]
            if !partition.is_empty() && account.len() == 12 && role.starts_with("role/") =>
        {
            Ok((*account).to_owned())
        }
        _ => Err(invalid(format!("{arn} is invalid"))),
    }
}

/// How long the session lasts: at most as the role allows, an hour when the caller is a session itself.
fn duration(call: &Call<'_>, role: &Role) -> Result<i64, ApiError> {
    let Some(text) = call.params.get("DurationSeconds") else {
        return Ok(3600);
    };
    let seconds: i64 = text
        .parse()
        .map_err(|_| invalid(format!("{text} is not a valid DurationSeconds")))?;
    if !(900..=43_200).contains(&seconds) {
        return Err(invalid(format!(
            "1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value between 900 and 43200"
        )));
    }
    let chained = call
        .tx
        .get::<Session>(&Session::place(), &call.access_key)
        .is_some();
    if chained && seconds > 3600 {
        return Err(invalid(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        ));
    }
    if seconds > role.max_session {
        return Err(invalid(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ));
    }
    Ok(seconds)
}

/// An access key id of temporary credentials.
fn key(hex: &str) -> String {
    format!("ASIA{}", hex.get(..16).unwrap_or_default().to_uppercase())
}
