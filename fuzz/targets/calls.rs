//! Sequences of calls: whatever is asked of a classifier in whatever order, its promises hold.
#![no_main]

use arbitrary::Arbitrary;
use handful::heads::{HeadSpec, Uer};
use handful::support::{Class, ClassId, Example, ExampleId, Mark, Role};
use handful::{Classifier, Result, Stream};
use handful_fuzz::bounds::in_time;
use handful_fuzz::checks;
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Calls of one sequence; more say nothing that fewer do not.
const MOST_CALLS: usize = 48;

/// Steps that can be taken back.
const DEPTH: usize = 100;

#[derive(Arbitrary, Debug)]
struct Sequence {
    layout: u8,
    calls: Vec<Call>,
}

#[derive(Arbitrary, Debug)]
enum Call {
    AddClass(Label),
    RenameClass(Label, Label),
    RemoveClass(Label),
    MergeClasses(Label, Label),
    SetEnabled(Label, bool),
    SetText(Label, Option<Row>),
    SetMeaning(Label, Row),
    ForgetMeanings,
    AddExample(Label, Row),
    RemoveExample(Pick),
    MoveExample(Pick, Label),
    Merge(Vec<(Label, Row)>, bool),
    Undo,
    Redo,
    SetHead(Option<Head>),
    Ask(Row),
    Judge(Row),
    Suggest([Row; 3]),
    Export,
    Reload(Row),
    Mark(Option<u8>),
    AddNegative(Row),
    RemoveNegative(Pick),
    /// So many photos, each a little different.
    AddUnlabelled(Row, u8),
    RemoveUnlabelled(Pick),
    LabelUnlabelled(Pick, Label),
    SuggestUnlabelled,
    /// Slices.
    Learn(u8),
    AskTogether(Vec<Row>),
    /// So many photos of a stream, after `uer` is chosen.
    Observe(Label, Row, u8),
    Forget(Label),
}

/// One of a few labels, so that calls meet; some are the same to a reader, some are no labels.
#[derive(Arbitrary, Debug)]
struct Label(u8);

impl Label {
    fn text(&self) -> String {
        const LABELS: [&str; 14] = [
            "a",
            "b",
            "c",
            "d",
            "e",
            "f",
            " a ",
            "\u{e9}",
            "e\u{301}",
            "a\u{200b}",
            "",
            " ",
            "A",
            "梨",
        ];
        match usize::from(self.0 % 16) {
            place if place < LABELS.len() => LABELS[place].to_owned(),
            14 => "x".repeat(200),
            _ => "x".repeat(201),
        }
    }
}

/// A feature row: small numbers times a scale.
#[derive(Arbitrary, Debug)]
struct Row {
    numbers: [i8; 5],
    scale: u8,
}

impl Row {
    fn of(&self, width: usize) -> Vec<f32> {
        let scale = match self.scale {
            0..224 => 1.0,
            224..232 => 1e-30,
            232..240 => 1e36,
            240..244 => 1e-45,
            244..248 => f32::NAN,
            248..252 => f32::INFINITY,
            _ => 0.0,
        };
        let width = if self.scale == u8::MAX {
            width + 1
        } else {
            width
        };
        let numbers = self.numbers.iter().cycle().take(width);
        numbers.map(|&n| f32::from(n) * scale).collect()
    }
}

/// One of the photos that there are, or one that is not there.
#[derive(Arbitrary, Debug)]
struct Pick(u8);

impl Pick {
    fn of(&self, classifier: &Classifier) -> ExampleId {
        self.among(classifier.set().examples().map(|(id, _)| id))
    }

    fn of_role(&self, role: Role, classifier: &Classifier) -> ExampleId {
        self.among(classifier.set().classless(role).map(|(id, _)| id))
    }

    fn among(&self, ids: impl Iterator<Item = ExampleId>) -> ExampleId {
        let ids: Vec<ExampleId> = ids.collect();
        let place = usize::from(self.0) % (ids.len() + 1);
        ids.get(place).copied().unwrap_or(u32::MAX)
    }
}

/// A head, one of whose numbers may be another.
#[derive(Arbitrary, Debug)]
struct Head {
    which: u8,
    other: Option<(u8, f32)>,
}

