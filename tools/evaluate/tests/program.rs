//! The program as a person runs it.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod common;

use common::{CLASSES, Tensor, file, photos, splits};
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output};

/// A folder with one file of features.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new(tensors: &[Tensor]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("four.safetensors"),
            file(tensors, Some(CLASSES)),
        )
        .unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn evaluate(&self, words: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_evaluate"))
            .arg("--features")
            .arg(self.path("four.safetensors"))
            .args(words)
            .output()
            .unwrap()
    }

    /// What the program writes with these options.
    fn json(&self, words: &[&str]) -> Value {
        let run = self.evaluate(words);
        assert!(
            run.status.success(),
            "{}",
            String::from_utf8_lossy(&run.stderr)
        );
        serde_json::from_slice(&run.stdout).unwrap()
    }
}

fn rows(report: &Value) -> &[Value] {
    report["rows"].as_array().unwrap()
}

/// The report without what a clock says.
fn timeless(mut report: Value) -> Value {
    for row in report["rows"].as_array_mut().unwrap() {
        for name in ["fit_ms", "predict_us"] {
            assert!(row[name].as_f64().unwrap() >= 0.0);
            row.as_object_mut().unwrap().remove(name);
        }
    }
    report
}

#[test]
fn every_row_has_every_figure() {
    let folder = Folder::new(&photos());
    let report = folder.json(&["--shots", "1,4", "--seeds", "2", "--stream", "2"]);
    for row in rows(&report) {
        assert_eq!(row["dataset"], "four");
        let mut names: Vec<&str> = row
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        names.sort_unstable();
        let mut expected = [
            "dataset",
            "head",
            "shots",
            "seed",
            "accuracy",
            "worst_class",
            "macro_recall",
            "ece",
            "nll",
            "coverage",
            "set_size",
            "refused",
            "refused_unknown",
            "auroc_unknown",
            "auroc_msp",
            "fit_ms",
            "predict_us",
        ];
        expected.sort_unstable();
        assert_eq!(names, expected);
        for share in [
            "accuracy",
            "macro_recall",
            "ece",
            "coverage",
            "refused",
            "refused_unknown",
            "auroc_unknown",
            "auroc_msp",
        ] {
            assert!((0.0..=1.0).contains(&row[share].as_f64().unwrap()), "{row}");
        }
        assert!(
            (0.0..=4.0).contains(&row["set_size"].as_f64().unwrap()),
            "{row}"
        );
    }
    for head in ["prototype", "naive_bayes", "zero_shot"] {
        let count = rows(&report)
            .iter()
            .filter(|row| row["head"] == head)
            .count();
        assert_eq!(count, 4, "{head}");
    }
    // Axes with a little noise are easy.
    let good = rows(&report)
        .iter()
        .filter(|r| r["head"] == "naive_bayes" && r["shots"] == 4);
    for row in good {
        assert!(row["accuracy"].as_f64().unwrap() > 0.8, "{row}");
    }
    for outcome in report["stream"].as_array().unwrap() {
        assert_eq!(outcome["dataset"], "four");
        assert!(outcome["head"].is_string() && outcome["seed"].is_u64());
        for share in ["accuracy", "forgetting"] {
            assert!(
                (0.0..=1.0).contains(&outcome[share].as_f64().unwrap()),
                "{outcome}"
            );
        }
    }
    let learners: Vec<&str> = report["stream"].as_array().unwrap()[..4]
        .iter()
        .map(|outcome| outcome["head"].as_str().unwrap())
        .collect();
    assert_eq!(
        learners,
        ["uer", "plain_replay", "prototype", "naive_bayes"]
    );
    // Each draw says its rows: examples class by class, and all that is left over.
    let draws = report["draws"].as_array().unwrap();
    assert_eq!(draws.len(), 4);
    for draw in draws {
        let rows = |name: &str| draw[name].as_array().unwrap().clone();
        assert_eq!(
            rows("taught").len() as u64,
            4 * draw["shots"].as_u64().unwrap()
        );
        let mut all: Vec<u64> = [rows("taught"), rows("asked")]
            .concat()
            .iter()
            .map(|row| row.as_u64().unwrap())
            .collect();
        all.sort_unstable();
        assert!(all.into_iter().eq(0..32));
    }
    let counts: u64 = report["reliability"][0]["bins"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bin| bin["count"].as_u64().unwrap())
        .sum();
    assert_eq!(counts, 2 * 28);
}

