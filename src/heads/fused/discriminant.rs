//! Two classifiers that need nothing but products of class sums: ridge regression and Gaussian classes.
//!
//! Sources: Hastie, Tibshirani, Friedman, "The Elements of Statistical Learning", 2009, sections 4.3 (discriminant analysis), 3.4
//! (ridge regression) and 12.5 (that one comes from the other); Ren et al., "A Simple Fix to Mahalanobis Distance for Improving Near-OOD
//! Detection", 2021, arXiv:2106.09022 (the distance). The algebra is in docs/algorithms.md.
//!
//! Let P be the inverse of the ridged scatter of all embeddings around the origin, s_c the sum of those of class c, and for a query x
//! `e_c = x.P s_c`. With E the matrix of `s_c.P s_d` and N that of the class counts, everything under the scatter *within* the classes
//! follows from the inverse of `N - E`, one row a class.

use crate::heads::prior::{SHARE, shrinkage};
use crate::numerics::Measured;
use crate::numerics::linalg::{Inverse, dot};
use crate::numerics::math::{exp, larger, ln};
use ndarray::{Array1, Array2, ArrayView1, Axis};

/// Regression values below it count as none, and their logarithm is bent to a straight line: a share of 0.9 is then as far from 0.3
/// as 0.3 from 0.1. On validation photos of Caltech-101, UCF101 and DTD (true CLIP features) the logarithm takes the calibration error
/// from 4.8 to 4.2 %.
pub(crate) static KNEE: Measured = Measured::new("discriminant.KNEE", 0.12);

/// What the bent values are divided by to give logits where no example tells. On validation photos of Caltech-101 and UCF101 (true CLIP
/// features) the calibration error of one photo a class falls from 11 to 9 % with it in place of 0.165.
pub(crate) static TEMPERATURE: Measured = Measured::new("discriminant.TEMPERATURE", 0.15);

/// Examples that the common centre is worth beside those of a class with the usual number: of the squared distance of class means the
/// rest is expected to be scatter of the examples. It counts where classes have unequal numbers.
pub(super) static CENTRE_WORTH: Measured = Measured::new("discriminant.CENTRE_WORTH", 4.0);

/// What this expectation is worth beside the scatter that is seen, as a sum of squared deviations of `1 / n`: four classes with one, one, two and
/// two photos have 0.06. Over small tasks with unequal numbers the answer is right 0.4 points more often than by the expectation alone; of
/// one and eight photos of a hundred classes (true CLIP features, validation photos of Caltech-101 and UCF101) 6 points.
pub(super) static EXPECTED: Measured = Measured::new("discriminant.EXPECTED", 0.1);

/// Share of ridge regression in the logits where all classes have as many examples; the Gaussian classes have the rest. It falls with
/// the harmonic mean of these numbers over their mean, for regression leans to the classes that have more: 0.1 points over unequal tasks.
pub(super) static REGRESSION: Measured = Measured::new("discriminant.REGRESSION", 0.5);

/// Of the classes that have examples, k of them.
#[derive(Debug, Clone)]
pub(crate) struct Discriminant {
    classes: Vec<usize>,
    counts: Array1<f64>,
    /// `N - E`, and its inverse.
    rest: Array2<f64>,
    within: Inverse,
    regression: Regression,
    /// Share of the regression in the logits.
    pub share: f64,
    /// Logit of the Gaussian classes: `gain_c (y_c - mean(y)) + bias_c`, y = (N - E)^-1 e.
    gain: Array1<f64>,
    bias: Array1<f64>,
}

/// Regression values: `level_c + factor (e_c / n_c - share_c sum(e))`.
#[derive(Debug, Clone)]
struct Regression {
    /// Sums of the columns of `N - E`, and of its rows each over the count of its class.
    sums: Array1<f64>,
    means: Array1<f64>,
    factor: f64,
    share: Array1<f64>,
    level: Array1<f64>,
    /// The diagonal of `N - E`.
    own: Array1<f64>,
    /// The value of each class at its own mean.
    peak: Array1<f64>,
}

