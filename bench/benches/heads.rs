//! Fitting and asking of every head: `cargo bench -p handful-bench`.
#![allow(clippy::unwrap_used, reason = "a bench that cannot run stops")]
#![allow(missing_docs, reason = "criterion writes the main function")]

use criterion::{BenchmarkId, Criterion, SamplingMode, criterion_group, criterion_main};
use handful::Classifier;
use handful::heads::HeadSpec;
use handful_bench::{Asking, SIZES, fit, task};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// What takes longer once is not repeated: its one time is printed instead.
const PATIENCE: Duration = Duration::from_secs(2);

/// A head has to fit every other size within this to be tried on the last one, where most take minutes.
const SWIFT: Duration = Duration::from_millis(40);

fn heads(criterion: &mut Criterion) {
    let mut slow = Vec::new();
    for (number, size) in SIZES.into_iter().enumerate() {
        let task = task(size).unwrap();
        let mut quick = Vec::new();
        for spec in HeadSpec::all() {
            if number + 1 == SIZES.len() && slow.contains(&spec.name()) {
                continue;
            }
            let mut run = |what: &str, act: &mut dyn FnMut()| {
                let began = Instant::now();
                act();
                let once = began.elapsed();
                if what == "fit" && once > SWIFT {
                    slow.push(spec.name());
                }
                let name = format!("{what}/{}", spec.name());
                if once > PATIENCE {
                    println!("{name}/{size}: {once:.1?}, once");
                    return false;
                }
                let mut group = criterion.benchmark_group(name);
                group.sampling_mode(SamplingMode::Flat).sample_size(10);
                group.warm_up_time(once).measurement_time(10 * once);
                group.bench_function(BenchmarkId::from_parameter(size), |b| b.iter(&mut *act));
                true
            };
            if !run("fit", &mut || drop(black_box(fit(&spec, &task).unwrap()))) {
                continue;
            }
            let fitted = fit(&spec, &task).unwrap();
            quick.push(fitted);
            let (mut asking, last) = (Asking::new(&task), quick.len() - 1);
            criterion
                .benchmark_group(format!("ask/{}", spec.name()))
                .bench_function(BenchmarkId::from_parameter(size), |b| {
                    b.iter(|| asking.ask(&task, &quick[last..]))
                });
        }
        let mut asking = Asking::new(&task);
        criterion
            .benchmark_group("ask/all")
            .bench_function(BenchmarkId::from_parameter(size), |b| {
                b.iter(|| asking.ask(&task, &quick))
            });
    }
}

/// One more photo, taken back again: the running statistics of naive Bayes are told twice.
fn update(criterion: &mut Criterion) {
    for size in SIZES {
        let task = task(size).unwrap();
        let mut classifier = Classifier::new(task.streams().as_slice().to_vec()).unwrap();
        for (i, label) in task.labels().iter().enumerate() {
            let label = label.to_string();
            classifier.add_example(&label, task.row(i)).unwrap();
        }
        criterion.benchmark_group("add_and_undo").bench_function(
            BenchmarkId::from_parameter(size),
            |b| {
                b.iter(|| {
                    classifier.add_example("0", task.row(0)).unwrap();
                    classifier.undo()
                })
            },
        );
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    targets = heads, update
}
criterion_main!(benches);