#[test]
fn results_repeat_and_no_query_influences_another() {
    let folder = Folder::new(&splits());
    let words = ["--shots", "2", "--seeds", "2", "--stream", "4"];
    let report = timeless(folder.json(&words));
    assert_eq!(report, timeless(folder.json(&words)));

    // Other queries, the same examples: the first answers stay what they were.
    let answers = |tensors: &[Tensor], name: &str| {
        let folder = Folder::new(tensors);
        let out = folder.path(name);
        let words = [
            "--shots",
            "2",
            "--dump-queries",
            "40",
            "--dump",
            out.to_str().unwrap(),
        ];
        assert!(folder.evaluate(&words).status.success());
        let dump: Value = serde_json::from_slice(&std::fs::read(out).unwrap()).unwrap();
        dump["heads"].clone()
    };
    let mut changed = splits();
    let test = changed
        .iter_mut()
        .find(|t| t.name == "test.features")
        .unwrap();
    let half = test.bytes.len() / 2;
    test.bytes.copy_within(..half, half);
    let (all, other) = (
        answers(&splits(), "all.json"),
        answers(&changed, "other.json"),
    );
    for (a, b) in all
        .as_array()
        .unwrap()
        .iter()
        .zip(other.as_array().unwrap())
    {
        let (a, b) = (&a["probabilities"], &b["probabilities"]);
        for i in 0..20 {
            assert_eq!(a[i], b[i]);
        }
        assert_ne!(a[20], b[20]);
    }
}

#[test]
fn the_table_is_printed_where_the_results_go_to_a_file() {
    let folder = Folder::new(&photos());
    let out = folder.path("out.json");
    let words = [
        "--shots",
        "2",
        "--seeds",
        "1",
        "--heads",
        "prototype",
        "--json",
        out.to_str().unwrap(),
    ];
    let run = folder.evaluate(&words);
    let table = String::from_utf8(run.stdout).unwrap();
    assert!(table.starts_with("four, 2 a class"), "{table}");
    assert!(
        table.lines().nth(1).unwrap().starts_with("prototype"),
        "{table}"
    );
    let report: Value = serde_json::from_slice(&std::fs::read(out).unwrap()).unwrap();
    assert_eq!(rows(&report).len(), 1);
}

#[test]
fn a_head_with_hyper_parameters_of_its_own_stands_beside_the_usual_one() {
    let folder = Folder::new(&photos());
    let heads = r#"{"name":"knn","k":1,"tau":3},knn"#;
    let words = ["--shots", "3", "--seeds", "1", "--heads", heads];
    let run = folder.evaluate(&words);
    let table = String::from_utf8(run.stderr).unwrap();
    let lines: Vec<_> = table.lines().skip(1).collect();
    assert!(lines[1].starts_with("knn(k=1, tau=3.0) "), "{table}");
    assert!(lines[0].starts_with("knn "), "{table}");
    let report: Value = serde_json::from_slice(&run.stdout).unwrap();
    let [usual, own] = rows(&report) else {
        panic!("{report}")
    };
    assert_eq!([&own["head"], &usual["head"]], ["knn(k=1, tau=3.0)", "knn"]);
    assert_ne!(own["nll"], usual["nll"]);
}

#[test]
fn heads_that_do_not_apply_have_no_rows_and_figures_that_do_not_are_null() {
    let folder = Folder::new(&photos());
    let words = [
        "--shots",
        "2",
        "--seeds",
        "1",
        "--text",
        "off",
        "--heads",
        "zero_shot,prototype",
    ];
    let report = folder.json(&words);
    assert!(rows(&report).iter().all(|row| row["head"] == "prototype"));
    let report = folder.json(&["--shots", "2,8", "--seeds", "1", "--task-classes", "2"]);
    // Of eight photos a class none is left to ask about after eight shots.
    assert!(rows(&report).iter().all(|row| row["shots"] == 2));
    for row in rows(&report) {
        assert!(
            row["auroc_unknown"].is_null() && row["accuracy"].is_f64(),
            "{row}"
        );
    }
}