impl Head {
    /// None where no head has such a number.
    fn spec(&self) -> Option<HeadSpec> {
        let all = HeadSpec::all();
        let spec = &all[usize::from(self.which) % all.len()];
        let Some((field, number)) = self.other else {
            return Some(spec.clone());
        };
        let mut json = serde_json::to_value(spec).ok()?;
        let fields = json.as_object_mut()?.values_mut().next()?.as_object_mut()?;
        let numbers: Vec<_> = fields
            .values_mut()
            .filter(|value| value.is_number())
            .collect();
        let place = usize::from(field) % numbers.len().max(1);
        let value = numbers.into_iter().nth(place)?;
        *value = if value.is_u64() {
            (number as u64).into()
        } else {
            f64::from(number).into()
        };
        serde_json::from_value(json).ok()
    }
}

fuzz_target!(|sequence: Sequence| {
    let mut session = Session::new(sequence.layout);
    for call in sequence.calls.into_iter().take(MOST_CALLS) {
        in_time(|| session.make(call));
    }
});

/// What undo takes back. Labels that are the same may be spelled differently.
type Contents = (
    Vec<(Class, String)>,
    Vec<(ExampleId, Example)>,
    [Vec<(ExampleId, Arc<[f32]>)>; 2],
);

/// Ids of all photos.
fn photos((_, examples, classless): &Contents) -> BTreeSet<ExampleId> {
    let classless = classless.iter().flatten().map(|(id, _)| *id);
    classless
        .chain(examples.iter().map(|(id, _)| *id))
        .collect()
}

/// A step of undo: its mark, and the contents on its other side.
type Step = (Option<Mark>, Contents);

/// A classifier, and what must be true of it.
struct Session {
    classifier: Classifier,
    mark: Option<Mark>,
    /// Contents before each step that can be taken back, and after each that can be made again.
    done: Vec<Step>,
    undone: Vec<Step>,
    photos: BTreeSet<ExampleId>,
    classes: BTreeSet<ClassId>,
}

fn streams(layout: u8) -> Vec<Stream> {
    match layout % 4 {
        0 => vec![Stream::new("aux", 3)],
        1 => vec![Stream::new("clip", 2)],
        2 => vec![Stream::new("clip", 2), Stream::new("aux", 3)],
        _ => vec![Stream::new("aux", 2).plain(true), Stream::new("bux", 1)],
    }
}

impl Session {
    fn new(layout: u8) -> Self {
        Self {
            classifier: Classifier::new(streams(layout)).expect("these are streams"),
            mark: None,
            done: Vec::new(),
            undone: Vec::new(),
            photos: BTreeSet::new(),
            classes: BTreeSet::new(),
        }
    }

