//! Talking to the control plane of a running server: a loopback exchange of one request and one answer, for which an
//! HTTP client would be a heavy thing.

use std::io;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Why a server could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum TalkError {
    /// It is not there, or does not answer.
    #[error("the sandbox at {url} does not answer: {source}")]
    Silent {
        /// Its address.
        url: String,
        /// The reason.
        source: io::Error,
    },
    /// It refused.
    #[error("the sandbox refused: {0}")]
    Refused(String),
}

/// Sends one control request to a server and reads the JSON of its answer. `path` starts with `/_sandbox/`.
pub async fn ask(
    url: &str,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Result<Value, TalkError> {
    let silent = |source| TalkError::Silent {
        url: url.to_owned(),
        source,
    };
    let host = url.strip_prefix("http://").unwrap_or(url);
    let exchange = exchange(host, method, path, body);
    let answer = tokio::time::timeout(Duration::from_secs(5), exchange)
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
        .map_err(silent)?;
    let (status, text) = split(&answer).ok_or_else(|| silent(io::ErrorKind::InvalidData.into()))?;
    let value: Value = serde_json::from_slice(text).map_err(|error| silent(error.into()))?;
    match status {
        200 => Ok(value),
        _ => Err(TalkError::Refused(
            value
                .get("error")
                .and_then(Value::as_str)
                .unwrap_or("no reason")
                .to_owned(),
        )),
    }
}

async fn exchange(
    host: &str,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> io::Result<Vec<u8>> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let mut stream = TcpStream::connect(host).await?;
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    Ok(answer)
}

/// Status and body. The control plane knows its answers' lengths, so they are never chunked.
fn split(answer: &[u8]) -> Option<(u16, &[u8])> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(answer.get(..end)?).ok()?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some((status, answer.get(end + 4..)?))
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn answers_are_taken_apart() {
        assert_eq!(
            split(b"HTTP/1.1 404 Not Found\r\na: b\r\n\r\n{}"),
            Some((404, &b"{}"[..]))
        );
        assert_eq!(split(b"HTTP/1.1"), None);
    }
}
