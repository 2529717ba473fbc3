//! From a text to its syntax tree.

use super::{Unreadable, lex};
use brush_parser::{ParserOptions, ast, parse_tokens};

/// Reads `source` as bash would.
///
/// Fails with [`Unreadable`] when it is not valid, not finished, too long or too deep, or means different things to
/// different shells.
pub(crate) fn parse(source: &str) -> Result<ast::Program, Unreadable> {
    if source.contains('\0') {
        return Err(Unreadable::Nul);
    }
    let tokens = lex::tokens(source)?;
    parse_tokens(&tokens, &ParserOptions::default()).map_err(|_| Unreadable::Grammar)
}
