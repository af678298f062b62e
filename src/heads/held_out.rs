//! Scores of examples that a head has not seen, by fitting it again without them.

use super::{HeadSpec, scores};
use crate::Result;
use crate::numerics::linalg;
use crate::task::Task;
use crate::validation::{HeldOut, plan};

impl HeadSpec {
    /// Scores of at least `limit` examples of a task that the head has [`HeadSpec::prepare`]d, or of all that can be held out,
    /// by fits to the others.
    ///
    /// # Errors
    /// Those of [`HeadSpec::fit`].
    pub fn held_out(&self, task: &Task, limit: usize) -> Result<HeldOut> {
        let mut all = HeldOut::none(task.n_classes());
        for fold in plan(task.labels(), limit) {
            let rest = task.without(&fold);
            let head = self.fit(&rest)?;
            let rows = linalg::select(task.features(), &fold);
            let scale = head.prior_temperature() as f32;
            let logits = scores(head.as_ref(), &rest, rows.view()) / scale;
            all.append(HeldOut::new(task, fold, logits));
        }
        Ok(all)
    }
}
