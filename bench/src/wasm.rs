//! The module for the page: one call runs what is timed as often as asked, so that the clock's steps do not matter.

use crate::{Asking, Size, fit, task};
use handful::Error;
use handful::heads::{FittedHead, HeadSpec};
use handful::task::Task;
use wasm_bindgen::prelude::*;

/// Names of all heads.
#[wasm_bindgen]
pub fn heads() -> Vec<String> {
    HeadSpec::all()
        .iter()
        .map(|spec| spec.name().to_owned())
        .collect()
}

/// A task with the heads that were fitted to it.
#[wasm_bindgen]
pub struct Workload {
    task: Task,
    fitted: Vec<Box<dyn FittedHead>>,
    asking: Asking,
}

fn to_js(error: Error) -> JsError {
    JsError::new(&error.to_string())
}

#[wasm_bindgen]
impl Workload {
    /// A task of this size.
    #[wasm_bindgen(constructor)]
    pub fn new(classes: usize, shots: usize, aux: usize) -> Result<Workload, JsError> {
        let task = task(Size {
            classes,
            shots,
            aux,
        })
        .map_err(to_js)?;
        Ok(Self {
            asking: Asking::new(&task),
            fitted: Vec::new(),
            task,
        })
    }

    /// Forgets the fitted heads.
    pub fn clear(&mut self) {
        self.fitted.clear();
    }

    /// Fits a head, and keeps it for asking.
    pub fn fit(&mut self, head: &str) -> Result<(), JsError> {
        let spec = HeadSpec::by_name(head).map_err(to_js)?;
        self.fitted.push(fit(&spec, &self.task).map_err(to_js)?);
        Ok(())
    }

    /// Asks all fitted heads about one query, so many times.
    pub fn ask(&mut self, times: usize) -> f32 {
        (0..times)
            .map(|_| self.asking.ask(&self.task, &self.fitted))
            .sum()
    }
}
