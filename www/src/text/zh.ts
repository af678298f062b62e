/** The words of the page in Chinese (simplified). */
import type { Estimate } from "../state/state";
import type { Text } from "./en";
import { createFormats } from "./formats";
import { MODELS } from "./models";
import { bounded, candidates, few, outlook, present } from "./sentences";

const { share, list, either, megabytes } = createFormats("zh-Hans");

function percent(value: number): string {
  const kind = bounded(value);
  return kind === "plain" ? share(value) : { over: "超过 99%", under: "不到 1%" }[kind];
}

function photos(count: number): string {
  return `${count} 张照片`;
}

function likeliest(labels: readonly string[], count: number): string {
  const found = candidates(labels, count);
  switch (found.kind) {
    case "one":
      return `很可能是 ${found.best}。`;
    case "either":
      return `两个都有可能：${either(labels)}。`;
    case "any":
      return "哪一个都有可能。";
    case "some": {
      const others = found.others > 0 ? [`其他 ${found.others} 类之一`] : [];
      return `是 ${either([...found.named, ...others])}：十次里有九次是对的。`;
    }
  }
}

function expected(estimate: Estimate): string {
  const { kind, least, most, rough } = outlook(estimate);
  const part = {
    "nearly-all": "几乎全部",
    "at-least": `10 张中 ${least} 张以上`,
    "at-most": `10 张中最多 ${most} 张`,
    about: `10 张中约 ${least} 张`,
    between: `10 张中 ${least} 到 ${most} 张`,
  }[kind];
  const surer = rough ? "照片越多，估计越准。" : "";
  return `新照片大概能认对：${part}（根据你的 ${estimate.n} 张照片估计）。${surer}`;
}

const again = "请重新加载页面";
const operator = "如果还不行，请告诉网站的管理者。";
const kept = `${again}：已保存的照片都还在。`;
const orPhotos = "也可以直接添加照片。";

