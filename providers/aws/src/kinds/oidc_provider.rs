//! `iam.oidc_provider`: lets IAM trust the tokens of a cluster.
//!
//! Its ARN follows from the issuer's URL. Where the URL is not known yet, or any more, the providers of the region's
//! clusters are listed and read one by one: lists carry no tags.

use futures::future::{join_all, try_join_all};
use provision_core::contract::Context;
use provision_core::cost::Usage;
use provision_core::model::{
    Effect, FieldKind, Identity, Observed, Pending, Resource, Row, Table, Value,
};
use serde::{Deserialize, Serialize};

use super::retag::{tag_list, tags, to_change};
use super::survey::{Seen, by_name, tagged};
use super::tables::{fixed, outputs, seconds, table, tags as tags_row};
use super::{Ask, Cx, Live, Next, Served, Stop, Uses};
use crate::client::Aws;
use crate::error::Fault;
use crate::field::Field;
use crate::marks::{REGION, Tags, plain};

/// The fields of an OIDC provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OidcProvider {
    /// The issuer: `https://oidc.eks.eu-west-1.amazonaws.com/id/…`.
    pub url: Field<String>,
    /// Who its tokens are for: `sts.amazonaws.com`.
    pub audiences: Vec<String>,
    /// Its tags.
    pub tags: Tags,
}

impl Served for OidcProvider {
    const KIND: &'static str = "iam.oidc_provider";

    fn table() -> Table {
        let rows = vec![
            fixed("url", "the issuer"),
            Row::new(
                "audiences",
                FieldKind::Set,
                Effect::Replace,
                "who its tokens are for",
            ),
            tags_row(),
        ];
        Table {
            outputs: outputs(&["arn"]),
            seconds: seconds(1, 1, 1),
            ..table(Self::KIND, "OIDC provider", Identity::Named, rows)
        }
    }

    fn usage(_of: &Uses<'_>) -> Usage {
        Usage::free("IAM is free of charge")
    }

    async fn survey(ask: &Ask<'_>) -> Seen {
        let urls: Vec<Option<String>> = ask.resources.iter().map(|one| url_of(one)).collect();
        let unknown = ask.context.account.is_none() || urls.iter().any(Option::is_none);
        if ask.orphans || unknown {
            return tagged(ask, all(ask.aws, ask.context).await);
        }
        let reads = ask.resources.iter().zip(urls).map(async |(resource, url)| {
            let arn = arn(ask.context, &url.unwrap_or_default());
            let read = read(ask.aws, &arn).await;
            (
                resource.id.clone(),
                by_name(ask.context, &resource.id, read),
            )
        });
        Seen {
            sights: join_all(reads).await.into_iter().collect(),
            ..Seen::default()
        }
    }

    async fn create(cx: &Cx<'_>, want: &Self) -> Result<Next, Stop> {
        let mut all = cx.marked(&want.tags);
        all.insert(REGION.to_owned(), cx.context.region.clone());
        let url = want.url.known("url")?;
        let request = cx
            .aws
            .iam
            .create_open_id_connect_provider()
            .url(url)
            .set_client_id_list(Some(want.audiences.clone()))
            .set_tags(Some(tag_list(&all)));
        let answer = cx
            .aws
            .write("iam:CreateOpenIDConnectProvider", || request.clone().send())
            .await?;
        let arn = answer.open_id_connect_provider_arn.unwrap_or_default();
        let live = live(&arn, url, &want.audiences, &all);
        Ok(Next::More {
            did: format!("created {arn}"),
            observed: cx.made(live),
        })
    }

