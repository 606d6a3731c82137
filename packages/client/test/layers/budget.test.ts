import { describe, expect, test } from "vitest";
import { Budget } from "../../src/budget.ts";

describe("the budget of further attempts", () => {
  test("the burst is there at first, and no more than it is ever saved up", () => {
    const budget = new Budget(0.5, 2);
    expect(taken(budget)).toBe(2);
    for (let call = 0; call < 100; call++) budget.earn();
    expect(taken(budget)).toBe(2);
  });

  test("so many for each call, on average", () => {
    const budget = new Budget(0.25, 1);
    let attempts = 0;
    for (let call = 0; call < 41; call++) {
      budget.earn();
      if (budget.take()) attempts++;
    }
    expect(attempts).toBe(11); // the one that was there, and one in four
  });

  test.each([
    ["no ratio", 0, 1, 1],
    ["no burst", 1, 0, 0],
    ["less than one", 0.5, 0.9, 0],
  ])("%s", (_, ratio, burst, attempts) => {
    const budget = new Budget(ratio, burst);
    for (let call = 0; call < 10; call++) budget.earn();
    expect(taken(budget)).toBe(attempts);
    expect(taken(budget)).toBe(0);
  });

  test("without a bound there is always one", () => {
    const budget = new Budget(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
    expect([budget.take(), budget.take(), budget.take()]).toEqual([true, true, true]);
  });
});

/** Takes all that is there. */
function taken(budget: Budget): number {
  let attempts = 0;
  while (budget.take()) attempts++;
  return attempts;
}
