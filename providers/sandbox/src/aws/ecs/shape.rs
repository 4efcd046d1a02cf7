//! Shapes of requests: what members they have, of what type, and which must be there.

use serde_json::Value;

use super::common::invalid;
use crate::aws::Call;
use crate::wire::ApiError;

/// The type of a member.
pub(super) enum Shape {
    /// A text.
    Text,
    /// A whole number.
    Whole,
    /// A truth.
    Truth,
    /// Keys and texts.
    Map,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list of one type.
    List(&'static Shape),
    /// A structure.
    Group(&'static Members),
}

/// The members of a structure.
pub(super) struct Members {
    /// Their names.
    pub(super) names: &'static [&'static str],
    /// Their types, and whether they must be there.
    pub(super) rows: &'static [(bool, Shape)],
}

/// Names a structure's members: `!` before one that must be there, `?` before one that may.
macro_rules! members {
    ($(#[$doc:meta])* $name:ident: $($mark:tt $member:literal $shape:expr),* $(,)?) => {
        $(#[$doc])*
        pub(super) const $name: $crate::aws::ecs::shape::Members = $crate::aws::ecs::shape::Members {
            names: &[$($member),*],
            rows: &[$(($crate::aws::ecs::shape::members!(@must $mark), $shape)),*],
        };
    };
    (@must !) => { true };
    (@must ?) => { false };
}
pub(super) use members;

/// Refuses a request that is not of this shape.
pub(super) fn check(call: &Call<'_>, members: &Members) -> Result<(), ApiError> {
    match &call.json {
        Value::Null => group("", &Value::Object(serde_json::Map::new()), members),
        json => group("", json, members),
    }
}

fn group(path: &str, value: &Value, members: &Members) -> Result<(), ApiError> {
    let Value::Object(object) = value else {
        return Err(wrong_type(path));
    };
    let below = |name: &str| match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    };
    let strange = object
        .keys()
        .find(|name| !members.names.contains(&name.as_str()));
    if let Some(name) = strange {
        return Err(super::SERVICE.unknown_parameter(&below(name)));
    }
    for (name, (must, shape)) in members.names.iter().zip(members.rows) {
        match object.get(*name) {
            None | Some(Value::Null) if *must => {
                return Err(invalid(format!("{} can not be null.", below(name))));
            }
            None | Some(Value::Null) => {}
            Some(value) => one(&below(name), value, shape)?,
        }
    }
    Ok(())
}

fn one(path: &str, value: &Value, shape: &Shape) -> Result<(), ApiError> {
    let fits = match (shape, value) {
        (Shape::Text, Value::String(_)) | (Shape::Truth, Value::Bool(_)) => true,
        (Shape::Whole, Value::Number(number)) => {
            number.as_i64().is_some_and(|n| i32::try_from(n).is_ok())
        }
        (Shape::Map, Value::Object(map)) => map.values().all(Value::is_string),
        (Shape::Word(words), Value::String(word)) if words.contains(&word.as_str()) => true,
        (Shape::Word(words), Value::String(_)) => {
            let name = path.rsplit('.').next().unwrap_or(path);
            return Err(invalid(format!(
                "{name} should be one of [{}]",
                words.join(",")
            )));
        }
        (Shape::List(of), Value::Array(items)) => {
            for (at, item) in items.iter().enumerate() {
                one(&format!("{path}[{at}]"), item, of)?;
            }
            true
        }
        (Shape::Group(members), value) => return group(path, value, members),
        _ => false,
    };
    match fits {
        true => Ok(()),
        false => Err(wrong_type(path)),
    }
}

fn wrong_type(path: &str) -> ApiError {
    ApiError::bad(
        "SerializationException",
        format!("The member {path} has the wrong type"),
    )
}
