interface Props {
  name: string;
  /** What its value means. */
  words: string;
  max: number;
  step: number;
  value: number;
  onInput: (value: number) => void;
}

/** A range whose value is said in words. */
export function Slider({ name, words, max, step, value, onInput }: Props) {
  return (
    <label class="slider">
      <span>{words}</span>
      <input
        type="range"
        min="0"
        max={max}
        step={step}
        aria-label={name}
        aria-valuetext={words}
        value={value}
        onInput={(event) => onInput(event.currentTarget.valueAsNumber)}
      />
    </label>
  );
}
