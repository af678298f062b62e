interface Props {
  checked: boolean;
  words: string;
  onChange: (checked: boolean) => void;
}

/** A box to tick, with its words. */
export function Check({ checked, words, onChange }: Props) {
  return (
    <label class="check">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />
      {words}
    </label>
  );
}
