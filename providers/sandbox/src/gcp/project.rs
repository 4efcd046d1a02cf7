//! Projects: accounts by another name. Any well-formed id is a project; its number follows from it, so that it is the
//! same in every sandbox.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::store::{Document, Place, Tx};

/// A project that was named once: the way back from its number.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Project {
    /// Its number.
    pub(crate) number: String,
    /// Its id.
    pub(crate) id: String,
    /// When it was named first.
    pub(crate) created: Timestamp,
}

impl Document for Project {
    const SERVICE: &'static str = "gcp";
    const KIND: &'static str = "project";

    fn id(&self) -> String {
        self.number.clone()
    }

    fn created(&self) -> Timestamp {
        self.created
    }
}

/// Projects are found before anything of them is known, so they lie in no account.
fn place() -> Place {
    Place {
        account: String::new(),
        region: String::new(),
    }
}

/// The number of a project: twelve digits.
pub(crate) fn number(id: &str) -> String {
    let digest = Sha256::digest(id);
    let value = digest
        .iter()
        .take(8)
        .fold(0_u64, |value, byte| (value << 8) | u64::from(*byte));
    (100_000_000_000 + value % 900_000_000_000).to_string()
}

/// Whether an id is well formed: 6 to 30 lower-case letters, digits and hyphens.
pub(crate) fn legal(id: &str) -> bool {
    let sign = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (6..=30).contains(&id.len())
        && id.bytes().all(sign)
        && id.starts_with(|first: char| first.is_ascii_lowercase())
        && !id.ends_with('-')
}

/// The id of the project that a caller named by id or number; none when there is no such project.
pub(crate) fn find(tx: &Tx<'_>, named: &str) -> Option<String> {
    let digits = !named.is_empty() && named.bytes().all(|byte| byte.is_ascii_digit());
    let known = &tx.config().projects;
    let id = match digits {
        false => named.to_owned(),
        true => {
            let of_config = known.iter().find(|id| number(id) == named).cloned();
            let met = || Some(tx.get::<Project>(&place(), named)?.id);
            of_config.or_else(met)?
        }
    };
    let exists = legal(&id) && (known.is_empty() || known.contains(&id));
    exists.then_some(id)
}

/// Remembers a project; false when it is known already.
pub(crate) fn remember(tx: &mut Tx<'_>, id: &str) -> bool {
    let number = number(id);
    if tx.get::<Project>(&place(), &number).is_some() {
        return false;
    }
    let project = Project {
        number,
        id: id.to_owned(),
        created: tx.now(),
    };
    tx.put(&place(), &project);
    true
}

/// When the project was named first.
pub(crate) fn created(tx: &Tx<'_>, id: &str) -> Timestamp {
    let met = tx.get::<Project>(&place(), &number(id));
    met.map_or(tx.now(), |project| project.created)
}

#[cfg(test)]
mod tests {
    use super::{legal, number};

    #[test]
    fn numbers_follow_from_ids() {
        assert_eq!(number("acme-prod").len(), 12);
        assert_eq!(number("acme-prod"), number("acme-prod"));
        assert_ne!(number("acme-prod"), number("acme-test"));
    }

    #[test]
    fn ids_have_a_form() {
        assert!(legal("acme-prod"));
        for wrong in ["acme", "Acme-prod", "acme_prod", "1acme-prod", "acme-prod-"] {
            assert!(!legal(wrong), "{wrong}");
        }
    }
}
