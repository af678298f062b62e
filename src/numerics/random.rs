//! Repeatable random numbers: the same seed gives the same numbers natively and in the browser.

/// A generator of 64 random bits (xorshift64*; Vigna, "An experimental exploration of Marsaglia's xorshift generators,
/// scrambled", 2016), seeded through one step of splitmix64 so that neighbouring seeds have nothing in common.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// A generator that starts from this seed.
    pub fn new(seed: u64) -> Self {
        let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        // A state of zero would stay zero.
        Self((z ^ (z >> 31)).max(1))
    }

    /// Of a seed for one purpose, independent of those for others.
    pub fn of(seed: u64, purpose: &str) -> Self {
        let salt = purpose
            .bytes()
            .fold(0, |sum: u64, b| sum.wrapping_mul(31).wrapping_add(b.into()));
        Self::new(salt.wrapping_mul(1 << 32) ^ seed)
    }

    /// Its state, from which [`Random::from_state`] goes on.
    pub fn state(&self) -> u64 {
        self.0
    }

    /// The generator in this state; `None` for 0, which it never has.
    pub fn from_state(state: u64) -> Option<Self> {
        (state != 0).then_some(Self(state))
    }

    fn bits(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// Uniform in `[0, 1)`.
    pub fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform in `0..n`; 0 for n = 0.
    pub fn below(&mut self, n: usize) -> usize {
        (self.uniform() * n as f64) as usize
    }

    /// Puts the items into a random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}
