//! The words of a spec: one table per block, read by the parser, the JSON Schema and the documentation alike.

mod balancer;
mod cluster;
mod gke;
mod network;
mod root;
mod run;
mod secret;

pub(super) use network::NETWORK;
pub(super) use root::ROOT;

use super::format::Format;
use super::tree::{Data, Node};

/// A table of the file: its keys, and which of them exclude each other.
#[derive(Debug)]
pub(super) struct Block {
    /// Its name in schema and messages: `pool`.
    pub(super) name: &'static str,
    /// What it declares.
    pub(super) doc: &'static str,
    /// Its keys.
    pub(super) keys: &'static [Key],
    /// Groups of keys of which only one can be used. An overlay that names another group drops the first.
    pub(super) rivals: &'static [&'static [&'static str]],
}

/// One key.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) ty: Type,
    pub(super) doc: &'static str,
    pub(super) default: Default,
    pub(super) required: bool,
}

/// What a key holds when it is absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Default {
    /// Nothing.
    None,
    Text(&'static str),
    Integer(i64),
    Bool(bool),
}

/// What a key can hold.
#[derive(Debug)]
pub(super) enum Type {
    /// A string of some form.
    Text(Format),
    /// One of these words.
    Word(&'static [&'static str]),
    Bool,
    /// From, to.
    Integer(i64, i64),
    /// Any number from, to.
    Number(f64, f64),
    /// A number within bounds, with so many decimals at most.
    Decimal(f64, f64, u8),
    List(&'static Type),
    /// Keys of a form, values of a type.
    Map(Format, &'static Type),
    Block(&'static Block),
    /// One of several, told apart by their TOML types.
    Any(&'static [Type]),
    /// Every key of the file but `stack` and `env`, none of them required.
    Overlay,
    /// A word that is kept for later.
    Reserved,
}

/// Names of GKE's add-ons that a spec can declare, in order.
#[must_use]
pub fn gke_addons() -> Vec<&'static str> {
    gke::GKE_ADDONS.keys.iter().map(|key| key.name).collect()
}

/// A key of a block.
pub(super) const fn key(name: &'static str, ty: Type, doc: &'static str) -> Key {
    Key {
        name,
        ty,
        doc,
        default: Default::None,
        required: false,
    }
}

impl Key {
    pub(super) const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub(super) const fn or_text(mut self, default: &'static str) -> Self {
        self.default = Default::Text(default);
        self
    }

    pub(super) const fn or_integer(mut self, default: i64) -> Self {
        self.default = Default::Integer(default);
        self
    }

    pub(super) const fn or_bool(mut self, default: bool) -> Self {
        self.default = Default::Bool(default);
        self
    }
}

/// The key that declares inheritance, in the blocks that know it.
pub(super) const EXTENDS: &str = "extends";

/// Not built yet for what is not a cluster or a pool.
const ADOPT: Key = key("adopt", Type::Reserved, "Takes an existing object over.");

/// The word that removes an inherited key.
pub(super) const NONE: &str = "none";

impl Block {
    pub(super) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }

    /// The key for the root of an overlay.
    pub(super) fn overlay_key(name: &str) -> Option<&'static Key> {
        ROOT.key(name)
            .filter(|key| !matches!(key.name, "stack" | "env"))
    }

    /// Whether two keys exclude each other.
    pub(super) fn rival(&self, a: &str, b: &str) -> bool {
        let group = |name: &str| self.rivals.iter().position(|group| group.contains(&name));
        match (group(a), group(b)) {
            (Some(a), Some(b)) => a != b,
            _ => false,
        }
    }

    /// Whether blocks of this sort can inherit from each other.
    pub(super) fn inherits(&self) -> bool {
        self.key(EXTENDS).is_some()
    }
}

impl Type {
    /// Whether a value is of this type as far as TOML tells.
    pub(super) fn admits(&self, node: &Node) -> bool {
        match (self, &node.data) {
            (Self::Text(_) | Self::Word(_), Data::Text(_))
            | (Self::Bool, Data::Bool(_))
            | (Self::Integer(..), Data::Integer(_))
            | (Self::Number(..) | Self::Decimal(..), Data::Integer(_) | Data::Float(_))
            | (Self::List(_), Data::List(_))
            | (Self::Map(..) | Self::Block(_) | Self::Overlay, Data::Table(_)) => true,
            (Self::Any(types), _) => types.iter().any(|ty| ty.admits(node)),
            _ => false,
        }
    }

    /// What it is, for people.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Text(format) => format.describe().to_owned(),
            Self::Word(words) => {
                let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
                format!("one of {}", quoted.join(", "))
            }
            Self::Bool => "true or false".to_owned(),
            Self::Integer(..) => "an integer".to_owned(),
            Self::Number(..) | Self::Decimal(..) => "a number".to_owned(),
            Self::List(of) => format!("an array, each item {}", of.describe()),
            Self::Map(..) | Self::Block(_) | Self::Overlay => "a table".to_owned(),
            Self::Any(types) => {
                let each: Vec<String> = types.iter().map(Self::describe).collect();
                each.join(", or ")
            }
            Self::Reserved => "nothing yet".to_owned(),
        }
    }
}

/// A string that is not empty.
pub(super) const TEXT: Type = Type::Text(Format::Filled);
/// Several strings that are not empty.
pub(super) const TEXTS: Type = Type::List(&TEXT);
/// Longest name of a cluster or pool: GKE takes 40 characters.
pub(super) const SHORT: usize = 40;
/// The name of a cluster, network or pool.
pub(super) const SHORT_NAME: Type = Type::Text(Format::Name(SHORT));
/// Longest name of anything else: a Kubernetes CronJob takes 52 characters.
pub(super) const LONG: usize = 52;
/// The name of a workload, job, secret or balancer.
pub(super) const LONG_NAME: Type = Type::Text(Format::Name(LONG));
/// `500m` or a number of cores.
pub(super) const CPU: Type = Type::Any(&[Type::Text(Format::Cpu), Type::Number(0.001, 1000.0)]);
/// A port.
pub(super) const PORT: Type = Type::Integer(1, 65535);
/// Percent.
pub(super) const PERCENT: Type = Type::Integer(1, 100);
