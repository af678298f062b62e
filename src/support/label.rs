//! What a person calls a class, and when two of them are the same.

use super::nfc::nfc;
use crate::{Error, Result};
use std::ops::Deref;

/// Longest label in characters: several times the longest that a screen shows, short enough to refuse a pasted document.
pub const MAX_LABEL_CHARS: usize = 200;

/// A label: shown as it was typed, without white space around it, and compared by what is seen of it.
///
/// Two labels are the same when they look the same: their composed forms (Unicode's NFC) are equal once characters without
/// a look are left out. macOS writes the names of folders decomposed, phones put a variation selector behind a heart, and
/// copied text brings zero-width spaces along.
///
/// ```
/// use handful::support::Label;
/// let (typed, folder) = (Label::new(" \u{c4}pfel ")?, Label::new("A\u{308}pfel")?);
/// assert_eq!(typed, folder);
/// assert_eq!(folder.as_str(), "A\u{308}pfel");
/// # Ok::<(), handful::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Label {
    text: String,
    key: String,
}

impl Label {
    /// The label that a text gives: the text without white space around it.
    ///
    /// # Errors
    /// [`Error::EmptyLabel`] where nothing of it is seen, or [`Error::LabelTooLong`].
    pub fn new(text: &str) -> Result<Self> {
        let key = key(text);
        if key.is_empty() {
            return Err(Error::EmptyLabel);
        }
        let text = text.trim();
        let chars = text.chars().count();
        if chars > MAX_LABEL_CHARS {
            return Err(Error::LabelTooLong {
                chars,
                max: MAX_LABEL_CHARS,
            });
        }
        Ok(Self {
            text: text.to_owned(),
            key,
        })
    }

    /// The label as it was typed.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What a text is compared by.
    pub(super) fn key(&self) -> &str {
        &self.key
    }
}

impl Deref for Label {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl PartialEq for Label {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Label {}

/// What is seen of a text, in one spelling; empty where nothing is.
pub(super) fn key(text: &str) -> String {
    let mut seen = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let joins = is_joiner(c)
            && seen.chars().next_back().is_some_and(may_join)
            && rest.peek().copied().is_some_and(may_join);
        if joins || !(is_joiner(c) || is_unseen(c)) {
            seen.push(c);
        }
    }
    let seen = seen.trim();
    // No character below the combining marks composes or is decomposed.
    if seen.chars().all(|c| c < '\u{300}') {
        seen.to_owned()
    } else {
        nfc(seen)
    }
}

/// Zero-width non-joiner and joiner. They join emoji, and are part of the spelling in Persian and in scripts of India; there
/// texts look different without them.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Whether a joiner beside this character can be seen. Beside Latin letters it cannot.
fn may_join(c: char) -> bool {
    c >= '\u{250}'
}

/// Characters that only control how others are laid out (Default_Ignorable_Code_Point, without joiners and what spells
/// something: Hangul fillers, tags of flags).
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}
