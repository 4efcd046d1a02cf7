//! Plays the controllers of a cluster, for there is no Kubernetes inside: makes what they make in the account, with
//! their tags, and leaves it there. So that a destroy has something to sweep. And what a person has to bring along:
//! certificates.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::aws::acm::{Certificate, STATUSES};
use crate::aws::ec2::{
    Instance, NetworkInterface, NewInterface, SecurityGroup, Subnet, Tags, Volume, allow_group,
};
use crate::aws::eks::Cluster;
use crate::aws::elb::ClassicBalancer;
use crate::aws::elbv2::{
    Action, HealthCheck, Listener, LoadBalancer, NewListener, TargetGroup, interfaces, short_id,
};
use crate::phase::Phase;
use crate::store::{Document, Place, Tx, hex};

/// What is to be made.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Plant {
    /// The cluster whose controllers are played.
    pub cluster: String,
    /// Also what is nobody's and stands in the way: a security group and an interface without tags.
    pub foreign: bool,
    /// The balancers get deletion protection.
    pub protected: bool,
    /// Certificates; with no cluster, these alone.
    pub certificates: Vec<PlantedCertificate>,
}

/// A certificate of the configured account.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlantedCertificate {
    /// The name it is for: `*.example.org`.
    pub domain: String,
    /// More names.
    #[serde(default)]
    pub names: Vec<String>,
    /// `ISSUED`, `PENDING_VALIDATION` or `EXPIRED`.
    #[serde(default = "issued")]
    pub status: String,
    /// The region it lies in.
    pub region: String,
}

fn issued() -> String {
    "ISSUED".to_owned()
}

/// Where it is made.
struct Site {
    place: Place,
    cluster: Cluster,
    subnets: Vec<Subnet>,
}

impl Plant {
    /// Makes it; answers the ids.
    pub(crate) fn make(&self, tx: &mut Tx<'_>) -> Result<Vec<String>, String> {
        let mut made = Vec::new();
        for one in &self.certificates {
            made.push(certificate(tx, one)?);
        }
        if self.cluster.is_empty() && !made.is_empty() {
            return Ok(made);
        }
        let site = self.site(tx)?;
        ingress(tx, &site, self.protected, &mut made);
        service(tx, &site, &mut made);
        classic(tx, &site, &mut made);
        nodes(tx, &site, &mut made);
        volumes(tx, &site, &mut made);
        if self.foreign {
            foreign(tx, &site, &mut made);
        }
        Ok(made)
    }

    fn site(&self, tx: &Tx<'_>) -> Result<Site, String> {
        let mut clusters = tx.everywhere::<Cluster>().into_iter();
        let found = clusters.find(|(_, cluster)| cluster.name == self.cluster);
        let (place, cluster) =
            found.ok_or_else(|| format!("there is no cluster named {:?} here", self.cluster))?;
        let subnets = cluster.subnet_ids.iter();
        let subnets = subnets.filter_map(|id| tx.get::<Subnet>(&place, id));
        Ok(Site {
            subnets: subnets.collect(),
            place,
            cluster,
        })
    }
}

impl Site {
    /// The tags of the load balancer controller.
    fn controller(&self, kind: &str, of: &str) -> Tags {
        [
            (
                "elbv2.k8s.aws/cluster".to_owned(),
                self.cluster.name.clone(),
            ),
            (format!("{kind}.k8s.aws/stack"), of.to_owned()),
            (
                format!("{kind}.k8s.aws/resource"),
                "LoadBalancer".to_owned(),
            ),
        ]
        .into()
    }

    /// The tags of the cloud controller, and of whatever asks for the cluster's.
    fn owned(&self, more: &[(&str, &str)]) -> Tags {
        let key = format!("kubernetes.io/cluster/{}", self.cluster.name);
        let more = more.iter();
        let mut tags: Tags = more
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        tags.insert(key, "owned".to_owned());
        tags
    }

    fn arn(&self, what: &str) -> String {
        let Place { account, region } = &self.place;
        format!("arn:aws:elasticloadbalancing:{region}:{account}:{what}")
    }
}

