//! Values that we make: once, when the object is created. They are sent in that call and kept nowhere.

use provision_core::contract::Failure;
use provision_core::model::SecretValue;

use super::Generate;
use crate::field::internal;

/// What is taken where no alphabet is named.
const USUAL: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A new value: each character is any of the alphabet, all equally likely.
///
/// # Errors
/// This machine gives no random numbers.
pub fn generate(wish: &Generate) -> Result<SecretValue, Failure> {
    let alphabet: Vec<char> = wish.alphabet.as_deref().unwrap_or(USUAL).chars().collect();
    let length = usize::try_from(wish.length).unwrap_or_default();
    // Room for all of it at once: a text that grows leaves copies of itself behind.
    let mut text = String::with_capacity(length * 4);
    for _ in 0..length {
        let at = below(alphabet.len())?;
        text.extend(alphabet.get(at));
    }
    SecretValue::new(text).ok_or_else(|| internal("an empty value was to be made".to_owned()))
}

/// A random number below a limit.
fn below(limit: usize) -> Result<usize, Failure> {
    let limit = u32::try_from(limit).unwrap_or(u32::MAX).max(1);
    // Numbers above the last whole multiple would make the first ones likelier.
    let fair = u32::MAX - u32::MAX % limit;
    loop {
        let number = getrandom::u32()
            .map_err(|error| internal(format!("this machine gives no random numbers: {error}")))?;
        if number < fair {
            return Ok(usize::try_from(number % limit).unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn values_are_of_the_alphabet_and_of_the_length_and_differ() {
        let wish = Generate {
            length: 40,
            alphabet: Some("aé🦀".to_owned()),
        };
        let (one, other) = (generate(&wish).unwrap(), generate(&wish).unwrap());
        assert_eq!(one.reveal().chars().count(), 40);
        assert!(one.reveal().chars().all(|sign| "aé🦀".contains(sign)));
        assert_ne!(one, other);
        let usual = generate(&Generate {
            length: 4096,
            alphabet: None,
        });
        assert_eq!(usual.unwrap().reveal().len(), 4096);
    }
}
