//! The composed form of a text (Unicode's NFC).

/// By the tables that every browser has: a crate's would have to be downloaded.
#[cfg(target_arch = "wasm32")]
pub(super) fn nfc(text: &str) -> String {
    js_sys::JsString::from(text).normalize("NFC").into()
}

#[cfg(not(target_arch = "wasm32"))]
pub(super) fn nfc(text: &str) -> String {
    unicode_normalization::UnicodeNormalization::nfc(text).collect()
}
