//! IAM through the wire: what the clock and the knobs do to roles, and who can take them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod usable;
mod wire;

use std::cell::Cell;

use crate::tests::{at, request, text};
use crate::{Cloud, Config};

/// A caller of IAM with a clock of its own.
struct Iam {
    cloud: Cloud,
    now: Cell<i64>,
}

impl Iam {
    fn new(config: Config) -> Self {
        Self {
            cloud: Cloud::in_memory(config),
            now: Cell::new(1000),
        }
    }

    fn wait(&self, seconds: i64) {
        self.now.set(self.now.get() + seconds);
    }

    /// The answer, or the error's code and message.
    fn call(&self, action: &str, pairs: &[(&str, &str)]) -> Result<String, (String, String)> {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("Version", "2010-05-08")
            .append_pair("Action", action)
            .extend_pairs(pairs)
            .finish();
        let request = request("111122223333", "us-east-1", "iam", None, body);
        let answer = self.cloud.handle(at(self.now.get()), request);
        let body = text(&answer);
        if answer.status().is_success() {
            Ok(body)
        } else {
            Err((element(&body, "Code"), element(&body, "Message")))
        }
    }

    fn ok(&self, action: &str, pairs: &[(&str, &str)]) -> String {
        self.call(action, pairs)
            .unwrap_or_else(|error| panic!("{action}: {error:?}"))
    }

    /// The code of a refusal.
    fn refused(&self, action: &str, pairs: &[(&str, &str)]) -> String {
        self.call(action, pairs).expect_err(action).0
    }

    fn role(&self, name: &str, trust: &str) -> String {
        let pairs = [("RoleName", name), ("AssumeRolePolicyDocument", trust)];
        element(&self.ok("CreateRole", &pairs), "Arn")
    }
}

fn element(body: &str, name: &str) -> String {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let start = body
        .find(&open)
        .unwrap_or_else(|| panic!("no {name} in {body}"))
        + open.len();
    let end = body[start..].find(&close).unwrap();
    body[start..start + end].to_owned()
}

/// A trust policy with one statement.
fn trust(kind: &str, who: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"{kind}":"{who}"}},"Action":"sts:AssumeRole"}}]}}"#
    )
}
