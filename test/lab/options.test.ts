import assert from "node:assert/strict";
import { test } from "node:test";
import { optionsOf } from "../../lab/options.ts";

const STORY = {
  help: false,
  keep: false,
  plain: false,
  chaos: undefined,
  seed: undefined,
  overlap: 2,
  soak: undefined,
};

test("no option: the story", () => {
  assert.deepEqual(optionsOf([]), STORY);
  assert.deepEqual(optionsOf(["--keep", "--plain"]), { ...STORY, keep: true, plain: true });
});

test("--chaos alone means a hundred faults, wherever it stands", () => {
  assert.equal(optionsOf(["--chaos"]).chaos, 100);
  assert.deepEqual(optionsOf(["--chaos", "--seed", "7"]), { ...STORY, chaos: 100, seed: 7 });
  assert.deepEqual(optionsOf(["--chaos", "5", "--soak", "60", "--overlap", "3"]), {
    ...STORY,
    chaos: 5,
    soak: 60,
    overlap: 3,
  });
});

test("what cannot be is refused with a line that says what can", () => {
  assert.throws(() => optionsOf(["--chaos", "0"]), /--chaos takes a whole number from 1 to 100000, not "0"/);
  assert.throws(() => optionsOf(["--soak", "an hour"]), /--soak takes a whole number/);
  assert.throws(() => optionsOf(["--chaos", "--overlap", "4"]), /from 1 to 3/);
  assert.throws(() => optionsOf(["--seed", "1"]), /belong to --chaos/);
  assert.throws(() => optionsOf(["--keep", "--soak", "1"]), /belongs to the story/);
  assert.throws(() => optionsOf(["--choas"]), /Unknown option/);
});
