//! Bindings: convert, call, convert. No policy, no loop over data, no default lives here.
//!
//! What converts is public: the bindings of other crates use it too.

#[cfg(feature = "wasm")]
mod core;

use crate::Error;
use serde::Serialize;
use wasm_bindgen::JsValue;

/// A JavaScript `Error` with the stable code in its property `code`.
impl From<Error> for JsValue {
    fn from(error: Error) -> Self {
        let js = js_sys::Error::new(&error.to_string());
        // Setting a plain property of a fresh object cannot fail.
        let _ = js_sys::Reflect::set(&js, &"code".into(), &error.code().into());
        js.into()
    }
}

/// A plain JavaScript value of numbers, texts, lists and structs.
pub fn out(value: &impl Serialize) -> JsValue {
    serde_wasm_bindgen::to_value(value).expect("every such value has its like in JavaScript")
}
