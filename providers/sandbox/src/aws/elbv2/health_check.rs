//! How a target group's targets are checked.
//!
//! Defaults and bounds: "CreateTargetGroup" (API reference of version 2015-12-01).

use serde::{Deserialize, Serialize};

use super::common::{configuration, invalid, number, one_of, truth};
use super::target_group::is_http;
use crate::aws::Call;
use crate::wire::{ApiError, Fields, Params};

/// Parameters of a health check.
pub(super) const ACCEPTS: &[&str] = &[
    "HealthCheckProtocol",
    "HealthCheckPort",
    "HealthCheckEnabled",
    "HealthCheckPath",
    "HealthCheckIntervalSeconds",
    "HealthCheckTimeoutSeconds",
    "HealthyThresholdCount",
    "UnhealthyThresholdCount",
    "Matcher.HttpCode",
    "Matcher.GrpcCode",
];

/// A health check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HealthCheck {
    /// `HTTP`, `HTTPS` or `TCP`.
    protocol: String,
    /// `traffic-port` or a number.
    pub(super) port: String,
    /// The path; none for TCP.
    path: Option<String>,
    /// Seconds between two checks of a target.
    pub(crate) interval: u64,
    /// Seconds without an answer that mean failure.
    timeout: u64,
    /// Successes that make a target healthy.
    pub(crate) healthy: u64,
    /// Failures that make a target unhealthy.
    pub(crate) unhealthy: u64,
    /// Codes of a good answer; none for TCP.
    matcher: Option<Matcher>,
}

/// Codes of a good answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Matcher {
    /// Of HTTP: `200-399`.
    Http(String),
    /// Of gRPC: `12`.
    Grpc(String),
}

impl Default for HealthCheck {
    fn default() -> Self {
        Self::of("HTTP", "HTTP", None)
    }
}

impl HealthCheck {
    /// What a new group of that protocol starts with, given the protocol of the check that the call names.
    pub(super) fn usual(call: &Call<'_>, protocol: &str, version: Option<&str>) -> Self {
        let own = if is_http(protocol) { "HTTP" } else { "TCP" };
        let check = call.params.get("HealthCheckProtocol").unwrap_or(own);
        Self::of(protocol, check, version)
    }

    fn of(protocol: &str, check: &str, version: Option<&str>) -> Self {
        let (http, application) = (is_http(check), is_http(protocol));
        let grpc = version == Some("GRPC");
        let codes = match (grpc, application) {
            (true, _) => Matcher::Grpc("12".to_owned()),
            (false, true) => Matcher::Http("200".to_owned()),
            (false, false) => Matcher::Http("200-399".to_owned()),
        };
        let path = if grpc { "/AWS.ALB/healthcheck" } else { "/" };
        Self {
            protocol: check.to_owned(),
            port: "traffic-port".to_owned(),
            path: http.then(|| path.to_owned()),
            interval: 30,
            timeout: match (application, http) {
                (true, _) => 5,
                (false, true) => 6,
                (false, false) => 10,
            },
            healthy: 5,
            unhealthy: 2,
            matcher: http.then_some(codes),
        }
    }

    /// The same with what the call changes, checked.
    pub(super) fn changed(&self, call: &Call<'_>, protocol: &str) -> Result<Self, ApiError> {
        let params = &call.params;
        let mut new = self.clone();
        truth(params, "HealthCheckEnabled")?;
        if let Some(wish) = params.get("HealthCheckProtocol") {
            new.protocol = wish.to_owned();
        }
        new.check_protocol(protocol)?;
        if let Some(port) = params.get("HealthCheckPort") {
            if port != "traffic-port" {
                number::<u16>(params, "HealthCheckPort", 1, 65_535)?;
            }
            new.port = port.to_owned();
        }
        let seconds = |name, least, most| number::<u64>(params, name, least, most);
        let set = |slot: &mut u64, value: Option<u64>| *slot = value.unwrap_or(*slot);
        set(
            &mut new.interval,
            seconds("HealthCheckIntervalSeconds", 5, 300)?,
        );
        set(
            &mut new.timeout,
            seconds("HealthCheckTimeoutSeconds", 2, 120)?,
        );
        set(&mut new.healthy, seconds("HealthyThresholdCount", 2, 10)?);
        set(
            &mut new.unhealthy,
            seconds("UnhealthyThresholdCount", 2, 10)?,
        );
        new.answer(params)?;
        if is_http(protocol) && new.interval <= new.timeout {
            return Err(invalid(
                "Health check interval must be greater than the timeout.",
            ));
        }
        Ok(new)
    }

