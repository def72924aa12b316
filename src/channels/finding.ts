/** One thing that was looked at: what was found and, where it is wrong, what mends it. Without secrets. */
export interface Finding {
  readonly ok: boolean;
  readonly text: string;
  readonly mend?: string;
}
