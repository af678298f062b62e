//! Drawing few-shot tasks from a data set. A seed gives the same draw for every head; more shots add to fewer.

use crate::dataset::Dataset;
use anyhow::{Result, ensure};
use clap::ValueEnum;
use handful::random::Random;
use handful::task::Task;
use ndarray::{Array1, Array2, Axis, concatenate};
use serde::Serialize;

/// What is done to a data set before examples are drawn.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// Classes drawn at random, those of the data set where `None`.
    pub classes: Option<usize>,
    /// Standard deviation of the noise added to each dimension of the unit text rows.
    pub text_noise: f64,
    /// Examples of every second of these classes, as many as of the others where `None`.
    pub every_second: Option<usize>,
    pub names: Names,
}

/// Which classes keep the text that the data set has for them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Names {
    /// All.
    #[default]
    Known,
    /// Half of them, drawn at random, and the odd one.
    Half,
    /// None.
    None,
}

/// A task and what is asked about it.
#[derive(Debug)]
pub struct Trial {
    /// Labels of the task's classes.
    pub names: Vec<String>,
    /// Rows of the file, of its pool, that are the examples.
    pub taught: Vec<usize>,
    pub task: Task,
    /// Rows of the file, of what is asked about, that are the queries.
    pub asked: Vec<usize>,
    /// Unit rows `(m, width)`.
    pub queries: Array2<f32>,
    /// Class of each query.
    pub labels: Vec<usize>,
    /// Photos of other classes `(n, width)`, that may be asked about together with them.
    pub strangers: Array2<f32>,
    /// Photos of one other class `(q, width)`, to be taught as negatives.
    pub negatives: Array2<f32>,
    /// Photos `(k, width)` of these classes and of others, to be learned from without their labels.
    pub pile: Array2<f32>,
}

/// Which classes occur among photos that are asked about together, or in a pile of unlabelled ones.
#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
pub enum Occurring {
    /// All, as they come.
    Even,
    /// Three of ten.
    Few,
    /// Each second, third, … as often as the first.
    Skewed,
    /// All, and a third are strangers, of which no answer is right.
    Strangers,
}

/// Draws `shots` examples of each class, unless changed, or all that there are; with them the queries: those of the data set, or else
/// the photos that were not drawn. `None` where no photo is left to ask about.
pub fn draw(
    dataset: &Dataset,
    changes: &Changes,
    seed: u64,
    shots: usize,
) -> Result<Option<Trial>> {
    let classes = some_classes(dataset, changes, seed)?;
    let mut random = Random::of(seed, "examples");
    let (mut drawn, mut rest, mut strangers) = (Vec::new(), Vec::new(), Vec::new());
    // Every class is shuffled, so that a class's examples do not depend on which others are drawn.
    for class in 0..dataset.classes.len() {
        let mut rows = rows_of(&dataset.pool.labels, class);
        random.shuffle(&mut rows);
        if let Some(place) = classes.iter().position(|&drawn| drawn == class) {
            let number = changes
                .every_second
                .filter(|_| place % 2 == 1)
                .unwrap_or(shots);
            let (some, others) = rows.split_at(number.min(rows.len()));
            drawn.extend_from_slice(some);
            rest.extend_from_slice(others);
        } else {
            strangers.extend_from_slice(&rows);
        }
    }
    let index = |label: usize| classes.iter().position(|&class| class == label);
    let (source, asked) = match &dataset.queries {
        None => {
            rest.sort_unstable();
            (&dataset.pool, rest)
        }
        Some(rows) => {
            let all = 0..rows.labels.len();
            (
                rows,
                all.filter(|&i| index(rows.labels[i]).is_some()).collect(),
            )
        }
    };
    if asked.is_empty() {
        return Ok(None);
    }
    let labels_of = |labels: &[usize], rows: &[usize]| -> Vec<usize> {
        rows.iter().filter_map(|&i| index(labels[i])).collect()
    };
    Ok(Some(Trial {
        names: classes
            .iter()
            .map(|&c| dataset.classes[c].clone())
            .collect(),
        task: Task::new(
            dataset.streams.clone(),
            dataset.pool.features.select(Axis(0), &drawn),
            labels_of(&dataset.pool.labels, &drawn),
            texts(dataset, &classes, changes, seed)?,
        )?,
        queries: source.features.select(Axis(0), &asked),
        labels: labels_of(&source.labels, &asked),
        taught: drawn,
        asked,
        strangers: dataset.pool.features.select(Axis(0), &strangers),
        negatives: Array2::zeros((0, dataset.streams.width())),
        pile: Array2::zeros((0, dataset.streams.width())),
    }))
}

