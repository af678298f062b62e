// The smallest test runner that tells its results to the program outside.
import { type ErrorCode, HandfulError } from "handful";

export interface Result {
  readonly name: string;
  readonly error: string;
}

const results: Result[] = [];
window.report = { results, running: "", finished: false };

declare global {
  interface Window {
    report: { readonly results: readonly Result[]; running: string; finished: boolean };
  }
}

export async function check(name: string, body: () => Promise<void>): Promise<void> {
  let error = "";
  window.report.running = name;
  try {
    await body();
  } catch (failure) {
    error = failure instanceof Error ? `${failure.message}\n${failure.stack}` : `threw ${String(failure)}`;
  }
  results.push({ name, error });
}

export function finish(): void {
  window.report.finished = true;
}

export function expect(truth: boolean, what: string): asserts truth {
  if (!truth) throw new Error(`expected: ${what}`);
}

export async function expectCode(work: Promise<unknown>, code: ErrorCode): Promise<HandfulError> {
  const got = await work.then(
    () => "success",
    (error: unknown) => error,
  );
  if (got instanceof HandfulError && got.code === code) return got;
  throw new Error(`expected the code ${code}, got ${got instanceof HandfulError ? got.code : String(got)}`);
}

export async function expectReason(work: Promise<unknown>, reason: unknown): Promise<void> {
  const got = await work.then(
    () => "success",
    (error: unknown) => error,
  );
  if (got !== reason) throw new Error(`expected the reason ${String(reason)}, got ${String(got)}`);
}
