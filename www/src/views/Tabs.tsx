interface Props<Name extends string> {
  /** What they are tabs of. */
  label: string;
  names: Readonly<Record<Name, string>>;
  shown: Name;
  /** Id of the element that shows the chosen one. */
  panel: string;
  onShow: (name: Name) => void;
}

/** Tabs over one panel: one stop of the Tab key, arrows go from one to the next. */
export function Tabs<Name extends string>({ label, names, shown, panel, onShow }: Props<Name>) {
  const all = Object.keys(names) as Name[];
  const step = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined) return;
    const next = (all.indexOf(shown) + by + all.length) % all.length;
    onShow(all[next] as Name);
    (event.currentTarget as HTMLElement).querySelectorAll("button")[next]?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={label} onKeyDown={step}>
      {all.map((name) => (
        <button
          key={name}
          type="button"
          role="tab"
          class="tab"
          aria-selected={name === shown}
          aria-controls={panel}
          tabIndex={name === shown ? 0 : -1}
          onClick={() => onShow(name)}
        >
          {names[name]}
        </button>
      ))}
    </div>
  );
}
