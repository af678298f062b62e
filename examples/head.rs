//! Fits one head to a task and reads its weights: `cargo run --example head`.

use handful::heads::{HeadSpec, NaiveBayes};
use handful::ndarray::array;
use handful::task::Task;
use handful::{Recogniser, Stream, Streams};

fn main() -> handful::Result<()> {
    let streams = Streams::new(vec![Stream::new("aux", 2)])?;
    let rows = array![[1.0, 0.1], [1.0, 0.3], [0.1, 1.0], [0.2, 1.0]];
    let task = Task::new(streams, rows, vec![0, 0, 1, 1], vec![None, None])?;

    let recipe = HeadSpec::NaiveBayes(NaiveBayes::default().nu(20.0));
    let mut recogniser = Recogniser::fit(&recipe, task)?;
    println!("{:.2?}", recogniser.predict(&[0.8, 0.6]).probabilities);
    let linear = recogniser.head().linear().expect("naive Bayes is linear");
    println!("weights {:.0}, bias {:.0}", linear.weights(), linear.bias());
    Ok(())
}
