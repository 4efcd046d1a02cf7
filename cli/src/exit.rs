//! Exit codes, all verbs (contract: DESIGN 3).

use std::process::ExitCode;

/// How a verb ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It did what it was asked.
    Ok,
    /// It failed.
    Failed,
    /// Live and wanted differ, or a person has to decide.
    Differs,
    /// It was interrupted; the same command resumes.
    Interrupted,
    /// The command line is wrong.
    Usage,
    /// What was run ended, with this code of its own.
    Command(u8),
}

impl Exit {
    /// The number.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failed => 1,
            Self::Differs => 2,
            Self::Interrupted => 3,
            Self::Usage => 64,
            Self::Command(code) => code,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
