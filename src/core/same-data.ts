/** Whether two values of plain JSON data say the same. Cheap where most of them are the same objects. */
export function isSameData(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((one, at) => isSameData(one, b[at]));
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length || Array.isArray(b)) return false;
  return names.every((name) => Object.hasOwn(b, name) && isSameData(a[name as keyof object], b[name as keyof object]));
}
