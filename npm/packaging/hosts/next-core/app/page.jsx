// Drawn on the server, where the core answers before the browser's part asks for its labels.
import { FeatureClassifier } from "handful/core";
import { Client } from "./client.jsx";

export default async function Page() {
  const classifier = await FeatureClassifier.create({ streams: [{ name: "aux", dim: 3 }] });
  classifier.addFeatures(Float32Array.of(1, 0, 0), "leaf");
  classifier.addFeatures(Float32Array.of(0, 0, 1), "tomato");
  const { scores } = classifier.predictFeatures(Float32Array.of(0.2, 0, 0.9));
  classifier.dispose();
  return <Client labels={scores.map(({ label }) => label)} />;
}
