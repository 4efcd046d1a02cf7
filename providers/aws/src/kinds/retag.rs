//! Tags of IAM objects and of log groups: plain lists, set and removed by calls of each kind.

use aws_sdk_iam::types::Tag;
use provision_core::model::Observed;

use super::Cx;
use super::live::{map_value, tags_of, with};
use crate::marks::{PROTECT, Tags};

/// Tags as IAM takes them.
pub(crate) fn tag_list(tags: &Tags) -> Vec<Tag> {
    tags.iter()
        .filter_map(|(key, value)| Tag::builder().key(key).value(value).build().ok())
        .collect()
}

/// Tags as IAM returns them.
pub(crate) fn tags(list: &[Tag]) -> Tags {
    list.iter()
        .map(|tag| (tag.key.clone(), tag.value.clone()))
        .collect()
}

/// A change of tags: one call sets, or one call removes.
pub struct Change {
    /// To set.
    pub set: Tags,
    /// To remove, when nothing is to be set.
    pub unset: Vec<String>,
    /// The object with the change made.
    pub observed: Box<Observed>,
}

/// The next change of tags and protection; `None` when they are as wanted.
pub fn to_change(cx: &Cx<'_>, want: &Tags, live: &Observed) -> Option<Change> {
    let mut now = tags_of(live);
    let mut set: Tags = want
        .iter()
        .filter(|(key, value)| cx.wants("tags") && now.get(*key) != Some(value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    now.extend(set.clone());
    let mut observed = with(live, "tags", map_value(&now));
    if cx.protect() && !live.protect {
        set.insert(PROTECT.to_owned(), "true".to_owned());
        observed.protect = true;
    }
    if !set.is_empty() {
        return Some(Change {
            set,
            unset: Vec::new(),
            observed,
        });
    }
    (live.protect && !cx.protect()).then(|| {
        observed.protect = false;
        Change {
            set,
            unset: vec![PROTECT.to_owned()],
            observed,
        }
    })
}
