/** One thing that was looked at: well, to be mended, or merely worth knowing. */
export interface Diagnosis {
  readonly verdict: "ok" | "mend" | "note";
  readonly text: string;
  readonly mend?: string;
}
