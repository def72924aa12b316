/**
 * Hysteresis (a Schmitt trigger): becomes active at or above `raiseAt` and stays so until the value falls below
 * `clearBelow`, so that a value that trembles at the threshold is told once.
 *
 * @param wasActive the state before this value
 * @param value the value read now
 * @param raiseAt active from here upwards
 * @param clearBelow inactive below this; at most `raiseAt`
 */
export function hysteresis(wasActive: boolean, value: number, raiseAt: number, clearBelow: number): boolean {
  return value >= raiseAt || (wasActive && value >= clearBelow);
}