    async fn change(cx: &Cx<'_>, want: &Self, live: &Observed) -> Result<Option<Next>, Stop> {
        let Some(change) = to_change(cx, &want.tags, live) else {
            return Ok(None);
        };
        if change.set.is_empty() {
            let request = cx
                .aws
                .iam
                .untag_open_id_connect_provider()
                .open_id_connect_provider_arn(&live.physical)
                .set_tag_keys(Some(change.unset));
            cx.aws
                .write("iam:UntagOpenIDConnectProvider", || request.clone().send())
                .await?;
        } else {
            let request = cx
                .aws
                .iam
                .tag_open_id_connect_provider()
                .open_id_connect_provider_arn(&live.physical)
                .set_tags(Some(tag_list(&change.set)));
            cx.aws
                .write("iam:TagOpenIDConnectProvider", || request.clone().send())
                .await?;
        }
        Ok(Some(Next::More {
            did: "set tags".to_owned(),
            observed: change.observed,
        }))
    }

    async fn delete(cx: &Cx<'_>, live: &Observed) -> Result<Next, Stop> {
        let request = cx
            .aws
            .iam
            .delete_open_id_connect_provider()
            .open_id_connect_provider_arn(&live.physical);
        cx.aws
            .write("iam:DeleteOpenIDConnectProvider", || request.clone().send())
            .await?;
        Ok(Next::Gone)
    }

    async fn read(cx: &Cx<'_>, physical: &str) -> Result<Option<Live>, Fault> {
        read(cx.aws, physical).await
    }

    async fn holder(cx: &Cx<'_>, want: &Self) -> Result<Option<Live>, Fault> {
        let url = want.url.get().map_or("", String::as_str);
        if cx.context.account.is_some() {
            return read(cx.aws, &arn(cx.context, url)).await;
        }
        let all = all(cx.aws, cx.context).await?;
        Ok(all
            .into_iter()
            .find(|live| live.fields.get("url") == Some(&url.into())))
    }
}

fn url_of(resource: &Resource<Pending>) -> Option<String> {
    resource
        .fields
        .get("url")
        .and_then(Value::as_text)
        .map(str::to_owned)
}

/// The ARN of the provider of an issuer, in a known account.
fn arn(context: &Context, url: &str) -> String {
    let account = context.account.as_deref().unwrap_or_default();
    let partition = partition(&context.region);
    let issuer = url.strip_prefix("https://").unwrap_or(url);
    format!("arn:{partition}:iam::{account}:oidc-provider/{issuer}")
}

/// The partition of a region.
#[must_use]
pub fn partition(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}

/// The providers of clusters in this region.
async fn all(aws: &Aws, context: &Context) -> Result<Vec<Live>, Fault> {
    let request = aws.iam.list_open_id_connect_providers();
    let answer = aws
        .read("iam:ListOpenIDConnectProviders", || request.clone().send())
        .await?;
    let here = format!("/oidc.eks.{}.", context.region);
    let arns: Vec<String> = answer
        .open_id_connect_provider_list
        .unwrap_or_default()
        .into_iter()
        .filter_map(|entry| entry.arn)
        .filter(|arn| arn.contains(&here))
        .collect();
    let reads = arns.iter().map(|arn| read(aws, arn));
    Ok(try_join_all(reads).await?.into_iter().flatten().collect())
}

async fn read(aws: &Aws, arn: &str) -> Result<Option<Live>, Fault> {
    let request = aws
        .iam
        .get_open_id_connect_provider()
        .open_id_connect_provider_arn(arn);
    let answer = aws
        .read("iam:GetOpenIDConnectProvider", || request.clone().send())
        .await;
    match answer {
        Ok(answer) => {
            let url = answer.url().unwrap_or_default();
            let audiences = answer.client_id_list().to_vec();
            Ok(Some(live(arn, url, &audiences, &tags(answer.tags()))))
        }
        Err(fault) if fault.is_not_found() => Ok(None),
        Err(fault) => Err(fault.about(arn)),
    }
}

fn live(arn: &str, url: &str, audiences: &[String], all: &Tags) -> Live {
    // Reads leave out the scheme.
    let url = if url.contains("://") {
        url.to_owned()
    } else {
        format!("https://{url}")
    };
    let fields = OidcProvider {
        url: url.as_str().into(),
        audiences: audiences.to_vec(),
        tags: plain(all),
    };
    Live::new(arn, all, &fields).output("arn", arn).needs([url])
}
