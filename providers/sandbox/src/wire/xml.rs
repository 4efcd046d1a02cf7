//! Writing of XML answers.

use quick_xml::escape::escape;

/// The fields of an XML element, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fields(Vec<(String, Value)>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Text(String),
    Fields(Fields),
    List {
        member: &'static str,
        items: Vec<Value>,
    },
}

impl Fields {
    /// No fields.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A text, a number, a truth.
    #[allow(clippy::needless_pass_by_value)] // a call with a literal or a fresh value reads better
    pub(crate) fn text(mut self, name: &str, value: impl ToString) -> Self {
        self.0
            .push((name.to_owned(), Value::Text(value.to_string())));
        self
    }

    /// A text when there is one.
    pub(crate) fn maybe(self, name: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    /// A structure.
    pub(crate) fn fields(mut self, name: &str, value: Self) -> Self {
        self.0.push((name.to_owned(), Value::Fields(value)));
        self
    }

    /// A list of structures; every one is an element called `member`.
    pub(crate) fn list(
        mut self,
        name: &str,
        member: &'static str,
        items: impl IntoIterator<Item = Self>,
    ) -> Self {
        let items = items.into_iter().map(Value::Fields).collect();
        self.0
            .push((name.to_owned(), Value::List { member, items }));
        self
    }

    /// A list of texts; every one is an element called `member`.
    pub(crate) fn texts<S: Into<String>>(
        mut self,
        name: &str,
        member: &'static str,
        items: impl IntoIterator<Item = S>,
    ) -> Self {
        let items = items
            .into_iter()
            .map(|item| Value::Text(item.into()))
            .collect();
        self.0
            .push((name.to_owned(), Value::List { member, items }));
        self
    }

    /// The fields as XML.
    pub(crate) fn write(&self, out: &mut String) {
        for (name, value) in &self.0 {
            element(out, name, value);
        }
    }
}

fn element(out: &mut String, name: &str, value: &Value) {
    out.push('<');
    out.push_str(name);
    out.push('>');
    match value {
        Value::Text(text) => out.push_str(&escape(text.as_str())),
        Value::Fields(fields) => fields.write(out),
        Value::List { member, items } => items.iter().for_each(|item| element(out, member, item)),
    }
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_lists_are_wrapped() {
        let fields = Fields::new()
            .text("a", "<&>")
            .texts("s", "item", ["x"])
            .list("l", "item", [Fields::new().text("b", true)])
            .maybe("none", None::<String>);
        let mut out = String::new();
        fields.write(&mut out);
        assert_eq!(
            out,
            "<a>&lt;&amp;&gt;</a><s><item>x</item></s><l><item><b>true</b></item></l>"
        );
    }
}
