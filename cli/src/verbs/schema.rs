//! `schema`: the language of the spec for editors.

use provision_core::spec;

use super::Cx;
use crate::error::Error;
use crate::exit::Exit;

pub(super) fn run(cx: &Cx) -> Result<Exit, Error> {
    cx.screen.document(&spec::schema())?;
    Ok(Exit::Ok)
}
