//! Secrets of containers: those that the stack made, and those that somebody else keeps.

use provision_aws::{Fault, secret_block, whole_secret};
use provision_core::contract::Words;
use serde_json::{Value as Json, json};

use super::{Reading, text};

/// Characters of a generated value, where the file has to say some number: nothing live tells it, and it is not compared.
const LENGTH: u32 = 32;

impl Reading<'_> {
    /// The block of what a container names a secret with.
    pub(super) async fn secret(&mut self, from: &str) -> Result<String, Fault> {
        let arn = arn(from);
        if let Some(block) = self.secrets.get(&arn) {
            return Ok(block.clone());
        }
        let own = match self.ours {
            true => secret_block(self.aws, &arn, &self.context.stack).await?,
            false => None,
        };
        let ssm = arn.contains(":ssm:");
        let mut words = Words::from([("cluster".to_owned(), Json::from(self.cluster.as_str()))]);
        if ssm {
            words.insert("store".to_owned(), Json::from("ssm"));
        }
        let block = match own {
            Some(block) => {
                let generate = json!({ "generate": { "length": LENGTH } });
                words.insert("from".to_owned(), generate);
                let what = "where its value comes from, which nothing live tells: `generate` leaves the one there is";
                self.leave(&format!("secret {block}"), what);
                block
            }
            None => {
                let stored = stored(from, &arn, ssm);
                let like = stored.rsplit(['/', ':']).next().unwrap_or_default();
                let block = self.free_name("secret", like);
                words.insert(
                    "from".to_owned(),
                    json!({ "existing": { "aws": text(&stored) } }),
                );
                block
            }
        };
        self.keep("secret", &block, words);
        self.secrets.insert(arn, block.clone());
        Ok(block)
    }
}

/// What tells one secret from another: its ARN; a part of one is a secret of its own.
fn arn(from: &str) -> String {
    if from.contains(":ssm:") {
        return from.to_owned();
    }
    let whole = whole_secret(from);
    let rest = from.get(whole.len()..).unwrap_or_default();
    let key = rest.split(':').nth(1).unwrap_or_default();
    match key.is_empty() {
        true => whole.to_owned(),
        false => from.to_owned(),
    }
}

/// How a spec names it: by its name where that is all that the ARN has, else by the ARN.
fn stored(from: &str, arn: &str, ssm: bool) -> String {
    if ssm {
        let name = from.split_once(":parameter/").map(|(_, name)| name);
        return name.map_or_else(|| from.to_owned(), |name| format!("/{name}"));
    }
    let Some((_, name)) = arn.split_once(":secret:") else {
        return from.to_owned();
    };
    // Secrets Manager ends its own ARNs in a hyphen and six signs; one without them is made of the name.
    let ending = name.rsplit_once('-').map(|(_, end)| end);
    let full = ending
        .is_some_and(|end| end.len() == 6 && end.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    match full || name.contains(':') {
        true => arn.to_owned(),
        false => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{arn, stored};

    #[test]
    fn secrets_are_named_as_a_spec_names_them() {
        let bare = "arn:aws:secretsmanager:eu-west-1:1:secret:payments/live-key";
        assert_eq!(stored(bare, &arn(bare), false), "payments/live-key");
        let full = format!("{bare}-a1B2c3");
        assert_eq!(stored(&full, &arn(&full), false), full);
        let pinned = format!("{full}:::v1");
        assert_eq!(arn(&pinned), full);
        let part = format!("{full}:user::");
        assert_eq!(stored(&part, &arn(&part), false), part);
        let parameter = "arn:aws:ssm:eu-west-1:1:parameter/shop/key";
        assert_eq!(stored(parameter, &arn(parameter), true), "/shop/key");
    }
}