impl Trial {
    /// Leaves at most so many queries and strangers, drawn at random.
    pub fn ask_together(&mut self, most: usize, which: Occurring, random: &mut Random) {
        let (kept, strangers) = self.some_of(most, which, random);
        self.keep(&kept);
        self.strangers = self.strangers.select(Axis(0), &strangers);
    }

    /// Takes at most so many queries and strangers, drawn at random, and at most half of all queries, for a pile; the other queries are left.
    pub fn draw_pile(&mut self, most: usize, which: Occurring, random: &mut Random) {
        let most = most.min(self.labels.len() / 2);
        let (taken, strangers) = self.some_of(most, which, random);
        self.pile = concatenate![
            Axis(0),
            self.queries.select(Axis(0), &taken),
            self.strangers.select(Axis(0), &strangers)
        ];
        let left = (0..self.labels.len()).filter(|i| !taken.contains(i));
        self.keep(&left.collect::<Vec<_>>());
    }

    /// Places of at most so many queries and of strangers, drawn at random.
    fn some_of(
        &self,
        most: usize,
        which: Occurring,
        random: &mut Random,
    ) -> (Vec<usize>, Vec<usize>) {
        let mut order: Vec<usize> = (0..self.names.len()).collect();
        random.shuffle(&mut order);
        let mut kept: Vec<usize> = (0..self.labels.len()).collect();
        random.shuffle(&mut kept);
        let mut strangers: Vec<usize> = Vec::new();
        match which {
            Occurring::Even => {}
            Occurring::Few => {
                let few = (3 * order.len()).div_ceil(10);
                kept.retain(|&i| order[self.labels[i]] < few);
            }
            Occurring::Skewed => {
                let share = |class: usize| 1.0 / (1.0 + order[class] as f64);
                kept.retain(|&i| random.uniform() < share(self.labels[i]));
            }
            Occurring::Strangers => {
                strangers = (0..self.strangers.nrows()).collect();
                random.shuffle(&mut strangers);
                strangers.truncate(most.min(kept.len()) / 3);
            }
        }
        kept.truncate(most - strangers.len());
        (kept, strangers)
    }

    /// Takes so many photos of one other class for negatives, and the others of it for strangers; false where no class has more.
    pub fn draw_negatives(&mut self, dataset: &Dataset, n: usize, random: &mut Random) -> bool {
        let mut others: Vec<usize> = (0..dataset.classes.len()).collect();
        others.retain(|&class| !self.names.contains(&dataset.classes[class]));
        others.retain(|&class| rows_of(&dataset.pool.labels, class).len() > n);
        let Some(&class) = others.get(random.below(others.len().max(1))) else {
            return false;
        };
        let mut rows = rows_of(&dataset.pool.labels, class);
        random.shuffle(&mut rows);
        let (negatives, rest) = rows.split_at(n);
        self.negatives = dataset.pool.features.select(Axis(0), negatives);
        self.strangers = match &dataset.queries {
            None => dataset.pool.features.select(Axis(0), rest),
            Some(queries) => queries
                .features
                .select(Axis(0), &rows_of(&queries.labels, class)),
        };
        self.strangers.nrows() > 0
    }

