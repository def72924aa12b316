import { renderPlain } from "../../src/core/message.ts";
import type { Language } from "../../src/core/texts/index.ts";
import { HOUR_MS, MINUTE_MS, SECOND_MS } from "../../src/core/time.ts";
import { startProofOfLife } from "../../src/proof-of-life/index.ts";
import { idOf } from "../stand-ins/docker-engine.ts";
import { ACCEPTED, ends, REFUSED, UNANSWERED } from "../stand-ins/scripted-channel.ts";
import { ANSWERS, disk, envelope, memory, refuses, shop } from "./finds.ts";
import { Story } from "./story.ts";

/** What people see at one moment of a story. */
export interface Sight {
  readonly title: string;
  readonly text: string;
}

type Scene = (language: Language) => Promise<readonly Sight[]>;

async function begin(language: Language): Promise<Story> {
  const story: Story = await Story.begin(language, {
    "host/memory": memory(61),
    "host/disk /": disk(40),
    containers: () => shop(story.clock.wallNow()),
    orchestrator: () => envelope(story.clock.wallNow()),
    network: true,
    "dependencies/db": ANSWERS,
    "dependencies/mail": ANSWERS,
  });
  return story;
}

/** One incident from its alert to its end, with all that is edited into the message that raised it. */
const memoryFills: Scene = async (language) => {
  const story = await begin(language);
  let alert = "";
  for (const pct of [61, 64, 66, 71, 75, 80, 84, 88, 93.1]) {
    alert = await story.ticks(1, { "host/memory": memory(pct) });
  }
  await story.ticks(20);
  const ongoing = story.edited();
  const again = await story.ticks(101);
  story.watchdog.acknowledge("host_mem", { by: "Ann", at: story.clock.now() });
  story.deliverer.acknowledge("host_mem", "Ann");
  await story.pass(2 * MINUTE_MS);
  const acked = story.edited();
  const over = await story.ticks(10, { "host/memory": memory(71) });
  return [
    { title: "An alert, with the course of the number that led to it", text: alert },
    { title: "The same message a while later, edited without a sound", text: ongoing },
    { title: "A re-alert, after an hour", text: again },
    { title: "The first message again, after somebody pressed Ack", text: acked },
    { title: "The recovery", text: over },
    { title: "The first message, now that it is over", text: story.edited() },
  ];
};

const DIED = {
  state: "exited",
  exitCode: 137,
  details: { state: "exited", exitCode: 137, oomKilled: true },
} as const;
const ILL = { health: "unhealthy", details: { health: "unhealthy", failingStreak: 3 } } as const;

/** A database dies, and takes others with it. */
const databaseDies: Scene = async (language) => {
  const story = await begin(language);
  const stack = (changes: Parameters<typeof shop>[1]) => ({ containers: () => shop(story.clock.wallNow(), changes) });
  await story.ticks(2);
  const dead = { ...DIED, details: { ...DIED.details, finishedAt: story.clock.wallNow() } };
  const folded = await story.ticks(1, {
    ...stack({ db: dead, api: ILL, web: ILL }),
    "dependencies/db": refuses("connection refused"),
  });
  const apart = await story.ticks(1);
  const up = await story.ticks(6, { ...stack({ web: ILL }), "dependencies/db": ANSWERS });
  return [
    { title: "What follows from something is a line under it", text: folded },
    { title: "What follows later names its cause; it rings, for it is critical", text: apart },
    { title: "Several at once; the recovery of a cause says what is still wrong", text: up },
  ];
};

const isRedeployed: Scene = async (language) => {
  const story = await begin(language);
  await story.ticks(4);
  const removals = [["api", story.clock.wallNow() + 12_000]] as const;
  const next = { id: idOf(9), image: "shop/api:1.3", health: "healthy" } as const;
  const told = await story.ticks(1, { containers: () => shop(story.clock.wallNow(), { api: next }, { removals }) });
  return [
    { title: "A service was deployed anew: no alert, no sound", text: told + (await story.pass(10 * SECOND_MS)) },
  ];
};

