interface Props {
  label: string;
  value: string;
  /** What can be chosen, and how it is called. */
  names: Readonly<Record<string, string>>;
  choose: (value: string) => void;
}

/** One of several, under a label. */
export function Choice({ label, value, names, choose }: Props) {
  return (
    <label class="line choice">
      {label}
      <select class="button" value={value} onChange={(event) => choose(event.currentTarget.value)}>
        {Object.entries(names).map(([name, words]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}
