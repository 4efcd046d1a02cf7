//! The language of the file as a JSON Schema (draft 2020-12), made from the tables of words, for editors (taplo, VS Code).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::format::Format;
use super::words::{Block, Default, Key, NONE, ROOT, Type};

/// A string that holds a variable, which can stand where any other type is expected.
const VARIABLE: &str = "variable-in-a-string";

/// The schema of the file. Reserved words are left out, so that editors mark them.
#[must_use]
pub fn schema() -> Value {
    let mut writer = Writer {
        definitions: BTreeMap::new(),
    };
    let mut root = writer.block(&ROOT, Mode::Whole);
    let variable = json!({
        "type": "string",
        "pattern": r"\$\{",
        "description": "A string with a variable: \"${name}\".",
    });
    writer.definitions.insert(VARIABLE.to_owned(), variable);
    if let Some(root) = root.as_object_mut() {
        root.insert(
            "$schema".into(),
            json!("https://json-schema.org/draft/2020-12/schema"),
        );
        root.insert("title".into(), json!("provision"));
        root.insert("$defs".into(), json!(writer.definitions));
    }
    root
}

/// How a block is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// As it stands.
    Whole,
    /// In something that may inherit: `"none"` removes a key, and required ones may come from elsewhere.
    Heir,
    /// In an overlay: nothing is required.
    Overlay,
}

impl Mode {
    const fn suffix(self) -> &'static str {
        match self {
            Self::Whole => "",
            Self::Heir => ".inherited",
            Self::Overlay => ".overlay",
        }
    }
}

struct Writer {
    definitions: BTreeMap<String, Value>,
}

impl Writer {
    /// A reference to the definition of a block, which is made when it is not there yet.
    fn reference(&mut self, block: &'static Block, mode: Mode) -> Value {
        let mode = if mode == Mode::Whole && block.inherits() {
            Mode::Heir
        } else {
            mode
        };
        let name = format!("{}{}", block.name.replace(' ', "-"), mode.suffix());
        if !self.definitions.contains_key(&name) {
            // The place is taken first: the tables have no cycles today, and must not hang if they get one.
            self.definitions.insert(name.clone(), Value::Null);
            let definition = self.block(block, mode);
            self.definitions.insert(name.clone(), definition);
        }
        json!({ "$ref": format!("#/$defs/{name}") })
    }

    fn block(&mut self, block: &'static Block, mode: Mode) -> Value {
        let usable = |key: &&Key| !matches!(key.ty, Type::Reserved);
        let properties: Map<String, Value> = block
            .keys
            .iter()
            .filter(usable)
            .map(|key| (key.name.to_owned(), self.key(key, mode)))
            .collect();
        let mut schema = json!({
            "type": "object",
            "description": block.doc,
            "additionalProperties": false,
            "properties": properties,
        });
        let required: Vec<&str> = block
            .keys
            .iter()
            .filter(|key| key.required && mode == Mode::Whole)
            .map(|key| key.name)
            .collect();
        if let (Some(schema), false) = (schema.as_object_mut(), required.is_empty()) {
            schema.insert("required".into(), json!(required));
        }
        schema
    }