    fn make(&mut self, call: Call) {
        let set = self.classifier.set();
        let width = set.streams().width();
        let clip = set.streams().clip().map_or(2, |clip| clip.len());
        match call {
            Call::AddClass(label) => self.change(|c| c.add_class(&label.text())),
            Call::RenameClass(label, to) => {
                self.change(|c| c.rename_class(&label.text(), &to.text()))
            }
            Call::RemoveClass(label) => self.change(|c| c.remove_class(&label.text())),
            Call::MergeClasses(from, into) => {
                self.change(|c| c.merge_classes(&from.text(), &into.text()))
            }
            Call::SetEnabled(label, enabled) => {
                self.change(|c| c.set_enabled(&label.text(), enabled))
            }
            Call::SetText(label, row) => {
                let row = row.map(|row| row.of(clip));
                self.change(|c| c.set_text(&label.text(), row.as_deref()));
            }
            Call::SetMeaning(label, row) => {
                self.apart(|c| c.set_meaning(&label.text(), &row.of(clip)));
            }
            Call::ForgetMeanings => self.apart(|c| {
                c.forget_meanings();
                Ok(())
            }),
            Call::AddExample(label, row) => {
                self.change(|c| c.add_example(&label.text(), &row.of(width)));
            }
            Call::RemoveExample(pick) => {
                let id = pick.of(&self.classifier);
                self.change(|c| c.remove_example(id));
            }
            Call::MoveExample(pick, label) => {
                let id = pick.of(&self.classifier);
                self.change(|c| c.move_example(id, &label.text()));
            }
            Call::Merge(taught, stranger) => self.merge(taught, stranger),
            Call::Undo => self.undo(),
            Call::Redo => self.redo(),
            Call::SetHead(head) => {
                if let Some(head) = head.map_or(Some(None), |head| head.spec().map(Some)) {
                    self.apart(|c| c.set_head(head));
                }
            }
            Call::Ask(row) => {
                let row = row.of(width);
                let first = checks::ask(&mut self.classifier, &row);
                assert_eq!(checks::ask(&mut self.classifier, &row), first);
            }
            Call::Judge(row) => checks::judge(&mut self.classifier, &row.of(width)),
            Call::Suggest(rows) => {
                let rows: Vec<f32> = rows.iter().flat_map(|row| row.of(width)).collect();
                if let Ok(wanted) = self.classifier.suggest(&rows, 2) {
                    let once: BTreeSet<_> = wanted.iter().collect();
                    assert!(once.len() == wanted.len() && wanted.iter().all(|&i| i < 3));
                }
            }
            Call::Export => {
                let _ = self.classifier.export().map(|model| model.to_onnx());
                let _ = self.classifier.export().map(|model| model.to_safetensors());
            }
            Call::Reload(row) => {
                self.classifier = checks::reload(&mut self.classifier, &row.of(width));
                self.mark = None;
                self.done.clear();
                self.undone.clear();
            }
            Call::AddNegative(row) => self.change(|c| c.add_negative(&row.of(width))),
            Call::RemoveNegative(pick) => {
                let id = pick.of_role(Role::Negative, &self.classifier);
                self.change(|c| c.remove_negative(id));
            }
            Call::AddUnlabelled(row, n) => {
                for i in 0..n % 32 {
                    let mut row = row.of(width);
                    row[0] += f32::from(i);
                    self.change(|c| c.add_unlabelled(&row));
                }
            }
            Call::RemoveUnlabelled(pick) => {
                let id = pick.of_role(Role::Unlabelled, &self.classifier);
                self.change(|c| c.remove_unlabelled(id));
            }
            Call::LabelUnlabelled(pick, label) => {
                let id = pick.of_role(Role::Unlabelled, &self.classifier);
                self.change(|c| c.label_unlabelled(id, &label.text()));
            }
            Call::SuggestUnlabelled => {
                let wanted = self.classifier.suggest_unlabelled(2);
                let wanted = wanted.expect("no set causes an error");
                let set = self.classifier.set();
                let is_there = |&id: &ExampleId| set.classless_of(Role::Unlabelled, id).is_ok();
                assert!(wanted.iter().all(is_there));
            }
            Call::Learn(steps) => self.apart(|c| {
                for _ in 0..steps {
                    c.learn_unlabelled().expect("no set causes an error");
                }
                Ok(())
            }),
            Call::AskTogether(rows) => {
                let rows: Vec<f32> = rows.iter().flat_map(|row| row.of(width)).collect();
                let together = self.classifier.predict_together(&rows);
                let assigned = self.classifier.assign(&rows, None);
                for answers in [together, assigned].into_iter().flatten() {
                    assert_eq!(answers.len(), rows.len() / width);
                    answers.iter().for_each(checks::probabilities);
                }
            }
            Call::Observe(label, row, n) => {
                let uer = HeadSpec::Uer(Uer::default());
                self.apart(|c| c.set_head(Some(uer)));
                for i in 0..n % 8 {
                    let mut row = row.of(width);
                    row[0] += f32::from(i);
                    self.change(|c| c.observe(&label.text(), &row));
                }
            }
            Call::Forget(label) => self.apart(|c| c.forget(&label.text()).map(|_| ())),
            Call::Mark(mark) => {
                self.mark = mark.map(|mark| Mark::from(mark % 3));
                self.classifier.mark(self.mark);
            }
        }
        let marks = |steps: &[Step]| steps.last().map(|(mark, _)| *mark);
        assert_eq!(self.classifier.history().can_undo(), !self.done.is_empty());
        assert_eq!(
            self.classifier.history().can_redo(),
            !self.undone.is_empty()
        );
        assert_eq!(
            self.classifier.history().undo_mark(),
            marks(&self.done).flatten()
        );
        assert_eq!(
            self.classifier.history().redo_mark(),
            marks(&self.undone).flatten()
        );
    }

