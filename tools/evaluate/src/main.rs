//! Measures every head on files of features: accuracy, calibration, conformal sets, foreign photos, speed, streams, small
//! tasks.
//!
//! The table goes to the terminal; the same figures, a row for each head and draw, are written as JSON. No row of the
//! queries influences any choice: all that a head knows is the examples that were drawn.

mod ablate;
mod dataset;
mod draw;
mod dump;
mod heads;
mod measure;
mod metrics;
mod mislabelled;
mod nested;
mod report;
mod research;
mod settings;
mod stream;
mod summaries;
mod table;
mod tasks;

use ablate::Ablation;
use anyhow::{Context, Result, bail, ensure};
use clap::{Parser, ValueEnum};
use dataset::{Choice, Dataset, NONE};
use draw::{Changes, Names, Occurring};
use handful::heads::HeadSpec;
use heads::Heads;
use report::{Drawn, Report, Row};
use settings::Setting;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tasks::Kinds;

/// Measures every head on a file of features.
#[derive(Parser)]
struct Arguments {
    /// File with the splits of a benchmark, or with the photos of a folder; several with --tasks.
    #[arg(long, value_name = "FILE.safetensors", required = true, num_args = 1..)]
    features: Vec<PathBuf>,
    /// Of a file with splits: what examples are drawn from [default: shot16, or val where there is none].
    #[arg(long)]
    pool: Option<Pool>,
    /// Of a file with splits: what is asked about.
    #[arg(long, default_value = "test")]
    queries: Queries,
    /// Tensor of the features that share a space with text, or `none` [default: clip where there is one].
    #[arg(long, value_name = "NAME")]
    clip: Option<String>,
    /// Names of auxiliary features, or `none` [default: those of the first encoder of the file].
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    aux: Vec<String>,
    /// Numbers in place of what the encoder says of its streams: STREAM.scale, STREAM.temperature, STREAM.weight.
    #[arg(long, value_name = "STREAM.TRAIT=NUMBER,...", value_delimiter = ',')]
    set: Vec<Setting>,
    /// Whether texts of classes are used.
    #[arg(long, default_value = "on")]
    text: Switch,
    /// Standard deviation of noise added to each dimension of the texts.
    #[arg(long, value_name = "S", default_value_t = 0.0)]
    text_noise: f64,
    /// Number of classes that each seed draws at random [default: all].
    #[arg(long, value_name = "C")]
    task_classes: Option<usize>,
    /// Examples of each class, or `none` [default: 1,2,4,8,16, or 1 to 10 with --tasks].
    #[arg(long, value_name = "N,...", value_parser = numbers)]
    shots: Option<Numbers>,
    /// Examples of every second class instead: how heads do where some classes have more than others.
    #[arg(long, value_name = "N")]
    every_second: Option<usize>,
    /// Number of draws.
    #[arg(long, value_name = "N", default_value_t = 5)]
    seeds: u64,
    /// Names of heads, `all`, or objects such as {"name":"amu","power":0.5} with hyper-parameters of their own.
    #[arg(long, value_name = "HEAD,...", default_value = "all", value_parser = Heads::parse)]
    heads: Heads,
    /// Measures the variants of AMU-Tuning in `handful-research` instead of the heads.
    #[arg(long, conflicts_with_all = ["heads", "stream", "tasks", "dump"])]
    research: bool,
    /// Lets the classes arrive in this many tasks, too, for the heads that are given by name.
    #[arg(long, value_name = "TASKS")]
    stream: Option<usize>,
    /// Draws so many small tasks instead, from the files by turns: a number of classes and of examples of each at random, in one
    /// task of three another number of every second class. Prints by what the tasks have in common: accuracy, that of the class
    /// which is recognised least often, calibration, sets of classes; how many photos are taken to show none, of known and, with
    /// every third class held out, of strange ones; by how much the accuracy that the examples let expect is off, and how often it
    /// lies in its interval.
    #[arg(long, value_name = "N", conflicts_with_all = ["task_classes", "every_second", "seeds", "stream", "dump"])]
    tasks: Option<u64>,
    /// Asks about at most so many photos of each task, one by one and together; with --ablate only together.
    #[arg(long, value_name = "N", requires = "tasks", value_parser = clap::value_parser!(u64).range(3..=100_000))]
    together: Option<u64>,
    /// Asks about at most so many photos of each class of each task: one by one, together, and together with how many each class holds.
    #[arg(long, value_name = "N", requires = "tasks", value_parser = clap::value_parser!(u64).range(1..=1000), conflicts_with_all = ["together", "pile", "nested"])]
    assign: Option<u64>,
    /// Learns from at most so many photos of each task without their labels, half of those that are not taught at most, and asks about the
    /// others, one by one, before that and after it; with --ablate only after it.
    #[arg(long, value_name = "N", requires = "tasks", value_parser = clap::value_parser!(u64).range(3..=100_000), conflicts_with_all = ["together", "nested"])]
    pile: Option<u64>,
    /// Which classes occur among those of --together or --pile.
    #[arg(long, default_value = "even", requires = "tasks")]
    occurring: Occurring,
    /// Teaches so many photos of one other class as negatives, photos that show none of the classes, beside an answer without them; the
    /// strangers are the other photos of that class. Tasks without another class are left out.
    #[arg(long, value_name = "N", requires = "tasks", value_parser = clap::value_parser!(u64).range(1..=1000), conflicts_with_all = ["together", "pile", "ablate", "nested"])]
    negatives: Option<u64>,
    /// Asks the default answer about these tasks with other numbers in the place of measured ones: NAME=A,B; NAME for half of it and
    /// twice; or `all`, for that of each but those of --together and --pile. Prints what that adds to its figures, as in docs/constants.md.
    #[arg(long, value_name = "NAME=A,...", value_parser = ablation, requires = "tasks", conflicts_with = "heads")]
    ablate: Vec<Ablations>,
    /// Tells by how much the held-out examples of these tasks look better than new photos: as the default answer keeps them, and by
    /// fits that have seen nothing of their fold.
    #[arg(long, requires = "tasks", conflicts_with_all = ["heads", "ablate", "together"])]
    nested: bool,
    /// Gives one example of every second of these tasks another label, and tells which labels the default answer suspects.
    #[arg(long, requires = "tasks", conflicts_with_all = ["heads", "ablate", "together", "pile", "negatives", "nested"])]
    mislabelled: bool,
    /// Numbers of classes that such a task may have [default: 2 to 10].
    #[arg(long, value_name = "C,...", value_parser = numbers, requires = "tasks")]
    classes: Option<Numbers>,
    /// Which names are known in such tasks where a file has texts, by turns: of all classes, of half, of none.
    #[arg(
        long,
        value_name = "NAMES,...",
        value_delimiter = ',',
        default_value = "known,half,none",
        requires = "tasks"
    )]
    names: Vec<Names>,
    /// File for the results [default: they are printed].
    #[arg(long, value_name = "OUT")]
    json: Option<PathBuf>,
    /// Writes the first draw with the answers of every head to a file, and measures nothing.
    #[arg(long, value_name = "OUT")]
    dump: Option<PathBuf>,
    /// Number of queries in it, evenly spread.
    #[arg(long, value_name = "N", default_value_t = 50, requires = "dump")]
    dump_queries: usize,
}

