//! Roles of tasks, each with what the workload needs and nothing else: the execution role reads exactly its secrets and
//! writes to exactly its log group, and pulls exactly its images; the task role is what runs in the task.

use std::collections::{BTreeMap, BTreeSet};

use provision_aws::{Field, Role, partition, role_path};
use provision_core::model::{Pending, Piece};
use serde_json::{Value as Json, json};

use super::secret::reached;
use super::unit::{Made, Unit, text};

/// Longest name of a role (IAM quotas).
const ROLE_NAME: usize = 64;

/// The policy that is written into a role.
const POLICY: &str = "provision-task";

/// What ECS Exec does from inside a task; it takes no resource.
const EXEC: [&str; 4] = [
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
];

impl Unit<'_> {
    /// The role with which ECS pulls images, reads secrets and writes logs.
    pub(super) fn execution_role(&self, secrets: &BTreeSet<&str>, images: &BTreeSet<&str>) -> Made {
        let mut statements: Vec<Json> = Vec::new();
        let group = self.arn("logs", &format!("log-group:{}", self.log_group_name()));
        let logs = ["logs:CreateLogStream", "logs:PutLogEvents"];
        statements.push(allow(&logs, &json!(format!("{group}:*"))));
        let repositories: BTreeSet<String> =
            images.iter().copied().filter_map(repository).collect();
        if !repositories.is_empty() {
            // The token is for all repositories that one may read.
            statements.push(allow(&["ecr:GetAuthorizationToken"], &json!("*")));
            let pull = [
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:GetDownloadUrlForLayer",
            ];
            statements.push(allow(&pull, &json!(repositories)));
        }
        let mut by_action: BTreeMap<&str, Vec<Field<String>>> = BTreeMap::new();
        for name in secrets {
            if let Some(secret) = self.request.spec.secrets.get(*name) {
                let reached = reached(self, name, secret);
                by_action
                    .entry(reached.action)
                    .or_default()
                    .push(reached.resource);
            }
        }
        let policy = document(&statements, &by_action);
        self.role("execution-role", "execution", "ecs-tasks", [], policy)
    }

    /// The role of what runs in the task: what the spec attaches, and what Exec needs.
    pub(super) fn task_role(&self, exec: bool) -> Made {
        let attached = self.identity.map_or(&[][..], |one| &one.aws_policies);
        let statement = allow(&EXEC, &json!("*"));
        let policy = exec.then(|| document(&[statement], &BTreeMap::new()));
        let attached = attached.iter().cloned();
        match policy {
            Some(policy) => self.role("task-role", "task", "ecs-tasks", attached, policy),
            None => self.plain_role(attached),
        }
    }

    /// The role with which Scheduler starts tasks: only these, and only with their roles.
    pub(super) fn schedule_role(&self, family: &str) -> Made {
        let cluster = self.arn("ecs", &format!("cluster/{}", self.cluster_name()));
        let revisions = self.arn("ecs", &format!("task-definition/{family}:*"));
        let mut run = allow(&["ecs:RunTask"], &json!(revisions));
        run["Condition"] = json!({ "ArnEquals": { "ecs:cluster": cluster } });
        let tasks = self.arn("ecs", &format!("task/{}/*", self.cluster_name()));
        let mut tag = allow(&["ecs:TagResource"], &json!(tasks));
        tag["Condition"] = json!({ "StringEquals": { "ecs:CreateAction": "RunTask" } });
        let roles =
            ["execution-role", "task-role"].map(|part| Field::output(&self.id(part), "arn"));
        let pass = BTreeMap::from([("iam:PassRole", roles.to_vec())]);
        let policy = document(&[run, tag], &pass);
        self.role("schedule-role", "schedule", "scheduler", [], policy)
    }

    fn plain_role(&self, attached: impl IntoIterator<Item = String>) -> Made {
        self.write_role("task-role", "task", "ecs-tasks", attached, BTreeMap::new())
    }

    fn role(
        &self,
        part: &str,
        suffix: &str,
        service: &str,
        attached: impl IntoIterator<Item = String>,
        policy: Field<String>,
    ) -> Made {
        let inline = BTreeMap::from([(POLICY.to_owned(), policy)]);
        self.write_role(part, suffix, service, attached, inline)
    }

    fn write_role(
        &self,
        part: &str,
        suffix: &str,
        service: &str,
        attached: impl IntoIterator<Item = String>,
        inline_policies: BTreeMap<String, Field<String>>,
    ) -> Made {
        let suffix = format!("-{suffix}");
        let fields = Role {
            path: role_path(&self.context().stack),
            trust_policy: trust(service).into(),
            managed_policies: attached.into_iter().collect(),
            inline_policies,
            children: None,
            tags: self.tags(&suffix),
        };
        let role = self.shared(part, "iam.role", &fields)?;
        let wanted = format!("{}{suffix}", self.called);
        Ok(self.named(role, &wanted, ROLE_NAME, true))
    }
}