    fn check_protocol(&self, of_group: &str) -> Result<(), ApiError> {
        one_of(
            "HealthCheckProtocol",
            &self.protocol,
            &["HTTP", "HTTPS", "TCP"],
        )?;
        match is_http(of_group) && !is_http(&self.protocol) {
            true => Err(configuration(format!(
                "Health check protocol '{}' is not supported for target groups with the protocol '{of_group}'",
                self.protocol
            ))),
            false => Ok(()),
        }
    }

    /// Path and codes: those of an HTTP check alone.
    fn answer(&mut self, params: &Params) -> Result<(), ApiError> {
        let codes = ["Matcher.HttpCode", "Matcher.GrpcCode"].map(|name| params.get(name));
        let path = params.get("HealthCheckPath");
        if !is_http(&self.protocol) {
            let given = path.is_some() || codes.iter().any(Option::is_some);
            (self.path, self.matcher) = (None, None);
            return match given {
                true => Err(configuration(format!(
                    "You cannot specify a health check path or matcher for health checks with the protocol '{}'",
                    self.protocol
                ))),
                false => Ok(()),
            };
        }
        if let Some(path) = path {
            if !path.starts_with('/') {
                let text = format!("Health check path '{path}' must begin with a '/' character");
                return Err(invalid(text));
            }
            self.path = Some(path.to_owned());
        }
        self.path.get_or_insert_with(|| "/".to_owned());
        self.match_codes(codes)
    }

    fn match_codes(&mut self, [http, grpc]: [Option<&str>; 2]) -> Result<(), ApiError> {
        match [http, grpc] {
            [Some(_), Some(_)] => {
                return Err(invalid(
                    "Only one of HttpCode and GrpcCode can be specified",
                ));
            }
            [Some(http), None] => {
                check_codes("HTTP", http, 200, 599)?;
                self.matcher = Some(Matcher::Http(http.to_owned()));
            }
            [None, Some(grpc)] => {
                check_codes("gRPC", grpc, 0, 99)?;
                self.matcher = Some(Matcher::Grpc(grpc.to_owned()));
            }
            [None, None] => {}
        }
        self.matcher
            .get_or_insert_with(|| Matcher::Http("200".to_owned()));
        Ok(())
    }

    /// It in an answer.
    pub(super) fn fields(&self, fields: Fields) -> Fields {
        let fields = fields
            .text("HealthCheckProtocol", &self.protocol)
            .text("HealthCheckPort", &self.port)
            .text("HealthCheckEnabled", true)
            .text("HealthCheckIntervalSeconds", self.interval)
            .text("HealthCheckTimeoutSeconds", self.timeout)
            .text("HealthyThresholdCount", self.healthy)
            .text("UnhealthyThresholdCount", self.unhealthy)
            .maybe("HealthCheckPath", self.path.as_ref());
        match &self.matcher {
            None => fields,
            Some(Matcher::Http(codes)) => {
                fields.fields("Matcher", Fields::new().text("HttpCode", codes))
            }
            Some(Matcher::Grpc(codes)) => {
                fields.fields("Matcher", Fields::new().text("GrpcCode", codes))
            }
        }
    }
}

/// Refuses what is neither codes with commas nor a range of them.
fn check_codes(noun: &str, text: &str, least: u16, most: u16) -> Result<(), ApiError> {
    let legal = |code: &str| {
        let number = code.trim().parse::<u16>();
        number.is_ok_and(|number| (least..=most).contains(&number))
    };
    let good = text.split(',').all(|part| part.split('-').all(legal));
    match good {
        true => Ok(()),
        false => Err(invalid(format!(
            "Health check matcher {noun} code '{text}' must be within '{least}-{most}' inclusive"
        ))),
    }
}
