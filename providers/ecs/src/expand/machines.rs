//! Machines of a cluster: what they may do, the group they are in, and for each pool a launch template, an Auto Scaling group
//! and the capacity provider by which ECS scales it.

use std::collections::BTreeMap;

use provision_aws::{
    Field, Ground, InstanceProfile, LaunchTemplate, PoolWish, Role, SecurityGroup, market,
    one_type, partition, role_path,
};
use provision_core::contract::Failure;
use provision_core::model::{Piece, Reference};
use provision_core::spec::{Arch, Pool};
use serde_json::json;

use super::PLATFORM;
use super::cluster::Plan;
use super::unit::{Made, own, text};
use crate::kinds::{AutoScalingGroup, CapacityProvider};

/// Longest names: of a role and of an instance profile (IAM quotas), of a launch template (CreateLaunchTemplate), of a group
/// (CreateSecurityGroup, CreateAutoScalingGroup).
const ROLE_NAME: usize = 64;
const PROFILE_NAME: usize = 128;
const TEMPLATE_NAME: usize = 128;
const GROUP_NAME: usize = 255;

/// Longest name of a capacity provider (CreateCapacityProvider), less room for the suffix of its replacement.
const PROVIDER_NAME: usize = 255 - 9;

/// What names of capacity providers may not begin with (CreateCapacityProvider).
const RESERVED: [&str; 3] = ["aws", "ecs", "fargate"];

/// What machines may do: join their cluster, pull images, write logs.
const POLICY: &str = "service-role/AmazonEC2ContainerServiceforEC2Role";

/// The public parameters that name ECS's newest images of Amazon Linux 2023.
const IMAGES: &str = "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023";

/// The root disk of Amazon Linux 2023.
const ROOT_DISK: &str = "/dev/xvda";

/// Instance metadata stays on the machine: tasks get roles of their own.
const METADATA_HOPS: i32 = 1;

/// Machines are filled before more are started.
const TARGET_PERCENT: i64 = 100;

