//! Minors of Kubernetes.

use std::fmt;

/// A minor of Kubernetes, `1.34`; they are in the order of their releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Minor {
    /// 1 of `1.34`.
    pub major: u32,
    /// 34 of `1.34`.
    pub minor: u32,
}

impl Minor {
    /// That of a version as clouds write them: `1.34`, `v1.34.2-eksbuild.5`, `1.34.3-gke.100`; `None` when it is none.
    #[must_use]
    pub fn of(version: &str) -> Option<Self> {
        let mut parts = version.strip_prefix('v').unwrap_or(version).split('.');
        Some(Self {
            major: parts.next()?.parse().ok()?,
            minor: parts.next()?.parse().ok()?,
        })
    }

    /// Another minor of the same major.
    #[must_use]
    pub const fn at(self, minor: u32) -> Self {
        Self { minor, ..self }
    }
}

impl fmt::Display for Minor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_a_minor_and_minors_an_order() {
        let of = |text| Minor::of(text).map(|minor| minor.to_string());
        for version in ["1.34", "v1.34", "v1.34.2-eksbuild.5", "1.34.3-gke.100"] {
            assert_eq!(of(version).as_deref(), Some("1.34"), "{version}");
        }
        for none in ["", "1", "latest", "1.x", "-.3"] {
            assert_eq!(of(none), None, "{none}");
        }
        assert!(Minor::of("1.9") < Minor::of("1.10"));
        assert_eq!(
            Minor::of("1.9").map(|minor| minor.at(10)),
            Minor::of("1.10")
        );
    }
}
