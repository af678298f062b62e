//! A name as words, the words as pieces, and the rows of those that the table knows.

/// Characters that are looked at: as many as the longest label has.
const MOST_CHARS: usize = 200;

/// Words that say nothing of the thing itself.
const FILLERS: [&str; 9] = ["a", "an", "and", "for", "in", "of", "on", "the", "with"];

/// What a thing may be shown on: "a photo of" before a name is skipped.
const PICTURES: [&str; 3] = ["image", "photo", "picture"];

/// Which texts have a row.
#[derive(Debug, Clone)]
pub struct Lookup {
    /// Ascending; the place of a key is its row.
    keys: Vec<u32>,
}

/// What is known of a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// The words; the last is the head noun.
    pub words: Vec<Word>,
    /// Row of the name as one word, without spaces.
    pub whole: Option<usize>,
}

/// What is known of a word.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// Row of the word itself.
    pub whole: Option<usize>,
    /// Rows of its pieces that are known.
    pub pieces: Vec<usize>,
    /// Share of its pieces that are known, in `[0, 1]`.
    pub share: f32,
}

impl Lookup {
    /// A lookup of ascending keys.
    pub fn new(keys: Vec<u32>) -> Self {
        Self { keys }
    }

    /// What is known of a name.
    pub fn find(&self, name: &str) -> Known {
        let words: Vec<String> = split(name)
            .into_iter()
            .map(|word| self.singular(word))
            .collect();
        Known {
            whole: self.row(&format!("<{}>", words.concat())),
            words: words.iter().map(|word| self.word(word)).collect(),
        }
    }

    fn word(&self, word: &str) -> Word {
        let word = format!("<{word}>");
        let all = pieces(&word);
        let pieces: Vec<usize> = all.iter().filter_map(|piece| self.row(piece)).collect();
        Word {
            whole: self.row(&word),
            share: pieces.len() as f32 / all.len().max(1) as f32,
            pieces,
        }
    }

    /// The word, or what it is the plural of, whichever is known first; the word where neither is.
    fn singular(&self, word: String) -> String {
        let known = |form: &String| self.row(&format!("<{form}>")).is_some();
        let forms = [
            Some(word.clone()),
            word.strip_suffix("ies").map(|stem| format!("{stem}y")),
            word.strip_suffix("es").map(str::to_owned),
            word.strip_suffix('s').map(str::to_owned),
        ];
        forms.into_iter().flatten().find(known).unwrap_or(word)
    }

    fn row(&self, text: &str) -> Option<usize> {
        self.keys.binary_search(&key(text)).ok()
    }
}

impl Known {
    /// Numbers that [`Known::evidence`] gives.
    pub const EVIDENCE: usize = 4;

    /// Place of the least known word among them.
    pub const LEAST: usize = 2;

    /// What speaks for a name being understood, each in `[0, 1]`; nothing for a name without words.
    ///
    /// The name known as one word; all words known; the least known word, by the share of its pieces; the head noun
    /// known.
    pub fn evidence(&self) -> Option<[f32; Self::EVIDENCE]> {
        let head = self.words.last()?;
        let share = |word: &Word| {
            if word.whole.is_some() {
                1.0
            } else {
                word.share
            }
        };
        let flag = |yes: bool| f32::from(u8::from(yes));
        Some([
            flag(self.whole.is_some()),
            flag(self.words.iter().all(|word| word.whole.is_some())),
            self.words.iter().map(share).fold(1.0, f32::min),
            flag(head.whole.is_some()),
        ])
    }
}

/// The words of a name in lower case, without fillers.
fn split(name: &str) -> Vec<String> {
    let text: String = name
        .chars()
        .take(MOST_CHARS)
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .flat_map(char::to_lowercase)
        .collect();
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    let of_picture = |pair: &[&str]| PICTURES.contains(&pair[0]) && pair[1] == "of";
    // Something has to follow.
    let start = match words.windows(2).position(of_picture) {
        Some(at) if at + 2 < words.len() => at + 2,
        _ => 0,
    };
    words[start..]
        .iter()
        .filter(|word| !FILLERS.contains(word))
        .map(|&word| word.to_owned())
        .collect()
}

/// All pieces of three to five characters of a word in angle brackets, less than all of it, each once.
fn pieces(word: &str) -> Vec<&str> {
    let mut starts: Vec<usize> = word.char_indices().map(|(at, _)| at).collect();
    starts.push(word.len());
    let mut found = Vec::new();
    for length in 3..=5 {
        for ends in starts.windows(length + 1) {
            let piece = &word[ends[0]..ends[length]];
            if piece.len() < word.len() && !found.contains(&piece) {
                found.push(piece);
            }
        }
    }
    found
}

/// FNV-1a of the UTF-8 bytes (Fowler, Noll, Vo), 32 bits.
fn key(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}