impl Plan<'_> {
    pub(super) fn machines(&self, ground: &Ground) -> Vec<Made> {
        let mut all = vec![
            self.instance_role(),
            self.instance_profile(),
            self.security_group(ground),
        ];
        for (name, pool) in &self.block.pools {
            all.push(self.template(name, pool));
            all.push(self.group(name, pool, ground));
            all.push(self.provider(name));
        }
        all
    }

    fn instance_role(&self) -> Made {
        let partition = partition(&self.context.region);
        // The one service that has another name in China.
        let end = if partition == "aws-cn" { ".cn" } else { "" };
        let trust = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": { "Service": format!("ec2.amazonaws.com{end}") },
                "Action": ["sts:AssumeRole"],
            }],
        });
        let fields = Role {
            path: role_path(&self.context.stack),
            trust_policy: trust.to_string().into(),
            managed_policies: vec![format!("arn:{partition}:iam::aws:policy/{POLICY}")],
            inline_policies: BTreeMap::new(),
            children: None,
            tags: self.tags("-instance"),
        };
        let role = self.shared(self.id("instance-role"), "iam.role", &fields)?;
        Ok(self.named(role, &format!("{}-instance", self.name), ROLE_NAME, true))
    }

    fn instance_profile(&self) -> Made {
        let fields = InstanceProfile {
            path: role_path(&self.context.stack),
            role: Field::output(&self.id("instance-role"), "name"),
            tags: self.tags("-instance"),
        };
        let id = self.id("instance-profile");
        let profile = self.shared(id, "iam.instance_profile", &fields)?;
        let wanted = format!("{}-instance", self.name);
        Ok(self.named(profile, &wanted, PROFILE_NAME, true))
    }

    /// On every machine, for databases and such to let in. Tasks have groups of their own.
    fn security_group(&self, ground: &Ground) -> Made {
        let fields = SecurityGroup {
            vpc: ground.vpc.clone(),
            description: format!("machines of the ECS cluster {}", self.name),
            tags: self.tags("-node"),
        };
        let id = self.id("node-security-group");
        let group = self.shared(id, "ec2.security_group", &fields)?;
        Ok(self.named(group, &format!("{}-node", self.name), GROUP_NAME, false))
    }

    fn types(&self, name: &str, pool: &Pool) -> Result<Vec<Field<String>>, Failure> {
        PoolWish {
            address: &format!("{}.pool.{name}", self.address),
            platform: PLATFORM,
            market: &market(self.request),
            anything: false,
        }
        .machines(pool)
    }

    /// A template holds one machine type. Several stand in the group, and so does the word for spot.
    fn template(&self, name: &str, pool: &Pool) -> Made {
        let suffix = format!("-{name}");
        let mut groups = vec![Field::output(&self.id("node-security-group"), "id")];
        groups.extend(self.groups.iter().map(|group| group.as_str().into()));
        let profile = self.id("instance-profile");
        let fields = LaunchTemplate {
            // What is wrong with the machines is said of the group.
            instance_type: self.types(name, pool).map(one_type).unwrap_or_default(),
            disk_gib: i32::try_from(pool.disk.div_ceil(1 << 30)).unwrap_or(i32::MAX),
            disk_device: ROOT_DISK.to_owned(),
            image: Some(image(pool.machine.arch)),
            user_data: Some(self.script(pool)),
            instance_profile: Some(Field::output(&profile, "arn")),
            metadata_hops: METADATA_HOPS,
            security_groups: groups,
            node_tags: self.tags(&suffix),
            newest: None,
            tags: self.tags(&suffix),
        };
        let id = self.pool_id(name, "launch-template");
        let template = self.shared(id, "ec2.launch_template", &fields)?;
        let wanted = format!("{}{suffix}", self.name);
        Ok(self.named(template, &wanted, TEMPLATE_NAME, false))
    }

    /// Makes a machine join the cluster; tasks do not reach its metadata, and leave a spot machine that is taken back.
    fn script(&self, pool: &Pool) -> Field<String> {
        let mut rest = String::from("\nECS_AWSVPC_BLOCK_IMDS=true\n");
        if pool.spot {
            rest.push_str("ECS_ENABLE_SPOT_INSTANCE_DRAINING=true\n");
        }
        rest.push_str("END\n");
        let head = "#!/bin/bash\ncat >> /etc/ecs/ecs.config <<'END'\nECS_CLUSTER=";
        text(vec![
            Piece::Text(head.to_owned()),
            Piece::Ref(Reference {
                id: self.id("cluster"),
                output: "name".to_owned(),
            }),
            Piece::Text(rest),
        ])
    }

    fn group(&self, name: &str, pool: &Pool, ground: &Ground) -> Made {
        let template = self.pool_id(name, "launch-template");
        let types = self.types(name, pool)?;
        let least = i64::from(pool.nodes.min);
        let fields = AutoScalingGroup {
            template_id: Field::output(&template, "id"),
            template_version: Field::output(&template, "version"),
            instance_types: if types.len() > 1 { types } else { Vec::new() },
            capacity: if pool.spot { "SPOT" } else { "ON_DEMAND" }.to_owned(),
            subnets: ground.nodes.clone(),
            min: least,
            max: i64::from(pool.nodes.max),
            desired: least,
            protected: true,
            made_of: None,
            tags: self.tags(&format!("-{name}")),
        };
        let group = own(self.pool_id(name, "group"), "autoscaling.group", &fields)?;
        let mut group = self.named(group, &format!("{}-{name}", self.name), GROUP_NAME, false);
        group.after.extend(ground.ready.clone());
        Ok(group)
    }

    fn provider(&self, name: &str) -> Made {
        let fields = CapacityProvider {
            group: Field::output(&self.pool_id(name, "group"), "arn"),
            target_percent: TARGET_PERCENT,
            termination_protection: true,
            draining: true,
            tags: self.tags(&format!("-{name}")),
        };
        let id = self.pool_id(name, "capacity-provider");
        let provider = own(id, "ecs.capacity_provider", &fields)?;
        let wanted = format!("{}-{name}", self.name);
        let taken = RESERVED.iter().any(|word| wanted.starts_with(word));
        let wanted = if taken {
            format!("pool-{wanted}")
        } else {
            wanted
        };
        Ok(self.named(provider, &wanted, PROVIDER_NAME, false))
    }
}

/// What machines boot: the image that is the newest when they are launched.
fn image(arch: Arch) -> String {
    let arch = match arch {
        Arch::Amd64 => "",
        Arch::Arm64 => "/arm64",
    };
    format!("{IMAGES}{arch}/recommended/image_id")
}
