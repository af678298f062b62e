/**
 * The whole state of the page as one plain object that could be written as JSON. Features, photos and streams
 * stay in the engine; here are only ids, words and addresses.
 */
import type {
  ErrorCode,
  ExampleSummary as Example,
  HeadName,
  Opinion,
  Answer as PackageAnswer,
  PresetName,
  Quality,
} from "handful";
import type { StorageTrouble } from "handful/store";

export type {
  Estimate,
  ExampleSummary as Example,
  LabelScore as Score,
  Mistake,
  Quality,
  SuspectLabel as Suspect,
} from "handful";

/** Languages that the page speaks, by their tags; `text/` has the words. */
export type Language = "en" | "de" | "zh";

/** Why something failed: a code of the package, or one of the page's own. Each has a sentence in `text/`. */
export type Code = ErrorCode | "heic" | "set-file" | "set-left" | "earlier-encoder" | "unexpected";

export type CameraCode = "denied" | "none" | "in-use" | "insecure" | "lost" | "video";

export interface ClassItem {
  /** Stays the same when the class is renamed. */
  key: number;
  label: string;
  count: number;
  /** Of its photos. */
  ids: readonly number[];
  /** Whether it takes part in answers. */
  enabled: boolean;
  /** The encoder understands its name, which alone makes it a candidate. */
  named: boolean;
}

/** Where photos are taught: a class, by its label, or null, beside all of them. */
export type Place = string | null;

/** What the place of photos that show none of the classes has where others have the key of their class. */
export const NONE_KEY = 0;

/** What is shown of an answer; the package's own has more. */
export type Answer = Pick<PackageAnswer, "scores" | "candidates" | "foreign" | "unscored" | "timings">;

export type Outcome =
  | { kind: "waiting" }
  | { kind: "answered"; answer: Answer }
  /** The photo is understood, but fewer than two classes can be told apart yet. */
  | { kind: "thin" }
  | { kind: "failed"; code: Code };

interface AskedPhoto {
  id: number;
  /** Where it lay when it was dropped or chosen, with its name: `fruit/pear/1.jpg`. */
  path: string;
  /** Its thumbnail, once there is one. */
  thumbnail: string | null;
  outcome: Outcome;
}

/** A photo that somebody asked about. */
export interface Reading extends AskedPhoto {
  /** The example that it became when somebody said what it is. */
  taught: number | null;
}

/** What answers were computed with. */
export interface Source {
  head: HeadName;
  /** Id of the encoder; empty where the set names none, or none is open. */
  encoder: string;
  /** When, in UTC, as ISO 8601 writes it. */
  date: string;
}

/** A photo of a test set. */
export interface Tested extends AskedPhoto {
  /** The class that its folder is named after; null where no answer could be that class. */
  truth: string | null;
}

/** What was answered for a test set, in the order in which it was dropped. */
export interface TestResult {
  photos: readonly Tested[];
  /** Labels of the classes that an answer could be, in their order. */
  labels: readonly string[];
  source: Source;
  /** The set was changed afterwards. */
  earlier: boolean;
}

export interface MapPlace {
  id: number;
  x: number;
  y: number;
}

/** Where photos lie on a map on which those that are alike lie close together; the middle of all is 0, and y grows downwards. */
export interface PhotoMap {
  places: readonly MapPlace[];
  /** Of the photos that were asked about and not taught: the ids are those of their readings. */
  asked: readonly MapPlace[];
  /** The side of a photo that hardly covers others. */
  side: number;
}

export type EngineStatus =
  | { kind: "loading"; done: number; total: number }
  /** `names`: it understands some names of things. */
  | { kind: "ready"; name: string; names: boolean }
  | { kind: "failed"; code: Code };

/** What looks at photos: the encoder that comes with the page, or a larger one. */
export type EncoderName = "shipped" | PresetName;

/** Another encoder, which first says how large it is. */
export interface Offer {
  name: EncoderName;
  /** The open set was made with it; otherwise a new set will be. */
  needed: boolean;
  /** Bytes to download, 0 where that is not known or nothing has to come; and how many of them are here already. */
  total: number;
  kept: number;
  status:
    | { kind: "offered" }
    /** When all is downloaded, it takes a while to start. */
    | { kind: "loading"; done: number; total: number }
    | { kind: "failed"; code: Code };
}

/** The support set: being opened, in use, in use elsewhere, or stored in a form that cannot be used. */
export type SetStatus =
  | { kind: "opening" }
  | { kind: "open" }
  /** Another tab works on it; `kept`: that was asked for it, and cannot let it go, because it is not saved there. */
  | { kind: "elsewhere"; kept: boolean }
  | {
      kind: "unusable";
      code: Code;
      /** Pictures of its photos are kept, from which it can be taught anew. */
      pictures: boolean;
    };

/** Whether the open set is saved. */
export type StorageStatus =
  | { kind: "idle" }
  | { kind: "saving" }
  | { kind: "saved" }
  | { kind: "failed"; reason: StorageTrouble };

export type CameraStatus =
  | { kind: "off" }
  | { kind: "starting" }
  | {
      kind: "on";
      devices: readonly { id: string; label: string }[];
      /** Id of the one in use; empty while a file plays. */
      device: string;
      /** Name of the video file that plays in place of a camera. */
      file: string | null;
      /** It looks at the person, who expects to see a mirror. Photos are never turned. */
      mirrored: boolean;
    }
  | { kind: "failed"; code: CameraCode };

