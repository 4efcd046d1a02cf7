//! Pools: the machines of capacity providers, and on Fargate the sorts of capacity that something runs on.

use provision_aws::{Fault, block_of, template_words};
use provision_core::contract::Words;
use serde_json::{Value as Json, json};

use super::Reading;
use crate::kinds::{Capacity, FARGATE, FARGATE_SPOT, FoundCluster, FoundPool};

/// The least disk, in GiB, that the word says.
const LEAST_DISK: i32 = 20;

impl Reading<'_> {
    /// Pools of machines.
    pub(super) async fn machines(&mut self, cluster: &FoundCluster) -> Result<(), Fault> {
        for pool in &cluster.pools {
            let name = block_of(&pool.marks, &self.context.stack).unwrap_or_else(|| {
                let used: Vec<String> = self.pools.keys().cloned().collect();
                provision_core::spec::block_name(&pool.name, &used)
            });
            let words = self.pool(&name, pool).await?;
            self.providers.insert(pool.name.clone(), name.clone());
            self.pools.insert(name, words);
        }
        Ok(())
    }

    async fn pool(&mut self, name: &str, pool: &FoundPool) -> Result<Words, Fault> {
        let of = format!("pool {name}");
        let group = &pool.group;
        let known = |list: &[provision_aws::Field<String>]| -> Vec<String> {
            list.iter().filter_map(|one| one.get().cloned()).collect()
        };
        let mut types = known(&group.instance_types);
        let id = group.template_id.get().cloned().unwrap_or_default();
        let mut words = Words::from([(
            "nodes".to_owned(),
            json!({ "min": group.min, "max": group.max }),
        )]);
        if id.is_empty() {
            self.leave(&of, "its group is made of no launch template");
        } else {
            let template = template_words(self.aws, &id, "$Default").await?;
            if types.is_empty() {
                types.extend(template.machine.clone());
            }
            if let Some(disk) = template.disk_gib.filter(|disk| *disk >= LEAST_DISK) {
                words.insert("disk".to_owned(), Json::from(format!("{disk}GiB")));
            }
            let ours = self.ours;
            for what in template.left.iter().filter(|_| !ours) {
                self.leave(&of, format!("its launch template has {what}"));
            }
        }
        words.insert("machine".to_owned(), machine(&types));
        if group.capacity == "SPOT" {
            words.insert("spot".to_owned(), Json::from(true));
        }
        if pool.provider.target_percent != 100 || !pool.provider.termination_protection {
            let what = "scaling that is not ECS's own to the last machine, with tasks protected";
            self.leave(&of, what);
        }
        Ok(words)
    }

    /// The pool that something is placed on.
    pub(super) fn placed(
        &mut self,
        of: &str,
        capacity: Option<&Vec<Capacity>>,
        arm: bool,
    ) -> Option<String> {
        let all = capacity.map_or(&[][..], Vec::as_slice);
        let used: Vec<&Capacity> = all.iter().filter(|one| one.weight > 0).collect();
        if used.len() > 1 {
            self.leave(
                of,
                "it is shared out among several capacity providers: this is the first",
            );
        }
        let provider = used.first()?.provider.get()?.clone();
        let spot = match provider.as_str() {
            FARGATE => false,
            FARGATE_SPOT => true,
            _ => return self.providers.get(&provider).cloned(),
        };
        let mut name = "fargate".to_owned();
        let mut words = Words::from([("spot".to_owned(), Json::from(spot))]);
        if spot {
            name.push_str("-spot");
        }
        if arm {
            name.push_str("-arm");
            words.insert("machine".to_owned(), json!({ "arch": "arm64" }));
        }
        self.pools.entry(name.clone()).or_insert(words);
        Some(name)
    }
}

fn machine(types: &[String]) -> Json {
    match types.iter().any(|name| is_arm(name)) {
        true => json!({ "ecs": types, "arch": "arm64" }),
        false => json!({ "ecs": types }),
    }
}

/// Families whose processor is a Graviton: the letter `g` behind the generation, and a1.
fn is_arm(name: &str) -> bool {
    let family = name.split('.').next().unwrap_or_default();
    let behind = family.trim_start_matches(|sign: char| sign.is_ascii_lowercase());
    let behind = behind.trim_start_matches(|sign: char| sign.is_ascii_digit());
    family == "a1" || behind.split('-').next().unwrap_or_default().contains('g')
}

#[cfg(test)]
mod tests {
    use super::is_arm;

    #[test]
    fn processors_are_told_by_the_family() {
        assert!(is_arm("m7g.large") && is_arm("c6gn.xlarge") && is_arm("a1.large"));
        assert!(!is_arm("m7i.large") && !is_arm("g5.xlarge"));
    }
}
