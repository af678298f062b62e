//! Teaches three classes, asks, takes a change back, and keeps the set in a file: `cargo run --example teach`.

use handful::{Classifier, Stream};

/// Stands in for an encoder: a row of features for each photo, near the direction of its class.
fn features(class: usize, photo: usize) -> Vec<f32> {
    let wobble = |i: usize| 0.2 * ((photo * 7 + i * 3) % 5) as f32;
    (0..6)
        .map(|i| f32::from(i / 2 == class) + wobble(i))
        .collect()
}

fn main() -> handful::Result<()> {
    let mut classifier = Classifier::new(vec![Stream::new("aux", 6)])?;
    for (class, label) in ["mug", "plate", "spoon"].into_iter().enumerate() {
        for photo in 0..6 {
            classifier.add_example(label, &features(class, photo))?;
        }
    }

    let answer = classifier.predict(&features(1, 9))?;
    for score in &answer.scores {
        println!("{:>6} {:5.1} %", score.label, 100.0 * score.probability);
    }
    println!(
        "one of {:?}; none of these: {}",
        answer.candidates, answer.foreign
    );

    classifier.remove_class("spoon")?;
    classifier.undo();
    let quality = classifier.quality()?;
    if let Some(accuracy) = quality.accuracy {
        println!(
            "right {:.0} to {:.0} times in 100",
            100.0 * accuracy.low,
            100.0 * accuracy.high
        );
    }

    let file = classifier.save();
    let mut opened = Classifier::load(&file)?;
    assert_eq!(
        opened.predict(&features(1, 9))?,
        classifier.predict(&features(1, 9))?
    );
    println!("{} bytes saved, and the answer is the same", file.len());
    Ok(())
}
