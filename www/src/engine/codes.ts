/** From whatever was thrown to a code that has a sentence. */
import { HandfulError } from "handful";
import type { Code } from "../state/state";

export function codeOf(error: unknown): Code {
  if (error instanceof HandfulError) return error.code;
  console.error(error);
  return "unexpected";
}
