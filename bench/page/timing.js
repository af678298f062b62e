// Contestants take turns, so that whatever else the machine does meets all of them alike.

/** Milliseconds that one measurement should last at least: the clock's steps are a tenth of one. */
const ENOUGH = 20;
/** Milliseconds after which a contestant is not asked again for one more round. */
const PATIENCE = 8000;

async function measure({ run, prepare }, times) {
  await prepare?.();
  const began = performance.now();
  for (let i = 0; i < times; i++) await run();
  return performance.now() - began;
}

/** How often to run it within one measurement; runs it a few times on the way, which warms it up. */
async function repetitions(contestant) {
  if (contestant.once) return 1;
  await measure(contestant, 1); // Not counted: whatever is prepared at the first call.
  let times = 1;
  for (;;) {
    const took = await measure(contestant, times);
    if (took >= ENOUGH || times >= (contestant.most ?? Infinity)) return times;
    times = Math.min(
      contestant.most ?? Infinity,
      Math.ceil(times * Math.min(10, (1.3 * ENOUGH) / Math.max(took, 0.1))),
    );
  }
}

/**
 * Milliseconds a run of each contestant: the median and the least of some rounds.
 *
 * A contestant has `name` and `run`; `peer`, whether it is somebody else's; `job`, what it does, where others of the table do something
 * else; `prepare`, which is not timed, before each measurement; `most`, the runs that one
 * preparation allows; `once` for what is slow enough to need neither warming up nor repeating; `scale`, what its time
 * is multiplied by where it does only a part of the work.
 */
export async function sideBySide(contestants, rounds = 7) {
  const entries = [];
  for (const contestant of contestants) {
    entries.push({ contestant, times: await repetitions(contestant), took: [], spent: 0 });
  }
  for (let round = 0; round < rounds; round++) {
    for (const entry of entries) {
      if (entry.spent > PATIENCE) continue;
      const took = await measure(entry.contestant, entry.times);
      entry.spent += took;
      entry.took.push((took / entry.times) * (entry.contestant.scale ?? 1));
    }
  }
  return entries.map(({ contestant, took }) => {
    const sorted = took.toSorted((a, b) => a - b);
    return {
      name: contestant.name,
      peer: contestant.peer ?? false,
      job: contestant.job,
      median: sorted[Math.floor(sorted.length / 2)],
      least: sorted[0],
      rounds: took.length,
    };
  });
}
