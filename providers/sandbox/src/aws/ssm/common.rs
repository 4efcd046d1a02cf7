//! What the operations of the Parameter Store share: refusals, and the version that a call asks for.

use super::Parameter;
use super::parameter::Version;
use super::public;
use crate::aws::Call;
use crate::aws::shape;
use crate::store::Place;
use crate::wire::ApiError;

/// What the front end calls a member that is not right.
pub(super) const CODE: &str = "ValidationException";

/// The refusal of a value.
pub(super) fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::bad(CODE, message)
}

/// The refusal of a name that names nothing; the real one has no words either.
pub(super) fn not_found() -> ApiError {
    ApiError::bad("ParameterNotFound", "")
}

/// The refusal of a token of another list.
pub(super) fn bad_token() -> ApiError {
    ApiError::bad("InvalidNextToken", "The specified token isn't valid.")
}

/// The ARN of a parameter. A name with a hierarchy brings the slash.
pub(super) fn arn(place: &Place, name: &str) -> String {
    let Place { account, region } = place;
    let name = name.trim_start_matches('/');
    format!("arn:aws:ssm:{region}:{account}:parameter/{name}")
}

/// The parameter that reads show, the account's or AWS's own.
pub(super) fn seen(call: &Call<'_>, name: &str) -> Option<Parameter> {
    let own = Parameter::find(&call.tx, &call.place, name);
    own.filter(|parameter| call.tx.visible(parameter))
        .or_else(|| public::find(&call.place, name))
}

/// A version that a call asked for, and how it did: `:3`.
pub(super) struct Found {
    /// The parameter.
    pub(super) parameter: Parameter,
    /// The version.
    pub(super) version: Version,
    /// `:3`, `:prod`; empty for the newest.
    pub(super) selector: String,
}

/// The version that `name`, `name:3` or `name:label` asks for.
pub(super) fn asked(call: &Call<'_>, text: &str) -> Result<Found, ApiError> {
    shape::length(CODE, "Name", text, 1, 2048)?;
    // The colons of an ARN are no selector.
    let bare = text.rfind('/').unwrap_or_default();
    let bare = if text.starts_with("arn:") { bare } else { 0 };
    let (name, selector) = match text[bare..].find(':') {
        Some(at) => text.split_at(bare + at),
        None => (text, ""),
    };
    let parameter = seen(call, name).ok_or_else(not_found)?;
    let wish = selector.trim_start_matches(':');
    let version = match (selector, wish.parse::<u64>()) {
        ("", _) => parameter.newest(),
        (_, Ok(number)) => parameter.version(number),
        (_, Err(_)) => parameter.labelled(wish),
    };
    let version = version.cloned().ok_or_else(|| no_version(name, wish))?;
    Ok(Found {
        parameter,
        version,
        selector: selector.to_owned(),
    })
}

/// The refusal of a version that is not there.
pub(super) fn no_version(name: &str, version: &str) -> ApiError {
    ApiError::bad(
        "ParameterVersionNotFound",
        format!(
            "Systems Manager could not find version {version} of {name}. Verify the version and try again."
        ),
    )
}
