import type { HeadName } from "handful";
import { chooseHead } from "../actions/head";
import { text } from "../text";

/** For those who want to know: another way to compute answers. */
export function HeadChoice({ head }: { head: HeadName }) {
  return (
    <details class="more head">
      <summary>{text.head.title}</summary>
      <label class="head-choice">
        {text.head.choose}
        <select
          class="button"
          value={head}
          onChange={(event) => chooseHead(event.currentTarget.value as HeadName)}
        >
          {Object.entries({ [head]: head, ...text.head.names }).map(([name, words]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <p class="aside">{text.head.hint}</p>
    </details>
  );
}
