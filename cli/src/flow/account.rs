//! Whose account it is, and what is on offer there.

use std::collections::BTreeMap;

use futures::future::join_all;
use provision_core::contract::{
    Account, Context, Facts, Failure, Note, Provider, SurveyAnswer, SurveyRequest,
};

use super::{add_new, other_answer};
use crate::error::Error;
use crate::registry::Registry;

/// Wave 0: every provider checks the account before it calls anything else. The contexts then say the account that
/// was met; answers whether any of them did not say it before.
///
/// # Errors
/// Another account, no credentials, no answer.
pub async fn callers(registry: &mut Registry) -> Result<bool, Error> {
    let mut news = false;
    let met = ask(registry, |context| SurveyRequest::Caller { context }).await?;
    for (name, account) in met {
        if let Some(context) = registry.contexts.get_mut(&name) {
            let met = Some(account.facts.account);
            news |= context.account != met;
            context.account = met;
        }
    }
    Ok(news)
}

/// What is on offer. Providers of one account and region share what they learnt.
pub(super) async fn facts(
    registry: &Registry,
) -> Result<(BTreeMap<String, Facts>, Vec<Note>), Error> {
    let (mut facts, mut notes) = (BTreeMap::new(), Vec::new());
    for (name, account) in ask(registry, |context| SurveyRequest::Account { context }).await? {
        facts.insert(name, account.facts);
        add_new(&mut notes, account.notes);
    }
    Ok((shared(&facts, &registry.contexts), notes))
}

/// Asks every provider about its account.
async fn ask(
    registry: &Registry,
    question: fn(Context) -> SurveyRequest,
) -> Result<Vec<(String, Account)>, Error> {
    let asked = registry.providers.iter().filter_map(|(name, provider)| {
        let request = question(registry.contexts.get(name)?.clone());
        Some(async move { (name.clone(), account(&**provider, &request).await) })
    });
    let (mut accounts, mut failures) = (Vec::new(), Vec::new());
    for (name, answer) in join_all(asked).await {
        match answer {
            Ok(account) => accounts.push((name, account)),
            Err(failure) => add_new(&mut failures, vec![failure]),
        }
    }
    match failures.is_empty() {
        true => Ok(accounts),
        false => Err(Error::Cloud { failures }),
    }
}

async fn account(provider: &dyn Provider, request: &SurveyRequest) -> Result<Account, Failure> {
    match provider.survey(request).await? {
        SurveyAnswer::Account(account) => Ok(account),
        _ => Err(other_answer(provider.name())),
    }
}

/// Facts of each provider, with what others learnt of the same account and region.
fn shared(
    facts: &BTreeMap<String, Facts>,
    contexts: &BTreeMap<String, Context>,
) -> BTreeMap<String, Facts> {
    let place = |name: &String| {
        contexts
            .get(name)
            .map(|context| (&context.account, &context.region))
    };
    let with_others = |name: &String, own: &Facts| {
        let mut own = own.clone();
        let others = facts
            .iter()
            .filter(|(other, _)| place(other) == place(name));
        for (_, other) in others {
            for (mine, theirs) in [
                (&mut own.zones, &other.zones),
                (&mut own.versions, &other.versions),
                (&mut own.machines, &other.machines),
            ] {
                if mine.is_empty() {
                    mine.clone_from(theirs);
                }
            }
            for (key, value) in &other.extra {
                own.extra
                    .entry(key.clone())
                    .or_insert_with(|| value.clone());
            }
        }
        own
    };
    facts
        .iter()
        .map(|(name, own)| (name.clone(), with_others(name, own)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(region: &str) -> Context {
        Context {
            stack: "s".to_owned(),
            account: Some("123456789012".to_owned()),
            region: region.to_owned(),
            labels: BTreeMap::new(),
        }
    }

    #[test]
    fn providers_of_one_place_share_what_they_learnt_and_no_others() {
        let aws = Facts {
            zones: vec!["eu-west-1a".to_owned()],
            ..Facts::default()
        };
        let eks = Facts {
            versions: vec!["1.35".to_owned()],
            ..Facts::default()
        };
        let facts = BTreeMap::from([
            ("aws".to_owned(), aws),
            ("eks".to_owned(), eks),
            ("far".to_owned(), Facts::default()),
        ]);
        let contexts = BTreeMap::from([
            ("aws".to_owned(), context("eu-west-1")),
            ("eks".to_owned(), context("eu-west-1")),
            ("far".to_owned(), context("us-east-1")),
        ]);
        let shared = shared(&facts, &contexts);
        assert_eq!(shared["eks"].zones, ["eu-west-1a"]);
        assert_eq!(shared["aws"].versions, ["1.35"]);
        assert_eq!(shared["far"], Facts::default());
    }
}
