import { describe, expect, test } from "vitest";
import { type Message, renderPlain } from "../../src/core/message.ts";
import { EN } from "../../src/core/texts/index.ts";
import { Remarker } from "../../src/outbox/remarker.ts";
import { SimulatedClock } from "../stand-ins/simulated-clock.ts";

const S = 1_000;

function listen() {
  const clock = new SimulatedClock();
  const start = clock.now();
  const told: string[] = [];
  const messages: Message[] = [];
  const inform = async (message: Message): Promise<boolean> => {
    messages.push(message);
    told.push(`${(clock.now() - start) / S} s: ${renderPlain(message)}`);
    return true;
  };
  const remarker = new Remarker({ deliverers: [{ inform }], clock, andMore: EN.messages.andMore });
  return { clock, told, messages, remarker };
}

describe("remarks", () => {
  test("that come together are one message, a line each, without a sound and without a signal", async () => {
    const { clock, told, messages, remarker } = listen();
    remarker.note(["web redeployed"]);
    await clock.advance(4 * S);
    remarker.note(["db redeployed", "cache redeployed"]);
    await clock.advance(60 * S);
    expect(told).toEqual(["9 s: web redeployed\ndb redeployed\ncache redeployed"]);
    expect(messages).toMatchObject([{ rings: false, blocks: [] }]);
  });

  test("that come far apart are told apart", async () => {
    const { clock, told, remarker } = listen();
    remarker.note(["web"]);
    await clock.advance(6 * S);
    remarker.note(["db"]);
    await clock.advance(6 * S);
    expect(told).toEqual(["5 s: web", "11 s: db"]);
  });

  test("do not wait for ever while more keep coming", async () => {
    const { clock, told, remarker } = listen();
    for (let second = 0; second < 40; second += 4) {
      remarker.note([`at ${second} s`]);
      await clock.advance(4 * S);
    }
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^30 s: at 0 s\n/);
  });

  test("are shortened to fit into one message", async () => {
    const { clock, messages, remarker } = listen();
    remarker.note(Array.from({ length: 100 }, (_, index) => `${index} ${"x".repeat(2_000)}`));
    await clock.advance(6 * S);
    const [text = ""] = messages.map(renderPlain);
    expect(text.length).toBeLessThan(4_096);
    expect(text).toMatch(/and 85 more$/);
  });

  test("that wait at the end are dropped", async () => {
    const { clock, told, remarker } = listen();
    remarker.note(["web"]);
    remarker.stop();
    await clock.advance(60 * S);
    expect(told).toEqual([]);
  });
});
