/** The words of the page in English. Labels and file names come in as text and are shown as text. */
import type { HeadName } from "handful";
import type { CameraCode, Code, EncoderName, Estimate, Mistake, Score, Suspect } from "../state/state";
import { createFormats } from "./formats";
import { MODELS } from "./models";
import type { Samples } from "./samples";
import { candidates, few, outlook, present, type Tally } from "./sentences";

const words = { over: "over 99%", under: "under 1%" };
const { share, percent, scored, plural, list, either, megabytes } = createFormats("en", words);

function photos(count: number): string {
  return plural(count, { one: "# photo", other: "# photos" });
}

/** Many names: the first, and how many more. */
function some(names: readonly string[]): string {
  return list(few(names, (others) => `${others} more`));
}

const likeliest = candidates(either, {
  two: (labels) => `Could be either: ${labels}.`,
  any: "Could be any of them.",
  some: (labels) => `It is ${labels}: sure nine times in ten.`,
  others: (count) => `one of ${count} others`,
});

function expected(estimate: Estimate): string {
  const { about, least, most, rough } = outlook(estimate);
  const surer = rough ? " More photos make this surer." : "";
  return `It will get ${about === 100 ? "nearly all" : `about ${about}`} of 100 new photos right (${least} to ${most}), judged from ${estimate.n} of your own.${surer}`;
}

const codes: Record<Code, string> = {
  "empty-label": "Give the class a name first.",
  "label-too-long": "That name is too long: 200 characters is the most.",
  "duplicate-label": "There is a class of that name already.",
  "unknown-class": "That class is not there any more.",
  "unknown-example": "That photo is not there any more.",
  "not-enough-examples": "Not enough examples yet: add photos to at least two classes.",
  "too-many-items": "This set takes no more. Add its file to a new set.",
  "not-an-image": "This browser cannot read it as a photo. JPEG, PNG and WebP always work.",
  "file-gone": "It cannot be read any more: it was changed, moved or deleted. Choose it again.",
  heic: "It is a HEIC photo, which this browser cannot read. Share it as JPEG, or set the iPhone’s camera to “Most Compatible” (Settings, Camera, Formats).",
  "image-empty": "The picture is empty.",
  "image-too-large": "The picture is too large. Try a smaller copy.",
  "image-bytes": "The picture is damaged.",
  "zero-feature": "There is nothing in this picture to go by. Try another photo.",
  "not-finite": "Nothing could be made out in this picture. Try another photo.",
  shape: "Parts of the page do not fit together. Reload it.",
  parameter: "A setting is out of range. Reload the page.",
  "not-linear": "This way of answering cannot be exported. Choose another one.",
  format: "The set stored in this browser is damaged or was made by a newer version.",
  "set-file":
    "It is a saved set. Drop it by itself to open it, or choose “Add a file to this set…” in the menu Sets.",
  "other-encoder": "The set was made with another image model, so it cannot be used with this one.",
  "set-left": "It was not learnt yet when the set was put away.",
  "earlier-encoder":
    "The set stored in this browser was made with the page’s earlier image model, so it cannot be used with the new one: teach a new set from the photos.",
  manifest:
    "The description of the image model is damaged. Reload the page; if that does not help, tell whoever runs this site.",
  model: "The image model is damaged. Reload the page; if that does not help, tell whoever runs this site.",
  "model-mismatch":
    "The image model is not the one that was announced. Reload the page; if that does not help, tell whoever runs this site.",
  "wasm-html":
    "The server sent a web page where the program should be. Whoever runs this site has to serve its .wasm files as they are.",
  "wasm-load": "The program could not be loaded. Check the connection and try again.",
  "simd-missing":
    "This browser is too old: it lacks WebAssembly SIMD. Any current Chrome, Edge, Firefox or Safari has it.",
  network: "A download failed. Check the connection and try again.",
  worker: "What looks at the photos stopped working. Reload the page: your saved photos are still there.",
  "no-encoder": "What looks at the photos is not there. Reload the page.",
  "no-picture": "No picture of this photo is kept.",
  "no-text": "This image model knows no words, only pictures.",
  camera: "The camera cannot be used. Allow it for this page and try again, or add photos instead.",
  storage: "The browser’s storage failed.",
  "unknown-set": "That set is not there any more.",
  "set-in-use": "The set is open in another tab. Close it there first.",
  disposed: "What looks at the photos was shut down. Reload the page.",
  internal: "Something went wrong inside the program. Reload the page: your saved photos are still there.",
  unexpected: "Something went wrong. Reload the page: your saved photos are still there.",
};

