//! Which photo is of which class, where each class holds so many: the cheapest assignment of all.
//!
//! Source: Jonker, Volgenant, "A Shortest Augmenting Path Algorithm for Dense and Sparse Linear Assignment Problems", 1987: one photo at a
//! time, along the shortest path. Differs from the source: paths lead over classes, not over each of their places, so nothing is kept but
//! what the cheapest move between any two costs.

/// No photo costs more in a class: an impossible one must not outweigh all others.
const DEAREST: f64 = 50.0;

/// Totals that differ by less are equal. Of equals the one that was found is better by as much.
const EQUAL: f64 = 1e-9;

/// An assignment that takes in one photo after the other.
pub(super) struct Assignment {
    /// Of each photo in each class.
    costs: Vec<Vec<f64>>,
    /// How many more photos each class takes.
    room: Vec<usize>,
    /// The class of each photo that was taken in.
    classes: Vec<usize>,
    /// What it costs at least to move a photo from one class to another.
    moves: Vec<Vec<f64>>,
}

impl Assignment {
    /// Without a photo yet. Costs of each photo in each class, from 0 on, of which more than 50 count as 50, and how many photos each class takes,
    /// all together at least as many as there are.
    pub fn new(mut costs: Vec<Vec<f64>>, room: Vec<usize>) -> Self {
        for cost in costs.iter_mut().flatten() {
            *cost = cost.min(DEAREST);
        }
        Self {
            costs,
            classes: Vec::new(),
            moves: vec![vec![f64::INFINITY; room.len()]; room.len()],
            room,
        }
    }

    /// Takes in the next photo; true when there is none.
    pub fn step(&mut self) -> bool {
        let photo = self.classes.len();
        if photo == self.costs.len() {
            return true;
        }
        let paths = self.paths(None);
        let mut class = 0;
        for other in 1..paths.len() {
            let total = |c: usize| self.costs[photo][c] + paths[c].0;
            if total(other) < total(class) {
                class = other;
            }
        }
        self.classes.push(class);
        let mut changed = vec![class];
        // Each photo on the way makes room for the one before it, which is the last to have come.
        let mut came = photo;
        while let Some(next) = paths[class].1 {
            let more = |i: usize| self.costs[i][next] - self.costs[i][class];
            let others = (0..self.classes.len()).filter(|&i| i != came && self.classes[i] == class);
            let moved = others.min_by(|&a, &b| more(a).total_cmp(&more(b)));
            came = moved.expect("only a class with photos is left");
            self.classes[came] = next;
            class = next;
            changed.push(class);
        }
        self.room[class] -= 1;
        for from in changed {
            let moves = &mut self.moves[from];
            moves.fill(f64::INFINITY);
            for (costs, _) in self
                .costs
                .iter()
                .zip(&self.classes)
                .filter(|at| *at.1 == from)
            {
                for (cheapest, cost) in moves.iter_mut().zip(costs) {
                    *cheapest = cheapest.min(cost - costs[from]);
                }
            }
        }
        false
    }

    /// How much more the best assignment costs that has a photo in each class `(C,)`: 0 where it is, infinity where there is no room.
    pub fn regrets(&self, photo: usize) -> Vec<f64> {
        let own = self.classes[photo];
        let (costs, back, away) = (&self.costs[photo], self.paths(Some(own)), self.paths(None));
        // Where another class has room, whoever gains most by it takes the place that was left.
        let gained = back.iter().fold(0.0_f64, |least, path| least.min(path.0));
        let regret = |class: usize| {
            let length = back[class].0.min(away[class].0 + gained);
            (costs[class] - costs[own] + length).max(EQUAL)
        };
        let all = 0..back.len();
        all.map(|c| if c == own { 0.0 } else { regret(c) })
            .collect()
    }

    /// From each class, what the cheapest moves cost that make room in it, and where the first leads. The last leads to `end`, or else to any
    /// class with room.
    fn paths(&self, end: Option<usize>) -> Vec<(f64, Option<usize>)> {
        let mut paths = vec![(f64::INFINITY, None); self.room.len()];
        for (class, path) in paths.iter_mut().enumerate() {
            if end.map_or(self.room[class] > 0, |end| end == class) {
                path.0 = 0.0;
            }
        }
        let mut shorter = true;
        while shorter {
            shorter = false;
            for from in 0..paths.len() {
                for (to, cost) in self.moves[from].iter().enumerate() {
                    let length = cost + paths[to].0;
                    if length < paths[from].0 - EQUAL {
                        paths[from] = (length, Some(to));
                        shorter = true;
                    }
                }
            }
        }
        paths
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::random::Random;

    /// Totals and assignments of everything that fits, by brute force.
    fn every(costs: &[Vec<f64>], room: &[usize]) -> Vec<(f64, Vec<usize>)> {
        let mut found = vec![(0.0, Vec::new())];
        for costs in costs {
            let mut longer = Vec::new();
            for (total, classes) in &found {
                for class in 0..room.len() {
                    if classes.iter().filter(|&&other| other == class).count() < room[class] {
                        let mut classes = classes.clone();
                        classes.push(class);
                        longer.push((total + costs[class].min(DEAREST), classes));
                    }
                }
            }
            found = longer;
        }
        found
    }

    #[test]
    fn assignments_and_regrets_are_those_of_brute_force() {
        let mut random = Random::new(1);
        let mut cases = 0;
        while cases < 500 {
            let (m, c) = (1 + random.below(5), 1 + random.below(5));
            // Every other case has many ties, and now and then a photo is impossible in a class.
            let ties = cases % 2 == 0;
            let costs = (0..m * c).map(|_| match random.below(12) {
                0 => f64::INFINITY,
                _ if ties => random.below(4) as f64,
                _ => 4.0 * random.uniform(),
            });
            let costs: Vec<f64> = costs.collect();
            let costs: Vec<Vec<f64>> = costs.chunks(c).map(<[f64]>::to_vec).collect();
            let room: Vec<usize> = (0..c).map(|_| random.below(4)).collect();
            if room.iter().sum::<usize>() < m {
                continue;
            }
            cases += 1;
            let all = every(&costs, &room);
            let least = |fits: &dyn Fn(&[usize]) -> bool| {
                let totals = all.iter().filter(|(_, classes)| fits(classes));
                totals
                    .map(|(total, _)| *total)
                    .fold(f64::INFINITY, f64::min)
            };
            let best = least(&|_| true);
            let mut assignment = Assignment::new(costs, room);
            while !assignment.step() {}
            let found = all
                .iter()
                .find(|(_, classes)| *classes == assignment.classes);
            let total = found.map(|(total, _)| *total);
            assert!(
                total.is_some_and(|total| total < best + 1e-6),
                "{total:?} {best}"
            );
            for photo in 0..m {
                for (class, regret) in assignment.regrets(photo).into_iter().enumerate() {
                    let expected = least(&|classes| classes[photo] == class) - best;
                    assert!(
                        regret == expected || (regret - expected).abs() < 1e-6,
                        "{regret} {expected}"
                    );
                    assert_eq!(regret == 0.0, class == assignment.classes[photo]);
                }
            }
        }
    }

    #[test]
    fn no_photo_is_an_assignment() {
        let mut assignment = Assignment::new(Vec::new(), vec![0, 0]);
        assert!(assignment.step());
    }
}