#[test]
fn a_dump_holds_the_task_and_the_answers() {
    let folder = Folder::new(&photos());
    let out = folder.path("dump.json");
    let words = [
        "--shots",
        "2",
        "--dump-queries",
        "7",
        "--dump",
        out.to_str().unwrap(),
    ];
    assert!(folder.evaluate(&words).status.success());
    let dump: Value = serde_json::from_slice(&std::fs::read(out).unwrap()).unwrap();
    let length = |value: &Value| value.as_array().unwrap().len();
    assert_eq!(
        [length(&dump["examples"]), length(&dump["queries"])],
        [8, 7]
    );
    assert_eq!(
        [length(&dump["queries"][0]), length(&dump["text"])],
        [11, 4]
    );
    assert!(dump["text"][3].is_null());
    for head in dump["heads"].as_array().unwrap() {
        let probabilities = head["probabilities"].as_array().unwrap();
        assert_eq!(probabilities.len(), 7);
        for row in probabilities {
            let sum: f64 = row
                .as_array()
                .unwrap()
                .iter()
                .map(|p| p.as_f64().unwrap())
                .sum();
            assert!((sum - 1.0).abs() < 1e-9);
        }
    }
}

#[test]
fn small_tasks_are_drawn_from_the_files_by_turns() {
    let (folder, other) = (Folder::new(&photos()), Folder::new(&splits()));
    let second = other.path("splits.safetensors");
    std::fs::rename(other.path("four.safetensors"), &second).unwrap();
    let second = second.to_str().unwrap();
    let words = ["--tasks", "20", "--heads", "fused,prototype"];
    let both = [&words[..], &["--features", second]].concat();
    let report = folder.json(&both);
    assert_eq!(report, folder.json(&both));

    let tasks = report["tasks"].as_array().unwrap();
    assert_eq!(tasks.len(), 40);
    let distinct = |name: &str| -> Vec<u64> {
        let mut all: Vec<u64> = (tasks.iter())
            .map(|task| task[name].as_u64().unwrap())
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    // Four classes of eight photos, one of which is asked about; the other file has four a class to draw from.
    assert_eq!(distinct("classes"), [2, 3, 4]);
    assert!(distinct("shots").len() > 4 && distinct("shots").iter().all(|n| (1..8).contains(n)));
    for (i, task) in tasks.iter().enumerate() {
        assert_eq!(task["dataset"], ["four", "splits"][i / 2 % 2]);
    }

    let rows = rows(&report);
    let groups: Vec<&str> = (rows.chunks(2))
        .map(|pair| pair[0]["group"].as_str().unwrap())
        .collect();
    for group in [
        "2 to 3 classes",
        "names half known",
        "equal numbers",
        "four",
        "splits",
    ] {
        assert!(groups.contains(&group), "{groups:?}");
    }
    assert_eq!(groups.last(), Some(&"all tasks"));
    let against = report["against"].as_array().unwrap();
    let heads: Vec<_> = against.iter().map(|row| &row["head"]).collect();
    assert_eq!(
        heads,
        ["prototype".into(), "prototype".into(), Value::Null].each_ref()
    );

    let last = rows.last().unwrap();
    assert_eq!(
        (&last["head"], &last["tasks"]),
        (&"fused".into(), &20.into())
    );
    let of_head = tasks.iter().filter(|task| task["head"] == "fused");
    let sum: f64 = of_head.map(|task| task["nll"].as_f64().unwrap()).sum();
    assert!((last["nll"]["mean"].as_f64().unwrap() - sum / 20.0).abs() < 1e-9);
    assert!(last["accuracy"]["error"].as_f64().unwrap() > 0.0);
    assert_eq!(last["refused"]["tasks"], 20);
    assert!(last["auroc_unknown"]["mean"].as_f64().unwrap() > 0.5);
    assert!(last["interval_holds"]["mean"].as_f64().unwrap() > 0.5);
    assert!((0.0..1.0).contains(&last["ece"].as_f64().unwrap()));
}

#[test]
fn the_tables_of_tasks_fit_a_terminal() {
    let folder = Folder::new(&photos());
    let run = folder.evaluate(&[
        "--tasks",
        "40",
        "--names",
        "half",
        "--heads",
        "naive_bayes_full,fused",
    ]);
    let tables = String::from_utf8(run.stderr).unwrap();
    assert!(
        tables.lines().all(|line| line.chars().count() <= 130),
        "{tables}"
    );
    for start in [
        "answers ",
        "refused, expected ",
        "default answer ",
        "names half known ",
        "                ",
    ] {
        assert!(
            tables.lines().any(|line| line.starts_with(start)),
            "{start}: {tables}"
        );
    }
    assert!(!tables.contains("names known"), "{tables}");
}

#[test]
fn tasks_of_stated_sizes_and_other_settings() {
    let folder = Folder::new(&photos());
    let words = [
        "--tasks",
        "6",
        "--heads",
        "fused",
        "--classes",
        "3,9",
        "--shots",
        "2,4",
    ];
    let report = folder.json(&words);
    for task in report["tasks"].as_array().unwrap() {
        assert_eq!(task["classes"], 3);
        assert!(task["shots"] == 2 || task["shots"] == 4, "{task}");
    }
    let sure = folder.json(&[&words[..], &["--set", "clip.scale=3,net.weight=9"]].concat());
    assert_ne!(report["rows"], sure["rows"]);
    assert_eq!(report["tasks"][0]["shots"], sure["tasks"][0]["shots"]);
}

#[test]
fn variants_of_amu_are_measured_beside_it() {
    let folder = Folder::new(&photos());
    let words = ["--research", "--shots", "2,4", "--seeds", "2"];
    let report = folder.json(&words);
    let rows = report["research"].as_array().unwrap();
    assert_eq!(rows.len(), 8 * 2 * 2);
    for row in rows {
        assert_eq!(row["dataset"], "four");
        let accuracy = row["accuracy"].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&accuracy), "{row}");
        assert!(row["nll"].as_f64().unwrap().is_finite() && row["fit_ms"].as_f64() > Some(0.0));
    }
    let amu = folder.json(&["--heads", "amu", "--shots", "2,4", "--seeds", "2"]);
    let amu = amu["rows"].as_array().unwrap().iter();
    let own = rows.iter().filter(|row| row["variant"] == "amu");
    assert!(own.clone().count() == 4);
    assert!(own.zip(amu).all(|(a, b)| a["accuracy"] == b["accuracy"]));
    assert!(
        !folder
            .evaluate(&["--research", "--heads", "amu"])
            .status
            .success()
    );
}

