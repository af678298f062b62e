//! The cheapest assignment of items to places, one item at a time along the shortest augmenting path.
//!
//! Source: Jonker, Volgenant, "A Shortest Augmenting Path Algorithm for Dense and Sparse Linear Assignment Problems",
//! 1987. Differs from it: no initial reductions.

/// A place for each item, and the prices that prove it best: no pair costs less than its prices, and a place without an
/// owner has the price 0.
pub(super) struct Matching {
    /// Of each item.
    pub places: Vec<usize>,
    owner: Vec<Option<usize>>,
    row_price: Vec<f64>,
    /// At most 0.
    pub place_price: Vec<f64>,
}

/// A shortest path from an item to a place without an owner.
pub(super) struct Path {
    end: usize,
    /// Distance of the end and its price.
    pub length: f64,
    distance: Vec<f64>,
    /// The place before each place.
    before: Vec<Option<usize>>,
    done: Vec<bool>,
}

impl Matching {
    /// The cheapest assignment of k items to n places, k at most n.
    pub fn new(k: usize, n: usize, cost: &dyn Fn(usize, usize) -> f64) -> Self {
        let mut found = Self {
            places: vec![0; k],
            owner: vec![None; n],
            row_price: vec![0.0; k],
            place_price: vec![0.0; n],
        };
        (0..k).for_each(|i| found.add(i, cost));
        for (place, owner) in found.owner.iter().enumerate() {
            if let Some(i) = *owner {
                found.places[i] = place;
            }
        }
        found
    }

    /// What a pair costs beyond the prices; 0 or next to it for every pair of a best assignment.
    pub fn reduced(&self, i: usize, place: usize, cost: f64) -> f64 {
        cost - self.row_price[i] - self.place_price[place]
    }

    /// The shortest path from an item. The place `freed` counts as one without an owner.
    pub fn search(
        &self,
        first: usize,
        freed: Option<usize>,
        cost: &dyn Fn(usize, usize) -> f64,
    ) -> Path {
        let n = self.owner.len();
        let least_price = freed.map_or(0.0, |place| self.place_price[place]);
        let mut path = Path {
            end: 0,
            length: f64::INFINITY,
            distance: vec![f64::INFINITY; n],
            before: vec![None; n],
            done: vec![false; n],
        };
        let (mut row, mut at) = (first, None);
        loop {
            let so_far = at.map_or(0.0, |place: usize| path.distance[place]);
            let mut next: Option<(f64, usize, usize)> = None;
            for place in (0..n).filter(|&place| !path.done[place]) {
                let distance = so_far + self.reduced(row, place, cost(row, place));
                if distance < path.distance[place] {
                    (path.distance[place], path.before[place]) = (distance, at);
                }
                let distance = path.distance[place];
                match self.owner[place].filter(|_| freed != Some(place)) {
                    Some(owner) if next.is_none_or(|(best, ..)| distance < best) => {
                        next = Some((distance, place, owner));
                    }
                    None if distance + self.place_price[place] < path.length => {
                        (path.end, path.length) = (place, distance + self.place_price[place]);
                    }
                    _ => {}
                }
            }
            match next {
                Some((distance, place, owner)) if distance + least_price < path.length => {
                    path.done[place] = true;
                    (row, at) = (owner, Some(place));
                }
                _ => return path,
            }
        }
    }

    /// Gives a place to an item that has none.
    fn add(&mut self, first: usize, cost: &dyn Fn(usize, usize) -> f64) {
        let path = self.search(first, None, cost);
        // Prices follow the distances, so that reduced costs stay at least 0.
        self.row_price[first] += path.length;
        for place in (0..self.owner.len()).filter(|&place| path.done[place]) {
            let change = path.length - path.distance[place];
            self.place_price[place] -= change;
            if let Some(owner) = self.owner[place] {
                self.row_price[owner] += change;
            }
        }
        let mut place = path.end;
        while let Some(previous) = path.before[place] {
            self.owner[place] = self.owner[previous];
            place = previous;
        }
        self.owner[place] = Some(first);
    }
}
