import { EN, type Texts } from "../core/texts/index.ts";

export type FailuresTexts = Texts["failures"];

/** An error of ours that people may read: it says in every language what failed; its `message` says so in English. */
export class Failure extends Error {
  override readonly name: string = "Failure";
  readonly say: (texts: FailuresTexts) => string;

  constructor(say: (texts: FailuresTexts) => string, options?: ErrorOptions) {
    super(say(EN.failures), options);
    this.say = say;
  }
}