const cameraCodes: Record<CameraCode, string> = {
  denied:
    "The camera is blocked for this page. Allow it in the address bar and try again, or add photos instead.",
  none: "No camera was found. Connect one and try again, or add photos instead.",
  "in-use":
    "The camera is busy, perhaps in another program. Close that and try again, or add photos instead.",
  insecure:
    "Browsers allow the camera only on secure pages. Open this page with https, or add photos instead.",
  lost: "The camera was disconnected. Connect it and try again, or add photos instead.",
  video: "This browser cannot play that file as a video. MP4 and WebM mostly work.",
};

/** Methods that need nothing but photos. */
const names: Partial<Record<HeadName, string>> = {
  auto: "Automatic",
  prototype: "Nearest class mean",
  knn: "Nearest photos",
  logistic: "Logistic regression",
  naive_bayes: "Naive Bayes",
  naive_bayes_full: "Naive Bayes, full covariance",
  kernel_ridge: "Kernel ridge regression",
  uer: "UER, made for streams",
};

/** Thirds of a photo, row by row. */
const PLACES = [
  "at the top left",
  "at the top",
  "at the top right",
  "at the left",
  "in the middle",
  "at the right",
  "at the bottom left",
  "at the bottom",
  "at the bottom right",
];

export const en = {
  title: "handful: teach by a few photos",
  codes,
  cameraCodes,
  percent,
  share,
  photos,
  either,
  press: { again: "Try again", close: "Close", stop: "Stop", add: "Add", cancel: "Cancel" },
  header: {
    tagline: "Show it a few photos of each of a few things, and it recognises new ones.",
    private: "Your photos never leave this device",
    offline: "Works offline",
    language: "Language",
  },
  engine: {
    loading: "Getting ready…",
    loaded: (done: number, total: number) =>
      total > 0 ? `${megabytes(done)} of ${megabytes(total)}` : megabytes(done),
    ready: "Ready to teach",
    failed: "The page is not ready:",
  },
  newer: {
    words: "There is a new version of this page. It starts by itself when you close the page everywhere.",
    start: "Start it now",
  },
  elsewhere: {
    words: (name: string) =>
      `“${name}” is open in another tab. Work on it there; it opens here as soon as that tab is closed.`,
    here: "Work here instead",
    kept: (name: string) =>
      `The other tab has to keep “${name}”, because it could not save it yet. Go there and read why.`,
  },
  sets: {
    first: "My set",
    another: (index: number) => `Set ${index}`,
    name: "Name of the set",
    menu: "Sets",
    open: (name: string) => `Open ${name}`,
    create: "New set",
    openFile: "Open a file…",
    mergeFile: "Add a file to this set…",
    merged: (count: number, name: string, labels: readonly string[]) =>
      `added ${photos(count)} from ${name}${labels.length > 0 ? `, to ${some(labels)}` : ""}`,
    known: (name: string) => `all of ${name} was there already`,
    leftOut: (count: number) =>
      plural(count, {
        one: "# picture was left out, because it cannot be shown or is of no photo",
        other: "# pictures were left out, because they cannot be shown or are of no photo",
      }),
    save: "Save as a file",
    share: "Share",
    otherDevice: "Open this page on a phone",
    otherDeviceNote: "Your sets stay on this device. To take one along, save it as a file and open it there.",
    qrCode: "QR code of the page’s address",
    savePlain: "Save without pictures",
    remove: "Delete this set",
    deleted: (name: string) => `deleted ${name}`,
    restore: (name: string) => `Deleted: ${name}, bring back`,
    opened: (name: string) => `opened ${name}`,
    unsaved: (name: string) => `“${name}” is not saved yet, so it stays open. Save it as a file to go on.`,
    failed: "That did not work: the browser’s storage failed.",
    badFile: (name: string) => `${name} is damaged, made by a newer version, or no set at all.`,
    otherEncoder: (name: string) => `${name} was made with another image model, so it cannot be used here.`,
    earlierEncoder: (name: string) =>
      `${name} was made with the page’s earlier image model, so it cannot be used here: teach a new set from the photos.`,
  },
  storage: {
    idle: "",
    unsaved: "Not saved",
    saving: "Saving…",
    saved: "Saved",
    kept: "The browser keeps your sets until you delete them.",
    evictable: "The browser may delete your sets when space gets short: save a file of what matters.",
    failed: {
      blocked:
        "Could not save: this browser does not let the page keep anything. Your work lasts until you close the page.",
      full: "Could not save: the disk space for this page is used up. It is saved once there is room; until then keep the page open.",
      newer:
        "Could not save: another tab has a newer version of this page. Save your set as a file, then reload this tab.",
      slow: "Not saved yet: the browser’s storage does not answer. Keep the page open; closing other tabs of it may help.",
      failed:
        "Could not save: the browser’s storage failed. It is tried again and again; until then keep the page open.",
    },
  },
  pictures: {
    ask: (bytes: number) =>
      `Keep small pictures of the photos in this browser (${megabytes(bytes)} so far), to see next time what was taught, and to teach a better image model?`,
    yes: "Keep",
    no: "Do not keep",
  },
  unusable: {
    kept: "It is still there, untouched.",
    pictures: "It can be taught anew from the pictures that are kept of its photos.",
    copy: "Save a copy",
    anew: "Start anew",
  },
  history: {
    undo: "Undo",
    redo: "Redo",
    nothing: "nothing yet",
    undone: (what: string) => `Undone: ${what}`,
    redone: (what: string) => `Redone: ${what}`,
  },
  did: {
    samples: (title: string) => `taught ${title}`,
    addClass: (label: string) => `added class ${label}`,
    rename: (from: string, to: string) => `renamed ${from} to ${to}`,
    merge: (from: string, into: string) => `merged ${from} into ${into}`,
    removeClass: (label: string) => `removed class ${label}`,
    disable: (label: string) => `left ${label} out of answers`,
    enable: (label: string) => `used ${label} in answers again`,
    mergeFile: (name: string) => `added the set ${name}`,
    addedPhotos: (count: number, label: string) => `added ${photos(count)} to ${label}`,
    addedFolders: (count: number, folders: number) =>
      `added ${photos(count)} from ${plural(folders, { one: "# folder", other: "# folders" })}`,
    partly: (added: string, count: number) =>
      `${added}; ${plural(count, { one: "# more was there already", other: "# more were there already" })}`,
    known: (count: number) =>
      plural(count, { one: "that photo was there already", other: "all # photos were there already" }),
    removePhotos: (count: number) => `removed ${photos(count)}`,
    movePhotos: (count: number, label: string) => `moved ${photos(count)} to ${label}`,
    reteach: "taught the set anew",
  },
  samples: {
    title: "Or start with one of ours",
    fruit: {
      title: "Fruit",
      note: "Four kinds, drawn on a table",
      classes: { apple: "apple", banana: "banana", pear: "pear", plum: "plum" },
    },
    faces: {
      title: "Feelings",
      note: "Faces, as children draw them",
      classes: { happy: "happy", sad: "sad", surprised: "surprised", angry: "angry" },
    },
    camera: {
      title: "You, with the camera",
      note: "Your face and your hand, in ten seconds",
      classes: { face: "face", hand: "hand" },
      prompts: { face: "Look into the camera", hand: "Hold your hand in front of it" },
      done: "Now show one or the other",
    },
  } satisfies Samples,
  teach: {
    title: "Teach",
    emptyTitle: "What should it tell apart?",
    steps: ["Name two or more things.", "Give each a few photos.", "Show it a new one: it knows at once."],
    newClass: "Name of a new class",
    newClassHint: "for example: ripe",
    addClass: "Add class",
    opening: (labels: readonly string[]) =>
      plural(labels.length, {
        one: `Your class is added as soon as the page is ready: ${list(labels)}.`,
        other: `Your classes are added as soon as the page is ready: ${list(labels)}.`,
      }),
    progress: (done: number, total: number) => `Learning photo ${Math.min(done + 1, total)} of ${total}`,
    problems: (count: number) =>
      plural(count, { one: "# photo was left out", other: "# photos were left out" }),
    others: (count: number) => plural(count, { one: "# other, and:", other: "# others, and:" }),
    dismiss: "Dismiss",
    folder: "Folder, one inside it for each class",
    search: "Find a class",
    found: (found: number, count: number) => `${found} of ${count} classes`,
    dropAnywhere: "or drop photos on a class, or anywhere on the page",
  },
  card: {
    name: (label: string) => `Name of class ${label}`,
    addPhotos: "Add photos",
    addPhotosTo: (label: string) => `Add photos to ${label}`,
    camera: "Camera",
    cameraFor: (label: string) => `Camera for ${label}`,
    more: (label: string) => `More for ${label}`,
    mergeInto: (label: string) => `Merge into ${label}`,
    disable: "Leave out of answers",
    enable: "Use in answers again",
    disabled: "left out",
    remove: "Remove class",
    empty: "No photos yet. Drop some here, paste, or use the buttons.",
    emptyNone:
      "Photos of an empty table, of your hand, of whatever should not be taken for one of your things. Drop some here, paste, or use the buttons.",
    emptyNamed: "Only its name is known so far. Drop photos here, paste, or use the buttons.",
    photo: (index: number, label: string) => `Photo ${index} of ${label}`,
    pictures: (label: string) => `Photos of ${label}`,
    picked: (count: number) => `${photos(count)} picked`,
    pickAll: "Pick all",
    removePicked: "Remove",
    moveTo: "Move to…",
    movePicked: (label: string) => `Move picked photos of ${label} to`,
    enlarge: "Enlarge",
    previous: "Previous",
    next: "Next",
    done: "Done",
  },
  camera: {
    title: "Camera",
    hint: "Press a name to teach what you see. Hold it, or press its dot, to teach ten photos a second.",
    chips: "Teach what the camera sees",
    close: "Close camera",
    starting: "Waiting for the camera. The browser may ask for permission.",
    take: (label: string) => `Take photo for ${label}`,
    record: (label: string) => `Keep taking photos for ${label}`,
    newClass: "Something else",
    video: "Video file",
    which: "Which camera",
    number: (index: number) => `Camera ${index}`,
    picture: "Live picture",
    photoName: "camera photo",
  },
  reactions: {
    title: "When it sees something",
    of: "Which",
    any: "any class",
    say: "Say its name",
    sound: "Play a sound",
    full: "Full screen",
    counts: "How often each was seen",
    code: "Anything else is up to your own page, with <handful-camera> and the saved file",
  },
  asking: {
    title: (count: number) =>
      plural(count, { one: "What is this photo?", other: "What are these # photos?" }),
    noPhotos: "No photos were found there.",
    newClass: "Something new",
    answer: "Just tell me what it is",
  },
  answer: {
    title: "Answer",
    choose: "Choose photos",
    live: "Live camera",
    clear: "Clear",
    views: { one: "One by one", table: "Table" },
    strip: "Photos you asked about",
    invite: "Show it something new",
    inviteBody: "Drop a photo here, choose or paste one, or turn on the live camera.",
    namesAlone: "Answers go by the names alone until you add photos.",
    byName: (labels: readonly string[]) => `Known by name only, so less sure: ${list(labels)}.`,
    without: (labels: readonly string[]) => `Without photos so far: ${list(labels)}.`,
    waiting: "Looking…",
    waits: {
      elsewhere: "The set is open in another tab. The answer comes as soon as it is open here.",
      unusable: "The stored set cannot be used. The answer comes after you start anew.",
      failed: "The page is not ready. The answer comes as soon as it is.",
      offer: "The answer comes as soon as the set’s image model is here.",
    },
    failed: "This photo could not be answered.",
    none: "None of these",
    unsure: "Not sure",
    perhaps: (score: Score) => `Perhaps ${scored(score)}.`,
    closest: ({ label }: Score) => `Closest: ${label}.`,
    likeliest,
    bars: "How likely each class is",
    all: (count: number) => `All ${count} classes`,
    many: (count: number) => `Answers for ${photos(count)}`,
    counts: (total: number, counts: Tally) => {
      const words = { sure: "# sure", unsure: "# unsure", none: "# none", unanswered: "# without an answer" };
      return `${photos(total)}: ${present(counts, words).join(", ")}`;
    },
    together: {
      looking: (done: number, total: number) =>
        `Looking at photo ${Math.min(done + 1, total)} of ${total}. Then all are answered together.`,
      working: "Answering them together…",
      done: "Answered together: photos that are alike help each other.",
    },
    photo: (name: string) => `Your photo ${name}`,
    unscored: (labels: readonly string[]) => `Not considered, because without photos: ${list(labels)}.`,
    nearest: "Most like these of your photos",
    suggested: "Say what these are: they would teach it most.",
    suggestedPhoto: (name: string) => `Worth labelling: ${name}`,
    stages: { decode: "read", preprocess: "prepare", encode: "look", classify: "decide" },
    milliseconds: (value: number) => (value < 1 ? "under 1 ms" : `${Math.round(value)} ms`),
    spoken: (best: Score, next: Score | undefined) =>
      `${scored(best)}${next ? `, then ${scored(next)}` : ""}`,
    spokenUnsure: (best: Score, next: Score | undefined) =>
      `Not sure. Perhaps ${scored(best)}${next ? `, or ${scored(next)}` : ""}`,
    spokenNone: ({ label }: Score) => `None of these. Closest: ${label}.`,
    jump: "Answer:",
  },
  table: {
    file: "Photo",
    answer: "Answer",
    probability: "How sure",
    set: "Could be",
    csv: "Save as CSV",
    json: "Save as JSON",
  },
  correct: {
    right: "Right or wrong? Press what it is, and it learns:",
    open: "What is it? Press it, and it learns:",
    teach: (label: string) => `Teach that it is ${label}`,
    others: "Another class",
    teachNone: "Teach that it is none of these",
    taughtNone: "Learnt: it is none of these.",
    taught: (label: string) => `Learnt: it is ${label}.`,
  },
  askBelow: {
    name: "How sure an answer has to be",
    below: (value: number) => `Ask me when less than ${share(value)} sure`,
    never: "Never ask me",
  },
  strictness: {
    name: "How soon a photo is none of these",
    oneIn: (n: number) => `May take 1 in ${n} photos of your things for none of these`,
    never: "Never says “None of these”",
    refused: (count: number) =>
      count === 0
        ? "It would refuse none of the classes’ photos."
        : `It would refuse ${photos(count)} of the classes:`,
  },
  quality: {
    title: "How well it works",
    expected,
    second: "Add a second photo to each class to see how well it works.",
    single: (labels: readonly string[]) => `Not judged yet, because of only one photo: ${list(labels)}.`,
    weakest: ({ label, takenFor }: Pick<Mistake, "label" | "takenFor">) =>
      `It does worst on ${label}, which it may take for ${takenFor}: add photos of ${label}.`,
    byClass: "How many photos of each class it would know, had it not been shown them",
    suspects: (count: number) => `${photos(count)} may have the wrong label`,
    suspect: ({ label, looksLike }: Suspect) => `In ${label}, but looks like this one of ${looksLike}`,
    move: (label: string) => `Move to ${label}`,
  },
  map: {
    title: "All photos on a map",
    name: (count: number) => `Map of ${photos(count)}`,
    hint: "Photos that look alike lie close together. Press one to pick it, or drag it to the name of its class.",
    asked: "The round ones are photos that you asked about: press one to see its answer.",
    keys: "Arrow keys lead to the nearest photo, Page Up and Page Down through all of them, Enter picks one, + and − zoom.",
    classes: "Drag photos here",
    looksLike: (photo: string, label: string) => `${photo}, looks like ${label}`,
    around: "Draw around photos",
    closer: "Closer",
    farther: "Farther",
    earlier: "The photos have changed; the map follows.",
    movePicked: "Move picked photos to",
    lists: "The same photos as lists, each with its class",
  },
  head: {
    title: "How answers are computed",
    choose: "Method",
    hint: "Automatic joins what the photos and the names of the classes say.",
    useNames: "Use class names",
    namesHint:
      "Some plain English names of things are understood, roughly. They stand in while photos are missing; photos count for more.",
    names,
  },
  heat: {
    ask: "Where does it look?",
    most: (place: number) => `The orange parts count, most of all ${PLACES[place]}.`,
    none: "It goes by all of the photo: no single part decides.",
  },
  opinions: {
    title: "What single methods say of this photo",
    invite: "Ask about a photo to see that.",
    working: "Working it out…",
    failed: "That could not be worked out.",
    hint: "Each looks at this photo alone. Uncertain: 0% where one class is sure, 100% where all are alike. Share: how much of the answer is made of it.",
    columns: ["Method", "Says", "Uncertain", "Share"],
    noShare: "none",
    names: { zero_shot: "Names of the classes", amu: "AMU-Tuning" } as Partial<Record<HeadName, string>>,
  },
  encoder: {
    choose: "What looks at the photos",
    models: {
      shipped: "handful-lite0, part of this page",
      "handful-lite2": "handful-lite2 (slower, sees more)",
      ...MODELS,
    } as Record<EncoderName, string>,
    hint: "Larger ones see more and take longer. Each needs a set of its own.",
    needed: (model: string) => `This set was made with ${model}.`,
    forNew: (model: string) => `${model} gets a new set; the open one stays as it is.`,
    places: { page: "this page", hub: "the model hub" },
    size: (bytes: number, place: string) =>
      `${megabytes(bytes)} to download from ${place}, once. Your photos stay here.`,
    rest: (bytes: number, of: number, place: string) =>
      `${megabytes(bytes)} to download from ${place}; the rest of ${megabytes(of)} is here already. Your photos stay here.`,
    here: "It is on this device already.",
    unknown: "How large the download is could not be found out.",
    download: "Download",
    use: "Start a new set",
    decline: "Not now",
    loading: (model: string) => `Loading ${model}`,
    starting: "All is here. It starts, which may take half a minute…",
    inUse: (model: string) => `new set, with ${model}`,
    orAnew: "Or it teaches the open one anew, from the pictures that are kept of its photos.",
    orHere: "Or teach it anew with this page’s image model, from the pictures that are kept of its photos.",
    reteach: "Teach this set anew",
    reteachHere: "Teach it anew with this page’s image model",
    reteaching: "Teaching the set anew",
    progress: (done: number, total: number) => `${done} of ${photos(total)}`,
    retaught: (count: number) => `taught ${photos(count)} anew`,
    noPictures: "The set stays as it is, because no picture of its photos can be used.",
    photo: (label: string | undefined) =>
      label === undefined ? "Photo without a class" : `Photo of ${label}`,
    words: (label: string | undefined) => (label === undefined ? "What it observed" : `Text of ${label}`),
  },
  confusion: {
    title: "What is taken for what",
    hint: "Rows: what the photos show. Columns: what they were taken for. A number shows its photos.",
  },
  test: {
    title: "Test it",
    hint: "Photos that it has not learnt, in folders named after the classes, show how often it is right. They teach it nothing.",
    folder: "Folder to test it with",
    drop: "or drop folders here",
    noFolder: "Only photos in folders count: the name of a folder says what its photos show.",
    progress: (done: number, total: number) => `Testing photo ${Math.min(done + 1, total)} of ${total}`,
    done: (right: number, count: number) => `tested: ${right} of ${count} right`,
    earlier: "These figures are of the set before its last change. Test again to see how it works now.",
    right: (right: number, { n, value, low, high }: Estimate) =>
      `${right} of ${photos(n)} right: ${share(value)} (95% interval: ${share(low)} to ${share(high)}).`,
    refused: ({ unsure, guessed, none }: Record<"unsure" | "guessed" | "none", number>) => {
      const doubts = unsure > 0 ? [`“Not sure” for ${unsure} (best guess right for ${guessed})`] : [];
      const strange = none > 0 ? [`“None of these” for ${none}`] : [];
      if (unsure + none === 0) return "None of the classes’ photos was refused.";
      return `${photos(unsure + none)} of the classes refused: ${[...doubts, ...strange].join(", ")}.`;
    },
    strangers: (count: number, folders: readonly string[]) =>
      `“None of these” is right for ${photos(count)}, because no class that takes part is named like their folder: ${some(folders)}.`,
    failed: (count: number) =>
      plural(count, {
        one: "# photo could not be answered and does not count.",
        other: "# photos could not be answered and do not count.",
      }),
    byClass: "How many of each class were right",
    stranger: "Strangers",
    of: (right: number, count: number) => `${right} of ${count}`,
    worst: (count: number, answer: string) => `otherwise mostly ${answer} (${count})`,
    matrix: "What the test photos were taken for",
    matrixHint: "Rows: what the photos show. Columns: the answers. A number shows its photos.",
    cell: (count: number, truth: string, answer: string) => `${count} of ${truth}, answered ${answer}`,
    csv: "Save the test as CSV",
    json: "Save the test as JSON",
  },
  exports: {
    title: "Use it elsewhere",
    hint: "What was learnt, for other programs. The ZIP file takes photos and has programs for Python and for browsers; the other files take the features of the image model.",
    instead: (name: string, both: boolean) =>
      `The method in use has no weights to write; ${both ? "both files hold" : "the file of weights holds"}: ${name}.`,
    model: "Save all of it (ZIP)",
    onnx: "Save as ONNX",
    weights: "Save weights (safetensors)",
    snippet: "A program that runs it",
    failed: "That could not be exported: add photos to at least two classes.",
  },
  bar: {
    name: "Parts of the page",
    quality: "How good?",
    skip: "Skip to the classes",
    skipAnswer: "Skip to the answer",
  },
  footer: {
    licences: "Whose work this page builds on",
    keys: "Ctrl+Z takes back, Ctrl+Shift+Z repeats, Ctrl+V pastes a photo. Among the photos of a class Space picks one, Shift with arrows and Ctrl+A pick many, Enter shows one large, Delete removes those that are picked. On a Mac, Command.",
  },
};

/** What every language has to say; English is the original. */
export type Text = typeof en;