    fn contents(&self) -> Contents {
        let set = self.classifier.set();
        let classes = set.classes().iter();
        let classes = classes.map(|class| (class.clone(), class.label.to_string()));
        let examples = set.examples().map(|(id, example)| (id, example.clone()));
        let classless = [Role::Negative, Role::Unlabelled].map(|role| {
            let photos = set.classless(role);
            photos.map(|(id, row)| (id, row.clone())).collect()
        });
        (classes.collect(), examples.collect(), classless)
    }

    /// A call that changes nothing that undo takes back. An error leaves no trace.
    fn apart(&mut self, call: impl FnOnce(&mut Classifier) -> Result<()>) {
        let (bytes, before) = (self.classifier.save(), self.contents());
        if call(&mut self.classifier).is_err() {
            assert_eq!(self.classifier.save(), bytes);
        }
        assert_eq!(self.contents(), before);
    }

    /// A call that is one step of undo where it changes something, or part of the last step where that has its mark. An
    /// error leaves no trace.
    fn change<T>(&mut self, call: impl FnOnce(&mut Classifier) -> Result<T>) {
        let (bytes, before) = (self.classifier.save(), self.contents());
        let could_redo = self.classifier.history().can_redo();
        if call(&mut self.classifier).is_err() {
            assert_eq!(self.classifier.save(), bytes);
            assert_eq!(self.classifier.history().can_redo(), could_redo);
            return;
        }
        let after = self.contents();
        for (class, _) in after
            .0
            .iter()
            .filter(|(class, _)| before.0.iter().all(|(b, _)| b.id != class.id))
        {
            assert!(self.classes.insert(class.id), "class {} again", class.id);
        }
        for id in photos(&after).difference(&photos(&before)) {
            assert!(self.photos.insert(*id), "photo {id} again");
        }
        if after != before {
            self.undone.clear();
            let last = self.done.last().and_then(|(mark, _)| *mark);
            if last.is_some() && last == self.mark {
                return;
            }
            self.done.push((self.mark, before));
            if self.done.len() > DEPTH {
                self.done.remove(0);
            }
        }
    }

    fn merge(&mut self, taught: Vec<(Label, Row)>, stranger: bool) {
        let mut streams = self.classifier.set().streams().as_slice().to_vec();
        streams[0].dim += usize::from(stranger);
        let mut other = Classifier::new(streams).expect("these are streams");
        let width = other.set().streams().width();
        for (label, row) in taught.into_iter().take(4) {
            let _ = other.add_example(&label.text(), &row.of(width));
        }
        self.change(|c| {
            let pairs = c.merge(other.set());
            assert_eq!(pairs.is_err(), stranger);
            for (theirs, ours) in pairs.iter().flatten() {
                let (theirs, ours) = (other.set().example(*theirs)?, c.set().example(*ours)?);
                assert_eq!(theirs.row, ours.row);
            }
            pairs
        });
    }

    fn undo(&mut self) {
        let (bytes, now) = (self.classifier.save(), self.contents());
        assert_eq!(self.classifier.undo(), !self.done.is_empty());
        let Some((mark, before)) = self.done.pop() else {
            assert_eq!(self.classifier.save(), bytes);
            return;
        };
        assert_eq!(self.contents(), before);
        let undone = self.classifier.save();
        // There and back again, to the byte.
        assert!(self.classifier.redo());
        assert_eq!(self.classifier.save(), bytes);
        assert!(self.classifier.undo());
        assert_eq!(self.classifier.save(), undone);
        self.undone.push((mark, now));
    }

    fn redo(&mut self) {
        let (bytes, now) = (self.classifier.save(), self.contents());
        assert_eq!(self.classifier.redo(), !self.undone.is_empty());
        let Some((mark, after)) = self.undone.pop() else {
            assert_eq!(self.classifier.save(), bytes);
            return;
        };
        assert_eq!(self.contents(), after);
        self.done.push((mark, now));
    }
}
