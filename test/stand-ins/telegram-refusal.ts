/** What the Bot API answers instead of a result: `ok: false` with these. */
export class Refusal extends Error {
  readonly code: number;
  readonly parameters: Record<string, unknown> | undefined;
  constructor(code: number, description: string, parameters?: Record<string, unknown>) {
    super(description);
    this.code = code;
    this.parameters = parameters;
  }
}

export interface CallResult {
  readonly status: number;
  readonly body: object;
}

export function granted(result: unknown): CallResult {
  return { status: 200, body: { ok: true, result } };
}

export function refused({ code, message: description, parameters }: Refusal): CallResult {
  return { status: code, body: { ok: false, error_code: code, description, ...(parameters && { parameters }) } };
}
