export const dependencies = {
  up: (name: string) => `dependency ${name} answers`,
  silent: (name: string) => `dependency ${name} does not answer`,
  answers: (name: string, status: number) => `dependency ${name} answers ${status}`,
  /** What it answered, as a detail. */
  answered: (status: number) => `answered ${status}`,
  timedOut: (seconds: string) => `timed out after ${seconds} s`,
  /** @param command asks it by hand */
  next: (command: string) => `see whether it runs and what its log says; by hand: ${command}`,
  othersHang: (others: number) => `not asked: ${others} other dependencies do not answer`,
};

export type DependenciesTexts = typeof dependencies;
