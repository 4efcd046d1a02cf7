//! The list of operations that the sandbox has, for tests and for people: `operations.txt` is the same as text.

use serde::Serialize;

use crate::aws::SERVICES;

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OperationEntry {
    /// The service's signing name.
    pub service: &'static str,
    /// The API's name of it.
    pub name: &'static str,
    /// Whether it changes something.
    pub mutating: bool,
    /// Parameters it takes, `N` for numbers; empty = not checked.
    pub accepts: Vec<&'static str>,
    /// Method and path, where they tell the operation.
    pub rest: &'static str,
}

/// Every operation.
pub fn operations() -> Vec<OperationEntry> {
    let of = |service: &'static crate::aws::Service| {
        service.operations.iter().map(|operation| OperationEntry {
            service: service.name,
            name: operation.name,
            mutating: operation.mutating,
            accepts: operation
                .accepts
                .iter()
                .copied()
                .flatten()
                .copied()
                .collect(),
            rest: operation.rest,
        })
    };
    let gcp = crate::gcp::SERVICES.iter().flat_map(of_gcp);
    SERVICES.iter().flat_map(of).chain(gcp).collect()
}

fn of_gcp(service: &'static crate::gcp::Service) -> impl Iterator<Item = OperationEntry> {
    service.operations.iter().map(|operation| OperationEntry {
        service: service.name,
        name: operation.name,
        mutating: operation.mutating,
        accepts: operation
            .accepts
            .iter()
            .copied()
            .flatten()
            .copied()
            .collect(),
        rest: operation.rest,
    })
}

#[cfg(test)]
mod tests {
    use super::operations;

    #[test]
    fn the_list_in_the_repository_is_the_list_of_the_code() {
        let line = |entry: super::OperationEntry| {
            format!(
                "{} {} {}",
                entry.service,
                entry.name,
                if entry.mutating { "write" } else { "read" }
            )
        };
        let mut code: Vec<String> = operations().into_iter().map(line).collect();
        code.sort();
        let text = include_str!("../operations.txt");
        let list: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(
            list,
            code,
            "operations.txt, sorted, must be:\n{}",
            code.join("\n")
        );
        assert!(code.windows(2).all(|pair| matches!(pair, [a, b] if a != b)));
    }
}
