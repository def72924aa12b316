import { describe, expect, test } from "vitest";
import type { Message } from "../../src/core/message.ts";
import type { Notice } from "../../src/core/notice.ts";
import { EN } from "../../src/core/texts/index.ts";
import { Deliverer } from "../../src/outbox/deliverer.ts";
import { openDatabase } from "../../src/store/open-database.ts";
import { Store } from "../../src/store/store.ts";
import { endsInTurn, FORBIDDEN, hangs, REFUSED, ScriptedChannel } from "../stand-ins/scripted-channel.ts";
import { SimulatedClock } from "../stand-ins/simulated-clock.ts";

const S = 1_000;
const information = (heading: string): Message => ({ heading, lines: [["a line"]], blocks: [], rings: false });

function start() {
  const clock = new SimulatedClock();
  const channel = new ScriptedChannel(clock, { minGapMs: S });
  const store = new Store(openDatabase(undefined, () => {}).database, (trouble) => expect.unreachable(trouble));
  const lines: string[] = [];
  const log = { info: (_: object, msg: string) => lines.push(msg), warn: (_: object, msg: string) => lines.push(msg) };
  const parts = { texts: EN, channel, notices: store, clock, log, random: () => 0, zone: "UTC", timeoutMs: 5 * S };
  const deliverer = new Deliverer(parts);
  const alert = (key: string) => {
    const fact = { key, action: "alert", nature: "level", severity: "critical", what: key } as const;
    const notices: Notice[] = [{ ...fact, since: clock.now(), at: clock.now() }];
    store.commit({ set: [], forget: [], memories: new Map(), notices, channels: [channel.name] });
    deliverer.kick();
  };
  const firstLines = () => channel.texts.map((text) => text.split("\n")[0]);
  return { clock, channel, deliverer, alert, firstLines, lines };
}

test("it is a message of its own, silent, without an icon, and settles nothing", async () => {
  const { clock, channel, deliverer } = start();
  const accepted = deliverer.inform(information("All quiet"));
  await clock.advance(0);
  expect(await accepted).toBe(true);
  expect(channel.texts).toEqual(["All quiet\na line"]);
  expect(channel.attempts[0]).toMatchObject({ noticeIds: [], message: { rings: false } });
});

test("alerts go first, whatever came first", async () => {
  const { clock, channel, deliverer, alert, firstLines } = start();
  channel.sending = endsInTurn(REFUSED);
  alert("a");
  void deliverer.inform(information("All quiet"));
  alert("b");
  await clock.advance(60 * S);
  expect(firstLines()).toEqual(["🔴 a", "2 problems", "All quiet"]);
});

test("it waits while the channel is away", async () => {
  const { clock, channel, deliverer, alert, firstLines } = start();
  channel.sending = endsInTurn(REFUSED, REFUSED, REFUSED);
  alert("a");
  void deliverer.inform(information("All quiet"));
  await clock.advance(600 * S);
  expect(firstLines()).toEqual(["🔴 a", "🔴 a", "🔴 a", "🔴 a", "All quiet"]);
});

describe("that fails", () => {
  test("is said, tried once, and holds up no alert", async () => {
    const { clock, channel, deliverer, alert, firstLines, lines } = start();
    channel.sending = endsInTurn(FORBIDDEN);
    const accepted = deliverer.inform(information("All quiet"));
    await clock.advance(0);
    expect(await accepted).toBe(false);
    expect(deliverer.status().outage).toBeUndefined();
    alert("a");
    await clock.advance(S);
    expect(firstLines()).toEqual(["All quiet", "🔴 a"]);
    expect(lines).toEqual(["information was not accepted"]);
  });

  test("gives way at its deadline, where the channel hangs", async () => {
    const { clock, channel, deliverer, alert, firstLines } = start();
    channel.sending = hangs;
    const accepted = deliverer.inform(information("All quiet"));
    await clock.advance(S);
    channel.sending = endsInTurn();
    alert("a");
    await clock.advance(6 * S);
    expect(await accepted).toBe(false);
    expect(firstLines()).toEqual(["All quiet", "🔴 a"]);
  });
});

test("a newer one takes the place of one that waits", async () => {
  const { clock, channel, deliverer, alert, firstLines } = start();
  channel.sending = endsInTurn(REFUSED);
  alert("a");
  const older = deliverer.inform(information("old"));
  const newer = deliverer.inform(information("new"));
  expect(await older).toBe(false);
  await clock.advance(60 * S);
  expect(await newer).toBe(true);
  expect(firstLines()).toEqual(["🔴 a", "🔴 a", "new"]);
});
