//! Names of parameters: which can be put, and the words of their refusals.

use super::common::{CODE, invalid};
use crate::aws::shape;
use crate::wire::ApiError;

/// The most levels of a hierarchy.
const LEVELS: usize = 15;

/// Refuses a name that no parameter of an account can have.
pub(super) fn check(name: &str) -> Result<(), ApiError> {
    shape::length(CODE, "Name", name, 1, 2048)?;
    reserved(name)?;
    if name.contains('/') && !name.starts_with('/') {
        return Err(invalid("Parameter name must be a fully qualified name"));
    }
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"/_.-".contains(&byte);
    if !name.bytes().all(legal) || name.ends_with('/') || name.contains("//") {
        return Err(signs());
    }
    if name.matches('/').count() > LEVELS {
        return Err(ApiError::bad(
            "HierarchyLevelLimitExceededException",
            format!("A parameter name hierarchy can have a maximum of {LEVELS} levels."),
        ));
    }
    // The limit is that of the ARN: 1011 signs with the words before the name.
    if name.len() > 1011 {
        return Err(shape::constraint(
            CODE,
            "Name",
            name,
            "have length less than or equal to 1011",
        ));
    }
    Ok(())
}

/// What begins with `aws` is AWS's own, and with `ssm` nobody's.
fn reserved(name: &str) -> Result<(), ApiError> {
    let bare = name.trim_start_matches('/');
    let low = bare.to_ascii_lowercase();
    let is_path = name.matches('/').count() > 1;
    if low.starts_with("aws") && is_path && name.starts_with('/') {
        return Err(ApiError::bad(
            "AccessDeniedException",
            format!("No access to reserved parameter name: {bare}."),
        ));
    }
    match low.starts_with("aws") || low.starts_with("ssm") {
        false => Ok(()),
        true if is_path => Err(signs()),
        true => Err(invalid(
            "Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive).",
        )),
    }
}

fn signs() -> ApiError {
    invalid(
        "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it can consist of \
         sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following \
         3 symbols .-_",
    )
}