#[test]
fn what_cannot_be_done_is_said_in_a_sentence() {
    let folder = Folder::new(&photos());
    for (words, sentence) in [
        (["--heads", "oracle"], "no head is called oracle"),
        (
            ["--heads", r#"{"name":"knn","k":0}"#],
            "knn.k = 0 is outside 1 to 1000",
        ),
        (
            ["--text-noise", "nan"],
            "--text-noise is a standard deviation",
        ),
        (
            ["--task-classes", "5"],
            "5 classes cannot be drawn from the 4 of four",
        ),
        (["--stream", "5"], "4 classes cannot arrive in 5 tasks"),
        (["--set", "net.weight"], "is not of the form"),
        (
            ["--set", "other.weight=2"],
            "no stream is called other; there are clip, net",
        ),
        (["--shots", "2,0"], "is no number above zero"),
    ] {
        let run = folder.evaluate(&[&words[..], &["--seeds", "1"]].concat());
        assert!(!run.status.success(), "{words:?}");
        let said = String::from_utf8(run.stderr).unwrap();
        assert!(said.contains(sentence), "{said}");
        assert!(run.stdout.is_empty());
    }
    let file = folder.path("four.safetensors");
    for (words, sentence) in [
        (
            vec!["--features", file.to_str().unwrap()],
            "several files of features are for --tasks",
        ),
        (
            vec!["--tasks=2", "--classes=5,9"],
            "four is too small for such tasks",
        ),
        (
            vec!["--tasks=2", "--shots=8"],
            "four is too small for such tasks",
        ),
    ] {
        let said = String::from_utf8(folder.evaluate(&words).stderr).unwrap();
        assert!(said.contains(sentence), "{said}");
    }
}
