//! The one error type of both crates.

/// What went wrong, with the values that say why.
///
/// Every operation that returns an error leaves the state as it was. The text says what is wrong and what to do;
/// [`Error::code`] is the stable name that other languages match on.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A length or dimension differs from what the encoder's streams promise.
    #[error("{what}: expected {expected}, got {got}")]
    Shape {
        /// What was measured.
        what: &'static str,
        /// The length that fits.
        expected: usize,
        /// The length that came.
        got: usize,
    },
    /// NaN or infinity among these numbers, which must be finite.
    #[error("{0} contains NaN or infinity")]
    NotFinite(&'static str),
    /// The features of this stream are all zero: without a direction they cannot be compared with anything.
    #[error("the features of stream \"{0}\" are all zero")]
    ZeroFeature(String),
    /// A label with no visible character.
    #[error("a class needs a label of at least one character")]
    EmptyLabel,
    /// A label longer than [`crate::support::MAX_LABEL_CHARS`].
    #[error("the label has {chars} characters, at most {max} are allowed")]
    LabelTooLong {
        /// Characters of the label.
        chars: usize,
        /// The most that is allowed.
        max: usize,
    },
    /// Two classes cannot share a label.
    #[error("there is already a class labelled \"{0}\"")]
    DuplicateLabel(String),
    /// No class has this label.
    #[error("there is no class labelled \"{0}\"")]
    UnknownClass(String),
    /// No example has this id.
    #[error("there is no example with id {0}")]
    UnknownExample(u32),
    /// An answer needs two classes to choose between.
    #[error(
        "not enough examples yet: {scorable} of {classes} classes can be recognised, an answer needs two; add examples"
    )]
    NotEnoughExamples {
        /// Classes that the head can score.
        scorable: usize,
        /// Classes in all.
        classes: usize,
    },
    /// A set holds as many unlabelled photos as it may.
    #[error("a set holds at most {most} unlabelled photos; label some or remove some")]
    TooManyUnlabelled {
        /// The most that there may be.
        most: usize,
    },
    /// A set has given all ids that there are, 4,294,967,295 of examples or of classes.
    #[error(
        "this set has used up its ids, so it takes no more; merge it into a new set, which counts from 0 again"
    )]
    IdsUsedUp,
    /// A setting outside its range.
    #[error("{name} = {value} is outside {range}")]
    Parameter {
        /// Name of the setting.
        name: &'static str,
        /// The value that came.
        value: String,
        /// The values that are allowed.
        range: &'static str,
    },
    /// A hyper-parameter that a head does not have, that is no value of its type, or that what was observed forbids; another head than the one
    /// that observes.
    #[error("{name} = {value}: {reason}")]
    HyperParameter {
        /// Head and field, as `amu.power`.
        name: String,
        /// The value that came, as JSON.
        value: String,
        /// Why it is none, with what is allowed.
        reason: String,
    },
    /// The scores of this head are not weights times features, so that it cannot be exported.
    #[error(
        "the head \"{0}\" is not linear in its features, so it cannot be exported; choose another one"
    )]
    NotLinear(&'static str),
    /// Bytes that are no saved set, or a damaged one, for this reason.
    #[error("not a readable handful set: {0}")]
    Format(String),
    /// An image without pixels.
    #[error("the image is empty: its width or height is zero")]
    ImageEmpty,
    /// An image larger than the preprocessing accepts.
    #[error(
        "the image of {width} x {height} pixels is too large: at most {limit} are accepted; scale it down first"
    )]
    ImageTooLarge {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// The limit that it passes, in words.
        limit: String,
    },
    /// A pixel buffer whose length does not fit its width and height.
    #[error("the image needs {expected} bytes of RGBA, got {got}")]
    ImageBytes {
        /// 4 x width x height.
        expected: usize,
        /// Bytes that came.
        got: usize,
    },
    /// An encoder manifest that cannot be used, for this reason.
    #[error("the encoder manifest cannot be used: {0}")]
    Manifest(String),
    /// A model that cannot be read or run.
    #[error("the encoder failed while {stage}: {reason}")]
    Model {
        /// What was being done.
        stage: &'static str,
        /// What the inference engine said.
        reason: String,
    },
    /// Features of two encoders do not mix.
    #[error(
        "this set was made with {ours}, the other one with {theirs}; only sets of one encoder can be merged"
    )]
    OtherEncoder {
        /// Encoder and streams of this set.
        ours: String,
        /// Those of the other set.
        theirs: String,
    },
    /// A model that is not the one its manifest describes.
    #[error("the model does not fit its manifest: {what} should be {expected}, but is {got}")]
    ModelMismatch {
        /// The property in question.
        what: &'static str,
        /// What the manifest says.
        expected: String,
        /// What the model has.
        got: String,
    },
}

/// Result of their operations.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Refuses a length that does not fit, as [`Error::Shape`].
    pub fn check_length(what: &'static str, expected: usize, got: usize) -> Result<()> {
        if expected == got {
            return Ok(());
        }
        Err(Error::Shape {
            what,
            expected,
            got,
        })
    }

    /// A setting `name` whose value is outside its range, as [`Error::Parameter`].
    pub fn parameter(name: &'static str, value: impl ToString, range: &'static str) -> Self {
        Error::Parameter {
            name,
            value: value.to_string(),
            range,
        }
    }

    /// Stable name of the kind of error, the contract with other languages.
    ///
    /// ```
    /// assert_eq!(handful::Error::EmptyLabel.code(), "empty-label");
    /// ```
    pub fn code(&self) -> &'static str {
        match self {
            Error::Shape { .. } => "shape",
            Error::NotFinite(_) => "not-finite",
            Error::ZeroFeature(_) => "zero-feature",
            Error::EmptyLabel => "empty-label",
            Error::LabelTooLong { .. } => "label-too-long",
            Error::DuplicateLabel(_) => "duplicate-label",
            Error::UnknownClass(_) => "unknown-class",
            Error::UnknownExample(_) => "unknown-example",
            Error::NotEnoughExamples { .. } => "not-enough-examples",
            Error::TooManyUnlabelled { .. } | Error::IdsUsedUp => "too-many-items",
            Error::Parameter { .. } | Error::HyperParameter { .. } => "parameter",
            Error::NotLinear(_) => "not-linear",
            Error::Format(_) => "format",
            Error::ImageEmpty => "image-empty",
            Error::ImageTooLarge { .. } => "image-too-large",
            Error::ImageBytes { .. } => "image-bytes",
            Error::Manifest(_) => "manifest",
            Error::Model { .. } => "model",
            Error::OtherEncoder { .. } => "other-encoder",
            Error::ModelMismatch { .. } => "model-mismatch",
        }
    }
}