/** A photo that was left out, and why. */
export interface Problem {
  id: number;
  name: string;
  code: Code;
}

/** What IndexedDB keeps. Everything in it follows from the saved set and the stored thumbnails. */
export interface KeptState {
  classes: readonly ClassItem[];
  examples: readonly Example[];
  /** Ids of the photos that show none of the classes. */
  negatives: readonly number[];
  /** Ids of the photos that nobody has labelled; other programs may have put them into the set. */
  unlabelled: readonly number[];
  /** Bytes of the small pictures of photos. */
  pictureBytes: number;
  /** How answers are computed. */
  head: HeadName;
  /** The share of the photos of known classes that may be taken for none of them. */
  strictness: number;
}

/** What this browser remembers of the person, whatever set is open. */
export interface PreferredState {
  language: Language;
  /** An answer that is less sure than this is "not sure"; in [0, 1). */
  askBelow: number;
  /** Names of classes that the encoder understands count beside the photos. */
  useNames: boolean;
  /** Whether the browser keeps small pictures of photos; null until that is said, and then it does. */
  keepPictures: boolean | null;
  /** Number of photos of each class that the set had at the end of the last visit. */
  expected: readonly number[];
}

/** What ends with the visit. */
export interface VisitState {
  engine: EngineStatus;
  /** What looks at the photos of the open set. */
  encoder: EncoderName;
  offer: Offer | null;
  /** How many photos of the set are taught anew with another encoder; 0 in all while that is not known. */
  reteaching: { done: number; total: number } | null;
  set: SetStatus;
  /** All sets of this browser, the open one among them once it was saved. A name may be empty. */
  sets: readonly { id: string; name: string }[];
  setId: string;
  /** Sets that were deleted and can be had back, the last one first. */
  deletedSets: readonly { id: string; name: string }[];
  /** Whether the browser has promised to keep what is saved; null before it was asked. */
  persisted: boolean | null;
  /** Whether this browser keeps the page for use without a network, and has a newer version of it. */
  offline: "no" | "kept" | "newer";
  storage: StorageStatus;
  /** What Undo and Redo would take back or repeat; null where there is nothing. */
  undo: string | null;
  redo: string | null;
  /** Photos being learnt. */
  teaching: { done: number; total: number } | null;
  problems: readonly Problem[];
  /** Null while it cannot be estimated. It follows the set a moment later. */
  quality: Quality | null;
  /** Photos of a test set that are being looked at. */
  testing: { done: number; total: number } | null;
  test: TestResult | null;
  /** Photos picked out to be moved or removed. */
  selected: readonly number[];
  /** Somebody looks at how answers are computed. */
  explaining: boolean;
  /** What single methods say of a reading, while that is looked at; null where they failed. It follows the set a moment later. */
  opinions: { reading: number; said: readonly Opinion[] | null } | null;
  /** The map of the photos, while that is looked at. It follows the set a moment later, and shows the photos of before until then. */
  map: PhotoMap | null;
  mapping: "no" | "working" | "failed";
  /** Photos that wait until somebody says what they are. */
  asking: { count: number } | null;
  camera: CameraStatus;
  /** Key of the class that photos are being taken for, one after another, or `NONE_KEY`. */
  recording: number | null;
  /** What somebody is asked to show the camera, and the seconds until photos of that are taken. */
  guide: { prompt: string; seconds: number } | null;
  /** What the camera shows; null where it is not open. */
  live: Outcome | null;
  readings: readonly Reading[];
  /** Ids of the examples that are most like the photo that is shown, the likest first. */
  nearest: readonly number[];
  /** Whether the readings are answered together, from which on they help each other. */
  together: "no" | "working" | "done";
  /** The reading shown large. */
  shown: number | null;
  /** The readings that would teach most if somebody said what they are, the most wanted first. */
  suggested: readonly number[];
  /** `undo`: what its button takes back, the last step or the deletion of a set. */
  toast: { id: number; text: string; undo: "step" | "set" | null } | null;
}

export type AppState = KeptState & PreferredState & VisitState;

/** What is shown while no set is there. */
export const NO_SET = {
  classes: [],
  examples: [],
  negatives: [],
  unlabelled: [],
  pictureBytes: 0,
  head: "auto",
  strictness: 0.05,
  storage: { kind: "idle" },
  undo: null,
  redo: null,
  quality: null,
  selected: [],
  recording: null,
} as const satisfies Partial<AppState>;

export const INITIAL: AppState = {
  ...NO_SET,
  language: "en",
  // What is called sure is to be right nine times in ten: the mean of all shares from here to certainty.
  askBelow: 0.8,
  useNames: true,
  keepPictures: null,
  expected: [],
  engine: { kind: "loading", done: 0, total: 0 },
  encoder: "shipped",
  offer: null,
  reteaching: null,
  set: { kind: "opening" },
  sets: [],
  setId: "default",
  deletedSets: [],
  persisted: null,
  offline: "no",
  teaching: null,
  problems: [],
  testing: null,
  test: null,
  explaining: false,
  opinions: null,
  map: null,
  mapping: "no",
  asking: null,
  camera: { kind: "off" },
  guide: null,
  live: null,
  readings: [],
  nearest: [],
  together: "no",
  shown: null,
  suggested: [],
  toast: null,
};
