//! Certificates of a listener beside its default one: children without marks.
//!
//! One is ours when it is declared, or when the mark `provision-children` of the listener lists its digest: ARNs are too
//! long for a tag. All others are noted and left alone. They are read only where there may be some of ours.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_elasticloadbalancingv2::types::{Certificate, Listener as Wire};
use provision_core::model::{Hole, Observed, Value, digest8};

use super::elb::set_tags;
use super::live::{list_value, text, texts, with};
use super::{Cx, Next, Stop, pages};
use crate::client::Aws;
use crate::error::Fault;
use crate::marks::{CHILDREN, Marks, Tags};

/// The certificates of a listener beside its default one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Extras {
    /// Those that we put there.
    pub(super) ours: Vec<String>,
    /// Others, in words.
    pub(super) foreign: Vec<String>,
}

/// The mark that lists them.
pub(super) fn listed(arns: &[String]) -> String {
    let digests: BTreeSet<String> = arns.iter().map(|arn| digest8(&[arn])).collect();
    digests.into_iter().collect::<Vec<_>>().join(" ")
}

/// Those that a resource declares.
pub(super) fn of<H: Hole>(fields: &BTreeMap<String, Value<H>>) -> BTreeSet<String> {
    let Some(Value::List(items)) = fields.get("more_certificates") else {
        return BTreeSet::new();
    };
    let texts = items.iter().filter_map(Value::as_text);
    texts.map(str::to_owned).collect()
}

/// Reads them, where the listener has or shall have some of ours; `None` when it has gone.
pub(super) async fn read(
    aws: &Aws,
    wire: &Wire,
    declared: &BTreeSet<String>,
    marks: &Marks,
) -> Result<Option<Extras>, Fault> {
    let marked = marks.children.iter().any(|digest| !digest.is_empty());
    if !marked && declared.is_empty() {
        return Ok(Some(Extras::default()));
    }
    let arn = wire.listener_arn().unwrap_or_default();
    let all = match list(aws, arn).await {
        Ok(all) => all,
        Err(fault) if fault.is_not_found() => return Ok(None),
        Err(fault) => return Err(fault),
    };
    let others = all.into_iter().filter(|one| one.is_default != Some(true));
    let arns = others.filter_map(|one| one.certificate_arn);
    let (ours, foreign) =
        arns.partition(|arn| declared.contains(arn) || marks.children.contains(&digest8(&[arn])));
    let words = |foreign: Vec<String>| {
        let words = foreign.into_iter().map(|arn| format!("certificate {arn}"));
        words.collect()
    };
    Ok(Some(Extras {
        ours,
        foreign: words(foreign),
    }))
}

async fn list(aws: &Aws, arn: &str) -> Result<Vec<Certificate>, Fault> {
    pages(|token| async {
        let request = aws
            .elbv2()
            .describe_listener_certificates()
            .listener_arn(arn)
            .set_marker(token);
        let answer = aws
            .read(
                "elasticloadbalancingv2:DescribeListenerCertificates",
                || request.clone().send(),
            )
            .await?;
        Ok((answer.certificates, answer.next_marker))
    })
    .await
}

/// The next change: one too many, the mark that lists them, one missing. A call takes one certificate.
pub(super) async fn change(
    cx: &Cx<'_>,
    want: &[String],
    live: &Observed,
) -> Result<Option<Next>, Stop> {
    let mut now = texts(live, "more_certificates");
    if let Some(at) = now.iter().position(|arn| !want.contains(arn)) {
        let extra = now.remove(at);
        remove(cx, live, &extra).await?;
        return Ok(Some(done(
            live,
            format!("removed certificate {extra}"),
            &now,
        )));
    }
    // What is about to become ours is listed first, what has ceased to be is not listed any more.
    let mark = listed(want);
    if text(live, "children").unwrap_or_default() != mark {
        let tags = Tags::from([(CHILDREN.to_owned(), mark.clone())]);
        set_tags(cx, &live.physical, &tags).await?;
        return Ok(Some(Next::More {
            did: "listed its certificates".to_owned(),
            observed: with(live, "children", mark),
        }));
    }
    let Some(missing) = want.iter().find(|arn| !now.contains(arn)) else {
        return Ok(None);
    };
    add(cx, live, missing).await?;
    now.push(missing.clone());
    Ok(Some(done(
        live,
        format!("added certificate {missing}"),
        &now,
    )))
}

fn done(live: &Observed, did: String, now: &[String]) -> Next {
    Next::More {
        did,
        observed: with(live, "more_certificates", list_value(now)),
    }
}

async fn add(cx: &Cx<'_>, live: &Observed, arn: &str) -> Result<(), Stop> {
    let request = cx
        .aws
        .elbv2()
        .add_listener_certificates()
        .listener_arn(&live.physical)
        .certificates(Certificate::builder().certificate_arn(arn).build());
    cx.aws
        .write("elasticloadbalancingv2:AddListenerCertificates", || {
            request.clone().send()
        })
        .await
        .map_err(|fault| Stop::OfNew(fault.about(arn)))?;
    Ok(())
}

async fn remove(cx: &Cx<'_>, live: &Observed, arn: &str) -> Result<(), Stop> {
    let request = cx
        .aws
        .elbv2()
        .remove_listener_certificates()
        .listener_arn(&live.physical)
        .certificates(Certificate::builder().certificate_arn(arn).build());
    cx.aws
        .write("elasticloadbalancingv2:RemoveListenerCertificates", || {
            request.clone().send()
        })
        .await
        .map_err(|fault| Stop::Fault(fault.about(arn)))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_lists_digests_in_order_and_fits_a_tag() {
        let arns: Vec<String> = (0..25)
            .map(|n| format!("arn:aws:acm:eu-west-1:123456789012:certificate/{n}"))
            .collect();
        let mark = listed(&arns);
        assert!(mark.len() <= 256, "{}", mark.len());
        let turned: Vec<String> = arns.iter().rev().cloned().collect();
        assert_eq!(listed(&turned), mark);
        assert_eq!(listed(&[]), "");
    }
}
