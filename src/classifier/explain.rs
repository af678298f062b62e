//! What single heads say of a photo, beside what the head that answers makes of it.

use super::Classifier;
use super::asking::answer;
use crate::heads::{HeadSpec, ScoresBy};
use crate::numerics::math::ln;
use crate::task::Task;
use crate::{Error, Opinion, Recogniser, Result};

impl Classifier {
    /// What single heads say of the raw features `(width,)` of one photo, those that the answer is made of among them, whose weights sum
    /// to 1. Each is fitted for the question, so this takes a fit of each; heads that can score fewer than two classes are left out.
    ///
    /// # Errors
    /// Those of [`Classifier::predict`].
    pub fn explain(&mut self, features: &[f32]) -> Result<Vec<Opinion>> {
        self.predict(features)?;
        let query = self.set.streams().unit(features)?;
        let parts = match self.model()?.1 {
            model if model.head().parts().is_empty() => vec![(model.name(), 1.0)],
            model => model.head().parts(),
        };
        // Those that read texts first.
        let others = HeadSpec::all().into_iter().filter(HeadSpec::is_asked);
        let (last, first): (Vec<_>, Vec<_>) =
            others.partition(|spec| spec.scores_by() == ScoresBy::Examples);
        let others = first.iter().chain(&last).map(HeadSpec::name);
        let others = others.filter(|&name| parts.iter().all(|part| part.0 != name));
        let others = others.map(|name| (name, 0.0));
        let asked: Vec<_> = parts.iter().copied().chain(others).collect();
        let (task, mut opinions) = (Task::from(&self.set), Vec::new());
        for (head, weight) in asked {
            let answer = match self.head() {
                Some(chosen) if chosen.name() == head => self.predict(features),
                _ => {
                    let mut fitted = Recogniser::fit(&HeadSpec::by_name(head)?, task.clone())?;
                    answer(self.set.classes(), head, fitted.predict(&query))
                }
            };
            match answer {
                Ok(answer) => {
                    let p = answer.scores.iter().map(|score| score.probability);
                    let entropy: f64 = p.map(|p| if p > 0.0 { -p * ln(p) } else { 0.0 }).sum();
                    opinions.push(Opinion {
                        head,
                        uncertainty: (entropy / ln(answer.scores.len() as f64)).min(1.0),
                        weight,
                        scores: answer.scores,
                    });
                }
                Err(Error::NotEnoughExamples { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(opinions)
    }
}
