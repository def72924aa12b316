import { cleanText } from "../../core/text.ts";
import type { FieldKind, SchemaTexts } from "./field-kinds.ts";

/** A field of an object: its name in JSON and how it is read. `T` includes `undefined` where it may be missing or null. */
export interface Field<T> {
  readonly name: string;
  readonly kind: FieldKind<T>;
  readonly required: boolean;
}

export function required<T>(name: string, kind: FieldKind<T>): Field<T> {
  return { name, kind, required: true };
}

export function optional<T>(name: string, kind: FieldKind<T>): Field<T | undefined> {
  return { name, kind, required: false };
}

export type Shape = Readonly<Record<string, Field<unknown>>>;
export type ValuesOf<S extends Shape> = { readonly [K in keyof S]: S[K] extends Field<infer T> ? T : never };

/** What an envelope said that could not be read: how much, and the first lines of it. */
export interface Problems {
  readonly count: number;
  readonly first: readonly string[];
}

const MAX_LINES = 5;

export class ProblemCollector implements Problems {
  count = 0;
  readonly first: string[] = [];
  readonly #texts: SchemaTexts;

  constructor(texts: SchemaTexts) {
    this.#texts = texts;
  }

  /** @param path where in the envelope: "agents[3].cpu_ticks"; empty: all of it */
  add(path: string, expected: FieldKind<unknown>["expected"], found: unknown): void {
    this.count += 1;
    if (this.first.length >= MAX_LINES) return;
    const texts = this.#texts;
    this.first.push(texts.problem(path || texts.envelope, expected(texts.expected), describe(found, texts.found)));
  }
}

/** A value in a few words. Looks no deeper than its surface: it may be nested a million times. */
function describe(value: unknown, texts: SchemaTexts["found"]): string {
  if (value === undefined) return texts.nothing;
  if (typeof value === "string") return value === "" ? texts.emptyText : `"${cleanText(value, 40)}"`;
  if (Array.isArray(value)) return texts.list;
  return typeof value === "object" && value !== null ? texts.object : String(value);
}

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The fields of one object, or `undefined` when any of them is unreadable. Each that is becomes a problem.
 *
 * @param path where the object stands in the envelope, with the dot that follows it: "agents[3]."
 */
export function readFields<S extends Shape>(
  shape: S,
  object: JsonObject,
  path: string,
  problems: ProblemCollector,
): ValuesOf<S> | undefined {
  const values: Record<string, unknown> = {};
  let readable = true;
  for (const key in shape) {
    const { name, kind, required } = shape[key] as Field<unknown>;
    const raw = object[name];
    const value = kind.read(raw);
    values[key] = value;
    const mayBeAbsent = !required && (raw === undefined || raw === null);
    if (value !== undefined || mayBeAbsent) continue;
    problems.add(`${path}${name}`, kind.expected, raw);
    readable = false;
  }
  return readable ? (values as ValuesOf<S>) : undefined;
}

/** The object at `name`; `undefined` when it is missing, or (a problem) no object. */
export function readObject(parent: JsonObject, name: string, path: string, problems: ProblemCollector) {
  const value = parent[name];
  if (value === undefined || isJsonObject(value)) return value;
  problems.add(`${path}${name}`, (texts) => texts.object, value);
  return undefined;
}

export function readPart<S extends Shape>(
  parent: JsonObject,
  name: string,
  shape: S,
  path: string,
  problems: ProblemCollector,
) {
  const object = readObject(parent, name, path, problems);
  return object && readFields(shape, object, `${path}${name}.`, problems);
}

/** A list of subjects, as far as it could be read. */
export interface Section<T> {
  readonly entries: readonly T[];
  /** Subjects that are there, but about which nothing is known. */
  readonly unknownIds: readonly string[];
  /** False when the id of an entry was unreadable: then a subject that is not here may be there all the same. */
  readonly complete: boolean;
}

export type EntryShape = Shape & { readonly id: Field<string> };

/**
 * A list of subjects; `undefined` when it is missing, or (a problem) no list. An entry with an unreadable field is unknown,
 * and so is an id that occurs twice: either entry may be the true one.
 */
export function readSection<S extends EntryShape>(
  list: unknown,
  path: string,
  shape: S,
  problems: ProblemCollector,
): Section<ValuesOf<S>> | undefined {
  if (list === undefined) return undefined;
  if (!Array.isArray(list)) {
    problems.add(path, (texts) => texts.list, list);
    return undefined;
  }
  const byId = new Map<string, ValuesOf<S> | undefined>();
  let complete = true;
  for (const [index, entry] of list.entries()) {
    const object = isJsonObject(entry) ? entry : undefined;
    if (object === undefined) problems.add(`${path}[${index}]`, (texts) => texts.object, entry);
    const values = object && readFields(shape, object, `${path}[${index}].`, problems);
    const id = object && shape.id.kind.read(object[shape.id.name]);
    if (id === undefined) {
      complete = false;
    } else if (byId.has(id)) {
      problems.add(`${path}[${index}].${shape.id.name}`, (texts) => texts.uniqueId, id);
      byId.set(id, undefined);
    } else {
      byId.set(id, values);
    }
  }
  const entries: ValuesOf<S>[] = [];
  const unknownIds: string[] = [];
  for (const [id, values] of byId) {
    if (values === undefined) unknownIds.push(id);
    else entries.push(values);
  }
  return { entries, unknownIds, complete };
}
