// Most tools find the package's files by themselves.
import { Classifier } from "handful";

export const open = () => Classifier.create();