/// The repository of an image in ECR, as an ARN; `None` of an image from elsewhere.
fn repository(image: &str) -> Option<String> {
    let (host, path) = image.split_once('/')?;
    let (account, rest) = host.split_once(".dkr.ecr.")?;
    let (region, _) = rest.split_once(".amazonaws.com")?;
    let name = path.split(['@', ':']).next()?;
    let partition = partition(region);
    Some(format!(
        "arn:{partition}:ecr:{region}:{account}:repository/{name}"
    ))
}

fn trust(service: &str) -> String {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": format!("{service}.amazonaws.com") },
            "Action": "sts:AssumeRole",
        }],
    })
    .to_string()
}

fn allow(actions: &[&str], resource: &Json) -> Json {
    json!({ "Effect": "Allow", "Action": actions, "Resource": resource })
}

/// A policy of these statements, and of actions on resources that may not be known yet.
fn document(statements: &[Json], on: &BTreeMap<&str, Vec<Field<String>>>) -> Field<String> {
    let mut pieces = Pieces::default();
    pieces.text("{\"Version\":\"2012-10-17\",\"Statement\":[");
    for (nth, statement) in statements.iter().enumerate() {
        pieces.text(if nth == 0 { "" } else { "," });
        pieces.text(&statement.to_string());
    }
    for (action, resources) in on {
        pieces.text(if statements.is_empty() { "" } else { "," });
        pieces.text(&format!(
            "{{\"Effect\":\"Allow\",\"Action\":[\"{action}\"],\"Resource\":["
        ));
        for (nth, resource) in resources.iter().enumerate() {
            pieces.text(if nth == 0 { "\"" } else { ",\"" });
            pieces.field(resource);
            pieces.text("\"");
        }
        pieces.text("]}");
    }
    pieces.text("]}");
    pieces.whole()
}

/// A text in the making, with references in it.
#[derive(Default)]
struct Pieces(Vec<Piece>);

impl Pieces {
    fn text(&mut self, text: &str) {
        match self.0.last_mut() {
            Some(Piece::Text(last)) => last.push_str(text),
            _ => self.0.push(Piece::Text(text.to_owned())),
        }
    }

    fn field(&mut self, field: &Field<String>) {
        match field {
            Field::Known(text) => self.text(text),
            Field::Pending(Pending(pieces)) => self.0.extend(pieces.iter().cloned()),
            Field::Choice(_) => {}
        }
    }

    /// A plain text where nothing is open.
    fn whole(self) -> Field<String> {
        match self.0.as_slice() {
            [Piece::Text(only)] => only.as_str().into(),
            _ => text(self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_in_ecr_tell_their_repository() {
        let image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.4";
        let arn = "arn:aws:ecr:eu-west-1:123456789012:repository/shop/web";
        assert_eq!(repository(image).as_deref(), Some(arn));
        assert_eq!(repository("registry.example/shop:1"), None);
        assert_eq!(repository("nginx"), None);
    }

    #[test]
    fn policies_are_documents_also_with_references_in_them() {
        let statement = allow(&["logs:PutLogEvents"], &json!("arn:x"));
        let on = BTreeMap::from([("iam:PassRole", vec!["arn:a".into(), "arn:b".into()])]);
        let policy = document(&[statement], &on);
        let policy: Json = policy
            .get()
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        assert_eq!(
            policy["Statement"][1]["Resource"],
            json!(["arn:a", "arn:b"])
        );
        let alone = document(&[], &on);
        let alone: Json = alone
            .get()
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        assert_eq!(alone["Statement"][0]["Action"], json!(["iam:PassRole"]));
    }
}