fn certificate(tx: &mut Tx<'_>, wish: &PlantedCertificate) -> Result<String, String> {
    if !STATUSES.contains(&wish.status.as_str()) {
        return Err(format!("{:?} is none of {STATUSES:?}", wish.status));
    }
    let place = Place {
        account: tx.config().account.clone(),
        region: wish.region.clone(),
    };
    let (domain, names) = (&wish.domain, &wish.names);
    Ok(Certificate::make(tx, &place, domain, names, &wish.status).arn)
}

fn suffix(tx: &mut Tx<'_>) -> String {
    let text = hex(tx.fresh_hex("plant").as_bytes());
    text.chars().take(10).collect()
}

fn group(tx: &mut Tx<'_>, site: &Site, name: &str, words: &str, tags: Tags) -> String {
    SecurityGroup::make(tx, &site.place, &site.cluster.vpc_id, name, words, tags).id
}

/// An ingress of the load balancer controller: balancer, target group, its group and the one that all share; the nodes'
/// group lets the shared one in.
fn ingress(tx: &mut Tx<'_>, site: &Site, protected: bool, made: &mut Vec<String>) {
    let end = suffix(tx);
    let tags = site.controller("ingress", "default/web");
    let words = "[k8s] Managed SecurityGroup for LoadBalancer";
    let front = group(
        tx,
        site,
        &format!("k8s-default-web-{end}"),
        words,
        tags.clone(),
    );
    let mut shared = Tags::new();
    shared.insert(
        "elbv2.k8s.aws/cluster".to_owned(),
        site.cluster.name.clone(),
    );
    shared.insert("elbv2.k8s.aws/resource".to_owned(), "backend-sg".to_owned());
    let words = "[k8s] Shared Backend SecurityGroup for LoadBalancer";
    let back = group(tx, site, &format!("k8s-traffic-{end}"), words, shared);
    allow_group(tx, &site.place, &site.cluster.own_group_id, &back);
    allow_group(tx, &site.place, &back, &front);
    for id in &site.cluster.security_group_ids {
        allow_group(tx, &site.place, id, &back);
    }
    let groups = vec![front.clone(), back.clone()];
    let name = format!("k8s-default-web-{end}");
    let balancer = balancer(
        tx,
        site,
        "application",
        &name,
        groups,
        tags.clone(),
        protected,
    );
    let target = target(
        tx,
        site,
        &format!("k8s-default-web-{end}"),
        "HTTP",
        &balancer,
        tags,
    );
    made.extend([balancer, target, front, back]);
}

/// A service of type LoadBalancer with the controller's class.
fn service(tx: &mut Tx<'_>, site: &Site, made: &mut Vec<String>) {
    let end = suffix(tx);
    let tags = site.controller("service", "default/queue");
    let name = format!("k8s-default-queue-{end}");
    let balancer = balancer(tx, site, "network", &name, Vec::new(), tags.clone(), false);
    let target = target(tx, site, &name, "TCP", &balancer, tags);
    made.extend([balancer, target]);
}

fn balancer(
    tx: &mut Tx<'_>,
    site: &Site,
    kind: &str,
    name: &str,
    groups: Vec<String>,
    tags: Tags,
    protected: bool,
) -> String {
    let short = if kind == "network" { "net" } else { "app" };
    let path = format!("{short}/{name}/{}", short_id(tx));
    let words = format!("ELB {path}");
    let interfaces = interfaces(tx, &site.place, &site.subnets, &groups, &words);
    let balancer = LoadBalancer {
        arn: site.arn(&format!("loadbalancer/{path}")),
        name: name.to_owned(),
        kind: kind.to_owned(),
        scheme: "internal".to_owned(),
        vpc_id: site.cluster.vpc_id.clone(),
        subnet_ids: site.subnets.iter().map(Document::id).collect(),
        groups,
        interfaces,
        protected,
        attributes: BTreeMap::new(),
        phase: Phase::new("active", tx.now()),
        tags,
        created: tx.now(),
    };
    tx.put(&site.place, &balancer);
    balancer.arn
}