    fn key(&mut self, key: &'static Key, mode: Mode) -> Value {
        let mut schema = self.value(&key.ty, mode);
        let default = match key.default {
            Default::None => None,
            Default::Text(text) => Some(json!(text)),
            Default::Integer(number) => Some(json!(number)),
            Default::Bool(value) => Some(json!(value)),
        };
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("description".into(), json!(key.doc));
            if let Some(default) = default {
                schema.insert("default".into(), default);
            }
        }
        schema
    }

    fn value(&mut self, ty: &'static Type, mode: Mode) -> Value {
        let mut choices = self.choices(ty, mode);
        let texts = |choice: &Value| choice.get("type") == Some(&json!("string"));
        let tables = |choice: &Value| choice.get("$ref").is_some();
        let scalar = matches!(ty, Type::Any(_) | Type::Bool | Type::Integer(..))
            || matches!(ty, Type::Number(..) | Type::Decimal(..) | Type::Word(_));
        if scalar && !choices.iter().any(texts) && !choices.iter().all(tables) {
            choices.push(json!({ "$ref": format!("#/$defs/{VARIABLE}") }));
        }
        if mode == Mode::Heir {
            choices.push(json!({ "const": NONE }));
        }
        match choices.len() {
            1 => choices.remove(0),
            _ => json!({ "anyOf": choices }),
        }
    }

    fn choices(&mut self, ty: &'static Type, mode: Mode) -> Vec<Value> {
        vec![match ty {
            Type::Any(types) => {
                let each = types.iter();
                return each.flat_map(|one| self.choices(one, mode)).collect();
            }
            Type::Text(format) => text(*format),
            Type::Word(words) => json!({ "enum": words }),
            Type::Bool => json!({ "type": "boolean" }),
            Type::Integer(least, most) => {
                json!({ "type": "integer", "minimum": least, "maximum": most })
            }
            Type::Number(least, most) | Type::Decimal(least, most, _) => {
                json!({ "type": "number", "minimum": least, "maximum": most })
            }
            Type::List(of) => json!({ "type": "array", "items": self.value(of, plain(mode)) }),
            Type::Map(form, of) => self.map(*form, of, mode),
            Type::Block(block) => self.reference(block, mode),
            Type::Overlay => self.overlay(),
            Type::Reserved => json!({ "not": {} }),
        }]
    }

    fn map(&mut self, form: Format, of: &'static Type, mode: Mode) -> Value {
        let inner = match (of, mode) {
            (Type::Block(_), _) => mode,
            _ => plain(mode),
        };
        let mut map = json!({ "type": "object", "additionalProperties": self.value(of, inner) });
        if let (Some(pattern), Some(map)) = (form.pattern(), map.as_object_mut()) {
            map.insert("propertyNames".into(), json!({ "pattern": pattern }));
        }
        map
    }

    fn overlay(&mut self) -> Value {
        let keys = ROOT
            .keys
            .iter()
            .filter(|key| Block::overlay_key(key.name).is_some());
        let properties: Map<String, Value> = keys
            .filter(|key| !matches!(key.ty, Type::Reserved))
            .map(|key| (key.name.to_owned(), self.key(key, Mode::Overlay)))
            .collect();
        json!({ "type": "object", "additionalProperties": false, "properties": properties })
    }
}

/// The mode for values that cannot be removed by `"none"`.
const fn plain(mode: Mode) -> Mode {
    match mode {
        Mode::Heir => Mode::Whole,
        other => other,
    }
}

/// A string of some form, or one with a variable in it.
fn text(format: Format) -> Value {
    match format.pattern() {
        Some(pattern) => json!({ "type": "string", "pattern": format!("(?:{pattern})|\\$\\{{") }),
        None if format == Format::Free => json!({ "type": "string" }),
        None => json!({ "type": "string", "minLength": 1 }),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    /// Collects the blocks that `ty` reaches.
    fn blocks(ty: &'static Type, found: &mut Vec<&'static Block>) {
        match ty {
            Type::Block(block) if !found.iter().any(|known| std::ptr::eq(*known, *block)) => {
                found.push(block);
                block.keys.iter().for_each(|key| blocks(&key.ty, found));
            }
            Type::List(of) | Type::Map(_, of) => blocks(of, found),
            Type::Any(types) => types.iter().for_each(|one| blocks(one, found)),
            _ => {}
        }
    }

    #[test]
    fn blocks_have_names_of_their_own_and_every_key_is_described() {
        static FILE: Type = Type::Block(&ROOT);
        let mut found = Vec::new();
        blocks(&FILE, &mut found);
        assert!(found.len() > 30, "{}", found.len());
        let mut names: Vec<&str> = found.iter().map(|block| block.name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count, "two blocks have one name: {names:?}");
        for block in found {
            assert!(block.doc.ends_with('.'), "{}", block.name);
            for key in block.keys {
                assert!(key.doc.ends_with('.'), "{}.{}", block.name, key.name);
            }
        }
    }

    #[test]
    fn every_reference_is_defined() {
        let schema = schema();
        let text = schema.to_string();
        let definitions = schema["$defs"].as_object().unwrap();
        let mut rest = text.as_str();
        let mut count = 0;
        while let Some(at) = rest.find("#/$defs/") {
            rest = &rest[at + 8..];
            let name = &rest[..rest.find('"').unwrap()];
            assert!(definitions.contains_key(name), "{name}");
            count += 1;
        }
        assert!(count > 30, "{count}");
    }
}
