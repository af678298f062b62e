//! The class-incremental stream: classes arrive in tasks, each photo is seen once. Texts play
//! no part in it: what is measured is how a head remembers photos.

use crate::dataset::Dataset;
use crate::draw::{Changes, Trial, draw, smallest_class};
use crate::metrics;
use anyhow::{Context, Result, ensure};
use handful::heads::{self, Factor, HeadSpec, Uer, UerStream};
use handful::random::Random;
use handful_research::incremental::{class_incremental, forgetting};
use ndarray::{Array2, ArrayView1, ArrayView2, Axis};
use serde::Serialize;

/// Heads that can learn from a stream.
pub const HEADS: [&str; 4] = ["uer", PLAIN_REPLAY, "prototype", "naive_bayes"];

/// UER without its idea: new examples are learned by the same logits as replayed ones.
const PLAIN_REPLAY: &str = "plain_replay";

/// Examples that UER keeps at most.
const MEMORY: usize = 200;

/// Most examples of each class where the rest of a class is asked about; elsewhere the whole pool is seen.
const SHOTS: usize = 16;

/// Examples that are observed together.
const BATCH: usize = 10;

/// What a stream came to.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    pub dataset: String,
    pub head: &'static str,
    pub seed: u64,
    /// Share of all queries that are recognised after the last task.
    pub accuracy: f64,
    /// Average forgetting over the tasks.
    pub forgetting: f64,
}

/// Examples and queries of each task, by their rows in the trial.
struct Stream {
    trial: Trial,
    tasks: Vec<Vec<usize>>,
    /// The task of each class.
    task_of: Vec<usize>,
}

/// Runs every one of `names` through the stream of a seed.
pub fn run(
    dataset: &Dataset,
    changes: &Changes,
    seed: u64,
    tasks: usize,
    names: &[&'static str],
) -> Result<Vec<Outcome>> {
    let stream = Stream::new(dataset, changes, seed, tasks)?;
    names
        .iter()
        .map(|&head| {
            let (accuracy, forgetting) = stream.learn(&mut *learner(head, &stream.trial, seed)?)?;
            Ok(Outcome {
                dataset: dataset.name.clone(),
                head,
                seed,
                accuracy,
                forgetting,
            })
        })
        .collect()
}

impl Stream {
    /// Classes in an order of the seed, cut into tasks, and the examples of each task shuffled.
    fn new(dataset: &Dataset, changes: &Changes, seed: u64, tasks: usize) -> Result<Self> {
        let shots = match dataset.queries {
            Some(_) => usize::MAX,
            None => SHOTS.min(smallest_class(dataset) * 3 / 4),
        };
        let trial = draw(dataset, changes, seed, shots)?
            .with_context(|| format!("{} has no photo left to ask about", dataset.name))?;
        let classes = trial.names.len();
        ensure!(
            (1..=classes).contains(&tasks),
            "{classes} classes cannot arrive in {tasks} tasks"
        );
        let mut random = Random::of(seed, "stream");
        let mut order: Vec<usize> = (0..classes).collect();
        random.shuffle(&mut order);
        let mut task_of = vec![0; classes];
        for (task, classes) in class_incremental(&order, tasks).into_iter().enumerate() {
            for class in classes {
                task_of[class] = task;
            }
        }
        let of_task = |task| {
            let labels = trial.task.labels();
            let mut rows: Vec<usize> = (0..labels.len())
                .filter(|&i| task_of[labels[i]] == task)
                .collect();
            random.shuffle(&mut rows);
            rows
        };
        Ok(Self {
            tasks: (0..tasks).map(of_task).collect(),
            trial,
            task_of,
        })
    }

    /// Accuracy at the end, and average forgetting.
    fn learn(&self, learner: &mut dyn Learner) -> Result<(f64, f64)> {
        let (labels, tasks) = (&self.trial.labels, self.tasks.len());
        let mut after = Array2::zeros((tasks, tasks));
        let mut accuracy = 0.0;
        for (mut shares, examples) in after.rows_mut().into_iter().zip(&self.tasks) {
            for batch in examples.chunks(BATCH) {
                learner.observe(batch)?;
            }
            let predicted = learner.predict(self.trial.queries.view())?;
            accuracy = metrics::accuracy(&predicted, labels);
            let (mut right, mut all) = (vec![0_usize; tasks], vec![0_usize; tasks]);
            for (&predicted, &label) in predicted.iter().zip(labels) {
                let task = self.task_of[label];
                all[task] += 1;
                right[task] += usize::from(predicted == label);
            }
            for ((share, right), all) in shares.iter_mut().zip(right).zip(all) {
                *share = right as f64 / all.max(1) as f64;
            }
        }
        Ok((accuracy, forgetting(after.view())))
    }
}

/// Something that learns from the examples of a trial batch by batch.
trait Learner {
    /// Learns from examples, given by their rows.
    fn observe(&mut self, batch: &[usize]) -> Result<()>;

    /// The best class of each query, among those seen.
    fn predict(&mut self, queries: ArrayView2<'_, f32>) -> Result<Vec<usize>>;
}

fn learner<'a>(name: &str, trial: &'a Trial, seed: u64) -> Result<Box<dyn Learner + 'a>> {
    let recipe = Uer::default()
        .memory(MEMORY)
        .batch(BATCH)
        .seed(u32::try_from(seed)?);
    Ok(match name {
        "uer" => Box::new(Replay::new(&recipe, trial)?),
        PLAIN_REPLAY => {
            let current = Factor::Dot;
            Box::new(Replay::new(&recipe.current(current), trial)?)
        }
        _ => Box::new(Statistics {
            spec: HeadSpec::by_name(name)?,
            trial,
            seen: Vec::new(),
        }),
    })
}