fn target(
    tx: &mut Tx<'_>,
    site: &Site,
    name: &str,
    protocol: &str,
    balancer: &str,
    tags: Tags,
) -> String {
    let group = TargetGroup {
        arn: site.arn(&format!("targetgroup/{name}/{}", short_id(tx))),
        name: name.to_owned(),
        protocol: protocol.to_owned(),
        version: (protocol == "HTTP").then(|| "HTTP1".to_owned()),
        port: 80,
        vpc_id: site.cluster.vpc_id.clone(),
        target_type: "ip".to_owned(),
        health: HealthCheck::default(),
        attributes: BTreeMap::new(),
        tags: tags.clone(),
        created: tx.now(),
    };
    tx.put(&site.place, &group);
    let listener = NewListener {
        protocol: protocol.to_owned(),
        port: 80,
        action: Action::forward(&group.arn),
        tags,
    };
    Listener::make(tx, &site.place, balancer, listener);
    group.arn
}

/// A service of type LoadBalancer as the cloud controller makes it: the cluster's group lets the balancer's in.
fn classic(tx: &mut Tx<'_>, site: &Site, made: &mut Vec<String>) {
    let name = format!("a{}", suffix(tx));
    let tags = site.owned(&[("kubernetes.io/service-name", "default/legacy")]);
    let words = "Security group for Kubernetes ELB";
    let front = group(tx, site, &format!("k8s-elb-{name}"), words, site.owned(&[]));
    allow_group(tx, &site.place, &site.cluster.own_group_id, &front);
    let groups = vec![front.clone()];
    let words = format!("ELB {name}");
    let balancer = ClassicBalancer {
        interfaces: interfaces(tx, &site.place, &site.subnets, &groups, &words),
        name: name.clone(),
        vpc_id: site.cluster.vpc_id.clone(),
        subnet_ids: site.subnets.iter().map(Document::id).collect(),
        groups,
        tags,
        created: tx.now(),
    };
    tx.put(&site.place, &balancer);
    made.extend([name, front]);
}

/// An interface that the CNI made for a node and nobody removed with it: it has the cluster's group.
fn nodes(tx: &mut Tx<'_>, site: &Site, made: &mut Vec<String>) {
    let Some(subnet) = site.subnets.first() else {
        return;
    };
    let instances = tx.list::<Instance>(&site.place);
    let node = instances
        .first()
        .map_or("i-0123456789abcdef0", |one| one.id.as_str());
    let new = NewInterface {
        subnet,
        groups: vec![site.cluster.own_group_id.clone()],
        interface_type: "interface",
        description: format!("aws-K8S-{node}"),
        requester: None,
        instance_id: None,
    };
    if let Some(mut interface) = NetworkInterface::make(tx, &site.place, new) {
        interface.free = true;
        let pairs = [
            ("cluster.k8s.amazonaws.com/name", site.cluster.name.as_str()),
            ("node.k8s.amazonaws.com/instance_id", node),
        ];
        interface.tags = pairs
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into();
        tx.put(&site.place, &interface);
        made.push(interface.id);
    }
}

/// Volumes of two claims.
fn volumes(tx: &mut Tx<'_>, site: &Site, made: &mut Vec<String>) {
    for (subnet, claim) in site.subnets.iter().zip(["data-db-0", "uploads"]) {
        let tags = site.owned(&[
            ("ebs.csi.aws.com/cluster", "true"),
            ("CSIVolumeName", &format!("pvc-{claim}")),
            ("kubernetes.io/created-for/pvc/name", claim),
            ("kubernetes.io/created-for/pvc/namespace", "default"),
        ]);
        made.push(Volume::make(tx, &site.place, &subnet.zone, 10, tags).id);
    }
}

/// What is nobody's: a group, and an interface that has it, in a subnet of the cluster.
fn foreign(tx: &mut Tx<'_>, site: &Site, made: &mut Vec<String>) {
    let id = group(tx, site, "reporting", "made by hand", Tags::new());
    let Some(subnet) = site.subnets.first() else {
        return;
    };
    let new = NewInterface {
        subnet,
        groups: vec![id.clone()],
        interface_type: "interface",
        description: "reporting database".to_owned(),
        requester: None,
        instance_id: None,
    };
    made.push(id);
    made.extend(NetworkInterface::make(tx, &site.place, new).map(|interface| interface.id));
}