    fn keep(&mut self, kept: &[usize]) {
        self.asked = kept.iter().map(|&i| self.asked[i]).collect();
        self.queries = self.queries.select(Axis(0), kept);
        self.labels = kept.iter().map(|&i| self.labels[i]).collect();
    }

    /// Leaves at most so many queries of each class, drawn at random, and no stranger.
    pub fn ask_group(&mut self, most: usize, random: &mut Random) {
        self.ask_at_most(most, random);
        self.strangers = self.strangers.select(Axis(0), &[]);
    }

    /// Leaves at most so many queries of each class, drawn at random.
    pub fn ask_at_most(&mut self, most: usize, random: &mut Random) {
        let mut kept = Vec::new();
        for class in 0..self.names.len() {
            let mut rows = rows_of(&self.labels, class);
            random.shuffle(&mut rows);
            rows.truncate(most);
            kept.extend(rows);
        }
        self.keep(&kept);
    }

    /// The task without every third class, and whether each query is of one of those; `None` where fewer than two
    /// classes would remain, or no query would be foreign.
    pub fn without_every_third(&self) -> Result<Option<(Task, Vec<bool>)>> {
        let foreign_class = |class: usize| class % 3 == 2;
        let foreign: Vec<bool> = self.labels.iter().map(|&c| foreign_class(c)).collect();
        if self.names.len() < 3 || !foreign.contains(&true) || !foreign.contains(&false) {
            return Ok(None);
        }
        let kept: Vec<usize> = (0..self.task.n_examples())
            .filter(|&i| !foreign_class(self.task.labels()[i]))
            .collect();
        let text = self.task.text().iter().enumerate();
        let task = Task::new(
            self.task.streams().clone(),
            self.task.features().select(Axis(0), &kept),
            // Of every three classes the first two are kept.
            kept.iter()
                .map(|&i| self.task.labels()[i])
                .map(|class| class / 3 * 2 + class % 3)
                .collect(),
            text.filter(|(class, _)| !foreign_class(*class))
                .map(|(_, row)| row.clone())
                .collect(),
        )?;
        Ok(Some((task, foreign)))
    }
}

/// The classes of a trial, in the order of the data set.
fn some_classes(dataset: &Dataset, changes: &Changes, seed: u64) -> Result<Vec<usize>> {
    let mut classes: Vec<usize> = (0..dataset.classes.len()).collect();
    if let Some(n) = changes.classes {
        ensure!(
            (2..=classes.len()).contains(&n),
            "{n} classes cannot be drawn from the {} of {}",
            classes.len(),
            dataset.name
        );
        Random::of(seed, "classes").shuffle(&mut classes);
        classes.truncate(n);
        classes.sort_unstable();
    }
    Ok(classes)
}

/// The texts of some classes: with noise where it is asked for, and of those alone whose name is known.
fn texts(
    dataset: &Dataset,
    classes: &[usize],
    changes: &Changes,
    seed: u64,
) -> Result<Vec<Option<Array1<f32>>>> {
    let mut random = Random::of(seed, "text");
    let mut text = dataset.text.clone();
    if changes.text_noise > 0.0 {
        for row in text.iter_mut().flatten() {
            let mut noisy = Array1::from(dataset.streams.unit_text(&row.to_vec())?);
            noisy.mapv_inplace(|v| v + (changes.text_noise * normal(&mut random)) as f32);
            *row = noisy;
        }
    }
    let mut chosen: Vec<_> = classes.iter().map(|&class| text[class].clone()).collect();
    let unknown = match changes.names {
        Names::Known => 0,
        Names::Half => chosen.len() / 2,
        Names::None => chosen.len(),
    };
    let mut order: Vec<usize> = (0..chosen.len()).collect();
    Random::of(seed, "names").shuffle(&mut order);
    for &place in &order[..unknown] {
        chosen[place] = None;
    }
    Ok(chosen)
}

