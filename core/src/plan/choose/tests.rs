//! Choices: kept, taken, noted.
