//! The `rpc-v2-cbor` protocol, which newer SDKs choose where a service offers it (Cloud Map): the same documents as in
//! JSON 1.1, in another clothing. It is put on and taken off at the edge, so that no operation knows of it.
//!
//! Smithy RPC v2 CBOR protocol; RFC 8949 for what of CBOR it uses.

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Request, Response};
use serde_json::{Map, Number, Value};

const HEADER: &str = "smithy-protocol";
const NAME: &str = "rpc-v2-cbor";

/// How deep a document may be.
const DEPTH: usize = 64;

/// The request as one of JSON 1.1, and whether it was another.
pub(crate) fn open(request: Request<Vec<u8>>) -> (Request<Vec<u8>>, bool) {
    let is_cbor = request
        .headers()
        .get(HEADER)
        .is_some_and(|name| name == NAME);
    if !is_cbor {
        return (request, false);
    }
    let (mut parts, body) = request.into_parts();
    let path: Vec<&str> = parts.uri.path().split('/').collect();
    if let ["", "service", service, "operation", operation] = path.as_slice()
        && let Ok(target) = HeaderValue::from_str(&format!("{service}.{operation}"))
    {
        parts.headers.insert("x-amz-target", target);
    }
    // What cannot be read stays as it is, and is no JSON either.
    let body = match decode(&body) {
        Some(value) => value.to_string().into_bytes(),
        None => body,
    };
    (Request::from_parts(parts, body), true)
}

/// The answer in CBOR.
pub(crate) fn close(answer: Response<Vec<u8>>) -> Response<Vec<u8>> {
    let (mut parts, body) = answer.into_parts();
    let value = serde_json::from_slice(&body).unwrap_or_else(|_| Value::Object(Map::new()));
    let mut out = Vec::new();
    encode(&value, false, &mut out);
    let headers = &mut parts.headers;
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/cbor"));
    headers.insert(HEADER, HeaderValue::from_static(NAME));
    Response::from_parts(parts, out)
}

/// A document; none when it is none, or has bytes, which no service here takes.
fn decode(bytes: &[u8]) -> Option<Value> {
    let mut reader = Reader { bytes, at: 0 };
    let value = reader.item(DEPTH)??;
    (reader.at == bytes.len()).then_some(value)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn take(&mut self, count: usize) -> Option<&[u8]> {
        let end = self.at.checked_add(count)?;
        let taken = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    /// An item; inside, none at the end of what has no length.
    fn item(&mut self, depth: usize) -> Option<Option<Value>> {
        let depth = depth.checked_sub(1)?;
        let first = *self.take(1)?.first()?;
        let (major, low) = (first >> 5, first & 31);
        if first == 0xff {
            return Some(None);
        }
        if major == 7 {
            return self.simple(low).map(Some);
        }
        let argument = match low {
            31 => None,
            low => Some(self.argument(low)?),
        };
        let value = match (major, argument) {
            (0, Some(number)) => Value::from(number),
            (1, Some(number)) => Value::from(-1 - i64::try_from(number).ok()?),
            (3, length) => Value::String(self.text(length, depth)?),
            (4, length) => Value::Array(self.items(length, depth)?),
            (5, length) => Value::Object(self.members(length, depth)?),
            // A tag tells what a number means; the operations know it.
            (6, Some(_)) => return self.item(depth),
            _ => return None,
        };
        Some(Some(value))
    }

    fn argument(&mut self, low: u8) -> Option<u64> {
        let count = match low {
            0..=23 => return Some(u64::from(low)),
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            _ => return None,
        };
        let bytes = self.take(count)?;
        Some(
            bytes
                .iter()
                .fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
        )
    }

    fn simple(&mut self, low: u8) -> Option<Value> {
        match low {
            20 => Some(Value::Bool(false)),
            21 => Some(Value::Bool(true)),
            22 | 23 => Some(Value::Null),
            26 => {
                let bits = u32::try_from(self.argument(26)?).ok()?;
                Number::from_f64(f64::from(f32::from_bits(bits))).map(Value::Number)
            }
            27 => Number::from_f64(f64::from_bits(self.argument(27)?)).map(Value::Number),
            _ => None,
        }
    }

    fn text(&mut self, length: Option<u64>, depth: usize) -> Option<String> {
        let Some(length) = length else {
            let pieces = self.items(None, depth)?;
            return pieces.iter().map(Value::as_str).collect();
        };
        let bytes = self.take(usize::try_from(length).ok()?)?;
        String::from_utf8(bytes.to_vec()).ok()
    }

    fn items(&mut self, length: Option<u64>, depth: usize) -> Option<Vec<Value>> {
        let mut items = Vec::new();
        while length.is_none_or(|length| (items.len() as u64) < length) {
            match self.item(depth)? {
                Some(item) => items.push(item),
                None if length.is_none() => break,
                None => return None,
            }
        }
        Some(items)
    }

    fn members(&mut self, length: Option<u64>, depth: usize) -> Option<Map<String, Value>> {
        let mut members = Map::new();
        let mut count = 0;
        while length.is_none_or(|length| count < length) {
            let name = match self.item(depth)? {
                Some(Value::String(name)) => name,
                None if length.is_none() => break,
                _ => return None,
            };
            members.insert(name, self.item(depth)??);
            count += 1;
        }
        Some(members)
    }
}

/// Writes a value. `date`: a number that is a moment, which has a tag.
fn encode(value: &Value, date: bool, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.push(0xf6),
        Value::Bool(false) => out.push(0xf4),
        Value::Bool(true) => out.push(0xf5),
        Value::Number(number) => {
            if date {
                head(6, 1, out);
            }
            self::number(number, out);
        }
        Value::String(text) => {
            head(3, text.len() as u64, out);
            out.extend_from_slice(text.as_bytes());
        }
        Value::Array(items) => {
            head(4, items.len() as u64, out);
            items.iter().for_each(|item| encode(item, false, out));
        }
        Value::Object(members) => {
            head(5, members.len() as u64, out);
            for (name, value) in members {
                head(3, name.len() as u64, out);
                out.extend_from_slice(name.as_bytes());
                encode(value, name.ends_with("Date"), out);
            }
        }
    }
}

