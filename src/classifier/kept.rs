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

/// Multiply-adds that standardising costs for each number of the examples, which is read and written several times.
const A_NUMBER: u64 = 16;

/// What is kept for the default answer.
pub(super) struct Kept {
    now: Seen,
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
    /// What is kept for a set, given what was kept for it before the last changes, and the answer that follows from it.
    pub fn follow(kept: Option<Self>, set: &SupportSet) -> Result<(Self, FittedFused)> {
        let all = InUse::of(set);
        let mut kept = match kept {
            Some(kept) if kept.now.is_current(&all) || !kept.now.is_outgrown(&all) => kept,
            // Of a set that was just loaded, or has grown by as much, all is made at once.
            _ => {
                let mut learning = Learning::new(&all, false);
                learning.go_on(&all, u64::MAX)?;
                Self {
                    now: learning.seen,
                    next: None,
                }
            }
        };
        kept.learn(&all)?;
        kept.now.follow(&all, u64::MAX)?;
        let fitted = kept.now.fitted(&all);
        Ok((kept, fitted))
    }

    /// Goes on learning at a question without a change. Whether another view has come.
    pub fn go_on(&mut self, set: &SupportSet) -> Result<bool> {
        if self.next.is_some() {
            self.learn(&InUse::of(set))?;
            return Ok(self.next.is_none());
        }
        Ok(false)
    }

    /// Whether another view is being learned.
    pub fn is_learning(&self) -> bool {
        self.next.is_some()
    }

    /// Does a piece of what is to be learned.
    fn learn(&mut self, all: &InUse<'_>) -> Result<()> {
        let before = self.next.take();
        if self.now.is_current(all) {
            return Ok(());
        }
        let again = before.is_some();
        let mut budget = A_CALL;
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
            self.now = next.seen;
        } else {
            self.next = Some(next);
        }
        Ok(())
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