impl Regression {
    /// Targets of 1 for the own class and 0 for the others, with an intercept; classes count alike, whatever their number of examples.
    /// `own` is the diagonal of `N - E`.
    fn new(counts: &Array1<f64>, own: Array1<f64>, sums: Array1<f64>, means: Array1<f64>) -> Self {
        let k = counts.len() as f64;
        let factor = k / counts.recip().sum();
        let share = &sums / counts / sums.sum();
        // At the mean of the class means each value is 1 / k.
        let middle = k - (&sums / counts).sum();
        let level = (1.0 - ((1.0 - &means) / counts - &share * middle) * factor) / k;
        let at_mean = (counts - &own) / (counts * counts) - &share * (1.0 - &sums / counts);
        let peak = &level + at_mean * factor;
        Self {
            sums,
            means,
            factor,
            share,
            level,
            own,
            peak,
        }
    }

    /// How far these values fall short of what they are at the mean of a class, of the class of which they do so least.
    fn short(&self, values: impl Iterator<Item = f64>) -> f64 {
        let peaks = self.peak.iter().zip(self.rise());
        let short = values.zip(peaks).map(|(v, (peak, rise))| (peak - v) / rise);
        short.reduce(f64::min).unwrap_or(0.0)
    }

    /// How much the value of each class rises from where nothing is known to its mean.
    fn rise(&self) -> impl Iterator<Item = f64> {
        let chance = 1.0 / self.peak.len() as f64;
        // Of a single class the value is 1 everywhere.
        self.peak
            .iter()
            .map(move |peak| larger(peak - chance, 1e-9))
    }

    /// The values of a query with these products `(k,)`.
    fn values(
        &self,
        counts: &Array1<f64>,
        products: ArrayView1<'_, f64>,
    ) -> impl Iterator<Item = f64> {
        let all = products.sum();
        let of_class = products.into_iter().zip(counts).map(|(e, n)| e / n);
        let by_class = self.level.iter().zip(&self.share).zip(of_class);
        by_class.map(move |((level, share), e)| level + self.factor * (e - share * all))
    }
}

/// An affine function of the products e `(k,)` of a query: `e M + b`, as M `(k, k)` and b `(k,)`.
pub(crate) struct Affine(pub Array2<f64>, pub Vec<f64>);

/// How [`Discriminant::logits_into`] gets from the products with the k classes that have examples to logits, for programs that do it
/// elsewhere.
pub(crate) struct Forms<'a> {
    pub classes: &'a [usize],
    /// Regression values over [`KNEE`], and the negatives of what [`Fit::short`] takes the least of.
    pub values: Affine,
    pub reached: Affine,
    /// Logits of the Gaussian classes, times their share, and what the bent values are multiplied by beside them.
    pub gaussian: Affine,
    pub bent: f64,
    /// y; and the negatives of the squared distances from the classes, each over what it is at the mean of its class, and this.
    pub towards: Affine,
    pub nearness: Affine,
    pub at_mean: Vec<f64>,
    /// What `(sum(e) - 1)^2` is divided by.
    pub all: f64,
}

/// How a query fits the class that it fits best.
pub(super) struct Fit {
    /// How much its regression value falls short of that at the mean of the class: 0 there, 1 where no class is likelier than another.
    pub short: f64,
    /// How much farther it lies from the class than from the mean of all examples, in units of how much nearer the mean of the class does: 0
    /// there, 1 where it is as far from both.
    pub far: f64,
}

impl Discriminant {
    /// From the class counts `(C,)` and `N - E (C, C)`; `None` where no class has examples.
    pub fn new(counts: &[f64], rest: &Array2<f64>) -> Option<Self> {
        Self::settled(counts, rest, by_scatter)
    }