/// Standard normal (Box and Muller, "A note on the generation of random normal deviates", 1958).
fn normal(random: &mut Random) -> f64 {
    let (a, b) = (random.uniform(), random.uniform());
    // 1 - a lies in (0, 1], which has a logarithm.
    (-2.0 * libm::log(1.0 - a)).sqrt() * libm::cos(std::f64::consts::TAU * b)
}

/// Rows of one class.
pub fn rows_of(labels: &[usize], class: usize) -> Vec<usize> {
    (0..labels.len()).filter(|&i| labels[i] == class).collect()
}

/// Photos of the pool of the class that has fewest.
pub fn smallest_class(dataset: &Dataset) -> usize {
    (0..dataset.classes.len())
        .map(|class| rows_of(&dataset.pool.labels, class).len())
        .min()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::Rows;
    use handful::{Stream, Streams};

    /// Six classes of five photos; row i is a unit vector that tells i.
    fn dataset(with_queries: bool) -> Dataset {
        let streams = Streams::new(vec![Stream::new("clip", 30)]).unwrap();
        let rows = || Rows {
            features: Array2::eye(30),
            labels: (0..30).map(|i| i / 5).collect(),
        };
        Dataset {
            name: "six".into(),
            classes: (0..6).map(|c| format!("class {c}")).collect(),
            streams,
            text: (0..6).map(|c| (c != 1).then(|| Array1::ones(30))).collect(),
            pool: rows(),
            queries: with_queries.then(rows),
        }
    }

    fn draw(dataset: &Dataset, changes: &Changes, seed: u64, shots: usize) -> Trial {
        super::draw(dataset, changes, seed, shots).unwrap().unwrap()
    }

    /// Which rows of the identity these are.
    fn ids(rows: ndarray::ArrayView2<'_, f32>) -> Vec<usize> {
        let of = |row: ndarray::ArrayView1<'_, f32>| row.iter().position(|&v| v == 1.0).unwrap();
        rows.rows().into_iter().map(of).collect()
    }

    #[test]
    fn a_draw_repeats_with_its_seed_and_more_shots_add_to_fewer() {
        let set = dataset(false);
        let trial = |seed, shots| draw(&set, &Changes::default(), seed, shots);
        let two = ids(trial(3, 2).task.features());
        assert_eq!(two, ids(trial(3, 2).task.features()));
        assert_ne!(two, ids(trial(4, 2).task.features()));
        let three = ids(trial(3, 3).task.features());
        assert!(two.iter().all(|id| three.contains(id)));
        assert_eq!(trial(3, 2).task.counts(), [2; 6]);
    }

    #[test]
    fn queries_are_the_rest_or_the_part_of_their_own() {
        let rest = draw(&dataset(false), &Changes::default(), 0, 4);
        assert_eq!(rest.queries.nrows(), 6);
        let (asked, taught) = (ids(rest.queries.view()), ids(rest.task.features()));
        assert_eq!((&asked, &taught), (&rest.asked, &rest.taught));
        assert!(asked.iter().all(|id| !taught.contains(id)));
        assert_eq!(
            rest.labels,
            asked.iter().map(|id| id / 5).collect::<Vec<_>>()
        );

        let own = draw(&dataset(true), &Changes::default(), 0, 9);
        assert_eq!((own.task.n_examples(), own.queries.nrows()), (30, 30));
        assert!(
            super::draw(&dataset(false), &Changes::default(), 0, 5)
                .unwrap()
                .is_none()
        );
    }

    #[test]
    fn some_classes_are_renumbered_with_their_rows_and_texts() {
        let changes = Changes {
            classes: Some(3),
            ..Default::default()
        };
        let trial = draw(&dataset(true), &changes, 1, 2);
        assert_eq!(trial.task.counts(), [2; 3]);
        assert_eq!(trial.labels.len(), 15);
        for (i, id) in ids(trial.task.features()).into_iter().enumerate() {
            assert_eq!(
                trial.names[trial.task.labels()[i]],
                format!("class {}", id / 5)
            );
        }
        for (name, text) in trial.names.iter().zip(trial.task.text()) {
            assert_eq!(text.is_some(), name != "class 1");
        }
        let too_many = Changes {
            classes: Some(7),
            ..Default::default()
        };
        assert!(super::draw(&dataset(true), &too_many, 1, 2).is_err());
    }

    #[test]
    fn fewer_queries_keep_their_classes() {
        let mut trial = draw(&dataset(true), &Changes::default(), 1, 2);
        trial.ask_at_most(3, &mut Random::of(1, "asked"));
        let kept = ids(trial.queries.view());
        assert_eq!(
            trial.labels,
            kept.iter().map(|id| id / 5).collect::<Vec<_>>()
        );
        assert_eq!(trial.labels.len(), 18);
        assert_eq!(trial.asked, kept);
        let mut once = kept.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), 18);
        trial.ask_at_most(9, &mut Random::of(2, "asked"));
        assert_eq!(trial.labels.len(), 18);
    }

    #[test]
    fn negatives_and_strangers_are_of_one_class_that_is_not_taught() {
        let set = dataset(false);
        let changes = Changes {
            classes: Some(3),
            ..Default::default()
        };
        let mut trial = draw(&set, &changes, 1, 2);
        assert!(trial.draw_negatives(&set, 2, &mut Random::of(1, "tasks")));
        let all = [&trial.negatives, &trial.strangers].map(|rows| ids(rows.view()));
        let mut once = all.concat();
        once.sort_unstable();
        let class = once[0] / 5;
        assert_eq!(once, (5 * class..5 * class + 5).collect::<Vec<_>>());
        assert_eq!(all[0].len(), 2);
        assert!(!trial.names.contains(&format!("class {class}")));
        let mut full = draw(&set, &Changes::default(), 1, 2);
        assert!(!full.draw_negatives(&set, 2, &mut Random::of(1, "tasks")));
    }

    #[test]
    fn few_classes_occur_together_and_strangers_are_a_third() {
        let set = dataset(true);
        let changes = Changes {
            classes: Some(4),
            ..Default::default()
        };
        let random = || Random::of(3, "tasks");
        let mut few = draw(&set, &changes, 1, 2);
        few.ask_together(8, Occurring::Few, &mut random());
        let mut occurring = few.labels.clone();
        occurring.sort_unstable();
        occurring.dedup();
        assert_eq!((occurring.len(), few.labels.len()), (2, 8));
        assert_eq!(few.strangers.nrows(), 0);
        let mut strange = draw(&set, &changes, 1, 2);
        strange.ask_together(9, Occurring::Strangers, &mut random());
        assert_eq!((strange.labels.len(), strange.strangers.nrows()), (6, 3));
    }

    #[test]
    fn photos_of_a_pile_are_not_asked_about() {
        let set = dataset(true);
        let changes = Changes {
            classes: Some(4),
            ..Default::default()
        };
        for (which, strangers) in [(Occurring::Even, 0), (Occurring::Strangers, 2)] {
            let mut trial = draw(&set, &changes, 1, 2);
            let all = trial.labels.len();
            trial.draw_pile(7, which, &mut Random::of(3, "tasks"));
            let [pile, asked] = [&trial.pile, &trial.queries].map(|rows| ids(rows.view()));
            assert_eq!(
                (pile.len(), asked.len()),
                (7.min(all / 2), all - pile.len() + strangers)
            );
            assert!(asked.iter().all(|id| !pile.contains(id)));
            assert_eq!(trial.labels.len(), asked.len());
        }
    }

    #[test]
    fn every_third_class_becomes_foreign() {
        let trial = draw(&dataset(true), &Changes::default(), 1, 2);
        let (task, foreign) = trial.without_every_third().unwrap().unwrap();
        assert_eq!(task.counts(), [2; 4]);
        assert_eq!(foreign.iter().filter(|&&f| f).count(), 10);
        // Classes 0, 1, 3 and 4 are classes 0 to 3 now.
        let originals = [0, 1, 3, 4];
        for (&label, id) in task.labels().iter().zip(ids(task.features())) {
            assert_eq!(originals[label], id / 5);
        }
        let has_text: Vec<bool> = task.text().iter().map(Option::is_some).collect();
        assert_eq!(has_text, [true, false, true, true]);

        let two = Changes {
            classes: Some(2),
            ..Default::default()
        };
        let trial = draw(&dataset(true), &two, 1, 2);
        assert!(trial.without_every_third().unwrap().is_none());
    }

    #[test]
    fn every_second_class_may_have_another_number_of_examples() {
        let changes = Changes {
            every_second: Some(4),
            ..Default::default()
        };
        let trial = draw(&dataset(true), &changes, 1, 1);
        assert_eq!(trial.task.counts(), [1, 4, 1, 4, 1, 4]);
        // Every second of those that were drawn, whichever they are.
        for seed in 0..5 {
            let three = Changes {
                classes: Some(3),
                ..changes.clone()
            };
            let trial = draw(&dataset(true), &three, seed, 1);
            assert_eq!(trial.task.counts(), [1, 4, 1]);
        }
    }

    #[test]
    fn names_are_known_of_all_of_half_or_of_no_class() {
        let texts = |names, classes, seed| -> Vec<bool> {
            let changes = Changes {
                classes: Some(classes),
                names,
                ..Default::default()
            };
            let trial = draw(&dataset(true), &changes, seed, 1);
            trial.task.text().iter().map(Option::is_some).collect()
        };
        let all = texts(Names::Known, 6, 0);
        assert_eq!(all, [true, false, true, true, true, true]);
        assert_eq!(texts(Names::None, 6, 0), [false; 6]);
        let halves: Vec<_> = (0..9).map(|seed| texts(Names::Half, 6, seed)).collect();
        for half in &halves {
            // Three are taken away, one of which may be the class that has none.
            let left = half.iter().filter(|&&text| text).count();
            assert!((2..=3).contains(&left), "{half:?}");
            assert!(half.iter().zip(&all).all(|(half, all)| *all || !half));
        }
        assert!(halves.iter().any(|half| *half != halves[0]));
        let pair = (0..9).map(|seed| texts(Names::Half, 2, seed));
        assert!(pair.into_iter().all(|pair| pair != [true, true]));
    }

    #[test]
    fn noise_moves_texts_by_its_size() {
        let changes = Changes {
            text_noise: 0.05,
            ..Default::default()
        };
        let clean = draw(&dataset(true), &Changes::default(), 1, 1);
        let noisy = draw(&dataset(true), &changes, 1, 1);
        let pairs = clean.task.text().iter().zip(noisy.task.text());
        for (clean, noisy) in pairs.filter_map(|(a, b)| Some((a.as_ref()?, b.as_ref()?))) {
            // Noise of length 0.05 sqrt(30) = 0.27 leaves a cosine of about 1 / sqrt(1 + 0.27^2).
            let cosine = clean.dot(noisy);
            assert!((0.9..0.995).contains(&cosine), "{cosine}");
        }
    }

    #[test]
    fn normal_numbers_have_mean_0_and_variance_1() {
        let mut random = Random::of(5, "text");
        let numbers: Vec<f64> = (0..20_000).map(|_| normal(&mut random)).collect();
        let mean = numbers.iter().sum::<f64>() / 20_000.0;
        let square = numbers.iter().map(|v| v * v).sum::<f64>() / 20_000.0;
        assert!(
            mean.abs() < 0.03 && (square - 1.0).abs() < 0.04,
            "{mean} {square}"
        );
    }
}
