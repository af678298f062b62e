/** The words of the page in German. */
import type { Estimate } from "../state/state";
import type { Text } from "./en";
import { createFormats } from "./formats";
import { MODELS } from "./models";
import { candidates, few, outlook, present } from "./sentences";

const words = { over: "über 99\u00a0%", under: "unter 1\u00a0%" };
const { share, percent, scored, plural, list, either, megabytes } = createFormats("de", words);

function photos(count: number): string {
  return plural(count, { one: "# Foto", other: "# Fotos" });
}

function some(names: readonly string[]): string {
  return list(few(names, (others) => `${others} weitere`));
}

const likeliest = candidates(either, {
  two: (labels) => `Kann beides sein: ${labels}.`,
  any: "Kann jede davon sein.",
  some: (labels) => `Es ist ${labels}: stimmt in neun von zehn Fällen.`,
  others: (count) => `eine von ${count} weiteren`,
});

function expected(estimate: Estimate): string {
  const { about, least, most, rough } = outlook(estimate);
  const surer = rough ? " Mit mehr Fotos wird das genauer." : "";
  return `Von 100 neuen Fotos werden ${about === 100 ? "fast alle" : `etwa ${about}`} richtig erkannt (${least} bis ${most}), geschätzt aus ${estimate.n} deiner eigenen.${surer}`;
}

const again = "Lade die Seite neu";
const operator = "wenn das nicht hilft, sag es dem Betreiber der Seite.";
const kept = `${again}: Deine gespeicherten Fotos sind noch da.`;
const orPhotos = "oder füge stattdessen Fotos hinzu.";

/** Thirds of a photo, row by row. */
const PLACES = [
  "oben links",
  "oben",
  "oben rechts",
  "links",
  "in der Mitte",
  "rechts",
  "unten links",
  "unten",
  "unten rechts",
];