    /// The same of soft labels, with sums of weights for counts.
    pub fn of_soft_labels(counts: &[f64], rest: &Array2<f64>) -> Option<Self> {
        Self::settled(counts, rest, by_worth)
    }

    fn settled(all_counts: &[f64], all_rest: &Array2<f64>, settle: Settle) -> Option<Self> {
        let classes: Vec<usize> = (0..all_counts.len())
            .filter(|&c| all_counts[c] > 0.0)
            .collect();
        let k = classes.len();
        let counts: Array1<f64> = classes.iter().map(|&c| all_counts[c]).collect();
        let rest = all_rest.select(Axis(0), &classes).select(Axis(1), &classes);
        let within = Inverse::of_matrix(&rest).filter(|_| k > 0)?;
        let of_means = (&rest / &counts.view().insert_axis(Axis(1))).sum_axis(Axis(0));
        let own = rest.diag().to_owned();
        let regression = Regression::new(&counts, own, rest.sum_axis(Axis(0)), of_means);
        // Products of the class means under the precision within the classes, of which those with their own mean are taken away.
        let mut products = Array2::from_shape_fn((k, k), |(c, d)| within.row(c)[d]);
        let mut own = products.diag_mut();
        own -= &counts.recip();
        let towards = products.sum_axis(Axis(0)) / k as f64;
        let centre = towards.sum() / k as f64;
        let own = &products.diag() - &towards * 2.0 + centre;
        let gap = SHARE.get() * own.sum() / (k as f64 - 1.0).max(1.0);
        // Classes on the same spot differ by rounding only.
        let gap = if gap > 1e-9 { gap } else { 1.0 };
        let uneven = counts.mean().unwrap_or(1.0) * counts.mapv(f64::recip).mean().unwrap_or(1.0);
        let [kept, lengths] = settle(&own, &counts);
        let gain = kept / gap;
        Some(Self {
            bias: (centre - towards - lengths * 0.5) * &gain,
            classes,
            counts,
            rest,
            within,
            regression,
            share: REGRESSION.get() / uneven,
            gain,
        })
    }

