import { cleanText } from "../../../core/text.ts";

/** A volume that no container uses. */
export interface OrphanedVolume {
  /** Cleaned. */
  readonly name: string;
  /** On the clock of Docker's host; `undefined` where it is not told. */
  readonly createdAt: number | undefined;
}

/** @returns `undefined` when it is no answer about volumes; the oldest first */
export function parseVolumes(json: unknown): readonly OrphanedVolume[] | undefined {
  if (typeof json !== "object" || json === null || !("Volumes" in json)) return undefined;
  // Docker writes an empty list as null.
  const volumes = json.Volumes ?? [];
  if (!Array.isArray(volumes)) return undefined;
  return volumes.map(parseVolume).sort((a, b) => (a.createdAt ?? 0) - (b.createdAt ?? 0));
}

function parseVolume(json: unknown): OrphanedVolume {
  const { Name, CreatedAt } = (json ?? {}) as { readonly Name?: unknown; readonly CreatedAt?: unknown };
  const createdAt = typeof CreatedAt === "string" ? Date.parse(CreatedAt) : Number.NaN;
  return {
    name: (typeof Name === "string" && cleanText(Name, 80)) || "?",
    createdAt: createdAt > 0 ? createdAt : undefined,
  };
}
