import { useClassifier } from "handful/react";
import { useState } from "react";

/** Photos for each label, and one to ask about. */
export function Recogniser({ labels }) {
  const { classifier, error } = useClassifier();
  const [answer, setAnswer] = useState();
  const [problem, setProblem] = useState();

  const attempt = (work) => async (photos) => {
    setProblem(undefined);
    await work(photos).catch(setProblem);
  };
  const teach = (label) =>
    attempt(async (photos) => {
      // A file that is no picture stops nothing; its result says what was wrong.
      const results = await classifier.addExamples(photos, label);
      setProblem(results.find(({ error }) => error)?.error);
    });
  const ask = attempt(async ([photo]) => setAnswer(await classifier.predict(photo)));

  return (
    <main>
      <h1>What is it?</h1>
      <fieldset disabled={!classifier}>
        {labels.map((label) => (
          <Photos key={label} title={`This is a ${label}:`} multiple onPick={teach(label)} />
        ))}
        <Photos title="What is it?" onPick={ask} />
      </fieldset>
      <ul>
        {classifier?.classes.map(({ label, count }) => (
          <li key={label}>
            {count} × {label}
          </li>
        ))}
      </ul>
      <output>{answer && <Answer {...answer} />}</output>
      <p role="alert">{(error ?? problem)?.message}</p>
    </main>
  );
}

function Photos({ title, multiple = false, onPick }) {
  return (
    <p>
      <label>
        {title}{" "}
        <input
          type="file"
          accept="image/*"
          multiple={multiple}
          onChange={({ target }) => onPick(target.files)}
        />
      </label>
    </p>
  );
}

/** `candidates` holds every label that the photo may well have. */
function Answer({ label, probability, candidates, foreign }) {
  if (foreign) return <>None of these; closest to {label}.</>;
  const others = candidates.filter((other) => other !== label);
  return (
    <>
      <strong>{label}</strong>, {Math.round(100 * probability)} %{others.map((other) => `, or ${other}`)}
    </>
  );
}
