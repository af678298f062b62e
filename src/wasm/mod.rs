//! Bindings: convert, call, convert. No policy, no loop over data, no default lives here.
//!
//! What converts is public: the bindings of other crates use it too.

#[cfg(feature = "wasm")]
mod core;

use crate::Error;
use serde::Serialize;
use wasm_bindgen::JsValue;

/// A JavaScript `Error` with the stable code in its property `code`.
pub fn to_js(error: Error) -> JsValue {
    let js = js_sys::Error::new(&error.to_string());
    // Setting a plain property of a fresh object cannot fail.
    let _ = js_sys::Reflect::set(&js, &"code".into(), &error.code().into());
    js.into()
}

/// A plain JavaScript value.
pub fn out(value: &impl Serialize) -> Result<JsValue, JsValue> {
    serde_wasm_bindgen::to_value(value).map_err(JsValue::from)
}

/// A value from JavaScript; `what` names it when it has another form.
pub fn into<T: serde::de::DeserializeOwned>(
    what: &'static str,
    value: JsValue,
) -> Result<T, JsValue> {
    serde_wasm_bindgen::from_value(value).map_err(|e| {
        to_js(Error::Parameter {
            name: what,
            value: e.to_string(),
            range: "the documented form",
        })
    })
}
