//! `[variables]` and `"${name}"` inside strings; `$$` is a dollar sign.

use std::collections::BTreeMap;

use super::shape::shown;
use super::source::{At, Problem, nearest};
use super::tree::{Data, Node, Table};

/// Values by name; `None` for one that is declared but has none, which has been said already.
pub(super) type Values = BTreeMap<String, Option<Data>>;

/// The values of the variables that `declared` (the merged `[variables]` table) names.
pub(super) fn values(
    declared: Option<&Node>,
    given: &BTreeMap<String, String>,
    whole: At,
    problems: &mut Vec<Problem>,
) -> Values {
    let empty = Table::new();
    let declared = declared.and_then(Node::table).unwrap_or(&empty);
    for name in given.keys().filter(|name| !declared.contains_key(*name)) {
        let help = match nearest(name, declared.keys().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "declare it: [variables] {} = {{ type = \"string\" }}",
                shown(name)
            ),
        };
        let message = format!("variable `{}` is given, but not declared", shown(name));
        problems.push(Problem::new("unknown-variable", whole, message).help(help));
    }
    let value = |(name, entry): (&String, &super::tree::Entry)| {
        let value = one(name, &entry.node, given.get(name), entry.key, problems);
        (name.clone(), value)
    };
    declared.iter().map(value).collect()
}

fn one(
    name: &str,
    declaration: &Node,
    given: Option<&String>,
    key: At,
    problems: &mut Vec<Problem>,
) -> Option<Data> {
    let part = |part: &str| declaration.get(part).map(|entry| &entry.node);
    let ty = part("type").map_or(Some("string"), Node::text)?;
    if let Some(text) = given {
        return typed(ty, text).or_else(|| {
            let message = format!("variable `{name}` is given as `{}`", shown(text));
            let problem = Problem::new("bad-variable", key, message)
                .label(format!("declared as a {ty}"))
                .help(format!("give a {ty}"));
            problems.push(problem);
            None
        });
    }
    let Some(default) = part("default") else {
        let problem = Problem::new("no-value", key, format!("variable `{name}` has no value"))
            .label("declared without a default")
            .help(format!(
                "give one with --var {name}=VALUE or PROVISION_VAR_{name}"
            ));
        problems.push(problem);
        return None;
    };
    let fits = match (ty, &default.data) {
        ("string", Data::Text(_))
        | ("number", Data::Integer(_) | Data::Float(_))
        | ("bool", Data::Bool(_)) => true,
        // An unknown type is reported by the shape.
        _ => !matches!(ty, "string" | "number" | "bool") || default.is_broken(),
    };
    if !fits {
        let message = format!("the default of `{name}` is {}", default.type_name());
        let problem = Problem::new("wrong-type", default.at, message)
            .label(format!("declared as a {ty}"))
            .help("change the type or the default");
        problems.push(problem);
        return None;
    }
    Some(default.data.clone())
}

fn typed(ty: &str, text: &str) -> Option<Data> {
    match ty {
        "number" => match text.parse::<i64>() {
            Ok(number) => Some(Data::Integer(number)),
            Err(_) => text
                .parse::<f64>()
                .ok()
                .filter(|number| number.is_finite())
                .map(Data::Float),
        },
        "bool" => text.parse().ok().map(Data::Bool),
        _ => Some(Data::Text(text.to_owned())),
    }
}

/// Replaces variables in every string of a tree, but in `[variables]` itself. A string that is nothing but one
/// variable becomes a value of the variable's type: `nodes = "${count}"`.
pub(super) fn substitute(root: &mut Node, values: &Values, problems: &mut Vec<Problem>) {
    let Some(table) = root.table_mut() else {
        return;
    };
    let mut room = ROOM;
    for (_, entry) in table.iter_mut().filter(|(name, _)| *name != "variables") {
        walk(&mut entry.node, values, &mut room, problems);
    }
}

/// Bytes that variables can put into a spec in all.
const ROOM: usize = 64 << 20;

