/**
 * Gives every property of a run the seed in FUZZ_SEED, so that the run can be repeated.
 *
 * @module
 */
import fc from "fast-check";

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.FUZZ_SEED) });
