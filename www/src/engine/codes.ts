/** From whatever was thrown to a code that has a sentence. */
import { HandfulError } from "handful";
import type { Code } from "../state/state";

export function codeOf(error: unknown): Code {
  if (error instanceof HandfulError) return error.code;
  console.error(error);
  return "unexpected";
}

/** The same for a photo: what browsers cannot read, but phones make, has a sentence of its own. */
export function photoCode(error: unknown, name: string): Code {
  const code = codeOf(error);
  return code === "not-an-image" && /\.hei[cf]$/i.test(name) ? "heic" : code;
}