#[derive(Clone)]
struct Ablations(Vec<Ablation>);

fn ablation(word: &str) -> Result<Ablations, String> {
    ablate::parse(word).map(Ablations)
}

/// Examples of each class where nothing else is said.
const SHOTS: [usize; 5] = [1, 2, 4, 8, 16];

#[derive(Clone)]
struct Numbers(Vec<usize>);

fn numbers(list: &str) -> Result<Numbers, String> {
    let number = |word: &str| match word.parse() {
        Ok(0) | Err(_) => Err(format!("{word:?} is no number above zero")),
        Ok(number) => Ok(number),
    };
    match list {
        NONE => Ok(Numbers(Vec::new())),
        _ => list
            .split(',')
            .map(number)
            .collect::<Result<_, _>>()
            .map(Numbers),
    }
}

#[derive(Clone, ValueEnum)]
enum Pool {
    Shot16,
    Val,
}

#[derive(Clone, ValueEnum)]
enum Queries {
    Test,
    Val,
}

#[derive(Clone, PartialEq, ValueEnum)]
enum Switch {
    On,
    Off,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    ensure!(
        arguments.text_noise >= 0.0 && arguments.text_noise.is_finite(),
        "--text-noise is a standard deviation"
    );
    let datasets = arguments.datasets()?;
    let specs = &arguments.heads.specs;
    if let Some(number) = arguments.tasks {
        let kinds = arguments.kinds();
        if !arguments.ablate.is_empty() {
            let ablations: Vec<Ablation> =
                arguments.ablate.iter().flat_map(|a| a.0.clone()).collect();
            let changes = arguments.changes();
            let rows = ablate::run(&ablations, &datasets, &changes, &kinds, number)?;
            return arguments.tell(&ablate::print(&rows), &serde_json::to_value(&rows)?);
        }
        if arguments.nested {
            let rows = nested::run(&datasets, &arguments.changes(), &kinds, number)?;
            return arguments.tell(&nested::print(&rows), &serde_json::to_value(&rows)?);
        }
        if arguments.mislabelled {
            let rows = mislabelled::run(&datasets, &arguments.changes(), &kinds, number)?;
            return arguments.tell(&mislabelled::print(&rows), &serde_json::to_value(&rows)?);
        }
        let tasks = tasks::run(&datasets, &arguments.changes(), &kinds, number, specs)?;
        let rows = summaries::summaries(&tasks, &kinds, &datasets);
        let against = summaries::against(&tasks, &datasets);
        let json = serde_json::json!({ "rows": rows, "against": against, "tasks": tasks });
        return arguments.tell(&table::print_tasks(&rows, &against), &json);
    }
    let [dataset] = &datasets[..] else {
        bail!("several files of features are for --tasks");
    };
    if let Some(path) = &arguments.dump {
        let shots = arguments.shots().first().copied().unwrap_or(1);
        let trial = draw::draw(dataset, &arguments.changes(), 0, shots)?
            .with_context(|| nothing_left(dataset, shots))?;
        return write(path, &dump::dump(&trial, specs, arguments.dump_queries)?);
    }
    if arguments.research {
        let outcomes = arguments.research(dataset)?;
        let json = serde_json::json!({ "research": outcomes });
        return arguments.tell(&table::print_research(&outcomes), &json);
    }
    let report = arguments.measure(dataset, specs)?;
    arguments.tell(&table::print(&report), &serde_json::to_value(&report)?)
}

