//! Runs by hand, lines and sessions of workloads and jobs.

mod lines;
mod run;
mod session;
mod shape;

use provision_aws::Aws;
use provision_core::contract::{Ask, Attend, Attended, Class, Failure};

/// Answers a question about something that runs here.
pub(crate) async fn answer(aws: &Aws, asked: &Attend) -> Result<Attended, Failure> {
    match &asked.ask {
        Ask::Start { command, token } => run::start(aws, asked, command.as_deref(), token).await,
        Ask::Stand { run } => run::stand(aws, asked, run).await,
        Ask::Stop { run } => run::stop(aws, run).await,
        Ask::Lines { of, from } => lines::page(aws, asked, of.as_deref(), from).await,
        Ask::Session {
            of,
            container,
            command,
        } => session::open(aws, asked, (of.as_deref(), container.as_deref()), command).await,
    }
}

/// A refusal in our own words.
fn refused(class: Class, code: &str, message: String, advice: &str) -> Failure {
    Failure {
        class,
        code: code.to_owned(),
        message,
        call: None,
        object: None,
        advice: Some(advice.to_owned()),
    }
}
