//! How the deployment of a service comes along: followed by its id, since a steady service may be a rolled-back one.

use aws_sdk_ecs::types::{Deployment, DeploymentRolloutState, Service as Wire};
use provision_aws::Fault;
use provision_aws::kind::{Cx, Next, Progress};

use super::service_health::{ailment, why};
use super::service_live::{primary, running, trouble};
use super::service_reads::wire;

/// Follows the deployment of a service by its id; beside it the one before is named, to tell a late read from a rollback.
pub(super) fn rolls(service: &Wire, before: Option<&str>) -> Next {
    let physical = service.service_arn().unwrap_or_default().to_owned();
    let primary = primary(service);
    let phase = primary.map_or_else(|| "ACTIVE".to_owned(), running);
    match primary.and_then(Deployment::id) {
        Some(id) => Next::Updates {
            phase,
            physical,
            update: format!("{id} {}", before.unwrap_or_default()),
        },
        None => Next::Waits { phase, physical },
    }
}

/// How a deployment comes along. One that is not the service's any more was rolled back, or replaced by somebody.
pub(super) async fn progress(cx: &Cx<'_>, physical: &str, update: &str) -> Result<Progress, Fault> {
    let (id, before) = update.split_once(' ').unwrap_or((update, ""));
    let Some(service) = wire(cx.aws, physical).await? else {
        return Ok(works("not visible yet", None));
    };
    let mut all = service.deployments().iter();
    let own = all.find(|one| one.id() == Some(id));
    let stands = stands(&service, own, before);
    match stands {
        Stands::Through => Ok(Progress::Through),
        Stands::Works(phase) => Ok(works(&phase, trouble(&service))),
        Stands::Failed => {
            let reason = reason(&service, own);
            let message = why(cx.aws, &service, own, reason).await;
            Ok(Progress::Failed(ailment(message)))
        }
    }
}

fn works(phase: &str, trouble: Option<String>) -> Progress {
    Progress::Works {
        phase: phase.to_owned(),
        trouble,
    }
}

/// What has become of a deployment.
#[derive(Debug, PartialEq, Eq)]
enum Stands {
    Through,
    Works(String),
    Failed,
}

fn stands(service: &Wire, own: Option<&Deployment>, before: &str) -> Stands {
    let is_primary = |one: &Deployment| one.status() == Some("PRIMARY");
    match own {
        Some(own) if own.rollout_state() == Some(&DeploymentRolloutState::Failed) => Stands::Failed,
        Some(own) if is_primary(own) => match own.rollout_state() {
            Some(DeploymentRolloutState::InProgress) => Stands::Works(running(own)),
            _ => Stands::Through,
        },
        // Another one has taken its place.
        Some(_) => Stands::Failed,
        None => match primary(service).and_then(Deployment::id) {
            Some(id) if id != before => Stands::Failed,
            _ => Stands::Works("becoming visible".to_owned()),
        },
    }
}

/// The cloud's reason for the end of a deployment.
fn reason(service: &Wire, own: Option<&Deployment>) -> String {
    let told = own.and_then(Deployment::rollout_state_reason);
    let now = primary(service).and_then(Deployment::rollout_state_reason);
    let told = told.or(now).filter(|told| !told.is_empty());
    told.unwrap_or("the deployment was replaced before it came to rest")
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deployment(id: &str, status: &str, state: DeploymentRolloutState) -> Deployment {
        Deployment::builder()
            .id(id)
            .status(status)
            .rollout_state(state)
            .build()
    }

    fn stand(deployments: Vec<Deployment>) -> Stands {
        let service = Wire::builder().set_deployments(Some(deployments)).build();
        let own = service
            .deployments()
            .iter()
            .find(|one| one.id() == Some("new"));
        stands(&service, own, "old")
    }

    #[test]
    fn a_steady_service_may_be_a_rolled_back_one() {
        use DeploymentRolloutState::{Completed, Failed, InProgress};
        let through = stand(vec![deployment("new", "PRIMARY", Completed)]);
        assert_eq!(through, Stands::Through);
        let works = stand(vec![
            deployment("new", "PRIMARY", InProgress),
            deployment("old", "ACTIVE", Completed),
        ]);
        assert!(matches!(works, Stands::Works(_)));
        let failed = stand(vec![
            deployment("back", "PRIMARY", InProgress),
            deployment("new", "ACTIVE", Failed),
        ]);
        assert_eq!(failed, Stands::Failed);
        let back = stand(vec![deployment("back", "PRIMARY", Completed)]);
        assert_eq!(back, Stands::Failed);
        let late = stand(vec![deployment("old", "PRIMARY", Completed)]);
        assert!(matches!(late, Stands::Works(_)));
    }
}