export const zh: Text = {
  title: "handful：用几张照片教会网页",
  codes: {
    "empty-label": "请先给类别起个名字。",
    "label-too-long": "名字太长了：最多 200 个字符。",
    "duplicate-label": "已经有同名的类别。",
    "unknown-class": "这个类别已经不在了。",
    "unknown-example": "这张照片已经不在了。",
    "not-enough-examples": "例子还不够：至少要给两个类别添加照片。",
    "too-many-items": "这个集合不能再添加了。请把它的文件加入一个新的集合。",
    "not-an-image": "浏览器无法把它读成照片。JPEG、PNG 和 WebP 都可以。",
    heic: "这是 HEIC 照片，浏览器无法读取。请以 JPEG 分享，或把 iPhone 相机设为“兼容性最佳”（设置、相机、格式）。",
    "image-empty": "图片是空的。",
    "image-too-large": "图片太大，请换一张小一些的。",
    "image-bytes": "图片已损坏。",
    "zero-feature": "这张图片里看不出什么，请换一张。",
    "not-finite": "这张图片里什么也看不出来，请换一张。",
    shape: `页面的各部分不相配。${again}。`,
    parameter: `有一项设置超出范围。${again}。`,
    "not-linear": "这种方法不能导出，请选择另一种。",
    format: "保存的集合已损坏，或由更新的版本保存。",
    "other-encoder": "这个集合是用另一个图像模型制作的，不能用于现在的图像模型。",
    "set-file": "这是保存的集合。请单独拖放它来打开，或在“集合”菜单中选择“把文件加入这个集合…”。",
    "set-left": "收起这个集合时，它还没学完。",
    "earlier-encoder":
      "保存的集合是用本页以前的图像模型制作的，不能用于新的图像模型：请用照片重新教一个集合。",
    manifest: `图像模型的说明文件已损坏。${again}；${operator}`,
    model: `图像模型已损坏。${again}；${operator}`,
    "model-mismatch": `图像模型与说明不符。${again}；${operator}`,
    "wasm-html": "服务器发来的是网页而不是程序。网站管理者需要原样提供 .wasm 文件。",
    "wasm-load": "程序无法加载。请检查网络后重试。",
    "simd-missing": "浏览器太旧，缺少 WebAssembly SIMD。当前版本的 Chrome、Edge、Firefox 和 Safari 都支持。",
    network: "下载失败。请检查网络后重试。",
    worker: `图像模型停止了工作。${kept}`,
    "no-encoder": `没有图像模型。${again}。`,
    "no-picture": "没有保存这张照片的图片。",
    "no-text": "这个图像模型不认识文字，只认识图片。",
    camera: `无法使用摄像头。请允许此页面使用后重试，${orPhotos}`,
    storage: "浏览器的存储出错了。",
    "unknown-set": "这个集合已经不在了。",
    "set-in-use": "这个集合已在另一个标签页中打开。请先在那里关闭它。",
    disposed: `图像模型已关闭。${again}。`,
    internal: `程序内部出错。${kept}`,
    unexpected: `出错了。${kept}`,
  },
  cameraCodes: {
    denied: `此页面的摄像头被禁止。请在地址栏允许后重试，${orPhotos}`,
    none: `没有找到摄像头。请连接后重试，${orPhotos}`,
    "in-use": `摄像头正忙，可能被其他程序占用。请关闭该程序后重试，${orPhotos}`,
    insecure: `浏览器只允许安全页面使用摄像头。请用 https 打开本页，${orPhotos}`,
    lost: `摄像头已断开。请重新连接后重试，${orPhotos}`,
    video: "此浏览器无法把该文件当作视频播放。MP4 和 WebM 通常可以。",
  },
  percent,
  share,
  photos,
  either,
  header: {
    name: "handful",
    tagline: "每样东西给几张照片，它就能认出新的。",
    private: "照片不会离开这台设备",
    offline: "可离线使用",
    language: "语言",
  },
  engine: {
    loading: "正在准备…",
    loaded: (done, total) => (total > 0 ? `${megabytes(done)} / ${megabytes(total)}` : megabytes(done)),
    ready: "准备好了",
    failed: "页面还不能用：",
    again: "重试",
  },
  newer: {
    words: "本页有新版本。关闭所有打开的本页后会自动启用。",
    start: "立即启用",
  },
  elsewhere: {
    words: (name) => `“${name}”已在另一个标签页中打开。请在那里继续；关闭那个标签页后，这里会自动打开。`,
    here: "改在这里继续",
    kept: (name) => `另一个标签页必须保留“${name}”，因为它在那里还没有保存。请到那里查看原因。`,
  },
  sets: {
    first: "我的集合",
    another: (index) => `集合 ${index}`,
    name: "集合的名字",
    menu: "集合",
    open: (name) => `打开 ${name}`,
    create: "新建集合",
    openFile: "打开文件…",
    mergeFile: "把文件加入这个集合…",
    merged: (count, name) => `从 ${name} 添加了${photos(count)}`,
    leftOut: (count) => `略去了 ${count} 张图片：无法显示，或不属于任何照片`,
    save: "存为文件",
    share: "分享",
    otherDevice: "在手机上打开这个页面",
    otherDeviceNote: "你的集合留在这台设备上。要带走，就存为文件，再到那边打开。",
    qrCode: "这个页面地址的二维码",
    close: "关闭",
    savePlain: "存为文件（不含图片）",
    remove: "删除这个集合",
    deleted: (name) => `删除 ${name}`,
    restore: (name) => `已删除：${name}，恢复`,
    opened: (name) => `打开 ${name}`,
    unsaved: (name) => `“${name}”还没有保存，所以保持打开。请先存为文件再继续。`,
    failed: "没有成功：浏览器的存储出错。",
    badFile: (name) => `${name} 已损坏、由更新的版本制作，或不是集合。`,
    otherEncoder: (name) => `${name} 是用另一个图像模型制作的，这里不能使用。`,
    earlierEncoder: (name) => `${name} 是用本页以前的图像模型制作的，这里不能使用：请用照片重新教一个集合。`,
  },
  storage: {
    idle: "",
    unsaved: "未保存",
    saving: "正在保存…",
    saved: "已保存",
    kept: "浏览器会一直保留你的集合，直到你删除它们。",
    evictable: "空间不足时浏览器可能会删除你的集合：重要的请存为文件。",
    failed: {
      blocked: "无法保存：浏览器不允许本页保存任何内容。关闭页面后内容会丢失。",
      full: "无法保存：本页的存储空间已用完。有空间后会自动保存，在此之前请不要关闭页面。",
      newer: "无法保存：另一个标签页使用了本页的新版本。请把集合存为文件，然后重新加载这个标签页。",
      slow: "还没有保存：浏览器的存储没有响应。请不要关闭页面；关闭本页的其他标签页也许有帮助。",
      failed: "无法保存：浏览器的存储出错。会不断重试，在此之前请不要关闭页面。",
    },
  },
  unusable: {
    kept: "它还在，没有改动。",
    pictures: "可以用保存下来的照片图片重新教它。",
    copy: "保存副本",
    anew: "重新开始",
  },
  history: {
    undo: "撤销",
    redo: "重做",
    nothing: "还没有",
    undone: (what) => `已撤销：${what}`,
    redone: (what) => `已重做：${what}`,
  },
  did: {
    samples: (title) => `已教会：${title}`,
    addClass: (label) => `添加类别 ${label}`,
    rename: (from, to) => `把 ${from} 改名为 ${to}`,
    merge: (from, into) => `把 ${from} 合并到 ${into}`,
    removeClass: (label) => `删除类别 ${label}`,
    disable: (label) => `回答时不用 ${label}`,
    enable: (label) => `回答时重新使用 ${label}`,
    mergeFile: (name) => `加入集合 ${name}`,
    addedPhotos: (count, label) => `给 ${label} 添加了 ${photos(count)}`,
    addedFolders: (count, folders) => `从 ${folders} 个文件夹添加了${photos(count)}`,
    partly: (added, count) => `${added}；另有 ${count} 张已经有了`,
    known: (count) => (count === 1 ? "这张照片已经有了" : `这 ${count} 张照片都已经有了`),
    removePhotos: (count) => `删除了 ${photos(count)}`,
    movePhotos: (count, label) => `把 ${photos(count)}移到 ${label}`,
    reteach: "重新教了集合",
  },
  samples: {
    title: "或者先用一组现成的例子",
    fruit: {
      title: "水果",
      note: "四种，画在桌上",
      classes: { apple: "苹果", banana: "香蕉", pear: "梨", plum: "李子" },
    },
    faces: {
      title: "心情",
      note: "像孩子画的脸",
      classes: { happy: "高兴", sad: "难过", surprised: "惊讶", angry: "生气" },
    },
    camera: {
      title: "你，用摄像头",
      note: "你的脸和你的手，十秒钟",
      classes: { face: "脸", hand: "手" },
      prompts: { face: "看着摄像头", hand: "把手放到摄像头前" },
      done: "现在给它看其中一样",
    },
  },
  teach: {
    title: "教它",
    emptyTitle: "要它分辨什么？",
    steps: ["说出两样或更多东西。", "每样给几张照片。", "再给它看一张新的：马上就知道。"],
    newClass: "新类别的名字",
    newClassHint: "例如：熟的",
    addClass: "添加类别",
    opening: (labels) => `页面准备好后就会添加：${list(labels)}。`,
    progress: (done, total) => `正在学习第 ${Math.min(done + 1, total)} 张，共 ${total} 张`,
    stop: "停止",
    problems: (count) => `有 ${photos(count)}没有采用`,
    others: (count) => `另外 ${count} 张，以及：`,
    dismiss: "知道了",
    folder: "选择文件夹，每个子文件夹一类",
    search: "查找类别",
    found: (found, count) => `${found} / ${count} 个类别`,
    dropAnywhere: "或者把照片拖到某个类别上，或拖到页面任意位置",
  },
  card: {
    name: (label) => `类别 ${label} 的名字`,
    addPhotos: "添加照片",
    addPhotosTo: (label) => `添加照片到 ${label}`,
    camera: "摄像头",
    cameraFor: (label) => `摄像头：${label}`,
    more: (label) => `${label} 的更多操作`,
    mergeInto: (label) => `合并到 ${label}`,
    disable: "回答时不用",
    enable: "回答时重新使用",
    disabled: "未使用",
    remove: "删除类别",
    empty: "还没有照片。拖到这里、粘贴，或用按钮添加。",
    emptyNone: "空桌子、你的手，凡是不该被当成你那些东西的，都可以拍。把照片拖到这里、粘贴，或用按钮添加。",
    emptyNamed: "目前只知道它的名字。把照片拖到这里、粘贴，或用按钮添加。",
    photo: (index, label) => `${label} 的第 ${index} 张照片`,
    pictures: (label) => `${label} 的照片`,
    picked: (count) => `选中 ${photos(count)}`,
    pickAll: "全选",
    removePicked: "删除",
    moveTo: "移到…",
    movePicked: (label) => `把选中的 ${label} 照片移到`,
    enlarge: "放大",
    previous: "上一张",
    next: "下一张",
    close: "关闭",
    done: "完成",
  },
  camera: {
    title: "摄像头",
    hint: "按一下名字，就用眼前的画面教它。按住名字，或按旁边的圆点，每秒拍十张。",
    chips: "用摄像头的画面来教",
    close: "关闭摄像头",
    starting: "正在等待摄像头。浏览器可能会询问是否允许。",
    take: (label) => `为 ${label} 拍照`,
    record: (label) => `为 ${label} 连续拍照`,
    newClass: "其他东西",
    add: "添加",
    video: "视频文件",
    which: "哪个摄像头",
    number: (index) => `摄像头 ${index}`,
    picture: "实时画面",
    photoName: "摄像头照片",
    again: "重试",
  },
  reactions: {
    title: "看到东西时",
    say: "说出名字",
    sound: "播放声音",
    full: "全屏",
    counts: "各看到几次",
  },
  asking: {
    title: (count) => (count === 1 ? "这张照片是什么？" : `这 ${photos(count)}是什么？`),
    newClass: "新的东西",
    add: "添加",
    answer: "直接告诉我是什么",
    cancel: "取消",
  },
  answer: {
    title: "答案",
    choose: "选择照片",
    live: "实时摄像头",
    clear: "清除",
    views: { one: "逐张", table: "表格" },
    strip: "询问的照片",
    invite: "给它看点新东西",
    inviteBody: "把照片拖到这里，选择或粘贴一张，或打开实时摄像头。",
    thin: "例子还不够：至少要给两个类别添加照片。",
    namesAlone: "添加照片之前，答案只根据名字。",
    byName: (labels) => `只知道名字，把握较小：${list(labels)}。`,
    without: (labels) => `还没有照片：${list(labels)}。`,
    waiting: "正在看…",
    waits: {
      elsewhere: "集合在另一个标签页中打开。在这里打开后就会回答。",
      unusable: "保存的集合不能使用。重新开始后就会回答。",
      failed: "页面还没有准备好。准备好后就会回答。",
      offer: "集合的图像模型到位后就会回答。",
    },
    failed: "这张照片没有答案。",
    none: "都不是",
    unsure: "不确定",
    perhaps: (score) => `也许是 ${score.label}，${percent(score.probability)}。`,
    closest: (score) => `最接近：${score.label}，${percent(score.probability)}`,
    likeliest,
    bars: "每个类别的可能性",
    all: (count) => `全部 ${count} 个类别`,
    many: (count) => `${photos(count)}的答案`,
    counts: (total, counts) => {
      const words = {
        sure: "# 张确定",
        unsure: "# 张不确定",
        none: "# 张都不是",
        unanswered: "# 张没有答案",
      };
      return `${photos(total)}：${present(counts, words).join("，")}`;
    },
    together: {
      looking: (done, total) => `正在看第 ${Math.min(done + 1, total)} 张，共 ${total} 张。看完后一起回答。`,
      working: "正在一起回答…",
      done: "一起回答：相似的照片互相帮助。",
    },
    photo: (name) => `你的照片 ${name}`,
    unscored: (labels) => `没有照片，未考虑：${list(labels)}。`,
    nearest: "与你的这些照片最像",
    suggested: "说出这些是什么，它能学到最多。",
    suggestedPhoto: (name) => `值得标注：${name}`,
    time: (stages) => stages.join(" · "),
    stages: { decode: "读取", preprocess: "准备", encode: "观察", classify: "判断" },
    milliseconds: (value) => (value < 1 ? "不到 1 毫秒" : `${Math.round(value)} 毫秒`),
    spoken: (best, next) =>
      `${best.label}，${percent(best.probability)}${next ? `，其次 ${next.label}，${percent(next.probability)}` : ""}`,
    spokenUnsure: (best, next) =>
      `不确定。也许是 ${best.label}，${percent(best.probability)}${next ? `，或者 ${next.label}，${percent(next.probability)}` : ""}`,
    spokenNone: (closest) => `都不是。最接近：${closest.label}，${percent(closest.probability)}`,
    jump: "答案：",
  },
  table: {
    file: "照片",
    answer: "答案",
    probability: "把握",
    set: "可能是",
    csv: "存为 CSV",
    json: "存为 JSON",
  },
  correct: {
    right: "对不对？点一下它是什么，就学会了：",
    open: "这是什么？点一下，就学会了：",
    teach: (label) => `告诉它这是 ${label}`,
    others: "其他类别",
    teachNone: "告诉它这些都不是",
    taughtNone: "学会了：都不是。",
    taught: (label) => `学会了：这是 ${label}。`,
  },
  askBelow: {
    name: "答案要有多大把握",
    below: (value) => `把握不到 ${share(value)} 时问我`,
    never: "从不问我",
  },
  strictness: {
    name: "照片多容易被当成都不是",
    oneIn: (n) => `你那些东西的照片，每 ${n} 张里可能有 1 张被当成都不是`,
    never: "从不说“都不是”",
    refused: (count) =>
      count === 0 ? "各类别的照片一张也不会被拒绝。" : `各类别的照片里有 ${count} 张会被拒绝：`,
  },
  quality: {
    title: "效果如何",
    expected,
    second: "每个类别再加一张照片，就能看出效果如何。",
    single: (labels) => `只有一张照片，还无法判断：${list(labels)}。`,
    weakest: ({ label, takenFor }) =>
      `${label} 认得最差，可能被当成 ${takenFor}：请多加一些 ${label} 的照片。`,
    byClass: "如果没看过这些照片，每个类别能认出几张",
    suspects: (count) => `有 ${photos(count)}可能放错了类别`,
    suspect: ({ label, looksLike }) => `在 ${label} 里，但看起来像这张 ${looksLike}`,
    move: (label) => `移到 ${label}`,
  },
  map: {
    title: "照片地图",
    name: (count) => `${photos(count)}的地图`,
    hint: "看起来相似的照片靠在一起。按一张照片就选中它，也可以把它拖到所属类别的名称上。",
    asked: "圆形的是你问过的照片：按一下，就看到它的答案。",
    keys: "方向键移到最近的照片，Page Up 和 Page Down 依次经过所有照片，回车选中，+ 和 − 缩放。",
    classes: "把照片拖到这里",
    looksLike: (photo, label) => `${photo}，看起来像 ${label}`,
    around: "圈选照片",
    closer: "放大",
    farther: "缩小",
    earlier: "照片有变化，地图随后更新。",
    movePicked: "把选中的照片移到",
    lists: "同样的照片，按类别列出",
  },
  head: {
    title: "答案是怎样算出来的",
    choose: "方法",
    hint: "自动：结合照片和类别名称所说的。",
    useNames: "使用类别名字",
    namesHint: "大致能理解一些简单的英文物品名。没有照片时由名字代替；照片更重要。",
    names: {
      auto: "自动",
      prototype: "最近的类别均值",
      knn: "最近的照片",
      logistic: "逻辑回归",
      naive_bayes: "朴素贝叶斯",
      naive_bayes_full: "朴素贝叶斯（完整协方差）",
      kernel_ridge: "核岭回归",
      uer: "UER，适合数据流",
    },
  },
  opinions: {
    title: "各种方法怎样看这张照片",
    invite: "问一张照片，这里就会显示。",
    working: "正在计算…",
    failed: "没能算出来。",
    hint: "每种方法只看这一张照片。不确定：0% 表示确定是一个类别，100% 表示各类别同样可能。份额：答案中有多少来自它。",
    columns: ["方法", "认为", "不确定", "份额"],
    noShare: "无",
    names: { zero_shot: "类别的名字", amu: "AMU-Tuning" },
  },
  encoder: {
    choose: "由什么来看照片",
    models: {
      shipped: "handful-lite0，本页自带",
      "handful-lite2": "handful-lite2（更慢，看得更多）",
      ...MODELS,
    },
    hint: "更大的图像模型看得更多，也更慢。每个图像模型需要自己的集合。",
    needed: (model) => `这个集合是用 ${model} 制作的。`,
    forNew: (model) => `${model} 会使用一个新集合；打开的集合保持不变。`,
    places: { page: "本页", hub: "模型库" },
    size: (bytes, place) => `需要从${place}下载 ${megabytes(bytes)}，只需一次。照片不会离开这里。`,
    rest: (bytes, of, place) =>
      `还需要从${place}下载 ${megabytes(bytes)}；总共 ${megabytes(of)}，其余已在这里。照片不会离开这里。`,
    here: "它已在这台设备上。",
    unknown: "无法得知下载的大小。",
    download: "下载",
    use: "新建集合",
    decline: "暂时不要",
    stop: "停止",
    loading: (model) => `正在加载 ${model}`,
    starting: "全部下载完毕。正在启动，可能需要半分钟…",
    inUse: (model) => `新集合，使用 ${model}`,
    orAnew: "也可以用保存下来的照片图片重新教打开的集合。",
    orHere: "也可以用本页的图像模型和保存下来的照片图片重新教它。",
    reteach: "重新教这个集合",
    reteachHere: "用本页的图像模型重新教",
    reteaching: "正在重新教集合",
    progress: (done, total) => `已完成 ${done} 张，共 ${photos(total)}`,
    retaught: (count) => `重新教了 ${photos(count)}`,
    noPictures: "集合保持不变：它的照片没有可用的图片。",
    photo: (label) => (label === undefined ? "没有类别的照片" : `${label} 的照片`),
    words: (label) => (label === undefined ? "它观察到的内容" : `${label} 的文字`),
    again: "重试",
  },
  confusion: {
    title: "什么被认成了什么",
    hint: "行：照片里是什么。列：被认成了什么。按数字可看照片。",
  },
  test: {
    title: "测试",
    hint: "用没有学过的照片，放在以类别命名的文件夹里，就能看出答对的比例。测试不会教它任何东西。",
    folder: "选择测试文件夹",
    drop: "或把文件夹拖到这里",
    noFolder: "只测试文件夹里的照片：文件夹的名字说明照片里是什么。",
    progress: (done, total) => `正在测试第 ${Math.min(done + 1, total)} 张，共 ${total} 张`,
    cancel: "取消",
    done: (right, count) => `测试完毕：${count} 张中答对 ${right} 张`,
    earlier: "这些数字来自集合上次改动之前。再测一次，就知道现在的效果。",
    right: (right, { n, value, low, high }) =>
      `${photos(n)}中答对 ${right} 张：${share(value)}（95% 区间：${share(low)} 到 ${share(high)}）。`,
    refused: ({ unsure, guessed, none }) => {
      const doubts = unsure > 0 ? [`“不确定”${unsure} 张（其中首选正确 ${guessed} 张）`] : [];
      const strange = none > 0 ? [`“都不是”${none} 张`] : [];
      if (unsure + none === 0) return "没有拒绝任何属于类别的照片。";
      return `属于类别的照片中拒绝了 ${unsure + none} 张：${[...doubts, ...strange].join("，")}。`;
    },
    strangers: (count, folders) =>
      `有 ${photos(count)}应答“都不是”，因为没有可作答的类别与文件夹同名：${list(few(folders, (others) => `其他 ${others} 个`))}。`,
    failed: (count) => `有 ${photos(count)}无法回答，不计入。`,
    byClass: "每个类别答对多少",
    stranger: "陌生照片",
    of: (right, count) => `${right} / ${count}`,
    worst: (count, answer) => `其余多为 ${answer}（${count} 张）`,
    matrix: "测试照片被认成了什么",
    matrixHint: "行：照片里是什么。列：答案。点数字可看照片。",
    cell: (count, truth, answer) => `${count} 张 ${truth}，答案是 ${answer}`,
    csv: "将测试存为 CSV",
    json: "将测试存为 JSON",
  },
  exports: {
    title: "用到别处",
    hint: "把学到的交给其他程序使用。ZIP 文件接受照片，附有 Python 和浏览器程序；其他文件接受图像模型的特征。",
    instead: (name, both) => `当前方法没有可保存的权重，${both ? "两个文件" : "权重文件"}中是：${name}。`,
    model: "全部保存（ZIP）",
    onnx: "存为 ONNX",
    weights: "保存权重（safetensors）",
    snippet: "运行它的程序",
    failed: "无法导出：至少要给两个类别添加照片。",
  },
  bar: { name: "页面各部分", quality: "效果如何？", skip: "跳到类别" },
  footer: {
    licences: "本页所依据的他人成果",
    keys: "Ctrl+Z 撤销，Ctrl+Shift+Z 重做，Ctrl+V 粘贴照片。在类别的照片里，空格选一张，Shift 加方向键和 Ctrl+A 选多张，回车放大。Mac 上用 Command。",
  },
};
