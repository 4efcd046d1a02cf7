//! Reasons in words.

use std::fmt;

use super::Reason;

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotThere => f.write_str("it is not there"),
            Self::NotRun => f.write_str("it has not run yet"),
            Self::Differs { fields } => write!(f, "{} differ from the file", fields.join(", ")),
            Self::CannotChange { fields } => {
                write!(
                    f,
                    "{} cannot be changed on a live object",
                    fields.join(", ")
                )
            }
            Self::NotDeclared => f.write_str("the file does not declare it"),
            Self::Destroy => f.write_str("destroy was asked for"),
            Self::Superseded { id } => write!(f, "{id} has replaced it"),
            Self::ReplacedWith { id } => write!(f, "{id} is made anew"),
            Self::ParentGoes { id } => write!(f, "{id}, in which it lives, goes"),
            Self::FailedState { reason } => write!(f, "it has failed: {reason}"),
            Self::Unfinished { phase } => write!(f, "an earlier run left it at {phase}"),
            Self::Unread { reason } => write!(f, "it could not be read: {reason}"),
            Self::Protected => f.write_str("it is protected"),
            Self::NameTaken { physical } => write!(
                f,
                "{physical} holds its name and does not carry our marks; if it lost them, or is to be taken over, say so with `adopt` \
                 where its block can; else rename one of them"
            ),
            Self::Adopts { physical } => write!(f, "takes over {physical}"),
            Self::Adopted => f.write_str(
                "what is adopted is never made anew: let the spec say what it is, or declare another one beside it",
            ),
            Self::Twice { physical } => write!(
                f,
                "several live objects carry its id: {}; remove all but one",
                physical.join(", ")
            ),
            Self::Refused { field, advice } => write!(f, "{field} cannot be changed: {advice}"),
            Self::NotReady { reason } => f.write_str(reason),
            Self::LeftBy { of, .. } => write!(f, "left by a controller of {of}"),
            Self::Data => {
                f.write_str("it holds data and is kept; `--delete-volumes` deletes it as well")
            }
            Self::Needs { id } => write!(f, "{id} must come first and is blocked"),
        }
    }
}
