//! What services share: moments, numbers, etags, pages, reading of bodies.

use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::refusal::invalid;
use crate::store::{Tx, hex};
use crate::wire::ApiError;

/// A moment: `2024-04-01T12:34:56.123456Z`.
pub(crate) fn stamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}

/// A moment to the second, as Container writes it: `2024-04-01T12:34:56+00:00`.
pub(crate) fn stamp_seconds(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string()
}

/// A moment as Compute writes it, in the time of its home: `2024-04-01T05:34:56.123-07:00`.
pub(crate) fn stamp_home(at: Timestamp) -> String {
    let home = at.checked_sub(SignedDuration::from_hours(7)).unwrap_or(at);
    home.strftime("%Y-%m-%dT%H:%M:%S.%3f-07:00").to_string()
}

/// A new number of 64 bits, as decimal digits; the front ends write such numbers as text.
pub(crate) fn number(tx: &mut Tx<'_>) -> String {
    let hex = tx.fresh_hex("number");
    let value = u64::from_str_radix(hex.get(..15).unwrap_or_default(), 16).unwrap_or_default();
    (1_000_000_000_000_000_000 + value).to_string()
}

/// A new unique id of 21 digits (service accounts).
pub(crate) fn unique_id(tx: &mut Tx<'_>) -> String {
    let number = number(tx);
    format!("10{number}")
}

/// The state of a value in base64: an etag or a fingerprint, the same for the same value. In the alphabet for addresses, as
/// clients decode it and encode it again.
pub(crate) fn fingerprint(of: &Value) -> String {
    let digest = Sha256::digest(of.to_string());
    base64(digest.get(..8).unwrap_or_default())
        .replace('+', "-")
        .replace('/', "_")
}

/// Base64 with padding.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or_default());
        let word = (byte(0) << 16) | (byte(1) << 8) | byte(2);
        for place in 0..4_usize {
            let sign = (word >> (18 - 6 * place)) & 63;
            let sign = SIGNS.get(sign as usize).copied().unwrap_or_default();
            out.push(if place > chunk.len() {
                '='
            } else {
                sign.into()
            });
        }
    }
    out
}

/// The bytes of a base64 text, in either alphabet, padded or not; none when it is none.
pub(crate) fn unbase64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let (mut word, mut bits) = (0_u32, 0_u32);
    for byte in text.trim_end_matches('=').bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        word = (word << 6) | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from((word >> bits) & 255).ok()?);
        }
    }
    (bits < 6).then_some(out)
}

/// The body, or a part of it, as a struct. A value is never repeated in the refusal: it may be a secret.
pub(crate) fn read<T: DeserializeOwned>(operation: &str, value: &Value) -> Result<T, ApiError> {
    let empty = Value::Object(Map::new());
    let value = if value.is_null() { &empty } else { value };
    T::deserialize(value).map_err(|error| {
        let text = error.to_string();
        let name = text.split('`').nth(1).unwrap_or_default();
        if text.starts_with("unknown field") {
            let text = format!("the sandbox does not take {name} of {operation}");
            return ApiError::new(501, "UNIMPLEMENTED", text);
        }
        if text.starts_with("missing field") {
            return invalid(format!("Required field '{name}' not specified"));
        }
        invalid("Invalid JSON payload received. A field has the wrong type.")
    })
}

/// One page of rows and the token of the next.
///
/// # Errors
/// When the token is none of ours.
pub(crate) fn page<R>(
    rows: Vec<R>,
    key: impl Fn(&R) -> String,
    size: usize,
    token: &str,
) -> Result<(Vec<R>, Option<String>), ApiError> {
    let start = if token.is_empty() {
        0
    } else {
        let after = unbase64(token)
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .ok_or_else(|| invalid("The page token is not valid."))?;
        rows.iter().take_while(|row| key(row) <= after).count()
    };
    let more = rows.len() > start.saturating_add(size);
    let rows: Vec<R> = rows.into_iter().skip(start).take(size).collect();
    let next = rows.last().filter(|_| more);
    let next = next.map(|row| base64(key(row).as_bytes()));
    Ok((rows, next))
}

/// Hexadecimal digits of a text, always the same: for names that the cloud makes up.
pub(crate) fn digest(of: &str, length: usize) -> String {
    let mut hex = hex(&Sha256::digest(of));
    hex.truncate(length);
    hex
}

/// The last part of a path or link.
pub(crate) fn last(link: &str) -> &str {
    link.rsplit('/').next().unwrap_or(link)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn fingerprints_keep_to_the_alphabet_for_addresses() {
        let all: String = (0..200)
            .map(|number| fingerprint(&serde_json::json!(number)))
            .collect();
        assert!(all.contains('-') && all.contains('_'));
        assert!(!all.contains(['+', '/']));
    }

    #[test]
    fn base64_goes_there_and_back() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
            assert_eq!(unbase64(coded).unwrap(), plain.as_bytes());
        }
        assert_eq!(unbase64("a"), None);
        assert_eq!(unbase64("%%%%"), None);
    }

    #[test]
    fn moments_are_written_as_each_service_does() {
        let at = Timestamp::from_microsecond(1_711_974_896_123_456).unwrap();
        assert_eq!(stamp(at), "2024-04-01T12:34:56.123456Z");
        assert_eq!(stamp_home(at), "2024-04-01T05:34:56.123-07:00");
        assert_eq!(stamp_seconds(at), "2024-04-01T12:34:56+00:00");
    }

    #[test]
    fn pages_follow_each_other() {
        let rows = || vec!["a".to_owned(), "b".to_owned(), "c".to_owned()];
        let (first, next) = page(rows(), Clone::clone, 2, "").unwrap();
        assert_eq!(first, ["a", "b"]);
        let (second, none) = page(rows(), Clone::clone, 2, &next.unwrap()).unwrap();
        assert_eq!((second, none), (vec!["c".to_owned()], None));
        assert!(page(rows(), Clone::clone, 2, "%").is_err());
    }
}
