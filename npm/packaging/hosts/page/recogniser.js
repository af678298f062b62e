import { open } from "./open.js";

const loading = open();

export async function teach(photos, label) {
  const classifier = await loading;
  for (const { error } of await classifier.addExamples(photos, label)) if (error) throw error;
  return classifier.classes.map(({ label, count }) => `${count} × ${label}`).join(", ");
}

export async function ask([photo]) {
  const { label } = await (await loading).predict(photo);
  return label;
}