    /// How many examples the classes have that have some `(k,)`.
    pub fn counts(&self) -> ArrayView1<'_, f64> {
        self.counts.view()
    }

    /// Writes the logits of a query `(C,)`, half of each classifier; `-inf` for a class without examples. `products` are its
    /// e `(C,)`; `scratch` has room for two numbers a class.
    pub(super) fn logits_into(
        &self,
        products: &[f64],
        scratch: &mut Vec<f64>,
        out: &mut [f32],
    ) -> Fit {
        out.fill(f32::NEG_INFINITY);
        let k = self.classes.len();
        scratch.clear();
        scratch.extend(self.classes.iter().map(|&c| products[c]));
        for c in 0..k {
            scratch.push(dot(self.within.row(c), &scratch[..k]));
        }
        let (own, towards) = ArrayView1::from(&*scratch).split_at(Axis(0), k);
        let mean = towards.sum() / k as f64;
        for (c, value) in self.regression.values(&self.counts, own).enumerate() {
            let gaussian = (towards[c] - mean) * self.gain[c] + self.bias[c];
            let regression = bent(value);
            out[self.classes[c]] = (gaussian + self.share * (regression - gaussian)) as f32;
        }
        let short = (self.regression).short(self.regression.values(&self.counts, own));
        let lengths = (0..k).map(|c| self.within.row(c)[c]);
        let rest = [&self.regression.own, &self.regression.sums];
        let far = far(&self.counts, rest, [own, towards], lengths);
        Fit { short, far }
    }

    pub fn forms(&self) -> Forms<'_> {
        let (counts, regression) = (&self.counts, &self.regression);
        let (k, all) = (counts.len(), 0..counts.len());
        let within = |d: usize, c: usize| self.within.row(d)[c];
        let affine = |matrix: &dyn Fn(usize, usize) -> f64, bias: &dyn Fn(usize) -> f64| {
            let matrix = Array2::from_shape_fn((k, k), |(d, c)| matrix(d, c));
            Affine(matrix, all.clone().map(bias).collect())
        };
        let means: Vec<f64> = (all.clone())
            .map(|d| self.within.row(d).iter().sum::<f64>() / k as f64)
            .collect();
        let own = |d: usize, c: usize| if d == c { 1.0 / counts[c] } else { 0.0 };
        let factor = regression.factor / KNEE.get();
        let gain = |c: usize| self.gain[c] * (1.0 - self.share);
        let rise: Vec<f64> = regression.rise().collect();
        let at_mean: Vec<f64> = (all.clone())
            .map(|c| at_mean(c, counts, &regression.own, &regression.sums))
            .collect();
        Forms {
            classes: &self.classes,
            values: affine(&|d, c| factor * (own(d, c) - regression.share[c]), &|c| {
                regression.level[c] / KNEE.get()
            }),
            reached: affine(
                &|d, c| regression.factor * (own(d, c) - regression.share[c]) / rise[c],
                &|c| (regression.level[c] - regression.peak[c]) / rise[c],
            ),
            gaussian: affine(&|d, c| gain(c) * (within(d, c) - means[d]), &|c| {
                self.bias[c] * (1.0 - self.share)
            }),
            bent: self.share / TEMPERATURE.get(),
            towards: affine(&within, &|_| 0.0),
            nearness: affine(&|d, c| 2.0 * within(d, c) / at_mean[c], &|c| {
                (own(c, c) - within(c, c)) / at_mean[c]
            }),
            at_mean,
            all: regression.sums.sum(),
        }
    }

    /// What an example of a class gives that has others, had it not been there: `sums` are the class sums of its row of the inverse
    /// `(C,)`, g, and `own` is its entry B on the diagonal. `N - E` loses `ridge / B g g^T`, and e is the unit vector of its class less g / B.
    pub(super) fn without_one(
        &self,
        class: usize,
        sums: ArrayView1<'_, f64>,
        own: f64,
        ridge: f64,
    ) -> Fit {
        let k = self.classes.len();
        let class = self.classes.binary_search(&class);
        let class = class.expect("its class has examples");
        let g = sums.select(Axis(0), &self.classes);
        let lost = ridge / own;
        let mut counts = self.counts.clone();
        counts[class] -= 1.0;
        let more = 1.0 / counts[class] - 1.0 / self.counts[class];
        let Regression { sums, means, .. } = &self.regression;
        let regression = Regression::new(
            &counts,
            &self.rest.diag() - &(&g * &g * lost),
            sums - &g * (lost * g.sum()),
            means + &self.rest.row(class) * more - &g * (lost * (&g / &counts).sum()),
        );
        let mut products = &g / -own;
        products[class] += 1.0;
        // The inverse of what is left (Sherman, Morrison, 1950).
        let row = |c: usize| ArrayView1::from(self.within.row(c));
        let weighed: Array1<f64> = (0..k).map(|c| row(c).dot(&g)).collect();
        let gain = lost / (1.0 - lost * g.dot(&weighed));
        let along = gain * weighed.dot(&products);
        let towards = &row(class) + &weighed * (along - 1.0 / own);
        let lengths = (0..k).map(|c| row(c)[c] + gain * weighed[c] * weighed[c]);
        let values = regression.values(&counts, products.view());
        let query = [products.view(), towards.view()];
        Fit {
            short: regression.short(values),
            far: far(&counts, [&regression.own, &regression.sums], query, lengths),
        }
    }
}

/// Of the squared distances of the class means from the centre `(k,)` and the class counts `(k,)`: how much of its logit each class keeps, and
/// these distances without what they owe to chance.
type Settle = fn(&Array1<f64>, &Array1<f64>) -> [Array1<f64>; 2];