const flaps: Scene = async (language) => {
  const story = await begin(language);
  let last = "";
  for (let turn = 0; turn < 20 && !last.includes("🔴"); turn += 1) {
    const [down, up] = [refuses("connect timed out"), ANSWERS];
    const told = await story.ticks(2, { "dependencies/db": down });
    last = turn < 3 ? "" : told;
    if (last === "") await story.ticks(1, { "dependencies/db": up });
  }
  const calmed = await story.ticks(25, { "dependencies/db": ANSWERS });
  return [
    { title: "It keeps changing: one word about that", text: last },
    { title: "and one when it has calmed", text: calmed },
  ];
};

/** Telegram is away for a while. */
const channelIsAway: Scene = async (language) => {
  const story = await begin(language);
  story.channel.sending = ends(REFUSED);
  const queue = (queued: number) => ({ orchestrator: () => envelope(story.clock.wallNow(), { queued }) });
  await story.ticks(4, queue(80));
  await story.ticks(4, queue(3));
  await story.ticks(6, { "host/memory": memory(94) });
  story.told();
  story.channel.sending = ends(ACCEPTED);
  await story.pass(10 * MINUTE_MS);
  const messages = story.channel.attempts.slice(-1).map(({ message }) => renderPlain(message));
  return [
    {
      title: "After Telegram was away: what came and went meanwhile, and what is told late",
      text: messages.join("\n"),
    },
  ];
};

const answerIsLost: Scene = async (language) => {
  const story = await begin(language);
  await story.ticks(2);
  story.channel.sending = ends(UNANSWERED);
  await story.ticks(1, { orchestrator: () => envelope(story.clock.wallNow(), { failed: 4 }) });
  story.channel.sending = ends(ACCEPTED);
  await story.ticks(1);
  await story.pass(MINUTE_MS);
  const last = story.channel.attempts.at(-1);
  return [
    {
      title: "Something that happens once; Telegram gave no answer at first",
      text: last ? renderPlain(last.message) : "",
    },
  ];
};

const hostIsOffline: Scene = async (language) => {
  const story = await begin(language);
  await story.ticks(2);
  const noReading = new Error("not judged");
  const offline = await story.ticks(2, { network: false, "dependencies/mail": noReading });
  return [{ title: "We are offline: once, instead of everything outside", text: offline }];
};

const diskFills: Scene = async (language) => {
  const story = await begin(language);
  let told = "";
  for (let tick = 0; tick < 400 && told === ""; tick += 1) {
    told = await story.ticks(1, { "host/disk /": disk(40 - tick * 0.025) });
  }
  return [{ title: "A forecast, with the course of what is used up", text: told }];
};

const everyDay: Scene = async (language) => {
  const story = await begin(language);
  const beganAt = story.clock.now();
  story.finds["host/disk /"] = () => disk(40 - (0.14 * (story.clock.now() - beganAt)) / HOUR_MS);
  const { settings, clock, store, deliverer, watchdog, texts } = story;
  const facts = () => ({
    now: clock.now(),
    sources: watchdog.sources(),
    signals: watchdog.signals(),
    channels: [deliverer.status()],
  });
  const life = startProofOfLife({
    settings,
    texts,
    version: "1.0.0",
    clock,
    log: { info: () => {}, warn: () => {} },
    memory: store,
    keepsState: true,
    aliveAt: undefined,
    deliverers: [deliverer],
    incidents: () => [
      ["container:api", clock.now()],
      ["dep:db", clock.now()],
      ["dep:db", clock.now()],
    ],
    alerting: () => watchdog.alertStates(),
    facts,
  });
  await story.pass(MINUTE_MS);
  life.ticked();
  const start = await story.pass(MINUTE_MS);
  await story.pass(6 * HOUR_MS);
  life.ticked();
  const digest = await story.pass(MINUTE_MS);
  await life.stop(0);
  return [
    { title: "The start notice", text: start },
    { title: "The daily digest", text: digest },
  ];
};

export const SCENES = {
  memoryFills,
  databaseDies,
  isRedeployed,
  flaps,
  channelIsAway,
  answerIsLost,
  hostIsOffline,
  diskFills,
  everyDay,
} satisfies Record<string, Scene>;