/// A stream with its memory.
struct Replay<'a> {
    stream: UerStream,
    trial: &'a Trial,
}

impl<'a> Replay<'a> {
    fn new(recipe: &Uer, trial: &'a Trial) -> Result<Self> {
        let mut stream = UerStream::new(recipe, trial.task.scale())?;
        (0..trial.task.n_classes()).for_each(|_| stream.add_class());
        Ok(Self { stream, trial })
    }
}

impl Learner for Replay<'_> {
    fn observe(&mut self, batch: &[usize]) -> Result<()> {
        let task = &self.trial.task;
        let labels: Vec<usize> = batch.iter().map(|&i| task.labels()[i]).collect();
        let rows = task.features().select(Axis(0), batch);
        self.stream.observe(rows.view(), &labels)?;
        Ok(())
    }

    fn predict(&mut self, queries: ArrayView2<'_, f32>) -> Result<Vec<usize>> {
        Ok(best(&self.stream.linear().scores(queries)))
    }
}

/// A head whose statistics do not depend on the order of the examples: it is fitted to all that were seen.
struct Statistics<'a> {
    spec: HeadSpec,
    trial: &'a Trial,
    seen: Vec<usize>,
}

impl Learner for Statistics<'_> {
    fn observe(&mut self, batch: &[usize]) -> Result<()> {
        self.seen.extend_from_slice(batch);
        Ok(())
    }

    fn predict(&mut self, queries: ArrayView2<'_, f32>) -> Result<Vec<usize>> {
        let task = self.trial.task.subset(&self.seen);
        let head = self.spec.fit(&task)?;
        Ok(best(&heads::scores(head.as_ref(), &task, queries)))
    }
}

/// The class of the greatest score of each row.
fn best(scores: &Array2<f32>) -> Vec<usize> {
    let best = |row: ArrayView1<'_, f32>| {
        let row: Vec<f64> = row.iter().map(|&score| f64::from(score)).collect();
        metrics::argmax(&row)
    };
    scores.rows().into_iter().map(best).collect()
}