export const de: Text = {
  title: "handful: mit ein paar Fotos etwas beibringen",
  codes: {
    "empty-label": "Gib der Klasse erst einen Namen.",
    "label-too-long": "Der Name ist zu lang: höchstens 200 Zeichen.",
    "duplicate-label": "Eine Klasse mit diesem Namen gibt es schon.",
    "unknown-class": "Diese Klasse gibt es nicht mehr.",
    "unknown-example": "Dieses Foto gibt es nicht mehr.",
    "not-enough-examples": "Noch zu wenige Beispiele: Mindestens zwei Klassen brauchen Fotos.",
    "too-many-items": "Diese Sammlung nimmt nichts mehr auf. Füge ihre Datei einer neuen Sammlung hinzu.",
    "not-an-image": "Dieser Browser kann es nicht als Foto lesen. JPEG, PNG und WebP gehen immer.",
    "file-gone":
      "Es lässt sich nicht mehr lesen: Es wurde geändert, verschoben oder gelöscht. Wähl es noch einmal aus.",
    heic: "Das ist ein HEIC-Foto, das dieser Browser nicht lesen kann. Teile es als JPEG, oder stell die Kamera des iPhones auf „Maximale Kompatibilität“ (Einstellungen, Kamera, Formate).",
    "image-empty": "Das Bild ist leer.",
    "image-too-large": "Das Bild ist zu groß. Nimm eine kleinere Kopie.",
    "image-bytes": "Das Bild ist beschädigt.",
    "zero-feature": "Auf diesem Bild ist nichts zu erkennen. Nimm ein anderes Foto.",
    "not-finite": "Auf diesem Bild ist nichts zu erkennen. Nimm ein anderes Foto.",
    shape: `Teile der Seite passen nicht zusammen. ${again}.`,
    parameter: `Eine Einstellung liegt außerhalb des Erlaubten. ${again}.`,
    "not-linear": "Diese Methode lässt sich nicht exportieren. Wähle eine andere.",
    format: "Die gespeicherte Sammlung ist beschädigt oder stammt von einer neueren Version.",
    "other-encoder": "Die Sammlung wurde mit einem anderen Bildmodell gemacht und passt nicht zu diesem.",
    "set-file":
      "Das ist eine gesicherte Sammlung. Lass sie allein fallen, um sie zu öffnen, oder wähle „Datei zu dieser Sammlung hinzufügen …“ im Menü Sammlungen.",
    "set-left": "Es war noch nicht gelernt, als die Sammlung weggelegt wurde.",
    "earlier-encoder":
      "Die gespeicherte Sammlung wurde mit dem früheren Bildmodell dieser Seite gemacht und passt nicht zum neuen: Bring einer neuen Sammlung bei, was auf den Fotos ist.",
    manifest: `Die Beschreibung des Bildmodells ist beschädigt. ${again}; ${operator}`,
    model: `Das Bildmodell ist beschädigt. ${again}; ${operator}`,
    "model-mismatch": `Das Bildmodell ist nicht das angekündigte. ${again}; ${operator}`,
    "wasm-html":
      "Der Server hat eine Webseite statt des Programms geschickt. Der Betreiber muss die .wasm-Dateien unverändert ausliefern.",
    "wasm-load": "Das Programm ließ sich nicht laden. Prüfe die Verbindung und versuche es noch einmal.",
    "simd-missing":
      "Dieser Browser ist zu alt: Ihm fehlt WebAssembly SIMD. Jeder aktuelle Chrome, Edge, Firefox oder Safari hat es.",
    network: "Ein Download ist fehlgeschlagen. Prüfe die Verbindung und versuche es noch einmal.",
    worker: `Was die Fotos ansieht, ist stehen geblieben. ${kept}`,
    "no-encoder": `Was die Fotos ansieht, ist nicht da. ${again}.`,
    "no-picture": "Von diesem Foto ist kein Bild da.",
    "no-text": "Dieses Bildmodell kennt keine Wörter, nur Bilder.",
    camera: `Die Kamera ist nicht zu gebrauchen. Erlaube sie für diese Seite und versuch es noch einmal, ${orPhotos}`,
    storage: "Der Speicher des Browsers hat versagt.",
    "unknown-set": "Diese Sammlung gibt es nicht mehr.",
    "set-in-use": "Die Sammlung ist in einem anderen Tab offen. Schließ sie erst dort.",
    disposed: `Was die Fotos ansieht, wurde beendet. ${again}.`,
    internal: `Im Programm ist etwas schiefgegangen. ${kept}`,
    unexpected: `Etwas ist schiefgegangen. ${kept}`,
  },
  cameraCodes: {
    denied: `Die Kamera ist für diese Seite gesperrt. Erlaube sie in der Adressleiste und versuch es noch einmal, ${orPhotos}`,
    none: `Keine Kamera gefunden. Schließe eine an und versuch es noch einmal, ${orPhotos}`,
    "in-use": `Die Kamera ist beschäftigt, vielleicht in einem anderen Programm. Schließe es und versuch es noch einmal, ${orPhotos}`,
    insecure: `Browser erlauben die Kamera nur auf sicheren Seiten. Öffne diese Seite mit https, ${orPhotos}`,
    lost: `Die Kamera wurde getrennt. Verbinde sie und versuch es noch einmal, ${orPhotos}`,
    video: "Dieser Browser kann die Datei nicht als Video abspielen. MP4 und WebM gehen meistens.",
  },
  percent,
  share,
  photos,
  either,
  press: {
    again: "Noch einmal versuchen",
    close: "Schließen",
    stop: "Anhalten",
    add: "Hinzufügen",
    cancel: "Abbrechen",
  },
  header: {
    tagline: "Zeig ein paar Fotos von jedem Ding, und die Seite erkennt neue.",
    private: "Deine Fotos verlassen dieses Gerät nie",
    offline: "Geht auch offline",
    language: "Sprache",
  },
  engine: {
    loading: "Gleich bereit …",
    loaded: (done, total) => (total > 0 ? `${megabytes(done)} von ${megabytes(total)}` : megabytes(done)),
    ready: "Bereit",
    failed: "Die Seite ist nicht bereit:",
  },
  newer: {
    words:
      "Es gibt eine neue Version dieser Seite. Sie startet von selbst, wenn du die Seite überall schließt.",
    start: "Jetzt starten",
  },
  elsewhere: {
    words: (name) =>
      `„${name}“ ist in einem anderen Tab offen. Arbeite dort weiter; schließt du ihn, öffnet sich die Sammlung hier.`,
    here: "Lieber hier arbeiten",
    kept: (name) =>
      `Der andere Tab muss „${name}“ behalten, weil sie dort noch nicht gespeichert ist. Sieh dort nach, warum.`,
  },
  sets: {
    first: "Meine Sammlung",
    another: (index) => `Sammlung ${index}`,
    name: "Name der Sammlung",
    menu: "Sammlungen",
    open: (name) => `${name} öffnen`,
    create: "Neue Sammlung",
    openFile: "Datei öffnen …",
    mergeFile: "Datei zu dieser Sammlung hinzufügen …",
    merged: (count, name, labels) =>
      `${photos(count)} aus ${name} hinzugefügt${labels.length > 0 ? `, zu ${some(labels)}` : ""}`,
    known: (name) => `alles aus ${name} war schon da`,
    leftOut: (count) =>
      plural(count, {
        one: "# Bild wurde ausgelassen, weil man es nicht anzeigen kann oder weil es zu keinem Foto gehört",
        other:
          "# Bilder wurden ausgelassen, weil man sie nicht anzeigen kann oder weil sie zu keinem Foto gehören",
      }),
    save: "Als Datei sichern",
    share: "Teilen",
    otherDevice: "Diese Seite auf dem Handy öffnen",
    otherDeviceNote:
      "Deine Sammlungen bleiben auf diesem Gerät. Zum Mitnehmen sichere eine als Datei und öffne sie dort.",
    qrCode: "QR-Code der Adresse dieser Seite",
    savePlain: "Ohne Bilder sichern",
    remove: "Diese Sammlung löschen",
    deleted: (name) => `${name} gelöscht`,
    restore: (name) => `Gelöscht: ${name}, zurückholen`,
    opened: (name) => `${name} geöffnet`,
    unsaved: (name) =>
      `„${name}“ ist noch nicht gespeichert und bleibt deshalb offen. Sichere sie als Datei, um weiterzumachen.`,
    failed: "Das ging nicht: Der Speicher des Browsers hat versagt.",
    badFile: (name) => `${name} ist beschädigt, stammt von einer neueren Version oder ist keine Sammlung.`,
    otherEncoder: (name) => `${name} wurde mit einem anderen Bildmodell gemacht und passt hier nicht.`,
    earlierEncoder: (name) =>
      `${name} wurde mit dem früheren Bildmodell dieser Seite gemacht und passt hier nicht: Bring einer neuen Sammlung bei, was auf den Fotos ist.`,
  },
  storage: {
    idle: "",
    unsaved: "Nicht gespeichert",
    saving: "Wird gespeichert …",
    saved: "Gespeichert",
    kept: "Der Browser behält deine Sammlungen, bis du sie löschst.",
    evictable:
      "Wird der Platz knapp, kann der Browser deine Sammlungen löschen: Sichere Wichtiges als Datei.",
    failed: {
      blocked:
        "Nicht gespeichert: Dieser Browser lässt die Seite nichts behalten. Deine Arbeit bleibt, bis du die Seite schließt.",
      full: "Nicht gespeichert: Der Speicherplatz für diese Seite ist voll. Sobald Platz ist, wird gespeichert; lass die Seite bis dahin offen.",
      newer:
        "Nicht gespeichert: Ein anderer Tab hat eine neuere Version dieser Seite. Sichere deine Sammlung als Datei und lade diesen Tab dann neu.",
      slow: "Noch nicht gespeichert: Der Speicher des Browsers antwortet nicht. Lass die Seite offen; vielleicht hilft es, andere Tabs davon zu schließen.",
      failed:
        "Nicht gespeichert: Der Speicher des Browsers hat versagt. Es wird immer wieder versucht; lass die Seite bis dahin offen.",
    },
  },
  pictures: {
    ask: (bytes) =>
      `Kleine Bilder der Fotos in diesem Browser behalten (bisher ${megabytes(bytes)}), um nächstes Mal zu sehen, was gelernt ist, und um ein besseres Bildmodell anzulernen?`,
    yes: "Behalten",
    no: "Nicht behalten",
  },
  unusable: {
    kept: "Sie ist noch da, unverändert.",
    pictures: "Aus den Bildern ihrer Fotos lässt sie sich neu anlernen.",
    copy: "Kopie sichern",
    anew: "Neu anfangen",
  },
  history: {
    undo: "Rückgängig",
    redo: "Wiederholen",
    nothing: "noch nichts",
    undone: (what) => `Rückgängig gemacht: ${what}`,
    redone: (what) => `Wiederholt: ${what}`,
  },
  did: {
    samples: (title) => `${title} beigebracht`,
    addClass: (label) => `Klasse ${label} hinzugefügt`,
    rename: (from, to) => `${from} in ${to} umbenannt`,
    merge: (from, into) => `${from} mit ${into} vereint`,
    removeClass: (label) => `Klasse ${label} entfernt`,
    disable: (label) => `${label} beim Antworten ausgelassen`,
    enable: (label) => `${label} wieder zum Antworten genommen`,
    mergeFile: (name) => `Sammlung ${name} hinzugefügt`,
    addedPhotos: (count, label) => `${photos(count)} zu ${label} hinzugefügt`,
    addedFolders: (count, folders) =>
      `${photos(count)} aus ${plural(folders, { one: "# Ordner", other: "# Ordnern" })} hinzugefügt`,
    partly: (added, count) =>
      `${added}; ${plural(count, { one: "# weiteres war schon da", other: "# weitere waren schon da" })}`,
    known: (count) => plural(count, { one: "das Foto war schon da", other: "alle # Fotos waren schon da" }),
    removePhotos: (count) => `${photos(count)} entfernt`,
    movePhotos: (count, label) => `${photos(count)} nach ${label} verschoben`,
    reteach: "Sammlung neu angelernt",
  },
  samples: {
    title: "Oder fang mit einem Beispiel an",
    fruit: {
      title: "Obst",
      note: "Vier Sorten, auf einen Tisch gemalt",
      classes: { apple: "Apfel", banana: "Banane", pear: "Birne", plum: "Pflaume" },
    },
    faces: {
      title: "Gefühle",
      note: "Gesichter, wie Kinder sie malen",
      classes: { happy: "froh", sad: "traurig", surprised: "überrascht", angry: "wütend" },
    },
    camera: {
      title: "Du, mit der Kamera",
      note: "Dein Gesicht und deine Hand, in zehn Sekunden",
      classes: { face: "Gesicht", hand: "Hand" },
      prompts: { face: "Schau in die Kamera", hand: "Halte deine Hand davor" },
      done: "Zeig jetzt das eine oder das andere",
    },
  },
  teach: {
    title: "Beibringen",
    emptyTitle: "Was soll die Seite unterscheiden?",
    steps: [
      "Nenne zwei oder mehr Dinge.",
      "Gib jedem ein paar Fotos.",
      "Zeig ein neues: Die Seite weiß es sofort.",
    ],
    newClass: "Name einer neuen Klasse",
    newClassHint: "zum Beispiel: reif",
    addClass: "Hinzufügen",
    opening: (labels) =>
      plural(labels.length, {
        one: `Deine Klasse kommt dazu, sobald die Seite bereit ist: ${list(labels)}.`,
        other: `Deine Klassen kommen dazu, sobald die Seite bereit ist: ${list(labels)}.`,
      }),
    progress: (done, total) => `Lerne Foto ${Math.min(done + 1, total)} von ${total}`,
    problems: (count) =>
      plural(count, { one: "# Foto wurde ausgelassen", other: "# Fotos wurden ausgelassen" }),
    others: (count) => plural(count, { one: "# anderes, und:", other: "# andere, und:" }),
    dismiss: "Schließen",
    folder: "Ordner, darin einer je Klasse",
    search: "Klasse suchen",
    found: (found, count) => `${found} von ${count} Klassen`,
    dropAnywhere: "oder zieh Fotos auf eine Klasse oder irgendwohin auf die Seite",
  },
  card: {
    name: (label) => `Name der Klasse ${label}`,
    addPhotos: "Fotos hinzufügen",
    addPhotosTo: (label) => `Fotos hinzufügen zu ${label}`,
    camera: "Kamera",
    cameraFor: (label) => `Kamera für ${label}`,
    more: (label) => `Mehr zu ${label}`,
    mergeInto: (label) => `Mit ${label} vereinen`,
    disable: "Beim Antworten auslassen",
    enable: "Wieder zum Antworten nehmen",
    disabled: "ausgelassen",
    remove: "Klasse entfernen",
    empty: "Noch keine Fotos. Zieh welche hierher, füge sie ein oder nimm die Knöpfe.",
    emptyNone:
      "Fotos vom leeren Tisch, von deiner Hand, von allem, was nicht für eins deiner Dinge gehalten werden soll. Zieh welche hierher, füge sie ein oder nimm die Knöpfe.",
    emptyNamed: "Bisher ist nur der Name bekannt. Zieh Fotos hierher, füge sie ein oder nimm die Knöpfe.",
    photo: (index, label) => `Foto ${index} von ${label}`,
    pictures: (label) => `Fotos von ${label}`,
    picked: (count) => `${photos(count)} ausgewählt`,
    pickAll: "Alle auswählen",
    removePicked: "Entfernen",
    moveTo: "Verschieben nach …",
    movePicked: (label) => `Ausgewählte Fotos von ${label} verschieben nach`,
    enlarge: "Vergrößern",
    previous: "Zurück",
    next: "Weiter",
    done: "Fertig",
  },
  camera: {
    title: "Kamera",
    hint: "Drück auf einen Namen, und er lernt, was du siehst. Halte ihn gedrückt, oder drück auf seinen Punkt: dann zehn Fotos in der Sekunde.",
    chips: "Lehren, was die Kamera sieht",
    close: "Kamera schließen",
    starting: "Warte auf die Kamera. Vielleicht fragt der Browser um Erlaubnis.",
    take: (label) => `Foto aufnehmen für ${label}`,
    record: (label) => `Laufend aufnehmen für ${label}`,
    newClass: "Etwas anderes",
    video: "Videodatei",
    which: "Welche Kamera",
    number: (index) => `Kamera ${index}`,
    picture: "Livebild",
    photoName: "Kamerafoto",
  },
  reactions: {
    title: "Wenn es etwas sieht",
    of: "Welche",
    any: "jede Klasse",
    say: "Den Namen sagen",
    sound: "Einen Ton spielen",
    full: "Vollbild",
    counts: "Wie oft jedes gesehen wurde",
    code: "Alles andere macht eine eigene Seite, mit <handful-camera> und der gesicherten Datei",
  },
  asking: {
    title: (count) => plural(count, { one: "Was zeigt dieses Foto?", other: "Was zeigen diese # Fotos?" }),
    noPhotos: "Dort wurden keine Fotos gefunden.",
    newClass: "Etwas Neues",
    answer: "Sag mir einfach, was es ist",
  },
  answer: {
    title: "Antwort",
    choose: "Fotos wählen",
    live: "Live-Kamera",
    clear: "Leeren",
    views: { one: "Einzeln", table: "Tabelle" },
    strip: "Fotos, nach denen du gefragt hast",
    invite: "Zeig etwas Neues",
    inviteBody: "Zieh ein Foto hierher, wähle eins, füge eins ein oder schalte die Live-Kamera ein.",
    namesAlone: "Antworten richten sich nur nach den Namen, bis du Fotos hinzufügst.",
    byName: (labels) => `Nur dem Namen nach bekannt, also weniger sicher: ${list(labels)}.`,
    without: (labels) => `Bisher ohne Fotos: ${list(labels)}.`,
    waiting: "Schaue …",
    waits: {
      elsewhere: "Die Sammlung ist in einem anderen Tab offen. Die Antwort kommt, sobald sie hier offen ist.",
      unusable: "Die gespeicherte Sammlung geht hier nicht. Die Antwort kommt, wenn du neu anfängst.",
      failed: "Die Seite ist nicht bereit. Die Antwort kommt, sobald sie es ist.",
      offer: "Die Antwort kommt, sobald das Bildmodell der Sammlung da ist.",
    },
    failed: "Zu diesem Foto gibt es keine Antwort.",
    none: "Keins davon",
    unsure: "Nicht sicher",
    perhaps: (score) => `Vielleicht ${scored(score)}.`,
    closest: ({ label }) => `Am nächsten: ${label}.`,
    likeliest,
    bars: "Wie wahrscheinlich jede Klasse ist",
    all: (count) => `Alle ${count} Klassen`,
    many: (count) => `Antworten für ${photos(count)}`,
    counts: (total, counts) => {
      const words = {
        sure: "# sicher",
        unsure: "# unsicher",
        none: "# keins davon",
        unanswered: "# ohne Antwort",
      };
      return `${photos(total)}: ${present(counts, words).join(", ")}`;
    },
    together: {
      looking: (done, total) =>
        `Schaue Foto ${Math.min(done + 1, total)} von ${total} an. Dann werden alle gemeinsam beantwortet.`,
      working: "Beantworte sie gemeinsam …",
      done: "Gemeinsam beantwortet: Fotos, die sich ähneln, helfen einander.",
    },
    photo: (name) => `Dein Foto ${name}`,
    unscored: (labels) => `Nicht berücksichtigt, weil ohne Fotos: ${list(labels)}.`,
    nearest: "Am ähnlichsten sind diese deiner Fotos",
    suggested: "Sag, was das ist: Davon würde es am meisten lernen.",
    suggestedPhoto: (name) => `Lohnt sich zu benennen: ${name}`,
    stages: { decode: "lesen", preprocess: "vorbereiten", encode: "ansehen", classify: "entscheiden" },
    milliseconds: (value) => (value < 1 ? "unter 1 ms" : `${Math.round(value)} ms`),
    spoken: (best, next) => `${scored(best)}${next ? `, dann ${scored(next)}` : ""}`,
    spokenUnsure: (best, next) =>
      `Nicht sicher. Vielleicht ${scored(best)}${next ? `, oder ${scored(next)}` : ""}`,
    spokenNone: ({ label }) => `Keins davon. Am nächsten: ${label}.`,
    jump: "Antwort:",
  },
  table: {
    file: "Foto",
    answer: "Antwort",
    probability: "Wie sicher",
    set: "Kann sein",
    csv: "Als CSV sichern",
    json: "Als JSON sichern",
  },
  correct: {
    right: "Stimmt das? Drück, was es ist, und die Seite lernt dazu:",
    open: "Was ist es? Drück darauf, und die Seite lernt dazu:",
    teach: (label) => `Beibringen: Es ist ${label}`,
    others: "Andere Klasse",
    teachNone: "Beibringen: Es ist keins davon",
    taughtNone: "Gelernt: Es ist keins davon.",
    taught: (label) => `Gelernt: Es ist ${label}.`,
  },
  askBelow: {
    name: "Wie sicher eine Antwort sein muss",
    below: (value) => `Frag mich, wenn weniger als ${share(value)} sicher`,
    never: "Frag mich nie",
  },
  strictness: {
    name: "Wie schnell ein Foto „Keins davon“ ist",
    oneIn: (n) => `Hält höchstens 1 von ${n} Fotos deiner Sachen für „Keins davon“`,
    never: "Sagt nie „Keins davon“",
    refused: (count) =>
      count === 0
        ? "Von den Fotos der Klassen würde es keins ablehnen."
        : `Von den Fotos der Klassen würde es ${count} ablehnen:`,
  },
  quality: {
    title: "Wie gut es klappt",
    expected,
    second: "Gib jeder Klasse ein zweites Foto, dann siehst du, wie gut es klappt.",
    single: (labels) => `Noch nicht beurteilt, weil nur ein Foto da ist: ${list(labels)}.`,
    weakest: ({ label, takenFor }) =>
      `Am schlechtesten klappt ${label}, leicht verwechselt mit ${takenFor}: Gib mehr Fotos von ${label} dazu.`,
    byClass: "Wie viele Fotos jeder Klasse es erkennen würde, hätte es sie nicht gesehen",
    suspects: (count) =>
      plural(count, {
        one: "# Foto ist vielleicht falsch einsortiert",
        other: "# Fotos sind vielleicht falsch einsortiert",
      }),
    suspect: ({ label, looksLike }) => `In ${label}, sieht aber aus wie dieses von ${looksLike}`,
    move: (label) => `Verschieben nach ${label}`,
  },
  map: {
    title: "Alle Fotos auf einer Karte",
    name: (count) => `Karte, auf der ${photos(count)} liegen`,
    hint: "Was ähnlich aussieht, liegt nah beieinander. Drück auf ein Foto, um es auszuwählen, oder zieh es auf den Namen seiner Klasse.",
    asked: "Rund sind die Fotos, nach denen du gefragt hast: Drück auf eins, um seine Antwort zu sehen.",
    keys: "Pfeiltasten führen zum nächsten Foto, Bild auf und Bild ab durch alle, die Eingabetaste wählt eins aus, + und − vergrößern und verkleinern.",
    classes: "Fotos hierher ziehen",
    looksLike: (photo, label) => `${photo}, sieht aus wie ${label}`,
    around: "Fotos umkreisen",
    closer: "Näher",
    farther: "Weiter weg",
    earlier: "Die Fotos haben sich geändert, die Karte folgt.",
    movePicked: "Ausgewählte Fotos verschieben nach",
    lists: "Dieselben Fotos als Listen, jedes bei seiner Klasse",
  },
  head: {
    title: "Wie Antworten entstehen",
    choose: "Methode",
    hint: "Automatisch verbindet, was die Fotos und die Namen der Klassen sagen.",
    useNames: "Klassennamen nutzen",
    namesHint:
      "Manche einfachen englischen Namen von Dingen werden verstanden, ungefähr. Sie springen ein, solange Fotos fehlen; Fotos zählen mehr.",
    names: {
      auto: "Automatisch",
      prototype: "Nächster Klassenmittelwert",
      knn: "Nächste Fotos",
      logistic: "Logistische Regression",
      naive_bayes: "Naiver Bayes",
      naive_bayes_full: "Naiver Bayes, volle Kovarianz",
      kernel_ridge: "Kernel-Ridge-Regression",
      uer: "UER, für Datenströme",
    },
  },
  heat: {
    ask: "Wohin schaut es?",
    most: (place) => `Was orange ist, zählt, vor allem ${PLACES[place]}.`,
    none: "Es richtet sich nach dem ganzen Foto: Kein einzelner Teil entscheidet.",
  },
  opinions: {
    title: "Was einzelne Methoden zu diesem Foto sagen",
    invite: "Frag nach einem Foto, dann steht es hier.",
    working: "Wird ausgerechnet …",
    failed: "Das ließ sich nicht ausrechnen.",
    hint: "Jede sieht nur dieses Foto. Unsicher: 0 %, wo eine Klasse feststeht, 100 %, wo alle gleich wahrscheinlich sind. Anteil: wie viel der Antwort daraus besteht.",
    columns: ["Methode", "Sagt", "Unsicher", "Anteil"],
    noShare: "keiner",
    names: { zero_shot: "Namen der Klassen", amu: "AMU-Tuning" },
  },
  encoder: {
    choose: "Was die Fotos ansieht",
    models: {
      shipped: "handful-lite0, Teil dieser Seite",
      "handful-lite2": "handful-lite2 (langsamer, sieht mehr)",
      ...MODELS,
    },
    hint: "Größere sehen mehr und brauchen länger. Jedes braucht eine eigene Sammlung.",
    needed: (model) => `Diese Sammlung wurde mit ${model} gemacht.`,
    forNew: (model) => `${model} bekommt eine neue Sammlung; die offene bleibt, wie sie ist.`,
    places: { page: "von dieser Seite", hub: "vom Modell-Hub" },
    size: (bytes, place) => `${megabytes(bytes)} sind einmal ${place} zu laden. Deine Fotos bleiben hier.`,
    rest: (bytes, of, place) =>
      `${megabytes(bytes)} sind ${place} zu laden; der Rest von ${megabytes(of)} ist schon da. Deine Fotos bleiben hier.`,
    here: "Er ist schon auf diesem Gerät.",
    unknown: "Wie viel zu laden ist, ließ sich nicht feststellen.",
    download: "Herunterladen",
    use: "Neue Sammlung anfangen",
    decline: "Jetzt nicht",
    loading: (model) => `${model} wird geladen`,
    starting: "Alles ist da. Er startet, das kann eine halbe Minute dauern …",
    inUse: (model) => `neue Sammlung, mit ${model}`,
    orAnew: "Oder die offene wird mit ihm neu angelernt, aus den Bildern, die von ihren Fotos da sind.",
    orHere:
      "Oder lerne sie neu an mit dem Bildmodell dieser Seite, aus den Bildern, die von ihren Fotos da sind.",
    reteach: "Diese Sammlung neu anlernen",
    reteachHere: "Neu anlernen mit dem Bildmodell dieser Seite",
    reteaching: "Die Sammlung wird neu angelernt",
    progress: (done, total) => `${done} von ${total} Fotos`,
    retaught: (count) => `${photos(count)} neu angelernt`,
    noPictures: "Die Sammlung bleibt, wie sie ist: Kein Bild ihrer Fotos lässt sich verwenden.",
    photo: (label) => (label === undefined ? "Foto ohne Klasse" : `Foto von ${label}`),
    words: (label) => (label === undefined ? "Was sie beobachtet hat" : `Text von ${label}`),
  },
  confusion: {
    title: "Was womit verwechselt wird",
    hint: "Zeilen: was die Fotos zeigen. Spalten: wofür sie gehalten wurden. Eine Zahl zeigt ihre Fotos.",
  },
  test: {
    title: "Ausprobieren",
    hint: "Fotos, die nicht gelernt wurden, in Ordnern mit den Namen der Klassen, zeigen, wie oft die Antwort stimmt. Beigebracht wird dabei nichts.",
    folder: "Ordner zum Ausprobieren",
    drop: "oder Ordner hierher ziehen",
    noFolder: "Nur Fotos in Ordnern zählen: Der Name des Ordners sagt, was sie zeigen.",
    progress: (done, total) => `Foto ${Math.min(done + 1, total)} von ${total} wird ausprobiert`,
    done: (right, count) => `ausprobiert: ${right} von ${count} richtig`,
    earlier:
      "Diese Zahlen sind von der Sammlung vor ihrer letzten Änderung. Probier sie noch einmal aus, um zu sehen, wie es jetzt klappt.",
    right: (right, { n, value, low, high }) =>
      `${right} von ${photos(n)} richtig: ${share(value)} (95-%-Intervall: ${share(low)} bis ${share(high)}).`,
    refused: ({ unsure, guessed, none }) => {
      const doubts =
        unsure > 0 ? [`„Nicht sicher“ bei ${unsure} (beste Vermutung richtig bei ${guessed})`] : [];
      const strange = none > 0 ? [`„Keins davon“ bei ${none}`] : [];
      if (unsure + none === 0) return "Von den Fotos der Klassen wurde keins abgelehnt.";
      return `Von den Fotos der Klassen ${unsure + none} abgelehnt: ${[...doubts, ...strange].join(", ")}.`;
    },
    strangers: (count, folders) =>
      `„Keins davon“ ist richtig bei ${photos(count)}, weil keine Klasse, die antworten kann, heißt wie der Ordner: ${some(folders)}.`,
    failed: (count) =>
      plural(count, {
        one: "# Foto ließ sich nicht beantworten und zählt nicht.",
        other: "# Fotos ließen sich nicht beantworten und zählen nicht.",
      }),
    byClass: "Wie viele jeder Klasse richtig waren",
    stranger: "Fremde",
    of: (right, count) => `${right} von ${count}`,
    worst: (count, answer) => `sonst meist ${answer} (${count})`,
    matrix: "Wofür die Fotos gehalten wurden",
    matrixHint: "Zeilen: was die Fotos zeigen. Spalten: die Antworten. Eine Zahl zeigt ihre Fotos.",
    cell: (count, truth, answer) => `${count} von ${truth}, beantwortet mit ${answer}`,
    csv: "Ergebnis als CSV sichern",
    json: "Ergebnis als JSON sichern",
  },
  exports: {
    title: "Anderswo verwenden",
    hint: "Das Gelernte für andere Programme. Die ZIP-Datei nimmt Fotos und enthält Programme für Python und für Browser; die anderen Dateien nehmen Merkmale des Bildmodells.",
    instead: (name, both) =>
      `Die jetzige Methode hat keine Gewichte zum Sichern; ${both ? "in beiden Dateien" : "in der Datei der Gewichte"} steht: ${name}.`,
    model: "Alles sichern (ZIP)",
    onnx: "Als ONNX sichern",
    weights: "Gewichte sichern (safetensors)",
    snippet: "Ein Programm, das sie ausführt",
    failed: "Das ließ sich nicht exportieren: Mindestens zwei Klassen brauchen Fotos.",
  },
  bar: {
    name: "Teile der Seite",
    quality: "Wie gut?",
    skip: "Weiter zu den Klassen",
    skipAnswer: "Weiter zur Antwort",
  },
  footer: {
    licences: "Auf wessen Arbeit diese Seite beruht",
    keys: "Strg+Z nimmt zurück, Strg+Umschalt+Z wiederholt, Strg+V fügt ein Foto ein. In den Fotos einer Klasse wählt die Leertaste eins aus, Umschalt mit Pfeilen und Strg+A viele, die Eingabetaste zeigt eins groß, Entf löscht die ausgewählten. Auf dem Mac: Befehlstaste.",
  },
};
