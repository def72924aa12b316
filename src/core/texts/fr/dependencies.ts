import type { DependenciesTexts } from "../en/dependencies.ts";

export const dependencies: DependenciesTexts = {
  up: (name) => `la dépendance ${name} répond`,
  silent: (name) => `la dépendance ${name} ne répond pas`,
  answers: (name, status) => `la dépendance ${name} répond ${status}`,
  answered: (status) => `réponse ${status}`,
  timedOut: (seconds) => `pas de réponse en ${seconds} s`,
  next: (command) => `vérifiez qu’elle tourne et ce que dit son journal ; à la main : ${command}`,
  othersHang: (others) => `non interrogée : ${others} autres dépendances ne répondent pas`,
};
