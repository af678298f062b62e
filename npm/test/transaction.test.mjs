// Many changes as one: wholly or not at all, also while others change the set.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { FeatureClassifier } from "../dist/node.js";

const rowOf = (number) => Float32Array.of(1, number, number * number);

async function taught() {
  const set = await FeatureClassifier.create({ streams: [{ name: "aux", dim: 3 }] });
  set.addFeatures(rowOf(0), "apple");
  set.addFeatures(rowOf(5), "pear");
  return set;
}

/** Everything of a set that can be seen, but for steps to redo, which any change ends. */
const view = (set) => ({
  classes: set.classes,
  examples: set.examples,
  head: set.head,
  strictness: set.strictness,
  answer: set.predictFeatures(rowOf(2)).scores,
  undo: [set.canUndo, set.undoName],
});

function addMany(set) {
  for (let i = 0; i < 20; i += 1) set.addFeatures(rowOf(i), "plum");
  set.renameClass("pear", "quince");
}

const boom = new Error("boom");
const fail = () => {
  throw boom;
};

test("all changes are one step, with a name, and what is returned is passed on", async () => {
  const set = await taught();
  const before = view(set);
  assert.equal(
    set.transaction("import", () => {
      addMany(set);
      return 7;
    }),
    7,
  );
  const after = view(set);
  assert.equal(set.undoName, "import");
  assert.ok(set.undo());
  assert.deepEqual(view(set), before);
  assert.equal(set.redoName, "import");
  assert.ok(set.redo());
  assert.deepEqual(view(set), after);
});

test("two of the same name are two steps; changes that follow are steps of their own", async () => {
  const set = await taught();
  for (const label of ["plum", "fig"]) set.transaction("add", () => set.addClass(label));
  set.addClass("kiwi");
  const labels = () => set.classes.map(({ label }) => label).join();
  for (const left of ["apple,pear,plum,fig", "apple,pear,plum", "apple,pear"]) {
    set.undo();
    assert.equal(labels(), left);
  }
});

test("what fails leaves the set and how it answers as they were, and nothing to redo", async () => {
  for (const change of [addMany, () => {}]) {
    const set = await taught();
    const before = view(set);
    let told = 0;
    set.subscribe(() => {
      told += 1;
      assert.ok(set.classes.length > 0);
    });
    const act = () => {
      change(set);
      set.head = { name: "knn", k: 1 };
      set.strictness = 0.2;
      fail();
    };
    assert.throws(() => set.transaction("import", act), boom);
    await assert.rejects(
      set.transaction("import", async () => {
        await pause(1);
        act();
      }),
      boom,
    );
    assert.deepEqual(view(set), before);
    assert.deepEqual([set.canRedo, set.redo(), set.redoName], [false, false, undefined]);
    assert.ok(told > 2, "listeners are told of the changes and of the taking back");
    // What was done before can still be undone and redone.
    const { classes } = set;
    set.undo();
    assert.ok(set.canRedo && set.redo() && !set.canRedo);
    assert.deepEqual(set.classes, classes);
  }
});

test("what undo took back can be redone after one that has changed nothing, and not after one that has", async () => {
  const set = await taught();
  set.undo();
  assert.throws(() => set.transaction("nothing", fail), boom);
  assert.ok(set.redo());
  set.undo();
  assert.throws(
    () =>
      set.transaction("something", () => {
        set.addClass("fig");
        fail();
      }),
    boom,
  );
  assert.equal(set.canRedo, false);
});

test("changes by others meanwhile are of the same step, and are taken back with it", async () => {
  for (const fails of [false, true]) {
    const set = await taught();
    const before = view(set);
    const running = set.transaction("import", async () => {
      set.addClass("plum");
      await pause(5);
      set.addClass("fig");
      if (fails) fail();
      return "done";
    });
    set.renameClass("apple", "Apfel");
    set.named("others", () => set.addClass("kiwi"));
    assert.deepEqual([set.canUndo, set.undo(), set.canRedo, set.redo()], [false, false, false, false]);
    if (fails) await assert.rejects(running, boom);
    else {
      assert.equal(await running, "done");
      assert.equal(set.classes.map(({ label }) => label).join(), "Apfel,pear,plum,kiwi,fig");
      assert.equal(set.undoName, "import");
      set.undo();
    }
    assert.deepEqual(view(set), before);
    set.addClass("later");
    set.undo();
    assert.deepEqual(view(set), before);
  }
});

test("one within another is part of it; its failure takes all back, even where it was caught", async () => {
  const set = await taught();
  const before = view(set);
  set.transaction("outer", () => {
    set.addClass("plum");
    set.transaction("inner", () => set.addClass("fig"));
    set.addClass("kiwi");
  });
  assert.equal(set.undoName, "outer");
  set.undo();
  assert.deepEqual(view(set), before);
  const caught = (inner) => () => {
    set.addClass("plum");
    return inner();
  };
  assert.throws(
    () =>
      set.transaction(
        "outer",
        caught(() => {
          try {
            set.transaction("inner", fail);
          } catch {
            set.addClass("fig");
          }
        }),
      ),
    boom,
  );
  assert.deepEqual(view(set), before);
  await assert.rejects(
    set.transaction(
      "outer",
      caught(async () => {
        await set.transaction("inner", async () => fail()).catch(() => {});
      }),
    ),
    boom,
  );
  assert.deepEqual(view(set), before);
});

test("one that begins while another runs joins it, and the first waits for it", async () => {
  for (const fails of [false, true]) {
    const set = await taught();
    const before = view(set);
    const ends = [];
    const first = set.transaction("first", async () => {
      set.addClass("plum");
      await pause(1);
    });
    const second = set.transaction("second", async () => {
      await pause(20);
      set.addClass("fig");
      ends.push("second");
      if (fails) fail();
    });
    first.then(
      () => ends.push("first"),
      () => ends.push("first"),
    );
    const [one, other] = await Promise.allSettled([first, second]);
    assert.deepEqual(ends, ["second", "first"]);
    assert.deepEqual([one.status, other.status], Array(2).fill(fails ? "rejected" : "fulfilled"));
    if (!fails) set.undo();
    assert.deepEqual(view(set), before);
  }
});

test("within a name it is a step of its own", async () => {
  const set = await taught();
  set.named("outer", () => {
    set.addClass("plum");
    assert.throws(
      () =>
        set.transaction("inner", () => {
          set.addClass("fig");
          fail();
        }),
      boom,
    );
    set.addClass("kiwi");
  });
  assert.equal(set.classes.map(({ label }) => label).join(), "apple,pear,plum,kiwi");
  assert.equal(set.undoName, "outer");
});

test("a set that is disposed of meanwhile passes on what act gives", async () => {
  const set = await taught();
  const running = set.transaction("import", async () => {
    await pause(1);
    return "done";
  });
  set.dispose();
  assert.equal(await running, "done");
  assert.throws(() => set.transaction("import", () => {}), { code: "disposed" });
});
