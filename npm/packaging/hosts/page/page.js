/** Makes the page work. Both calls take a list of photos; `teach` gives a line about the set, `ask` a label. */
export function show({ teach, ask }) {
  const say = (selector, saying) =>
    saying.then(
      (text) => (document.querySelector(selector).textContent = text),
      (error) => (document.querySelector("output").textContent = `${error.code}: ${error.message}`),
    );
  for (const input of document.querySelectorAll("[data-label]"))
    input.onchange = () => say("p", teach([...input.files], input.dataset.label));
  document.querySelector("#question").onchange = ({ target }) => say("output", ask([...target.files]));
  document.querySelector("fieldset").disabled = false;
}
