//! Adam's step, with decoupled weight decay (Loshchilov, Hutter, "Decoupled Weight Decay Regularization", 2019).

/// One step of all weights.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Decay of the first and of the second moment.
    pub betas: [f32; 2],
    /// Added to the root of the second moment.
    pub epsilon: f32,
    /// What a weight is multiplied by.
    pub keep: f32,
    /// Learning rate over what the first moment has yet to reach.
    pub rate: f32,
    /// One over what the second moment has yet to reach.
    pub unbias: f32,
}

impl Step {
    /// Takes the step with some of the weights: their moments first, then they themselves.
    pub fn apply(
        &self,
        gradient: &[f32],
        weights: &mut [f32],
        first: &mut [f32],
        second: &mut [f32],
    ) {
        let [b1, b2] = self.betas;
        for (((w, m), v), &g) in weights.iter_mut().zip(first).zip(second).zip(gradient) {
            *m = b1 * *m + (1.0 - b1) * g;
            *v = b2 * *v + (1.0 - b2) * g * g;
            *w = self.keep * *w - self.rate * *m / ((self.unbias * *v).sqrt() + self.epsilon);
        }
    }
}