fn walk(node: &mut Node, values: &Values, room: &mut usize, problems: &mut Vec<Problem>) {
    match &mut node.data {
        Data::Text(text) if text.contains('$') => {
            let new = replace(text, values, node.at, problems);
            let size = match &new {
                Some(Data::Text(text)) => text.len(),
                _ => 0,
            };
            if size > *room {
                let message = "variables make this spec too large";
                let problem = Problem::new("too-large", node.at, message);
                problems.push(problem.help("give the variable a shorter value"));
            }
            node.data = new.filter(|_| size <= *room).unwrap_or(Data::Broken);
            *room = room.saturating_sub(size);
        }
        Data::List(items) => items
            .iter_mut()
            .for_each(|item| walk(item, values, room, problems)),
        Data::Table(table) => table
            .values_mut()
            .for_each(|entry| walk(&mut entry.node, values, room, problems)),
        _ => {}
    }
}

/// The string with its variables replaced; `None` when one of them is wrong.
fn replace(text: &str, values: &Values, at: At, problems: &mut Vec<Problem>) -> Option<Data> {
    let whole = text
        .strip_prefix("${")
        .and_then(|rest| rest.strip_suffix('}'));
    if let Some(Some(value)) = whole.and_then(|name| values.get(name)) {
        return Some(value.clone());
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut fine = true;
    while let Some(dollar) = rest.find('$') {
        out.push_str(&rest[..dollar]);
        let behind = &rest[dollar + 1..];
        if let Some(after) = behind.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some(open) = behind.strip_prefix('{') {
            let Some((name, after)) = open.split_once('}') else {
                problems.push(unclosed(at));
                return None;
            };
            match values.get(name) {
                Some(Some(value)) => out.push_str(&as_text(value)),
                Some(None) => fine = false,
                None => {
                    problems.push(undeclared(name, values, at));
                    fine = false;
                }
            }
            rest = after;
        } else {
            out.push('$');
            rest = behind;
        }
    }
    out.push_str(rest);
    fine.then_some(Data::Text(out))
}

fn unclosed(at: At) -> Problem {
    Problem::new("bad-variable", at, "`${` is not closed by `}`")
        .label("in this string")
        .help("write `$${` for the characters `${`")
}

fn undeclared(name: &str, values: &Values, at: At) -> Problem {
    let name = shown(name);
    let help = match nearest(&name, values.keys().map(String::as_str)) {
        Some(near) => format!("did you mean `${{{near}}}`?"),
        None => format!(
            "declare it under [variables], or write `$${{{name}}}` for the characters themselves"
        ),
    };
    Problem::new(
        "unknown-variable",
        at,
        format!("variable `{name}` is not declared"),
    )
    .label("used here")
    .help(help)
}

fn as_text(value: &Data) -> String {
    match value {
        Data::Text(text) => text.clone(),
        Data::Integer(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        Data::Bool(value) => value.to_string(),
        Data::List(_) | Data::Table(_) | Data::Broken => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Values {
        [("tag", Data::Text("1.2".into())), ("n", Data::Integer(3))]
            .into_iter()
            .map(|(name, value)| (name.to_owned(), Some(value)))
            .collect()
    }

    fn run(text: &str) -> (Option<Data>, usize) {
        let at = At {
            source: 0,
            start: 0,
            end: 0,
        };
        let mut problems = Vec::new();
        let data = replace(text, &values(), at, &mut problems);
        (data, problems.len())
    }

    #[test]
    fn strings_take_values_and_keep_dollars() {
        let text = |text: &str| Some(Data::Text(text.to_owned()));
        assert_eq!(run("a:${tag}-${n}"), (text("a:1.2-3"), 0));
        assert_eq!(run("$$5 $HOME $"), (text("$5 $HOME $"), 0));
        assert_eq!(run("$${tag}"), (text("${tag}"), 0));
        assert_eq!(run("${n}"), (Some(Data::Integer(3)), 0));
    }

    #[test]
    fn unknown_and_unclosed_variables_are_mistakes() {
        assert_eq!(run("${tagg}"), (None, 1));
        assert_eq!(run("${tag"), (None, 1));
        assert_eq!(run("${x}${y}"), (None, 2));
    }
}