fn number(number: &Number, out: &mut Vec<u8>) {
    match (number.as_u64(), number.as_i64()) {
        (Some(number), _) => head(0, number, out),
        (None, Some(number)) => head(1, number.unsigned_abs() - 1, out),
        (None, None) => {
            out.push(0xfb);
            let number = number.as_f64().unwrap_or_default();
            out.extend_from_slice(&number.to_be_bytes());
        }
    }
}

fn head(major: u8, argument: u64, out: &mut Vec<u8>) {
    let bytes = argument.to_be_bytes();
    let (low, count) = match argument {
        0..=23 => (bytes[7], 0),
        24..=0xff => (24, 1),
        0x100..=0xffff => (25, 2),
        0x1_0000..=0xffff_ffff => (26, 4),
        _ => (27, 8),
    };
    out.push(major << 5 | low);
    out.extend(bytes.iter().skip(8 - count));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn documents_come_back_as_they_were() {
        let long = "x".repeat(300);
        let value = json!({"a": [1, 23, 24, 256, 65_536, 5_000_000_000_u64, -1, -300, 1.5], "b": {"c": null, "d": true},
                           "e": long, "f": "é", "CreateDate": 1.25});
        let mut out = Vec::new();
        encode(&value, false, &mut out);
        assert_eq!(decode(&out), Some(value));
    }

    #[test]
    fn what_has_no_length_ends_with_a_break() {
        // {_ "Name": "ab" in two pieces, "l": [_ 1, false]}, as SDKs write it.
        let bytes = b"\xbf\x64Name\x7f\x61a\x61b\xff\x61l\x9f\x01\xf4\xff\xff";
        assert_eq!(decode(bytes), Some(json!({"Name": "ab", "l": [1, false]})));
    }

    #[test]
    fn what_is_no_document_is_refused() {
        let deep = [0x81].repeat(100);
        for bad in [
            &b"\xa1\x61a"[..],
            b"\xff",
            b"",
            b"\x41a",
            b"\x01\x01",
            &deep,
            b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
        ] {
            assert_eq!(decode(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn moments_have_their_tag_and_the_path_tells_the_operation() {
        let answer = Response::new(br#"{"CreateDate":0.5}"#.to_vec());
        let answer = close(answer);
        assert!(answer.body().ends_with(b"Date\xc1\xfb\x3f\xe0\0\0\0\0\0\0"));
        let asked = Request::builder()
            .uri("http://127.0.0.1/service/Route53AutoNaming_v20170314/operation/GetNamespace")
            .header("smithy-protocol", "rpc-v2-cbor")
            .body(b"\xa1\x62Id\x61n".to_vec())
            .unwrap();
        let (asked, cbor) = open(asked);
        assert!(cbor);
        assert_eq!(
            asked.headers()["x-amz-target"],
            "Route53AutoNaming_v20170314.GetNamespace"
        );
        assert_eq!(asked.body(), br#"{"Id":"n"}"#);
    }
}
