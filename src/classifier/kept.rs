//! The default answer, kept up with the set. How images are seen is learned anew piece by piece, a piece at each question:
//! until all is done the answer is that of the view before, fitted to all examples of now.

use super::seen::{InUse, Seen};
use crate::Result;
use crate::heads::{FittedFused, trust_search};
use crate::support::SupportSet;
use crate::task::Task;

/// Multiply-adds that one question spends on a new view: all that learning from 48 examples in two streams of 512 takes, so smaller views
/// are learned in one call.
const A_CALL: u64 = 11_000_000;

/// The same where nobody waits. Each piece goes through all examples, which costs more than `A_CALL` where there are thousands.
const A_PIECE: u64 = 4 * A_CALL;

/// Multiply-adds that standardising costs for each number of the examples, which is read and written several times.
const A_NUMBER: u64 = 16;

/// What is kept for the default answer.
#[derive(Default)]
pub(super) struct Kept {
    /// What answers; none before the first question.
    now: Option<Seen>,
    /// What will take its place.
    next: Option<Learning>,
}

/// A view that is being learned: how to standardise at once, then the trust in each stream, then the kernel.
struct Learning {
    seen: Seen,
    /// The best trust so far, while more are to be tried.
    trust: Option<Box<dyn Iterator<Item = Result<Vec<f64>>> + Send + Sync>>,
    /// What it costs to try one.
    cost: u64,
    /// Whether it was begun before, with other examples.
    again: bool,
}

impl Kept {
    /// The answer for a set, from what was kept for it before the last changes.
    pub fn follow(&mut self, set: &SupportSet) -> Result<FittedFused> {
        let all = InUse::of(set);
        // Of a set that was just loaded, or has grown by as much, all is made at once.
        let mut now = match self.usable(&all) {
            Some(now) => now,
            None => self
                .learn(&all, u64::MAX)?
                .expect("without a bound a view is whole"),
        };
        if now.is_current(&all) {
            self.next = None;
        } else {
            now = self.learn(&all, A_CALL)?.unwrap_or(now);
        }
        now.follow(&all, u64::MAX)?;
        Ok(self.now.insert(now).fitted(&all))
    }

    /// Does a piece of what [`Kept::follow`] would make at once. Whether nothing is left of it.
    pub fn prepare(&mut self, set: &SupportSet) -> Result<bool> {
        let all = InUse::of(set);
        self.now = match self.usable(&all) {
            Some(now) => Some(now),
            None => self.learn(&all, A_PIECE)?,
        };
        Ok(self.now.is_some())
    }

    /// What answers, unless it is too far from the set.
    fn usable(&mut self, all: &InUse<'_>) -> Option<Seen> {
        let now = self.now.take();
        now.filter(|now| now.is_current(all) || !now.is_outgrown(all))
    }

    /// Goes on learning at a question without a change. Whether another view has come.
    pub fn go_on(&mut self, set: &SupportSet) -> Result<bool> {
        if !self.is_learning() {
            return Ok(false);
        }
        let learned = self.learn(&InUse::of(set), A_CALL)?;
        let has_come = learned.is_some();
        self.now = learned.or(self.now.take());
        Ok(has_come)
    }

    /// Whether another view is being learned.
    pub fn is_learning(&self) -> bool {
        self.next.is_some()
    }

    /// Learns a view for about so many multiply-adds, going on with what was begun; the view, once it is there.
    fn learn(&mut self, all: &InUse<'_>, mut budget: u64) -> Result<Option<Seen>> {
        let before = self.next.take();
        let again = before.is_some();
        let mut next = match before.filter(|next| next.holds(all)) {
            Some(next) => next,
            None => {
                let next = Learning::new(all, again);
                let numbers = next.seen.learned_from.len() * all.set.streams().width();
                budget = budget.saturating_sub(A_NUMBER * numbers as u64);
                next
            }
        };
        if next.go_on(all, budget)? {
            return Ok(Some(next.seen));
        }
        self.next = Some(next);
        Ok(None)
    }
}

impl Learning {
    fn new(all: &InUse<'_>, again: bool) -> Self {
        let learned_from = all.first();
        let n = learned_from.len();
        let task = Task::of_first(all.set, n, n).standardised();
        let (trust, cost) = trust_search(&task);
        Self {
            seen: Seen::new(task.subset(&[]), learned_from),
            trust: Some(trust),
            cost,
            again,
        }
    }

    /// Whether it may go on: as long as what it learns from is as it was. Of a set that changes all the time something is learned too: what
    /// was begun again goes on while most of it is still there, as a view stays then.
    fn holds(&self, all: &InUse<'_>) -> bool {
        match self.trust {
            Some(_) if !self.again => self.seen.learned_from == all.first(),
            _ => self.seen.is_current(all),
        }
    }

    /// Goes on for about so many multiply-adds. Whether all is done.
    fn go_on(&mut self, all: &InUse<'_>, mut budget: u64) -> Result<bool> {
        while budget > 0
            && let Some(trust) = &mut self.trust
        {
            match trust.next() {
                Some(trust) => {
                    self.seen.view = self.seen.view.with_trust(&trust?)?;
                    budget = budget.saturating_sub(self.cost);
                }
                None => self.trust = None,
            }
        }
        Ok(self.trust.is_none() && self.seen.follow(all, budget)?)
    }
}
