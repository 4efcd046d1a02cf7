//! Schema tables: per kind, what each field is and what changing it does.

use serde::{Deserialize, Serialize};

use super::Kind;

/// One kind of resource: its fields, identity, durations. Rows are the fields of the kind's struct.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The kind.
    pub kind: Kind,
    /// What people call it: `NAT gateway`.
    pub title: String,
    /// Its fields.
    pub rows: Vec<Row>,
    /// Its outputs, for references.
    pub outputs: Vec<Output>,
    /// How one object is told from another.
    pub identity: Identity,
    /// Which comes first when it is replaced.
    pub replace: ReplaceOrder,
    /// It goes when its parent goes: no step of its own then.
    pub dies_with_parent: bool,
    /// Others make objects in it or beside it that outlive it (a cluster's controllers): they are asked for before it
    /// is removed, and go with it.
    #[serde(default)]
    pub leaves: bool,
    /// Others get along without it only once they are changed (a way out of a network): taken out of the file, it goes
    /// after everything else of its block is made.
    #[serde(default)]
    pub lingers: bool,
    /// It is nothing that stands, but something that is done, and what is live of it is the memory of the last time that
    /// went well. It is done again when it differs from that, and has nothing to remove.
    #[serde(default)]
    pub runs: bool,
    /// Removing it from the file or destroying the stack loses data or service: consent is needed anyway,
    /// this is the sentence shown.
    pub loss: Option<String>,
    /// Deleted, it can be brought back for so many days, and is gone after them; 0 = at once.
    #[serde(default)]
    pub kept_days: u16,
    /// A new object stands before the old one goes, and yet what runs on it is interrupted: this is the sentence shown.
    #[serde(default)]
    pub downtime: Option<String>,
    /// What is replaced one after another when a change rolls it: `nodes`, `tasks`.
    #[serde(default = "nodes")]
    pub rolls: String,
    /// Median seconds of create, update and delete, for estimates and for pacing polls.
    pub seconds: Seconds,
    /// Mutations of resources that share a lane key (`{parent}` or `{id}`) exclude each other, or crowd each other out; empty = free.
    pub lane: Option<Lane>,
}

/// What most kinds that roll anything roll.
fn nodes() -> String {
    "nodes".to_owned()
}

/// One output of a kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// Its name: `arn`.
    pub name: String,
    /// It may change when the object is updated (a launch template's newest version); otherwise it holds for
    /// the object's life.
    pub volatile: bool,
    /// Of a volatile one: the fields whose change moves it; empty = any field's may.
    #[serde(default)]
    pub moved_by: Vec<String>,
}

/// Median durations in seconds, as seen on real clouds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seconds {
    /// To create.
    pub create: u32,
    /// To update.
    pub update: u32,
    /// To update what rolls the machines behind it; 0 = as any update.
    #[serde(default)]
    pub rolling: u32,
    /// To delete.
    pub delete: u32,
}

/// What mutations of a kind exclude.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    /// Other mutations of the same object.
    Itself,
    /// Other mutations of objects with the same parent that also say `Parent`.
    Parent,
    /// Nothing, while fewer than so many objects of the kind with the same parent are under way.
    Among(u32),
}

/// One field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its name in the kind's struct.
    pub name: String,
    /// How two values of it are compared.
    pub kind: FieldKind,
    /// What a change of it does.
    pub effect: Effect,
    /// Fields of one group go in one call; different groups of one object are separate, ordered steps.
    pub group: Option<String>,
    /// Its value is never shown.
    pub sensitive: bool,
    /// Who else moves it while nobody does anything wrong: `the autoscaler`. Said beside a drift of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_with: Option<String>,
    /// What it is.
    pub doc: String,
}

/// How a field is compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// As it stands.
    Scalar,
    /// A list whose order means nothing.
    Set,
    /// A list of maps told apart by one key.
    KeyedList {
        /// The key.
        key: String,
    },
    /// A list whose order matters.
    List,
    /// A map; keys absent from the desired map are foreign and left alone when `owned_only` is set.
    Map {
        /// Compare only the keys we declare (tags).
        owned_only: bool,
    },
    /// A JSON policy document: compared after normalising single items against lists and key order.
    JsonPolicy,
}

/// What changing a field does to the live object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Changed by a call, nothing restarts.
    InPlace,
    /// Changed by a call that rolls what is behind it: [`Table::rolls`].
    Rolling,
    /// Changed by calls that each go to a neighbouring value: a Kubernetes minor to the next one. Every value on the
    /// way is a step of its own, and what refers to the output of the same name follows at each (`plan::walk`).
    Stepwise,
    /// Only a new object can have it.
    Replace,
    /// Cannot be changed, and replacing would be worse: the plan refuses with this advice.
    Refused {
        /// What the user can do.
        advice: String,
    },
    /// Sent at create, never returned: never a difference.
    CreateOnly,
    /// The cloud's own; never a difference.
    Computed,
    /// Depends.
    When {
        /// On what.
        condition: Condition,
        /// If so.
        then: Box<Effect>,
        /// If not.
        otherwise: Box<Effect>,
    },
}

/// The closed set of conditions an effect can depend on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// The number is larger than before.
    Grows,
    /// The number is smaller than before.
    Shrinks,
    /// Items are only added.
    OnlyAdds,
    /// It was set when the object was created.
    SetAtCreate,
    /// The zones are the same as before.
    SameZones,
    /// The value moves along this list, never back.
    OneWay {
        /// The allowed order.
        order: Vec<String>,
    },
    /// The Kubernetes minor goes up, by one or more.
    NewerMinor,
    /// The Kubernetes minor goes back by exactly one.
    PreviousMinor,
}

/// How objects of a kind are told apart, and what makes a repeated create safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// A unique name we give: the clash itself is the guard.
    Named,
    /// A server-made id, and the create takes an idempotency token.
    Token,
    /// A server-made id, no token, but a natural key refuses a second one (a subnet's range).
    NaturalKey,
    /// A server-made id and nothing else: marked at create and looked up, past the visibility lag, before
    /// any create that might be a repeat.
    Anonymous,
}

/// Order of the two halves of a replacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplaceOrder {
    /// The old one first: its name or range is needed again.
    DeleteFirst,
    /// The new one first, under a suffixed name.
    /// Nothing may live in such objects: while two of them stand, what lives in the old one is seen by nobody.
    CreateFirst,
}

impl Table {
    /// The row of a field.
    #[must_use]
    pub fn row(&self, name: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.name == name)
    }
}

impl Row {
    /// A row with a doc; not sensitive, in no group.
    pub fn new(name: &str, kind: FieldKind, effect: Effect, doc: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            effect,
            group: None,
            sensitive: false,
            shared_with: None,
            doc: doc.to_owned(),
        }
    }

    /// The same row, which somebody else moves as well.
    #[must_use]
    pub fn shared_with(mut self, who: &str) -> Self {
        self.shared_with = Some(who.to_owned());
        self
    }

    /// The same row in an update group.
    #[must_use]
    pub fn in_group(mut self, group: &str) -> Self {
        self.group = Some(group.to_owned());
        self
    }
}