/// Where labels are known, the distances tell how much the examples scatter.
fn by_scatter(own: &Array1<f64>, counts: &Array1<f64>) -> [Array1<f64>; 2] {
    let scatter = scatter(own, counts);
    let kept = reliability(own, counts, scatter);
    [kept, own - counts.mapv(|n| scatter / n)]
}

/// How far out the mean of soft labels lies says how sure they were, so it is drawn in by the number of its examples alone.
fn by_worth(own: &Array1<f64>, counts: &Array1<f64>) -> [Array1<f64>; 2] {
    let settled = counts.mapv(|n| shrinkage(n, CENTRE_WORTH.get()));
    [Array1::ones(own.len()), own * settled]
}

/// What examples scatter: the mean of n of them lies too far out by that over n. `own` are the squared distances of the class means from the
/// centre `(k,)`: by least squares that over n is how they grow, but for what the centre has of each class.
fn scatter(own: &Array1<f64>, counts: &Array1<f64>) -> f64 {
    let few = counts.mapv(f64::recip);
    let (k, mean) = (few.len() as f64, few.mean().unwrap_or(1.0));
    let kept = shrinkage(1.0 / mean, CENTRE_WORTH.get());
    let expected = own.mean().unwrap_or(0.0) * (1.0 - kept) / mean;
    let few = (few - mean) * (1.0 - 2.0 / k);
    let seen = few.dot(own) + EXPECTED.get() * expected;
    (seen / (few.dot(&few) + EXPECTED.get())).max(0.0)
}

/// How much of its logit each class keeps: the fewer examples it has, the less is known of its mean. Shrinkage by the scatter of the
/// mean beside the distance between classes (James, Stein, 1961), in units of that of the class with the most examples.
fn reliability(own: &Array1<f64>, counts: &Array1<f64>, scatter: f64) -> Array1<f64> {
    let taken = scatter * counts.mapv(f64::recip).mean().unwrap_or(1.0);
    let between = larger(own.mean().unwrap_or(0.0) - taken, 0.0);
    let kept = |n: f64| n / (n * between + scatter + f64::EPSILON);
    counts.mapv(kept) / kept(counts.fold(1.0, |most, &n| larger(most, n)))
}

/// [`Fit::far`], of squared Mahalanobis distances: that of the class of which it is least. `own` and `sums` are the diagonal of `N - E` and the
/// sums of its columns, `products` the query's e, `towards` its product with the inverse of that, and `lengths` the diagonal of it, all `(k,)`.
fn far(
    counts: &Array1<f64>,
    [own, sums]: [&Array1<f64>; 2],
    [products, towards]: [ArrayView1<'_, f64>; 2],
    lengths: impl Iterator<Item = f64>,
) -> f64 {
    let all = products.sum() - 1.0;
    let more = products.dot(&towards) - all * all / sums.sum();
    let of_class = |(c, length): (usize, f64)| {
        let farther = length - 1.0 / counts[c] - 2.0 * towards[c] + more;
        farther / at_mean(c, counts, own, sums) + 1.0
    };
    let all = lengths.enumerate().map(of_class);
    all.reduce(f64::min).unwrap_or(0.0)
}

/// How much nearer its own class the mean of class c lies than that of all examples.
fn at_mean(c: usize, counts: &Array1<f64>, own: &Array1<f64>, sums: &Array1<f64>) -> f64 {
    let n = counts[c];
    (n - own[c] + sums[c] * sums[c] / sums.sum()) / (n * n)
}

/// The logit of a regression value.
pub(super) fn bent(value: f64) -> f64 {
    log_softplus(value / KNEE.get()) / TEMPERATURE.get()
}

/// `ln ln(1 + e^x)`, which is x far below zero and ln x far above.
fn log_softplus(x: f64) -> f64 {
    if x < -30.0 {
        x
    } else {
        ln(larger(0.0, x) + ln(1.0 + exp(-x.abs())))
    }
}
