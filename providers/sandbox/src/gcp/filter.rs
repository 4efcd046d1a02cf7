//! Filters of lists: `name = x`, `labels.tier:web`, `(a eq b.*) AND NOT c!=d OR e:*`.
//!
//! AIP-160, and the older form of Compute whose `eq` and `ne` match regular expressions (of which only `.*` and
//! escapes are read here).

use serde_json::Value;

/// A filter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Filter {
    /// Everything.
    All,
    /// All of these.
    And(Vec<Self>),
    /// One of these.
    Or(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
    /// A comparison of a field.
    Is {
        /// The field, with dots.
        field: String,
        /// `=`, `!=`, `:`, `eq`, `ne`.
        operator: String,
        /// The value.
        value: String,
    },
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// When it is none; the text says why.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let tokens = tokens(text)?;
        if tokens.is_empty() {
            return Ok(Self::All);
        }
        let mut rest = tokens.as_slice();
        let filter = either(&mut rest)?;
        match rest.first() {
            None => Ok(filter),
            Some(token) => Err(format!("Unexpected {token}.")),
        }
    }

    /// Whether it lets an object through.
    pub(crate) fn lets(&self, object: &Value) -> bool {
        match self {
            Self::All => true,
            Self::And(parts) => parts.iter().all(|part| part.lets(object)),
            Self::Or(parts) => parts.iter().any(|part| part.lets(object)),
            Self::Not(part) => !part.lets(object),
            Self::Is {
                field,
                operator,
                value,
            } => compare(&values(object, field), operator, value),
        }
    }
}

fn compare(found: &[String], operator: &str, value: &str) -> bool {
    match operator {
        ":" if value == "*" => !found.is_empty(),
        ":" => {
            let wanted = value.trim_matches('*').to_lowercase();
            found
                .iter()
                .any(|text| text.to_lowercase().contains(&wanted))
        }
        "=" => found.iter().any(|text| globs(value, text)),
        "!=" => !found.iter().any(|text| globs(value, text)),
        "ne" => !found.iter().any(|text| globs(&unescaped(value), text)),
        _ => found.iter().any(|text| globs(&unescaped(value), text)),
    }
}

/// The part of a regular expression that is read, as a pattern with stars.
fn unescaped(value: &str) -> String {
    value.replace(".*", "*").replace('\\', "")
}

/// Whether a text fits a pattern in which a star stands for anything.
fn globs(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(start) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = text.find(part) else {
            return false;
        };
        text = &text[at + part.len()..];
    }
    text.ends_with(last)
}

/// The values of a field with dots, in all members of lists on the way. Keys of maps may hold dots themselves.
fn values(object: &Value, field: &str) -> Vec<String> {
    match object {
        Value::Array(items) => items.iter().flat_map(|item| values(item, field)).collect(),
        Value::Object(members) if !field.is_empty() => {
            if let Some(member) = members.get(field) {
                return values(member, "");
            }
            match field.split_once('.') {
                Some((first, rest)) => members
                    .get(first)
                    .map_or_else(Vec::new, |member| values(member, rest)),
                None => Vec::new(),
            }
        }
        // A map by itself: its keys, as `labels:name` asks.
        Value::Object(members) => members.keys().cloned().collect(),
        _ if !field.is_empty() => Vec::new(),
        Value::Null => Vec::new(),
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

fn tokens(text: &str) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    let mut signs = text.chars().peekable();
    while let Some(&sign) = signs.peek() {
        match sign {
            ' ' | '\t' | '\n' => {
                signs.next();
            }
            '(' | ')' | '=' | ':' => {
                signs.next();
                found.push(sign.to_string());
            }
            '!' => {
                signs.next();
                if signs.next_if_eq(&'=').is_none() {
                    return Err("A '!' must be followed by '='.".to_owned());
                }
                found.push("!=".to_owned());
            }
            '"' | '\'' => {
                signs.next();
                let mut word = String::from("\"");
                loop {
                    match signs.next() {
                        None => return Err("A quoted text does not end.".to_owned()),
                        Some('\\') => word.extend(signs.next()),
                        Some(end) if end == sign => break,
                        Some(other) => word.push(other),
                    }
                }
                found.push(word);
            }
            _ => {
                let mut word = String::new();
                while let Some(sign) = signs.next_if(|sign| !" \t\n()=:!\"".contains(*sign)) {
                    word.push(sign);
                }
                found.push(word);
            }
        }
    }
    Ok(found)
}

fn either(rest: &mut &[String]) -> Result<Filter, String> {
    let mut parts = vec![together(rest)?];
    while rest.first().is_some_and(|token| token == "OR") {
        *rest = &rest[1..];
        parts.push(together(rest)?);
    }
    Ok(if parts.len() == 1 {
        parts.remove(0)
    } else {
        Filter::Or(parts)
    })
}

fn together(rest: &mut &[String]) -> Result<Filter, String> {
    let mut parts = vec![term(rest)?];
    while rest
        .first()
        .is_some_and(|token| token != "OR" && token != ")")
    {
        if rest.first().is_some_and(|token| token == "AND") {
            *rest = &rest[1..];
        }
        parts.push(term(rest)?);
    }
    Ok(if parts.len() == 1 {
        parts.remove(0)
    } else {
        Filter::And(parts)
    })
}

fn term(rest: &mut &[String]) -> Result<Filter, String> {
    let mut take = || -> Result<String, String> {
        let (first, others) = rest.split_first().ok_or("The filter ends too early.")?;
        *rest = others;
        Ok(first.clone())
    };
    let first = take()?;
    match first.as_str() {
        "NOT" | "-" => Ok(Filter::Not(Box::new(term(rest)?))),
        "(" => {
            let inner = either(rest)?;
            match rest.split_first() {
                Some((end, others)) if end == ")" => {
                    *rest = others;
                    Ok(inner)
                }
                _ => Err("A bracket does not end.".to_owned()),
            }
        }
        _ => {
            let operator = take()?;
            if !["=", "!=", ":", "eq", "ne"].contains(&operator.as_str()) {
                return Err(format!("{operator} is no operator that the sandbox has."));
            }
            let mut value = take()?;
            if let Some(quoted) = value.strip_prefix('"') {
                value = quoted.to_owned();
            }
            let field = first.trim_start_matches('"').to_owned();
            Ok(Filter::Is {
                field,
                operator,
                value,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::Filter;
    use serde_json::json;

    #[test]
    fn filters_let_through_what_they_name() {
        let object = json!({"name": "net-a", "labels": {"tier": "web", "a.b": "c"}, "size": 3, "users": [{"x": "1"}]});
        let lets = |text: &str| Filter::parse(text).unwrap().lets(&object);
        for yes in [
            "",
            "name=net-a",
            "name = \"net-*\"",
            "name eq net-.*",
            "(name eq 'net-a') (size eq 3)",
            "labels.tier:web AND labels.tier=web",
            "labels.a.b=c",
            "labels:tier",
            "labels.tier:*",
            "name=x OR size=3",
            "NOT name=x",
            "users.x=1",
            "name!=b",
        ] {
            assert!(lets(yes), "{yes}");
        }
        for no in [
            "name=net",
            "name ne net-a",
            "labels.other:*",
            "name=net-a AND size=4",
            "NOT size=3",
        ] {
            assert!(!lets(no), "{no}");
        }
        for wrong in ["name", "name =", "(name=a", "name < 3", "name=\"a"] {
            assert!(Filter::parse(wrong).is_err(), "{wrong}");
        }
    }
}
