import { text } from "../text";
import { Button } from "./Button";
import { Back } from "./icons";

interface Props {
  /** What it would take back or repeat. */
  what: string | null;
  name: string;
  turned?: boolean;
  onPress: () => void;
}

/** Stays in the tab order when there is nothing to do, so that focus is never lost by using it. */
export function HistoryButton({ what, name, turned = false, onPress }: Props) {
  return (
    <Button
      class="button-quiet"
      aria-label={name}
      aria-disabled={what === null}
      title={`${name}: ${what ?? text.history.nothing}`}
      onClick={onPress}
    >
      <Back turned={turned} />
      <span class="history-name">{name}</span>
    </Button>
  );
}
