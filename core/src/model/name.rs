//! Deterministic physical names.

use sha2::{Digest, Sha256};

use super::{Kind, ResourceId};

/// The first 8 hex digits of SHA-256 over the parts, each ended by a zero byte.
#[must_use]
pub fn digest8(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    hasher
        .finalize()
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// A readable name for an object: `wanted` as it is while it fits `limit` and `global` is false, else cut and
/// ended by `-` and 8 hex over stack, region, id and kind, so that shortened or account-wide names of two
/// stacks or regions differ.
#[must_use]
pub fn physical_name(
    wanted: &str,
    limit: usize,
    global: bool,
    (stack, region): (&str, &str),
    id: &ResourceId,
    kind: &Kind,
) -> String {
    if !global && wanted.len() <= limit {
        return wanted.to_owned();
    }
    let suffix = digest8(&[stack, region, &id.to_string(), kind.as_str()]);
    let room = limit.saturating_sub(suffix.len() + 1);
    let cut: String = wanted.chars().take(room).collect();
    format!("{}-{suffix}", cut.trim_end_matches('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_stay_and_long_ones_differ_by_stack() {
        let id = ResourceId::new("cluster.prod", "role");
        let kind = Kind::new("iam.role");
        let name = |stack, limit, global| {
            physical_name("shop-prod", limit, global, (stack, "eu-west-1"), &id, &kind)
        };
        assert_eq!(name("shop", 64, false), "shop-prod");
        assert_ne!(name("a", 64, true), name("b", 64, true));
        assert!(name("a", 14, true).len() <= 14);
    }
}