fn write(path: &Path, json: &serde_json::Value) -> Result<()> {
    std::fs::write(path, format!("{json}\n")).with_context(|| format!("writing {}", path.display()))
}

impl Arguments {
    /// Gives the figures: as a table to the terminal, as JSON to the file or the output.
    fn tell(&self, table: &str, json: &serde_json::Value) -> Result<()> {
        if let Some(path) = &self.json {
            print!("{table}");
            write(path, json)
        } else {
            eprint!("{table}");
            println!("{json:#}");
            Ok(())
        }
    }

    fn datasets(&self) -> Result<Vec<Dataset>> {
        let read = |path: &PathBuf| {
            let mut dataset = Dataset::read(path, &self.choice())?;
            dataset.streams = settings::apply(&self.set, &dataset.streams)?;
            Ok(dataset)
        };
        self.features.iter().map(read).collect()
    }

    /// Numbers of examples of each class.
    fn shots(&self) -> &[usize] {
        self.shots.as_ref().map_or(&SHOTS, |shots| &shots.0)
    }

    fn kinds(&self) -> Kinds {
        let list = |numbers: &Option<Numbers>| numbers.as_ref().map(|numbers| numbers.0.clone());
        Kinds {
            together: self.together.map(|n| (n as usize, self.occurring)),
            assign: self.assign.map(|n| n as usize),
            pile: self.pile.map(|n| (n as usize, self.occurring)),
            negatives: self.negatives.map(|n| n as usize),
            ..Kinds::new(list(&self.classes), list(&self.shots), self.names.clone())
        }
    }

    fn choice(&self) -> Choice {
        Choice {
            pool: self.pool.as_ref().map(name_of),
            queries: name_of(&self.queries),
            clip: self.clip.clone(),
            aux: self.aux.clone(),
            text: self.text == Switch::On,
        }
    }

    fn changes(&self) -> Changes {
        Changes {
            classes: self.task_classes,
            text_noise: self.text_noise,
            every_second: self.every_second,
            names: Names::Known,
        }
    }

    fn research(&self, dataset: &Dataset) -> Result<Vec<research::Outcome>> {
        let mut outcomes = Vec::new();
        for &shots in self.shots() {
            for seed in 0..self.seeds {
                let trial = draw::draw(dataset, &self.changes(), seed, shots)?
                    .with_context(|| nothing_left(dataset, shots))?;
                outcomes.extend(research::run(&dataset.name, shots, seed, &trial)?);
            }
        }
        Ok(outcomes)
    }

    fn measure(&self, dataset: &Dataset, specs: &[HeadSpec]) -> Result<Report> {
        let mut report = Report::default();
        for &shots in self.shots() {
            for seed in 0..self.seeds {
                let Some(trial) = draw::draw(dataset, &self.changes(), seed, shots)? else {
                    eprintln!("{}", nothing_left(dataset, shots));
                    break;
                };
                report.draws.push(Drawn {
                    shots,
                    seed,
                    taught: trial.taught.clone(),
                    asked: trial.asked.clone(),
                });
                for spec in specs {
                    let Some(figures) = measure::measure(spec, &trial)? else {
                        if seed == 0 {
                            eprintln!("{} does not apply at {shots} a class", heads::title(spec));
                        }
                        continue;
                    };
                    report.rows.push(Row {
                        dataset: dataset.name.clone(),
                        head: heads::title(spec),
                        shots,
                        seed,
                        figures,
                    });
                }
            }
        }
        report.gather_reliability();
        if let Some(tasks) = self.stream {
            for seed in 0..self.seeds {
                report.stream.extend(stream::run(
                    dataset,
                    &self.changes(),
                    seed,
                    tasks,
                    &self.heads.streams,
                )?);
            }
        }
        Ok(report)
    }
}

fn nothing_left(dataset: &Dataset, shots: usize) -> String {
    format!(
        "{} has no photo left to ask about when {shots} of each class are examples",
        dataset.name
    )
}

/// A value as it is written on the command line.
fn name_of(value: &impl ValueEnum) -> String {
    let value = value.to_possible_value();
    value.map_or_else(String::new, |value| value.get_name().to_owned())
}
